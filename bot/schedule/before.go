package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"chihai/store"
)

// before hands who holds a seat in a training over to a flow before it begins. A row of another start, or whose time is over, lapses.
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
	if !s.store.Now().Before(d.Until) {
		return s.lapse(ctx, d)
	}
	gone := false
	if err := s.store.View(ctx, func(tx *store.Tx) error {
		t, err := tx.Training(d.Training)
		if errors.Is(err, store.ErrNotFound) {
			gone = true
			return nil
		}
		if err == nil {
			gone = t.Moved != d.Moved || !t.Cancelled.IsZero()
		}
		return err
	}); err != nil {
		return err
	}
	if gone {
		return s.done(ctx, d)
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
