package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"chihai/store"
)

// before hands who holds a seat in a training over to a flow before it begins, by
// day. A row of another start, or whose time is over, lapses.
func (s *Schedule) before(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if err := s.beforeOf(ctx, d); err != nil {
			s.pause(d)
			errs = append(errs, fmt.Errorf("%s: %w", d.ID, err))
		}
	}
	return errors.Join(errs...)
}

// beforeOf plans the rows of those who hold a seat, as [Schedule.tellOf] does.
func (s *Schedule) beforeOf(ctx context.Context, d *store.Due) error {
	now := s.store.Now()
	lapsed := !now.Before(d.Until)
	if err := s.store.View(ctx, func(tx *store.Tx) error {
		t, err := tx.Training(d.Training)
		if errors.Is(err, store.ErrNotFound) {
			lapsed = true
			return nil
		}
		if err == nil {
			lapsed = lapsed || t.Moved != d.Moved || !t.Cancelled.IsZero()
		}
		return err
	}); err != nil {
		return err
	}
	if lapsed {
		return s.done(ctx, d)
	}
	if at := store.Awake(now, s.zone); at.After(now) {
		later := *d
		later.At = at
		return s.store.Update(ctx, func(tx *store.Tx) error { return errors.Join(tx.Done(d), tx.Plan(&later)) })
	}
	return s.tellEach(ctx, d, d.Flow, func(tx *store.Tx, from string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			if d.Member != "" {
				yield(d.Member, nil) // whether she still holds it, the flow looks
				return
			}
			for r, err := range tx.HoldersFrom(d.Training, from) {
				if err != nil {
					yield("", err)
					return
				}
				if !yield(r.Member, nil) {
					return
				}
			}
		}
	})
}
