package bolt_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// BenchmarkTurn does what one turn of a conversation does to a database of
// 100,000 members, with so many conversations at once, and every commit synced.
func BenchmarkTurn(b *testing.B) {
	db := populated(b)
	turns := 0
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			first := turns
			turns += b.N
			benchmark(b, db, callers, func(i int) error { return turn(db, first+i) })
		})
	}
}

// BenchmarkRead reads a document of 1 KB.
func BenchmarkRead(b *testing.B) {
	db := populated(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		err := db.View(b.Context(), func(kv store.KV) error {
			_, err := kv.Get("state", member(i*7919))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScan goes through 100,000 documents of 1 KB.
func BenchmarkScan(b *testing.B) {
	db := populated(b)
	for b.Loop() {
		n := 0
		err := db.View(b.Context(), func(kv store.KV) error {
			for _, err := range kv.Scan("state", "", "") {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil || n != members {
			b.Fatal(n, err)
		}
	}
}

const members = 100_000

func member(i int) string { return fmt.Sprintf("member-%08d", i%members) }

// turn reads and keeps that the input was seen, reads the contact, reads and
// writes the state, puts two answers into the outbox and takes out what was
// sent before.
func turn(db *bolt.DB, i int) error {
	who := member(i * 7919)
	return db.Update(context.Background(), func(kv store.KV) error {
		seen := fmt.Sprintf("telegram/%012d", i)
		if _, err := kv.Get("seen", seen); err != store.ErrNotFound {
			return fmt.Errorf("seen before: %v", err)
		}
		if err := kv.Put("seen", seen, fmt.Appendf(nil, "%q", who)); err != nil {
			return err
		}
		if _, err := kv.Get("contact", who); err != nil {
			return err
		}
		state, err := kv.Get("state", who)
		if err != nil {
			return err
		}
		if err := kv.Put("state", who, state); err != nil {
			return err
		}
		for part := range 2 {
			if err := kv.Put("outbox", fmt.Sprintf("reply/%012d/%d", i, part), state[700:]); err != nil {
				return err
			}
			if err := kv.Delete("outbox", fmt.Sprintf("reply/%012d/%d", i-500, part)); err != nil {
				return err
			}
		}
		return nil
	})
}

// benchmark lets callers do b.N of something and reports how long each took.
func benchmark(b *testing.B, db *bolt.DB, callers int, do func(i int) error) {
	before := db.Stats()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				begin := time.Now()
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(begin)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	ms := func(p int) float64 { return took[len(took)*p/100].Seconds() * 1000 }
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	b.ReportMetric(ms(50), "p50-ms")
	b.ReportMetric(ms(99), "p99-ms")
	if s := db.Stats(); s.Commits > before.Commits {
		b.ReportMetric(float64(s.Updates-before.Updates)/float64(s.Commits-before.Commits), "turns/commit")
	}
}

// populated returns a database with a contact and a state of 1 KB per member.
func populated(b *testing.B) *bolt.DB {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	db := open(b, path, bolt.Options{NoSync: true})
	value := fmt.Appendf(nil, "%1000d", 1)
	for i := 0; i < members; i += 5000 {
		err := db.Update(b.Context(), func(kv store.KV) error {
			for n := range 5000 {
				if err := kv.Put("state", member(i+n), value); err != nil {
					return err
				}
				if err := kv.Put("contact", member(i+n), value[700:]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return open(b, path, bolt.Options{})
}
