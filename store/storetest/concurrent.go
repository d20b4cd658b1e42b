package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"chihai/store"
)

func testCancelledBefore(t *testing.T, b store.Backend) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := func(store.KV) error { t.Error("fn ran"); return nil }
	if err := b.Update(ctx, ran); !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v, want the error of ctx", err)
	}
	if err := b.View(ctx, ran); !errors.Is(err, context.Canceled) {
		t.Errorf("View = %v, want the error of ctx", err)
	}
	put(t, b, "b/k=1")
}

// testCancelledWaiting cancels an Update while another one runs. It must come
// back while the other still runs, having written nothing if it says so.
func testCancelledWaiting(t *testing.T, b store.Backend) {
	running, goOn, first := make(chan struct{}), make(chan struct{}), make(chan error)
	var once sync.Once
	go func() {
		first <- b.Update(t.Context(), func(kv store.KV) error {
			once.Do(func() { close(running) })
			<-goOn
			return kv.Put("b", "first", text(""))
		})
	}()
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	for range 8 {
		go func() {
			second <- b.Update(ctx, func(kv store.KV) error { return kv.Put("b", "second", text("")) })
		}()
	}
	cancel()
	written := false
	for range 8 {
		if err := <-second; err == nil {
			written = true
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("Update = %v, want nil or the error of ctx", err)
		}
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Errorf("first Update = %v", err)
	}
	if written {
		want(t, b, "b", "b/first=", "b/second=")
	} else {
		want(t, b, "b", "b/first=")
	}
}

func testCancelledWithin(t *testing.T, b store.Backend) {
	put(t, b, "b/k=before")
	ctx, cancel := context.WithCancel(t.Context())
	err := b.Update(ctx, func(kv store.KV) error {
		cancel()
		return kv.Put("b", "k", text("after"))
	})
	switch {
	case err == nil:
		want(t, b, "b", "b/k=after")
	case errors.Is(err, context.Canceled):
		want(t, b, "b", "b/k=before")
	default:
		t.Errorf("Update = %v, want nil or the error of ctx", err)
	}
}

// add adds n to the number under key and returns the sum.
func add(kv store.KV, key string, n int) (int, error) {
	value, err := kv.Get("b", key)
	if err != nil && err != store.ErrNotFound {
		return 0, err
	}
	sum, _ := strconv.Atoi(word(value))
	sum += n
	return sum, kv.Put("b", key, strconv.AppendInt(nil, int64(sum), 10)) // a JSON number
}

