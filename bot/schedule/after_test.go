package schedule

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// Who held a seat to the end is turned to once, in the hours in which that
// bothers nobody; what was not done within its days lapses.
func TestAfter(t *testing.T) {
	w := newWorld(t, memory.New())
	zone := time.FixedZone("ICT", 7*3600)
	w.schedule.Quiet(zone)
	var mu sync.Mutex
	var heard []string
	w.schedule.handle = func(ctx context.Context, in flows.Input) error {
		if in.Flow != "certificate" {
			return nil
		}
		return w.Update(ctx, func(tx *store.Tx) error {
			first, err := tx.FirstSeen(in.ID)
			if err != nil || !first {
				return err
			}
			if in.Done != nil {
				if err := in.Done(tx); err != nil {
					return err
				}
			}
			m, err := tx.Member(in.Member)
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, m.Name)
			return err
		})
	}
	after := func() string {
		t.Helper()
		heard = nil
		for range 2 { // who is to be asked, and the asking
			if err := w.schedule.Tick(t.Context()); err != nil {
				t.Errorf("Tick: %v", err)
			}
		}
		slices.Sort(heard)
		return strings.Join(heard, " ")
	}
	local := func(d, hour int) time.Time { return time.Date(2026, 12, d, hour, 0, 0, 0, zone) }
	certified := func(end time.Time) string {
		training := w.training(end.Add(-2*time.Hour).Sub(w.now), "An", "Bình", "Chi")
		w.change(training, func(tr *store.Training) { tr.End, tr.Certificate = end, true })
		w.update(func(tx *store.Tx) error {
			for r, err := range tx.Holders(training) {
				if err != nil {
					return err
				}
				if m, err := tx.Member(r.Member); err != nil || m.Name != "Chi" {
					continue
				}
				_, err = tx.GiveUp(training, r.Member, "")
				return err
			}
			return nil
		})
		return training
	}

	evening := certified(local(12, 19))
	w.now = local(12, 20)
	check(t, "heard an hour after it", after(), "")
	w.now = local(12, 21)
	check(t, "heard in the evening", after(), "")
	w.now = local(13, 7)
	check(t, "heard early in the morning", after(), "")
	w.now = local(13, 8)
	check(t, "heard in the morning", after(), "An Bình")
	check(t, "heard again", after(), "")

	w.update(func(tx *store.Tx) error {
		tr, err := tx.Training(evening)
		if err != nil {
			return err
		}
		return tx.PlanCertificates(tr)
	})
	w.now = w.now.Add(store.FeedbackDays * day)
	check(t, "heard too late", after(), "")
	w.now = local(14, 9)

	called := certified(local(20, 11))
	w.change(called, func(tr *store.Training) { tr.Cancelled = w.now })
	w.now = local(20, 14)
	check(t, "heard of what was called off", after(), "")
}
