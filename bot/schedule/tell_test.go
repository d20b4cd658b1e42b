package schedule

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// Everybody who holds a seat is told of a change once, with what the row says;
// who has given hers up is not, and a row whose time is over lapses.
func TestTell(t *testing.T) {
	w := newWorld(t, memory.New())
	var mu sync.Mutex
	var told []string
	var broken error
	w.schedule.handle = func(ctx context.Context, in flows.Input) error {
		mu.Lock()
		defer mu.Unlock()
		if broken != nil {
			return broken
		}
		if in.Kind != flows.Due || in.Flow != tellFlow || !strings.HasSuffix(in.ID, "/"+in.Member) {
			t.Errorf("handed over %+v", in)
		}
		return w.Update(ctx, func(tx *store.Tx) error {
			first, err := tx.FirstSeen(in.ID)
			if err != nil || !first {
				return err
			}
			m, err := tx.Member(in.Member)
			if err == nil {
				told = append(told, m.Name+" "+string(in.Data))
			}
			return err
		})
	}
	training := w.training(10*day, "An", "Bình", "Chi")
	plan := func(data string) {
		w.update(func(tx *store.Tx) error {
			tr, err := tx.Training(training)
			if err != nil {
				return err
			}
			return tx.PlanTelling(tr, tr.Start, []byte(data))
		})
	}
	tell := func() string {
		told = nil
		if err := w.schedule.Tick(t.Context()); err != nil && broken == nil {
			t.Errorf("Tick: %v", err)
		}
		slices.Sort(told)
		return strings.Join(told, " ")
	}
	before := w.left()

	plan(`{"new":"place"}`)
	check(t, "told", tell(), `An {"new":"place"} Bình {"new":"place"} Chi {"new":"place"}`)
	check(t, "rows", w.left(), before)
	check(t, "told again", tell(), "")

	w.update(func(tx *store.Tx) error {
		for r, err := range tx.Holders(training) {
			if err != nil {
				return err
			}
			_, err = tx.GiveUp(training, r.Member, "")
			return err
		}
		return nil
	})
	w.change(training, func(tr *store.Training) { tr.Place = "Nhà văn hóa" })
	plan(`{}`)
	broken = store.ErrClosed
	check(t, "told while the store is broken", tell(), "")
	broken = nil
	w.now = w.now.Add(day)
	check(t, "told when it works again", tell(), `Bình {} Chi {}`)

	w.change(training, func(tr *store.Training) { tr.Place = "Trường học" })
	plan(`{}`)
	w.now = w.now.Add(20 * day)
	check(t, "told when it is over", tell(), "")
	check(t, "rows", w.left(), 0)
}
