package lead

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// A machine is a process on the shared database.
type machine struct {
	line
	store *store.Store
	name  string
	lead  *Lead
	kill  context.CancelFunc
}

// A line leads to the database, or hangs.
type line struct {
	store.Backend
	cut atomic.Bool
}

func (l *line) View(ctx context.Context, fn func(store.KV) error) error {
	if l.cut.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return l.Backend.View(ctx, fn)
}

func (l *line) Update(ctx context.Context, fn func(store.KV) error) error {
	if l.cut.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	err := l.Backend.Update(ctx, fn)
	if l.cut.Load() { // it was kept, and nobody says so
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

// A history is what the machines have written as leaders, in the order in which
// it was kept.
type history struct {
	mu     sync.Mutex
	writes []write
}

type write struct {
	machine string
	epoch   int64
	at      time.Time
}

func (h *history) last() write {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.writes) == 0 {
		return write{}
	}
	return h.writes[len(h.writes)-1]
}

// note keeps a write under the term of ctx. The transaction that succeeds adds
// to the history within its own turn, so that the order is that of the commits.
func (h *history) note(ctx context.Context, m *machine) error {
	return m.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.FirstSeen(fmt.Sprint(rand.Uint64())); err != nil {
			return err
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.writes = append(h.writes, write{m.name, store.TermOf(ctx).Lease.Epoch, time.Now()})
		return nil
	})
}

// check finds writes of a term after those of a later one.
func (h *history) check(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	holder := map[int64]string{}
	last := int64(0)
	for i, w := range h.writes {
		if w.epoch < last {
			t.Fatalf("write %d of term %d came after one of term %d", i, w.epoch, last)
		}
		if who := holder[w.epoch]; who != "" && who != w.machine {
			t.Fatalf("term %d belongs to %s and to %s", w.epoch, who, w.machine)
		}
		holder[w.epoch], last = w.machine, w.epoch
	}
}

// work writes ten times a second for as long as it is told to.
func (h *history) work(m *machine) func(context.Context) error {
	return func(ctx context.Context) error {
		for sleep(ctx, 100*time.Millisecond) {
			h.note(ctx, m)
		}
		return nil
	}
}

func newMachine(t *testing.T, db store.Backend, name string) *machine {
	t.Helper()
	m := &machine{line: line{Backend: db}, name: name}
	var err error
	if m.store, err = store.Open(t.Context(), &m.line, store.Options{}); err != nil {
		t.Fatal(err)
	}
	m.lead = New(m.store, "clock", name)
	return m
}

// run has the machine lead when it can, until the test ends.
func (m *machine) run(t *testing.T, work func(context.Context) error) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := m.lead.Run(ctx, work); err != nil {
			t.Error(err)
		}
	}()
	m.kill = func() {
		stop()
		<-ended
	}
	t.Cleanup(m.kill)
}

func TestTakeover(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(m *machine)
		most time.Duration // until another machine has written
	}{
		{"killed", func(m *machine) { m.cut.Store(true) }, 10 * time.Second},
		{"told to end", func(m *machine) { m.kill() }, 1200 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i := range 20 {
				synctest.Test(t, func(t *testing.T) {
					db, h := memory.New(), &history{}
					all := map[string]*machine{}
					for _, name := range []string{"a", "b", "c"} {
						all[name] = newMachine(t, db, name)
						all[name].run(t, h.work(all[name]))
						time.Sleep(330 * time.Millisecond) // virtual; they look at different times
					}
					time.Sleep(20*time.Second + time.Duration(i)*100*time.Millisecond)
					was := h.last()
					if was.machine == "" || was.epoch != 1 {
						t.Fatalf("after 20 seconds in peace: %+v", was)
					}
					tt.end(all[was.machine])
					began := time.Now()
					for h.last().epoch == was.epoch && time.Since(began) < time.Minute {
						time.Sleep(10 * time.Millisecond)
					}
					if took := time.Since(began); took > tt.most {
						t.Errorf("another one wrote after %v, want at most %v", took, tt.most)
					}
					h.check(t)
				})
			}
		})
	}
}

