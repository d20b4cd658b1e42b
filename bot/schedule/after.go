package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chihai/flows"
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

// afterOf does one row and then deletes it. After a crash it goes on where the
// row says, as [Schedule.tellOf] does.
func (s *Schedule) afterOf(ctx context.Context, d *store.Due) error {
	now := s.store.Now()
	if !now.Before(d.Until) {
		return s.done(ctx, d)
	}
	if at := daytime(now, s.zone); at.After(now) {
		later := *d
		later.At = at
		return s.store.Update(ctx, func(tx *store.Tx) error { return errors.Join(tx.Done(d), tx.Plan(&later)) })
	}
	var people []string
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		people, err = came(tx, d.Training, d.Told)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return s.done(ctx, d)
	}
	if err != nil {
		return fmt.Errorf("read registrations for %s: %w", d.ID, err)
	}
	return s.handPortions(ctx, d, people, func(member string) flows.Input {
		return flows.Input{ID: d.ID + "/" + member, Member: member, Kind: flows.Due, Flow: d.Flow, Data: d.Data, At: d.At}
	})
}

// came returns the members after told who came to the training.
func came(tx *store.Tx, training, told string) (people []string, err error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	for r, err := range tx.Holders(training) {
		if err != nil {
			return nil, err
		}
		if r.Member > told && t.Attended(r, tx.Now) {
			people = append(people, r.Member)
		}
	}
	return people, nil
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
