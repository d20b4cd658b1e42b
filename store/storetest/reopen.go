package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"chihai/store"
)

// TestReopen tests that what was committed outlives the Backend. open returns
// the database that is kept under name, a word that is new to each test: empty
// the first time, and later with what it held when it was closed.
func TestReopen(t *testing.T, open func(t *testing.T, name string) store.Backend) {
	t.Run("all is there", func(t *testing.T) {
		for round := range 3 {
			b := open(t, "reopen")
			if round == 0 {
				want(t, b, "a b")
			} else {
				want(t, b, "a b", "a/k="+fmt.Sprint(round), "b/k=kept")
			}
			err := b.Update(t.Context(), func(kv store.KV) error {
				return errors.Join(putAll(kv, "b/k=kept", "b/gone=1", "a/k="+fmt.Sprint(round+1)), kv.Delete("b", "gone"))
			})
			if err != nil {
				t.Fatal(err)
			}
			b.Update(t.Context(), func(kv store.KV) error { kv.Put("b", "undone", text("")); return errTest })
			if err := b.Close(); err != nil {
				t.Fatalf("Close = %v", err)
			}
		}
	})
	t.Run("what was confirmed and no more", func(t *testing.T) {
		total := 0
		for range 3 {
			b := open(t, "confirmed")
			var all sync.WaitGroup
			var kept atomic.Int64
			enough := make(chan struct{})
			for range 8 {
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
						if kept.Add(1) == 30 {
							close(enough)
						}
					}
				})
			}
			<-enough
			b.Close()
			all.Wait()
			total += int(kept.Load())
			b = open(t, "confirmed")
			want(t, b, "b", fmt.Sprintf("b/count=%d", total))
			b.Close()
		}
	})
}
