package schedule

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// A mortal backend is one whose process can die: what was committed stays, and
// nothing more is.
type mortal struct {
	store.Backend
	dead atomic.Bool
}

func (m *mortal) Update(ctx context.Context, fn func(store.KV) error) error {
	if m.dead.Load() {
		return store.ErrClosed
	}
	return m.Backend.Update(ctx, fn)
}

// A world is a schedule over a store, with a clock that the test sets and an
// engine that only remembers who was reminded.
type world struct {
	t    *testing.T
	db   store.Backend
	now  time.Time
	home *time.Location // nil: there is no night, and days are those of UTC
	*store.Store
	life     *mortal
	schedule *Schedule
	broken   func(in flows.Input) error // nil: the engine works

	mu       sync.Mutex
	reminded []string // rule/member name
}

// noon is when the tests begin: in UTC, as everything in the store.
var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, db store.Backend) *world {
	w := &world{t: t, db: db, now: noon}
	w.open()
	return w
}

// open starts a process.
func (w *world) open() {
	w.t.Helper()
	w.life = &mortal{Backend: w.db}
	s, err := store.Open(w.t.Context(), w.life, store.Options{Now: func() time.Time { return w.now }, Zone: w.home})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Store = s
	w.schedule = New(s, w.handle)
	w.schedule.Quiet(w.home)
}

// handle does with an input what the engine does: each ID acts once.
func (w *world) handle(ctx context.Context, in flows.Input) error {
	if in.Flow == "feedback" { // every training has one
		return nil
	}
	if w.broken != nil {
		if err := w.broken(in); err != nil {
			return err
		}
	}
	first := false
	if err := w.Update(ctx, func(tx *store.Tx) (err error) {
		first, err = tx.FirstSeen(in.ID)
		return err
	}); err != nil || !first {
		return err
	}
	var r flows.Reminder
	if err := json.Unmarshal(in.Data, &r); err != nil {
		return err
	}
	if in.Kind != flows.Due || in.Flow != "remind" || in.From != "" || r.Training == "" || r.Until.IsZero() || in.At.After(w.now) {
		w.t.Errorf("handed over %+v with %+v", in, r)
	}
	name := ""
	if err := w.View(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(in.Member)
		if err == nil {
			name = m.Name
		}
		return err
	}); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reminded = append(w.reminded, r.Rule+"/"+name)
	return nil
}

// take returns who was reminded since it was called last.
func (w *world) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.Sort(w.reminded)
	s := strings.Join(w.reminded, " ")
	w.reminded = nil
	return s
}

func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.Update(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.schedule.Tick(w.t.Context()); err != nil {
		w.t.Errorf("Tick: %v", err)
	}
}

// left is how many rows are planned.
func (w *world) left() (n int) {
	w.update(func(tx *store.Tx) error {
		n = 0
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			if d.Job != store.AfterJob { // every training has one
				n++
			}
		}
		return nil
	})
	return n
}

