package schedule

import (
	"context"
	"errors"
	"iter"
	"time"

	"chihai/store"
)

// What comes after a training can wait for the hours in which nobody minds being
// asked. In o'clock where people live.
const (
	afterFrom = 8
	afterTo   = 20
)

// after hands everybody who came to a training over to a flow, by day. A row
// whose time is over lapses.
func (s *Schedule) after(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if err := s.afterOf(ctx, d); err != nil {
			s.pause(d)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// afterOf plans the rows of those who came, as [Schedule.tellOf] does.
func (s *Schedule) afterOf(ctx context.Context, d *store.Due) error {
	now := s.store.Now()
	if !now.Before(d.Until) {
		return s.lapse(ctx, d)
	}
	if at := daytime(now, s.zone); at.After(now) {
		later := *d
		later.At = at
		return s.store.Update(ctx, func(tx *store.Tx) error { return errors.Join(tx.Done(d), tx.Plan(&later)) })
	}
	return s.tellEach(ctx, d, d.Flow, func(tx *store.Tx, from string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			t, err := tx.Training(d.Training)
			if errors.Is(err, store.ErrNotFound) {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
			for r, err := range tx.HoldersFrom(d.Training, from) {
				if err != nil {
					yield("", err)
					return
				}
				if t.Attended(r, tx.Now) && !yield(r.Member, nil) {
					return
				}
			}
		}
	})
}

// daytime is at itself when it lies in the hours for what can wait, and when they
// next begin otherwise, by the clocks of zone. A nil zone has no night.
func daytime(at time.Time, zone *time.Location) time.Time {
	if zone == nil {
		return at
	}
	local := at.In(zone)
	day := local.Day()
	switch {
	case local.Hour() >= afterTo:
		day++
	case local.Hour() >= afterFrom:
		return at
	}
	return time.Date(local.Year(), local.Month(), day, afterFrom, 0, 0, 0, zone).UTC()
}
