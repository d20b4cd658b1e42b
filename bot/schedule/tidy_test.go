package schedule

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// kept is how many of the things that tidying deletes are left.
func (w *world) kept() (n int) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		n = 0
		for _, err := range tx.Deliveries(time.Time{}) {
			if err != nil {
				return err
			}
			n++
		}
		for _, err := range tx.Screen("web:1/x") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}

func (w *world) fill(deliveries, lines int) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		for i := range deliveries {
			if err := tx.PutDelivery(&store.Delivery{Report: fmt.Sprint(w.now.Unix(), i)}); err != nil {
				return err
			}
		}
		for i := range lines {
			if _, err := tx.ShowLine("web:1/x", &store.Line{ID: fmt.Sprintf("%d-%06d", w.now.Unix(), i)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTidy(t *testing.T) {
	w := newWorld(t, memory.Open(memory.Options{Rerun: 2}))
	w.fill(3*tidyPortion+1, 2*tidyPortion+1)
	w.now = noon.AddDate(0, 0, store.DeliveryDays+1)
	w.fill(5, 7)

	w.tick()
	check(t, "left after one tick", w.kept(), 2*tidyPortion+1+tidyPortion+1+5+7)
	for range 3 {
		w.now = w.now.Add(time.Second)
		w.tick()
	}
	check(t, "left", w.kept(), 5+7)

	// What ages within the hour is left for its end.
	w.fill(1, 0)
	through := w.now
	w.now = w.now.AddDate(0, 0, store.DeliveryDays+1)
	w.schedule.tidied = w.now.Add(-tidyTime + time.Second)
	w.tick()
	check(t, "left within the hour", w.kept(), 5+7+1)
	w.now = w.now.Add(time.Second)
	w.tick()
	check(t, "left", w.kept(), 0)

	// A clock that goes back does not put it off.
	w.now = through
	w.schedule.tidied = through.AddDate(1, 0, 0)
	w.tick()
	check(t, "tidied", w.schedule.tidied, through)
}

// A scrubber is a database that can wipe, and cannot always.
type scrubber struct {
	store.Backend
	err   error
	calls int
}

func (s *scrubber) Scrub(context.Context) (int64, error) {
	s.calls++
	return 4096, s.err
}

func TestScrub(t *testing.T) {
	w := newWorld(t, memory.New())
	db := &scrubber{Backend: memory.New(), err: store.ErrScrubLater}
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	w.Store, w.schedule = s, New(s, w.handle)
	plan := func() {
		w.update(func(tx *store.Tx) error {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			return tx.DeleteMember(m, nil)
		})
	}
	plan()
	w.now = w.now.Add(30 * time.Second)
	plan()
	w.tick()
	check(t, "too early", db.calls, 0)

	w.now = w.now.Add(2 * time.Minute)
	for range 59 {
		w.tick()
		w.now = w.now.Add(time.Second)
	}
	check(t, "tried while old snapshots are read", db.calls, 1)
	db.err = nil
	w.now = w.now.Add(5 * time.Second)
	w.tick()
	check(t, "tried again after a minute", db.calls, 2)
	w.now = w.now.Add(time.Minute)
	w.tick()
	w.tick()
	check(t, "rows left", w.left(), 0)

	plan()
	db.err = errors.New("disk is gone")
	w.now = w.now.Add(time.Minute)
	if err := w.schedule.Tick(t.Context()); !errors.Is(err, db.err) {
		t.Errorf("Tick = %v, want %v", err, db.err)
	}
	check(t, "rows left", w.left(), 1)
}

// A database that cannot wipe has nothing to do.
func TestScrubNothing(t *testing.T) {
	w := newWorld(t, memory.New())
	w.update(func(tx *store.Tx) error {
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	w.now = w.now.Add(2 * time.Minute)
	w.tick()
	check(t, "rows left", w.left(), 0)
}
