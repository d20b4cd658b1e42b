package tasks

import (
	"context"
	"errors"
	"fmt"
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

// A world is the tasks of a store, with an engine that only remembers outcomes.
type world struct {
	t    *testing.T
	db   store.Backend
	life *mortal
	*store.Store
	tasks *Tasks
	stop  func()
	works map[string]Work

	mu     sync.Mutex
	broken func() error // nil: the engine works
	after  func()       // is run when something was heard
	heard  []string     // member:work:result or error
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, db: memory.Open(memory.Options{Rerun: 2}), works: map[string]Work{}}
	w.open()
	return w
}

// open starts a process in which no task is done yet.
func (w *world) open() {
	w.t.Helper()
	w.life = &mortal{Backend: w.db}
	s, err := store.Open(w.t.Context(), w.life, store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Store = s
}

func (w *world) run(set ...func(*Tasks)) {
	w.tasks = New(w.Store, w.works, w.handle)
	for _, fn := range set {
		fn(w.tasks)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() {
		w.tasks.Run(ctx)
		close(ended)
	}()
	w.stop = func() {
		cancel()
		<-ended
	}
	w.t.Cleanup(w.stop)
}

// handle does with an outcome what the engine does: each ID acts once.
func (w *world) handle(ctx context.Context, in flows.Input) error {
	w.mu.Lock()
	broken := w.broken
	w.mu.Unlock()
	if broken != nil {
		if err := broken(); err != nil {
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
	var o flows.TaskOutcome
	if err := json.Unmarshal(in.Data, &o); err != nil {
		return err
	}
	if in.Kind != flows.Outcome || in.Flow != "export" || in.From != "" || !strings.HasPrefix(in.ID, "task/") || !strings.HasSuffix(in.ID, "/done") {
		w.t.Errorf("handed over %+v", in)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.after != nil {
		w.after()
	}
	w.heard = append(w.heard, fmt.Sprintf("%s:%s:%s%s", in.Member, o.Task, string(o.Result), o.Error))
	return nil
}

// all is what was heard, in order.
func (w *world) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.heard, " ")
}

// add leaves tasks of members, as a turn does.
func (w *world) add(work string, members ...string) {
	w.t.Helper()
	if err := w.Update(context.Background(), func(tx *store.Tx) error {
		for _, m := range members {
			if err := tx.AddTask(&store.Task{Member: m, Work: work, Flow: "export", Data: []byte(`{"training":"x"}`)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	if w.tasks != nil {
		w.tasks.Wake()
	}
}

func (w *world) left() (n int) {
	w.t.Helper()
	if err := w.View(context.Background(), func(tx *store.Tx) error {
		for _, err := range tx.Tasks() {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// slow is a work that takes as long as it is told.
func slow(d time.Duration, result string) Work {
	return func(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
		select {
		case <-time.After(d):
			return []byte(result), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		running, most := 0, 0
		var mu sync.Mutex
		w.works["list"] = func(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				running--
			}()
			check(t, "data", string(task.Data), `{"training":"x"}`)
			return slow(time.Second, `"f1"`)(ctx, s, task)
		}
		w.works["nothing"] = func(context.Context, *store.Store, store.Task) ([]byte, error) { return nil, nil }
		w.add("list", "An", "Bình", "Chi", "Dung", "Em") // there at the start
		w.run()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		check(t, "tasks left after two seconds", w.left(), 1)
		time.Sleep(time.Second)
		synctest.Wait()
		check(t, "tasks left after three seconds", w.left(), 0)
		check(t, "at once", most, 2)

		w.add("nothing", "Gấm")
		synctest.Wait()
		if got, want := w.all(), `Gấm:nothing:`; !strings.HasSuffix(got, want) {
			t.Errorf("heard %s, want %s last and at once", got, want)
		}
		for _, name := range []string{"An", "Bình", "Chi", "Dung", "Em"} {
			check(t, "outcomes of "+name, strings.Count(w.all(), name+`:list:"f1"`), 1)
		}
		check(t, "stats", w.tasks.Stats(), Stats{Done: 6})
	})
}

// A task whose wake was lost is found all the same.
func TestPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.works["list"] = slow(0, `1`)
		w.run()
		synctest.Wait()
		tasks := w.tasks
		w.tasks = nil
		w.add("list", "An")
		w.tasks = tasks
		time.Sleep(pollTime)
		synctest.Wait()
		check(t, "heard", w.all(), "An:list:1")
	})
}

func TestFailing(t *testing.T) {
	tests := []struct {
		name  string
		work  func(try int) ([]byte, error) // nil: there is no such work
		tries int
		want  string
	}{
		{"passes", func(try int) ([]byte, error) {
			if try < 3 {
				return nil, errors.New("busy")
			}
			return []byte(`1`), nil
		}, 3, "An:list:1"},
		{"does not pass", func(int) ([]byte, error) { return nil, errors.New("busy") }, store.MaxTaskTries, "An:list:busy"},
		{"no JSON", func(int) ([]byte, error) { return []byte("x"), nil }, store.MaxTaskTries, "An:list:result is no JSON"},
		{"panics", func(try int) ([]byte, error) {
			if try == 1 {
				panic("secret")
			}
			return []byte(`1`), nil
		}, 2, "An:list:1"},
		{"unknown", nil, 0, "An:list:nobody knows this work"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				var tries atomic.Int32
				if tt.work != nil {
					w.works["list"] = func(context.Context, *store.Store, store.Task) ([]byte, error) {
						return tt.work(int(tries.Add(1)))
					}
				}
				w.run()
				w.add("list", "An")
				time.Sleep(time.Minute)
				check(t, "tries", int(tries.Load()), tt.tries)
				check(t, "heard", w.all(), tt.want)
				check(t, "tasks left", w.left(), 0)
			})
		})
	}
}

// A task that never ends holds up one place, and is given up in the end.
func TestEndless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.works["list"] = slow(time.Hour, `1`)
		w.works["other"] = slow(time.Second, `2`)
		w.run()
		w.add("list", "An")
		w.add("other", "Bình")
		time.Sleep(time.Duration(store.MaxTaskTries)*(workTime+leaseTime) + time.Minute)
		check(t, "heard", w.all(), "Bình:other:2 An:list:it was begun too often")
		check(t, "tasks left", w.left(), 0)
	})
}

// The process dies while a task is done, and after its outcome was heard.
func TestCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var done atomic.Int32
		w.works["list"] = func(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
			if done.Add(1) == 1 {
				w.life.dead.Store(true)
			}
			return []byte(`1`), nil
		}
		restart := func() {
			w.stop()
			w.open()
			w.run()
		}
		w.run()
		w.add("list", "An")
		synctest.Wait()
		restart()
		check(t, "heard", w.all(), "")
		time.Sleep(leaseTime - drainTime - time.Second)
		check(t, "heard while the lease holds", w.all(), "")

		w.mu.Lock()
		w.after = func() { w.life.dead.Store(true) } // before the task is deleted
		w.mu.Unlock()
		time.Sleep(2 * time.Second)
		check(t, "heard", w.all(), "An:list:1")
		check(t, "tasks left", w.left(), 1)
		w.mu.Lock()
		w.after = nil
		w.mu.Unlock()
		restart()
		time.Sleep(leaseTime + time.Second)
		synctest.Wait()
		check(t, "heard", w.all(), "An:list:1")
		check(t, "times the work was done", int(done.Load()), 3)
		check(t, "tasks left", w.left(), 0)
	})
}