// testCounter lets 64 goroutines count, with some that fail and panic between
// them.
func testCounter(t *testing.T, b store.Backend) {
	var all sync.WaitGroup
	var clash atomic.Int64
	for g := range 64 {
		all.Go(func() {
			for i := range 5 {
				mine := fmt.Sprintf("own-%02d-%d", g, i)
				err := b.Update(t.Context(), func(kv store.KV) error {
					n, err := add(kv, "count", 1)
					if err != nil {
						return err
					}
					return kv.Put("b", mine, fmt.Append(nil, n))
				})
				if err != nil {
					t.Errorf("Update = %v", err)
				}
				if g%8 == 0 {
					b.Update(t.Context(), func(kv store.KV) error { add(kv, "count", 1000); return errTest })
				}
				if g%8 == 1 {
					func() {
						defer func() { clash.Add(1); recover() }()
						b.Update(t.Context(), func(kv store.KV) error { add(kv, "count", 1000); panic(errTest) })
					}()
				}
			}
		})
	}
	all.Wait()
	err := b.View(t.Context(), func(kv store.KV) error {
		seen := make(map[string]bool)
		for p, err := range kv.Scan("b", "own-", "own.") {
			if err != nil {
				return err
			}
			if n, _ := strconv.Atoi(string(p.Value)); seen[string(p.Value)] || n < 1 || n > 320 {
				return fmt.Errorf("%s counted to %s, out of range or like another one", p.Key, p.Value)
			}
			seen[string(p.Value)] = true
		}
		if v, err := kv.Get("b", "count"); err != nil || string(v) != "320" || len(seen) != 320 {
			return fmt.Errorf("counter = %s, %v with %d values seen; want 320", v, err, len(seen))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// testCrossingReads lets two Updates each read what the other writes: one must
// see the other's write, or they did not run one after another.
func testCrossingReads(t *testing.T, b store.Backend) {
	for round := range 40 {
		var both sync.WaitGroup
		x, y := fmt.Sprint("x", round), fmt.Sprint("y", round)
		for _, at := range [][2]string{{x, y}, {y, x}} {
			both.Go(func() {
				err := b.Update(t.Context(), func(kv store.KV) error {
					other, err := kv.Get("b", at[1])
					if err != nil && err != store.ErrNotFound {
						return err
					}
					return kv.Put("b", at[0], text("after "+word(other)))
				})
				if err != nil {
					t.Errorf("Update = %v", err)
				}
			})
		}
		both.Wait()
		err := b.View(t.Context(), func(kv store.KV) error {
			vx, errx := kv.Get("b", x)
			vy, erry := kv.Get("b", y)
			if string(vx) == string(vy) {
				return fmt.Errorf("x is %q and y is %q: neither saw the other", vx, vy)
			}
			return errors.Join(errx, erry)
		})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

// testSumStays moves amounts between accounts while Views add them up.
func testSumStays(t *testing.T, b store.Backend) {
	const accounts, amount = 8, 100
	var pairs []string
	for i := range accounts {
		pairs = append(pairs, fmt.Sprintf("b/%d=%d", i, amount))
	}
	put(t, b, pairs...)
	sum := func(kv store.KV) error {
		total := 0
		for p, err := range kv.Scan("b", "", "") {
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(word(p.Value))
			total += n
		}
		if total != accounts*amount {
			return fmt.Errorf("the accounts add up to %d, want %d", total, accounts*amount)
		}
		return nil
	}
	var all sync.WaitGroup
	for g := range 16 {
		random := rand.New(rand.NewPCG(1, uint64(g)))
		all.Go(func() {
			for range 10 {
				from, to, n := fmt.Sprint(random.IntN(accounts)), fmt.Sprint(random.IntN(accounts)), random.IntN(50)
				err := b.Update(t.Context(), func(kv store.KV) error {
					if _, err := add(kv, from, -n); err != nil {
						return err
					}
					_, err := add(kv, to, n)
					return err
				})
				if err != nil {
					t.Errorf("Update = %v", err)
				}
				if err := b.View(t.Context(), sum); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func testClosed(t *testing.T, b store.Backend) {
	put(t, b, "b/k=1")
	for range 2 {
		if err := b.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		ran := func(store.KV) error { t.Error("fn ran"); return nil }
		if err := b.Update(t.Context(), ran); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Update after Close = %v, want ErrClosed", err)
		}
		if err := b.View(t.Context(), ran); !errors.Is(err, store.ErrClosed) {
			t.Errorf("View after Close = %v, want ErrClosed", err)
		}
	}
}

// testCloseWaits closes while an Update and a View run: both must be able to
// finish.
func testCloseWaits(t *testing.T, b store.Backend) {
	put(t, b, "b/k=1")
	begun, goOn, done, closed := make(chan struct{}), make(chan struct{}), make(chan error), make(chan error, 1)
	var updateBegan sync.Once
	go func() {
		done <- b.Update(t.Context(), func(kv store.KV) error {
			updateBegan.Do(func() { begun <- struct{}{} })
			<-goOn
			_, err := add(kv, "k", 1)
			return err
		})
	}()
	go func() {
		done <- b.View(t.Context(), func(kv store.KV) error {
			begun <- struct{}{}
			<-goOn
			return wantScan(kv, "b", "", "", "k")
		})
	}()
	<-begun
	<-begun
	go func() { closed <- b.Close() }()
	for { // until Close has been noticed
		if err := b.View(t.Context(), func(store.KV) error { return nil }); errors.Is(err, store.ErrClosed) {
			break
		}
	}
	select {
	case <-closed:
		t.Error("Close returned while an Update and a View ran")
	default:
	}
	close(goOn)
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("what ran during Close returned %v", err)
		}
	}
	if err := <-closed; err != nil {
		t.Errorf("Close = %v", err)
	}
}

func testCloseAmongWriters(t *testing.T, b store.Backend) {
	var all sync.WaitGroup
	var kept atomic.Int64
	enough := make(chan struct{})
	for range 16 {
		all.Go(func() {
			for {
				err := b.Update(context.Background(), func(kv store.KV) error { _, err := add(kv, "count", 1); return err })
				if errors.Is(err, store.ErrClosed) {
					return
				}
				if err != nil {
					t.Errorf("Update = %v, want nil or ErrClosed", err)
					return
				}
				if kept.Add(1) == 50 {
					close(enough)
				}
			}
		})
	}
	<-enough
	if err := b.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	all.Wait()
}