// A process that slept while another one took its lease finds its writes
// refused, and knows by its own clock that it is over.
func TestSleeperIsFenced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, h := memory.New(), &history{}
		a, b := newMachine(t, db, "a"), newMachine(t, db, "b")
		woken := make(chan error)
		a.run(t, func(ctx context.Context) error {
			if store.TermOf(ctx).Lease.Epoch > 1 {
				<-ctx.Done()
				return nil
			}
			if err := h.note(ctx, a); err != nil {
				t.Error(err)
			}
			a.cut.Store(true)
			time.Sleep(15 * time.Second) // of its own accord, deaf to ctx: as one that was stopped
			a.cut.Store(false)
			if store.TermOf(ctx).Held() {
				t.Error("it believes in its lease after 15 seconds")
			}
			if !errors.Is(context.Cause(ctx), store.ErrLeaseLost) {
				t.Errorf("its context ends because of %v", context.Cause(ctx))
			}
			woken <- h.note(context.WithoutCancel(ctx), a)
			return nil
		})
		time.Sleep(time.Second)
		b.run(t, h.work(b))
		if err := <-woken; !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("its write ended with %v, want %v", err, store.ErrLeaseLost)
		}
		if w := h.last(); w.machine != "b" {
			t.Errorf("%s wrote last", w.machine)
		}
		h.check(t)
	})
}

// When nobody reaches the database nobody believes to lead; when it is back
// somebody soon does.
func TestDatabaseAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, h := memory.New(), &history{}
		var all []*machine
		for _, name := range []string{"a", "b"} {
			m := newMachine(t, db, name)
			m.run(t, h.work(m))
			all = append(all, m)
		}
		time.Sleep(5 * time.Second)
		for _, m := range all {
			m.cut.Store(true)
		}
		time.Sleep(holdTime + 100*time.Millisecond)
		for _, m := range all {
			if m.lead.Leads() {
				t.Errorf("%s leads without a database", m.name)
			}
		}
		time.Sleep(30 * time.Second)
		for _, m := range all {
			m.cut.Store(false)
		}
		back := time.Now()
		time.Sleep(10 * time.Second)
		if w := h.last(); !w.at.After(back) {
			t.Error("nobody leads ten seconds after the database is back")
		}
		h.check(t)
	})
}

// A work that ends with an error ends the Lead, and lets others lead.
func TestWorkFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, h := memory.New(), &history{}
		a, b := newMachine(t, db, "a"), newMachine(t, db, "b")
		broken := errors.New("the token is refused")
		if err := a.lead.Run(t.Context(), func(context.Context) error { return broken }); err != broken {
			t.Errorf("Run returned %v, want %v", err, broken)
		}
		b.run(t, h.work(b))
		time.Sleep(1500 * time.Millisecond)
		if w := h.last(); w.machine != "b" {
			t.Errorf("%q leads", w.machine)
		}
	})
}

// Days in which machines are cut off for a while, over and over: whoever writes,
// the terms stay in order, and at no time do two machines count on their lease.
func TestCuts(t *testing.T) {
	seeds := 8
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) { cuts(t, rand.New(rand.NewPCG(uint64(seed), 0))) })
	}
}

func cuts(t *testing.T, random *rand.Rand) {
	db, h := memory.Open(memory.Options{}), &history{}
	var all []*machine
	var counting [3]atomic.Pointer[store.Term]
	for i, name := range []string{"a", "b", "c"} {
		m := newMachine(t, db, name)
		m.run(t, func(ctx context.Context) error {
			counting[i].Store(store.TermOf(ctx))
			for ctx.Err() == nil { // slow to notice that it is over
				bound, cancel := context.WithTimeout(ctx, 3*time.Second) // a call that was cut off would hang while the lease is renewed
				h.note(bound, m)
				cancel()
				time.Sleep(300 * time.Millisecond)
			}
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
			defer cancel()
			h.note(late, m)
			return nil
		})
		all = append(all, m)
	}
	for range 300 {
		m := all[random.IntN(len(all))]
		m.cut.Store(!m.cut.Load())
		for range random.IntN(60) {
			time.Sleep(100 * time.Millisecond)
			n := 0
			for i := range counting {
				if term := counting[i].Load(); term != nil && term.Held() {
					n++
				}
			}
			if n > 1 {
				t.Fatal("two count on their lease at once")
			}
		}
	}
	for _, m := range all {
		m.cut.Store(false)
	}
	back := time.Now()
	time.Sleep(20 * time.Second)
	if !h.last().at.After(back) {
		t.Error("nobody leads at the end")
	}
	h.check(t)
}