// An outcome that cannot be handed over is kept and offered again; the work is
// not done twice for it.
func TestEngineFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var done atomic.Int32
		w.works["list"] = func(context.Context, *store.Store, store.Task) ([]byte, error) {
			done.Add(1)
			return []byte(`1`), nil
		}
		began := time.Now()
		w.broken = func() error {
			switch {
			case time.Since(began) < time.Second:
				panic("secret")
			case time.Since(began) < time.Minute:
				return errors.New("disk full")
			}
			return nil
		}
		w.run()
		w.add("list", "An")
		time.Sleep(2 * time.Minute)
		check(t, "heard", w.all(), "An:list:1")
		check(t, "times the work was done", int(done.Load()), 1)
		check(t, "tasks left", w.left(), 0)
	})
}

func TestShutdown(t *testing.T) {
	tests := []struct {
		takes time.Duration
		waits time.Duration
		heard string
		left  int
	}{
		{time.Second, time.Second, "An:list:1", 0},
		{time.Minute, drainTime, "", 1},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.works["list"] = slow(tt.takes, `1`)
			w.run()
			w.add("list", "An")
			synctest.Wait()
			began := time.Now()
			w.stop()
			check(t, "waited", time.Since(began), tt.waits)
			check(t, "heard", w.all(), tt.heard)
			check(t, "tasks left", w.left(), tt.left)
		})
	}
}

// Of two processes one does a task, however long that takes; when it dies the
// other one does it within ten seconds.
func TestTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := newWorld(t)
		two := &world{t: t, db: one.db, works: map[string]Work{}}
		two.open()
		var begun [2]atomic.Int32
		for i, w := range []*world{one, two} {
			w.works["list"] = func(ctx context.Context, _ *store.Store, _ store.Task) ([]byte, error) {
				begun[i].Add(1)
				if wait(ctx, time.Minute) {
					return []byte(`1`), nil
				}
				return nil, ctx.Err()
			}
		}
		one.run()
		one.add("list", "An")
		synctest.Wait()
		two.run()
		time.Sleep(50 * time.Second)
		check(t, "begun by the other while the first works", begun[1].Load(), 0)
		one.life.dead.Store(true)
		time.Sleep(10 * time.Second)
		check(t, "begun by the other when the first is dead", begun[1].Load(), 1)
		time.Sleep(2 * time.Minute)
		check(t, "heard of the first", one.all(), "")
		check(t, "heard of the other", two.all(), "An:list:1")
		check(t, "begun by the first", begun[0].Load(), 1)
		check(t, "tasks left", two.left(), 0)
	})
}

// Numbers are given also while the store does not answer.
func TestStatsWhileTheStoreHangs(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	db := &hanging{Backend: memory.New()}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	db.view = func() { asked <- struct{}{}; <-answer }
	tasks := New(s, nil, nil)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { tasks.Run(ctx); close(ended) }()
	<-asked
	given := make(chan Stats)
	go func() { given <- tasks.Stats() }()
	select {
	case <-given:
	case <-time.After(10 * time.Second):
		t.Error("no numbers after ten seconds")
		go func() { <-given }()
	}
	stop()
	close(answer)
	<-ended
}

// A hanging database calls view before each View, once it is set.
type hanging struct {
	store.Backend
	view func()
}

func (h *hanging) View(ctx context.Context, fn func(store.KV) error) error {
	if h.view != nil {
		h.view()
	}
	return h.Backend.View(ctx, fn)
}
