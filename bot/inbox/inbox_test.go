package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chihai/flows"
)

// A recorder writes down what is handled and what the channel is told.
type recorder struct {
	mu      sync.Mutex
	handled []string
	done    []string
}

func (r *recorder) saw(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handled = append(r.handled, id)
}

func (r *recorder) told(id string) func(error) {
	return func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil {
			id += "!"
		}
		r.done = append(r.done, id)
	}
}

// take hands over inputs such as "a1": number 1 of the address a.
func (r *recorder) take(b *Inbox, ids ...string) {
	for _, id := range ids {
		b.Take(flows.Input{ID: id, Channel: "console:1", From: id[:1]}, r.told(id))
	}
}

// start runs b until the test ends or stop is called.
func start(t *testing.T, b *Inbox) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		b.Run(ctx)
		close(ended)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		pauses := map[string]time.Duration{"a1": 3 * time.Second, "b1": time.Second, "b2": time.Second}
		b := New(func(ctx context.Context, in flows.Input) error {
			time.Sleep(pauses[in.ID])
			r.saw(in.ID)
			return nil
		}, Options{})
		stop := start(t, b)
		r.take(b, "a1", "a2", "b1", "b2", "a3")
		stop()
		if want := []string{"b1", "b2", "a1", "a2", "a3"}; !slices.Equal(r.handled, want) {
			t.Errorf("handled %v, want %v", r.handled, want)
		}
		if !slices.Equal(r.done, r.handled) {
			t.Errorf("done %v, want %v", r.done, r.handled)
		}
		if s := b.Stats(); s != (Stats{Handled: 5}) || len(b.lines) != 0 {
			t.Errorf("stats = %+v with %d lines, want 5 handled and no line", s, len(b.lines))
		}
	})
}

// One at a time for an address, everybody else meanwhile.
func TestSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		busy, most := map[string]bool{}, 0
		b := New(func(ctx context.Context, in flows.Input) error {
			mu.Lock()
			if busy[in.From] {
				t.Errorf("two inputs of %s at once", in.From)
			}
			busy[in.From] = true
			most = max(most, len(busy))
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			delete(busy, in.From)
			mu.Unlock()
			return nil
		}, Options{Workers: 8})
		began := time.Now()
		stop := start(t, b)
		for i := range 40 {
			b.Take(flows.Input{ID: fmt.Sprint(i), From: fmt.Sprint(i % 10)}, func(error) {})
		}
		stop()
		if most != 8 {
			t.Errorf("%d at once, want 8", most)
		}
		if took := time.Since(began); took < 5*time.Second || took > 8*time.Second {
			t.Errorf("took %v, want 5 s to 8 s for 40 inputs of a second", took)
		}
	})
}

func TestFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		broken := true
		b := New(func(ctx context.Context, in flows.Input) error {
			time.Sleep(10 * time.Millisecond)
			if in.ID == "a2" && broken {
				return errors.New("disk full")
			}
			r.saw(in.ID)
			return nil
		}, Options{})
		stop := start(t, b)

		// What stands behind the failed one fails with it; others do not care.
		r.take(b, "a1", "a2", "a3", "b1", "a4")
		time.Sleep(time.Second)
		// So does the rest of a batch that is handed over later.
		r.take(b, "a5", "b2")
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		if want := []string{"b1", "a1", "a2!", "a3!", "a4!", "a5!", "b2"}; !sameButOrder(r.done, want) {
			t.Errorf("done %v, want %v", r.done, want)
		}

		// They come again in order.
		broken = false
		r.take(b, "a2", "a3", "a4", "a5")
		stop()
		want := []string{"a1", "a2", "a3", "a4", "a5"}
		if got := slices.DeleteFunc(r.handled, func(id string) bool { return id[0] != 'a' }); !slices.Equal(got, want) {
			t.Errorf("handled %v, want %v", got, want)
		}
	})
}

// An input that its network never delivers again shuts nobody out.
func TestFailedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		b := New(func(ctx context.Context, in flows.Input) error {
			if in.ID == "a1" {
				return errors.New("disk full")
			}
			r.saw(in.ID)
			return nil
		}, Options{})
		start(t, b)
		r.take(b, "a1")
		time.Sleep(holdTime + time.Millisecond)
		r.take(b, "a2")
		synctest.Wait()
		if want := []string{"a1!", "a2"}; !slices.Equal(r.done, want) {
			t.Errorf("done %v, want %v", r.done, want)
		}
		if len(b.lines) != 0 {
			t.Errorf("%d lines are left, want none", len(b.lines))
		}
	})
}

func TestPanic(t *testing.T) {
	b := New(func(ctx context.Context, in flows.Input) error {
		panic("bạo lực")
	}, Options{})
	start(t, b)
	told := make(chan error)
	b.Take(flows.Input{ID: "a1"}, func(err error) { told <- err })
	err := <-told
	if err == nil || !strings.Contains(err.Error(), "panicked with a string") || strings.Contains(err.Error(), "bạo lực") {
		t.Errorf("done(%v), want a panic without its words", err)
	}
}

// A full inbox makes the channel wait, and loses nothing.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		b := New(func(ctx context.Context, in flows.Input) error {
			time.Sleep(time.Second)
			return nil
		}, Options{Waiting: 2})
		stop := start(t, b)
		began := time.Now()
		r.take(b, "a1", "a2")
		if waited := time.Since(began); waited != 0 {
			t.Errorf("waited %v for a place, want none", waited)
		}
		r.take(b, "b1")
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("waited %v for a place, want 1s", waited)
		}
		stop()
		if want := []string{"a1", "a2", "b1"}; !sameButOrder(r.done, want) {
			t.Errorf("done %v, want %v", r.done, want)
		}
	})
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		b := New(func(ctx context.Context, in flows.Input) error {
			select {
			case <-time.After(4 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, Options{Drain: 10 * time.Second, Waiting: 6})
		stop := start(t, b)
		r.take(b, "a1", "a2", "a3", "a4", "b1")
		go stop()
		synctest.Wait()
		r.take(b, "c1") // too late
		began := time.Now()
		stop()
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("drained for %v, want 10s", took)
		}
		if want := []string{"c1!", "a1", "b1", "a2", "a3!", "a4!"}; !sameButOrder(r.done, want) {
			t.Errorf("done %v, want %v", r.done, want)
		}
	})
}

func sameButOrder(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func BenchmarkTake(b *testing.B) {
	in := New(func(context.Context, flows.Input) error { return nil }, Options{})
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() { in.Run(ctx); close(ended) }()
	var all sync.WaitGroup
	froms := make([]string, 1000)
	for i := range froms {
		froms[i] = fmt.Sprint(i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		all.Add(1)
		in.Take(flows.Input{ID: "x", Channel: "console:1", From: froms[i%1000]}, func(error) { all.Done() })
	}
	all.Wait()
	cancel()
	<-ended
}

// Whoever watches is told how long an input waited behind others of its
// address, and how long it took.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		b := New(func(ctx context.Context, in flows.Input) error {
			time.Sleep(3 * time.Second)
			return nil
		}, Options{Watch: func(waited, took time.Duration) { told = append(told, fmt.Sprint(waited, took)) }})
		stop := start(t, b)
		(&recorder{}).take(b, "a1", "a2")
		stop()
		if want := []string{"0s 3s", "3s 3s"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
