package schedule

import (
	"context"
	"errors"
	"fmt"
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

// A process that died half way through goes on where it stopped, however much
// later: what it handed over is remembered for two days only.
func TestTellGoesOn(t *testing.T) {
	w := newWorld(t, memory.New())
	const people, before = 3*tellPortion + 5, 2*tellPortion + 7 // so many are told before it dies
	var names []string
	for i := range people {
		names = append(names, fmt.Sprint(i))
	}
	training := w.training(20*day, names[:50]...)
	w.change(training, func(tr *store.Training) { tr.Seats = people })
	w.update(func(tx *store.Tx) error {
		for range people - 50 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			if _, err := tx.Register(&store.Registration{Training: training, Member: m.ID}); err != nil {
				return err
			}
		}
		tr, err := tx.Training(training)
		if err != nil {
			return err
		}
		return tx.PlanTelling(tr, tr.Start, nil)
	})
	var mu sync.Mutex
	told := map[string]int{}
	dies := true
	handle := func(ctx context.Context, in flows.Input) error {
		mu.Lock()
		defer mu.Unlock()
		if dies && len(told) == before {
			w.life.dead.Store(true)
		}
		return w.Update(ctx, func(tx *store.Tx) error {
			first, err := tx.FirstSeen(in.ID)
			if err == nil && first {
				told[in.Member]++
			}
			return err
		})
	}
	w.schedule.handle = handle
	if err := w.schedule.Tick(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Tick of a process that dies: %v", err)
	}
	check(t, "told before", len(told), before)

	dies = false
	w.now = w.now.Add(3 * day)
	w.open()
	w.schedule.handle = handle
	w.tick()
	check(t, "told", len(told), people)
	twice := 0
	for _, n := range told {
		twice += n - 1
	}
	if twice >= tellPortion {
		t.Errorf("%d were told twice, want less than a portion", twice)
	}
}
