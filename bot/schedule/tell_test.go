package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
			m, err := tx.Member(in.Member)
			if err == nil {
				told = append(told, m.Name+" "+string(in.Data))
				err = in.Done(tx)
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
			return planTelling(tx, tr, []byte(data))
		})
	}
	tell := func() string {
		told = nil
		for range 2 { // each gets a row of her own, and is told
			if err := w.schedule.Tick(t.Context()); err != nil && broken == nil {
				t.Errorf("Tick: %v", err)
			}
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

// A doomed database belongs to a process that dies after so many commits.
type doomed struct {
	store.Backend
	left atomic.Int64
}

func (d *doomed) Update(ctx context.Context, fn func(store.KV) error) error {
	if d.left.Add(-1) < 0 {
		return store.ErrClosed
	}
	return d.Backend.Update(ctx, fn)
}

// Wherever the process dies, and however long it is away then, everybody is told
// once: what an input was is remembered for days only.
func TestTellGoesOn(t *testing.T) {
	const people = tellPortion + 30
	crashes, kept := 0, int64(0)
	for dies := true; dies; kept += 13 {
		db := memory.New()
		w := newWorld(t, db)
		tellMany(w, people)
		var mu sync.Mutex
		told := map[string]int{}
		start := func(db store.Backend) {
			w.db = db
			w.open()
			w.schedule.handle = func(ctx context.Context, in flows.Input) error {
				if in.Flow != tellFlow {
					return nil // a reminder that falls due meanwhile
				}
				err := w.Update(ctx, func(tx *store.Tx) error {
					first, err := tx.FirstSeen(in.ID)
					if err != nil || !first {
						return err
					}
					return in.Done(tx)
				})
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					told[in.Member]++
				}
				return err
			}
		}
		// ticks lets the clock run until everybody was told, or the process died.
		ticks := func() (died bool) {
			for range 10 {
				if err := w.schedule.Tick(t.Context()); err != nil {
					if !errors.Is(err, store.ErrClosed) {
						t.Fatal(err)
					}
					return true
				}
			}
			return false
		}
		d := &doomed{Backend: db}
		d.left.Store(1 << 40)
		start(d)
		d.left.Store(kept)
		dies = ticks()
		if dies {
			crashes++
		}
		w.now = w.now.Add(3 * day)
		start(db)
		if ticks() {
			t.Fatal("the second process died")
		}
		check(t, fmt.Sprintf("told when it died after %d commits", kept), len(told), people)
		for member, n := range told {
			if n != 1 {
				t.Fatalf("when it died after %d commits %s was told %d times", kept, member, n)
			}
		}
	}
	if crashes < people/13 {
		t.Errorf("it died %d times only", crashes)
	}
}

// Whoever cannot be told now is told later, and keeps nobody else waiting.
func TestTellTheOthers(t *testing.T) {
	const people, bad = 2*tellPortion + 10, 5
	w := newWorld(t, memory.New())
	tellMany(w, people)
	var mu sync.Mutex
	told, refused := map[string]int{}, map[string]bool{}
	broken := true
	w.schedule.handle = func(ctx context.Context, in flows.Input) error {
		mu.Lock()
		defer mu.Unlock()
		if broken && (refused[in.Member] || len(refused) < bad) {
			refused[in.Member] = true
			return errors.New("her document cannot be read")
		}
		told[in.Member]++
		return w.Update(ctx, in.Done)
	}
	for range 10 {
		w.schedule.Tick(t.Context()) // fails for those
		w.now = w.now.Add(time.Second)
	}
	check(t, "told", len(told), people-bad)
	broken = false
	w.now = w.now.Add(maxPause)
	w.tick()
	check(t, "told in the end", len(told), people)
	for member, n := range told {
		if n != 1 {
			t.Errorf("%s was told %d times", member, n)
		}
	}
}

// tellMany plans that so many people are told of a training in twenty days.
func tellMany(w *world, people int) {
	w.t.Helper()
	training := w.training(20 * day)
	w.change(training, func(tr *store.Training) { tr.Seats = people })
	w.update(func(tx *store.Tx) error {
		for range people {
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
		return planTelling(tx, tr, nil)
	})
}

// planTelling plans that everybody in tr is told data until it begins.
func planTelling(tx *store.Tx, tr *store.Training, data []byte) error {
	d, err := tx.Telling(tr, tr.Start)
	if err != nil {
		return err
	}
	d.Until, d.Data = tr.Start, data
	return tx.Plan(d)
}
