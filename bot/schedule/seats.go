package schedule

import (
	"context"
	"errors"
	"fmt"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// offerFlow hears what has become free for whom; its Data is a [flows.OfferNews].
const offerFlow = "offer"

// seats offers seats that have become free to those who wait, each training in
// one transaction with the word to them. At night nobody is asked: whoever sleeps
// would lose the seat to the one who does not.
func (s *Schedule) seats(ctx context.Context, rows []*store.Due) error {
	of := map[string][]*store.Due{}
	var order []string
	for _, d := range rows {
		if of[d.Training] == nil {
			order = append(order, d.Training)
		}
		of[d.Training] = append(of[d.Training], d)
	}
	var errs []error
	for _, training := range order {
		if err := s.seatsOf(ctx, training, of[training]); err != nil {
			for _, d := range of[training] {
				s.pause(d)
			}
			errs = append(errs, fmt.Errorf("seats of %s: %w", training, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Schedule) seatsOf(ctx context.Context, training string, rows []*store.Due) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		for _, d := range rows {
			if err := tx.Done(d); err != nil {
				return err
			}
		}
		night, err := tx.Night(s.zone)
		if err != nil {
			return err
		}
		if morning := night.Awake(tx.Now); morning.After(tx.Now) {
			d := *rows[0]
			d.At = morning
			return tx.Plan(&d)
		}
		offered, lapsed, err := tx.OfferSeats(training)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, e := range offered {
			if err := tellOffer(tx, e, false); err != nil {
				return err
			}
		}
		for _, e := range lapsed {
			if err := tellOffer(tx, e, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellOffer plans the word to the one who answers for e.
func tellOffer(tx *store.Tx, e *store.Entry, lapsed bool) error {
	who, err := tx.AnswersFor(e)
	if errors.Is(err, store.ErrNotFound) {
		return nil // nothing reaches her: the offer lapses, and the next is asked
	}
	if err != nil {
		return err
	}
	data, err := json.Marshal(flows.OfferNews{Training: e.Training, Entry: e.ID, Members: e.Members, Until: e.Until, Lapsed: lapsed})
	if err != nil {
		return err
	}
	id, until := "offer/"+e.ID, e.Until
	if lapsed {
		id, until = "lapse/"+e.ID, tx.Now.Add(store.LapseTold)
	}
	return tx.Plan(&store.Due{ID: id, At: tx.Now, Until: until, Job: store.HearJob, Member: who.ID, Flow: offerFlow, Data: data})
}
