package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"

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

func (s *Schedule) tellOf(ctx context.Context, d *store.Due) error {
	if !s.store.Now().Before(d.Until) {
		return s.lapse(ctx, d)
	}
	return s.tellEach(ctx, d, tellFlow, func(tx *store.Tx, from string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for r, err := range tx.ConcernedFrom(d.Training, from) {
				member := ""
				if err == nil {
					member = r.Member
				}
				if !yield(member, err) {
					return
				}
			}
		}
	})
}

// tellEach plans the rows of as many people as there is room for, and keeps in d,
// in the same transaction, up to whom that was done. When all have one d is done.
// people yields the ids of those who are to be told, in their order, from the one
// given on; flow hears of each.
func (s *Schedule) tellEach(ctx context.Context, d *store.Due, flow string, people func(tx *store.Tx, from string) iter.Seq2[string, error]) error {
	var next []string
	room := 0
	if err := s.store.View(ctx, func(tx *store.Tx) error {
		next, room = nil, tellPortion
		for _, err := range tx.Parts(d) {
			if err != nil {
				return err
			}
			room--
		}
		for member, err := range people(tx, d.Told) {
			if err != nil || len(next) >= room {
				return err
			}
			if member != d.Told {
				next = append(next, member)
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
		for _, member := range next {
			if err := tx.Plan(&store.Due{
				ID: d.ID + "/" + member, At: d.At, Until: d.Until, Job: store.TellOneJob, Training: d.Training, Club: d.Club,
				Member: member, Flow: flow, Data: d.Data, Urgent: d.Urgent,
			}); err != nil {
				return err
			}
		}
		if len(next) < room {
			return tx.Done(d)
		}
		d.Told = next[len(next)-1]
		return tx.Plan(d)
	})
}