// training plans a training that begins after a while, with seats for members
// so called.
func (w *world) training(in time.Duration, names ...string) string {
	w.t.Helper()
	t := &store.Training{}
	w.update(func(tx *store.Tx) error {
		t = &store.Training{Start: w.now.Add(in), End: w.now.Add(in + 3*time.Hour), Seats: 50, Name: store.Text{"vi": "Khởi nghiệp"}}
		if err := tx.AddTraining(t); err != nil {
			return err
		}
		for _, name := range names {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name = name
			if err := tx.PutMember(m); err != nil {
				return err
			}
			if _, err := tx.Register(&store.Registration{Training: t.ID, Member: m.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	return t.ID
}

func (w *world) change(training string, change func(*store.Training)) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		t, err := tx.Training(training)
		if err != nil {
			return err
		}
		_, err = tx.ChangeTraining(training, t.Revision, change)
		return err
	})
}

func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

const day = 24 * time.Hour

func TestRemind(t *testing.T) {
	type step struct {
		at   time.Duration // after the first moment, when the clock ticks
		want string
	}
	tests := []struct {
		name   string
		start  time.Duration // of the training, after the first moment
		before func(w *world, training string)
		steps  []step
		missed int64
		left   int
	}{
		{
			name: "each in its time", start: 10 * day,
			steps: []step{
				{0, ""},
				{3*day - time.Second, ""},
				{3 * day, "7d/An 7d/Bình"},
				{3*day + time.Second, ""},
				{9 * day, "1d/An 1d/Bình"},
				{10*day - 2*time.Hour, "2h/An 2h/Bình"},
				{10 * day, ""},
			},
		},
		{
			name: "cancelled", start: 10 * day,
			before: func(w *world, training string) {
				w.change(training, func(t *store.Training) { t.Cancelled = w.now })
			},
			steps: []step{{3 * day, ""}, {9 * day, ""}, {10 * day, ""}},
		},
		{
			name: "moved", start: 10 * day,
			before: func(w *world, training string) {
				w.change(training, func(t *store.Training) { t.Start = t.Start.Add(day) })
			},
			steps: []step{{3 * day, ""}, {4 * day, "7d/An 7d/Bình"}, {9 * day, ""}, {10 * day, "1d/An 1d/Bình"}},
			left:  1,
		},
		{
			name: "moved and moved back", start: 10 * day,
			before: func(w *world, training string) {
				w.change(training, func(t *store.Training) { t.Start = t.Start.Add(day) })
				w.change(training, func(t *store.Training) { t.Start = t.Start.Add(-day) })
			},
			steps: []step{{3 * day, "7d/An 7d/Bình"}, {4 * day, ""}, {9 * day, "1d/An 1d/Bình"}, {10*day - time.Hour, "2h/An 2h/Bình"}, {10 * day, ""}},
			left:  1, // of the start between
		},
		{
			name: "given up", start: 10 * day,
			before: func(w *world, training string) {
				w.update(func(tx *store.Tx) error {
					for r, err := range tx.Registrations(training) {
						if err != nil {
							return err
						}
						if _, err := tx.GiveUp(training, r.Member, ""); err != nil {
							return err
						}
						break
					}
					return nil
				})
			},
			steps: []step{{3 * day, "7d/Bình"}},
			left:  2,
		},
		{
			name: "late, but of use", start: 10 * day,
			steps: []step{{4*day - time.Second, "7d/An 7d/Bình"}},
			left:  2,
		},
		{
			name: "too late", start: 10 * day,
			steps:  []step{{4 * day, ""}},
			missed: 2, left: 2,
		},
		{
			name: "a standstill until shortly before", start: 10 * day,
			steps:  []step{{10*day - time.Hour, "2h/An 2h/Bình"}},
			missed: 4, // 7d and 1d were of no use any more
		},
		{
			name: "a standstill until after the start", start: 10 * day,
			steps:  []step{{10 * day, ""}},
			missed: 6,
		},
		{
			name: "soon", start: time.Hour,
			steps: []step{{30 * time.Minute, ""}, {time.Hour, ""}},
		},
		{
			name: "the clock goes back", start: 10 * day,
			steps: []step{
				{3 * day, "7d/An 7d/Bình"},
				{2 * day, ""},
				{3 * day, ""},
				{9 * day, "1d/An 1d/Bình"},
				{3 * day, ""},
				{10*day - time.Hour, "2h/An 2h/Bình"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, memory.Open(memory.Options{Rerun: 2}))
			training := w.training(tt.start, "An", "Bình")
			if tt.before != nil {
				tt.before(w, training)
			}
			for _, step := range tt.steps {
				w.now = noon.Add(step.at)
				w.tick()
				w.tick() // twice is once
				check(t, "reminded at "+step.at.String(), w.take(), step.want)
			}
			check(t, "missed", w.schedule.Stats().Missed, tt.missed)
			check(t, "rows left", w.left(), tt.left)
		})
	}
}

// When several reminders of one training are due at once, only the one nearest
// to the start is sent; other trainings do not care.
func TestCollapse(t *testing.T) {
	w := newWorld(t, memory.New())
	training := w.training(10*day, "An")
	w.training(10*day-time.Hour, "Bình")
	w.update(func(tx *store.Tx) error { // a rule whose bound is wide
		return tx.Plan(&store.Due{ID: "remind/3d/" + training + "/0", At: noon.Add(7 * day), Until: noon.Add(10 * day), Job: store.RemindJob, Training: training, Data: []byte(`{"rule":"3d"}`)})
	})
	w.now = noon.Add(9*day + time.Hour)
	w.tick()
	check(t, "reminded", w.take(), "1d/An 1d/Bình")
	check(t, "missed", w.schedule.Stats().Missed, 2) // 7d
	check(t, "rows left", w.left(), 2)
}

// The process dies after some were reminded: the others are when it lives
// again, and nobody is twice.
func TestCrash(t *testing.T) {
	w := newWorld(t, memory.New())
	w.training(8*day, "An", "Bình", "Chi", "Dung", "Em")
	w.now = noon.Add(day)
	handled := 0
	var mu sync.Mutex
	w.broken = func(flows.Input) error {
		mu.Lock()
		defer mu.Unlock()
		if handled++; handled > 3 {
			w.life.dead.Store(true)
			return store.ErrClosed
		}
		return nil
	}
	if err := w.schedule.Tick(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Tick = %v, want %v", err, store.ErrClosed)
	}
	w.broken = nil
	w.open()
	w.tick()
	check(t, "reminded", w.take(), "7d/An 7d/Bình 7d/Chi 7d/Dung 7d/Em")

	// After everybody was, but before the row was deleted.
	w.now = noon.Add(7 * day)
	life := w.life
	w.broken = func(in flows.Input) error { return nil }
	handle := w.schedule.handle
	w.schedule.handle = func(ctx context.Context, in flows.Input) error {
		err := handle(ctx, in)
		mu.Lock()
		defer mu.Unlock()
		if handled++; handled == 4+5 {
			life.dead.Store(true)
		}
		return err
	}
	w.schedule.Tick(t.Context())
	w.open()
	check(t, "rows left", w.left(), 2)
	w.tick()
	check(t, "reminded", w.take(), "1d/An 1d/Bình 1d/Chi 1d/Dung 1d/Em")
	check(t, "rows left", w.left(), 1)
}

// What cannot be handed over waits a while and is in nobody's way.
func TestPause(t *testing.T) {
	w := newWorld(t, memory.New())
	sick := w.training(8*day, "An", "Bình")
	w.training(8*day+time.Hour, "Chi")
	var mu sync.Mutex
	tries := 0
	w.broken = func(in flows.Input) error {
		if strings.Contains(in.ID, sick) {
			mu.Lock()
			defer mu.Unlock()
			tries++
			return errors.New("disk full")
		}
		return nil
	}
	for i := range 3600 + 10 {
		w.now = noon.Add(day + time.Duration(i)*time.Second)
		err := w.schedule.Tick(t.Context())
		if i == 0 && (err == nil || strings.Contains(err.Error(), "An")) {
			t.Errorf("Tick = %v, want an error that names nobody", err)
		}
	}
	if tries < 2*55 || tries > 2*70 {
		t.Errorf("%d tries of two people in an hour, want about one a minute", tries)
	}
	check(t, "reminded", w.take(), "7d/Chi")
	w.broken = nil
	w.now = w.now.Add(maxPause)
	w.tick()
	check(t, "reminded", w.take(), "7d/An 7d/Bình")

	// A clock that goes back makes no pause longer.
	w.broken = func(flows.Input) error { return errors.New("disk full") }
	w.now = noon.Add(7 * day)
	w.schedule.Tick(t.Context())
	w.broken = nil
	w.update(func(tx *store.Tx) error {
		for d := range tx.ComeDue() {
			if err := tx.Done(d); err != nil {
				return err
			}
			d.At = noon
			return tx.Plan(d)
		}
		return nil
	})
	w.now = noon.Add(2 * day)
	w.tick()
	check(t, "reminded", w.take(), "1d/An 1d/Bình")
}

func TestUnreadable(t *testing.T) {
	w := newWorld(t, memory.New())
	training := w.training(8*day, "An")
	w.update(func(tx *store.Tx) error {
		return tx.Plan(&store.Due{ID: "odd", At: noon, Until: noon.Add(9 * day), Job: store.RemindJob, Training: training, Data: []byte(`[]`)})
	})
	w.update(func(tx *store.Tx) error {
		return tx.Plan(&store.Due{ID: "unknown", At: noon, Job: "of a newer program"})
	})
	w.now = noon.Add(day)
	if err := w.schedule.Tick(t.Context()); err == nil || !strings.Contains(err.Error(), "data of odd") {
		t.Errorf("Tick = %v, want that the data of odd cannot be read", err)
	}
	check(t, "reminded", w.take(), "7d/An")
	check(t, "rows left", w.left(), 4)
}

// Run ticks by the second, survives a panic, and waits for the tick under way.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, db: memory.New()}
		s, err := store.Open(t.Context(), w.db, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w.Store, w.now = s, time.Now().Add(100*day)
		first := true
		w.schedule = New(s, func(ctx context.Context, in flows.Input) error {
			if first {
				first = false
				panic("An")
			}
			time.Sleep(3500 * time.Millisecond)
			return w.handle(context.WithoutCancel(ctx), in)
		})
		training := &store.Training{Start: time.Now().Add(2*time.Hour + 10*time.Second), Seats: 1}
		w.update(func(tx *store.Tx) error {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name = "An"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			if err := tx.AddTraining(training); err != nil {
				return err
			}
			_, err = tx.Register(&store.Registration{Training: training.ID, Member: m.ID})
			return err
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			w.schedule.Run(ctx)
			close(ended)
		}()
		time.Sleep(9 * time.Second)
		check(t, "reminded too early", w.take(), "")
		time.Sleep(5 * time.Second) // it panicked, paused, and is at it again
		began := time.Now()
		cancel()
		<-ended
		if waited := time.Since(began); waited <= 0 || waited > 3500*time.Millisecond {
			t.Errorf("Run ended after %v, want that it waits for the tick", waited)
		}
		check(t, "reminded", w.take(), "2h/An")
	})
}
