package schedule

import (
	"context"
	"errors"
	"fmt"

	"chihai/store"
)

// tellFlow hears what the job hands over; its Data is that of the row.
const tellFlow = "training_news"

// tellPortion is how many people may have a row of their own at a time: every
// tick reads all that is due.
const tellPortion = 200

// tell has everybody who holds a seat, or waits for one, told what has become of
// the training, each in a turn of her own. It plans a row for each, which her turn
// deletes (see hear): so she is told once, wherever the process dies and however
// long it is away then. A row whose time is over lapses.
func (s *Schedule) tell(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if err := s.tellOf(ctx, d); err != nil {
			s.pause(d)
			errs = append(errs, fmt.Errorf("%s: %w", d.ID, err))
		}
	}
	return errors.Join(errs...)
}

// tellOf plans the rows of as many as there is room for, and keeps in d, in the
// same transaction, up to whom that was done. When all have one d is done.
func (s *Schedule) tellOf(ctx context.Context, d *store.Due) error {
	if !s.store.Now().Before(d.Until) {
		return s.done(ctx, d)
	}
	var people []string
	room := 0
	if err := s.store.View(ctx, func(tx *store.Tx) error {
		people, room = nil, tellPortion
		for _, err := range tx.Parts(d) {
			if err != nil {
				return err
			}
			room--
		}
		for r, err := range tx.ConcernedFrom(d.Training, d.Told) {
			if err != nil || len(people) >= room {
				return err
			}
			if r.Member != d.Told {
				people = append(people, r.Member)
			}
		}
		return nil
	}); err != nil {
		return fmt.Errorf("read who is to be told: %w", err)
	}
	if room <= 0 {
		return nil // those who have a row come first
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		for _, member := range people {
			if err := tx.Plan(&store.Due{
				ID: d.ID + "/" + member, At: d.At, Until: d.Until, Job: store.TellOneJob, Training: d.Training,
				Member: member, Flow: tellFlow, Data: d.Data,
			}); err != nil {
				return err
			}
		}
		if len(people) < room {
			return tx.Done(d)
		}
		d.Told = people[len(people)-1]
		return tx.Plan(d)
	})
}
