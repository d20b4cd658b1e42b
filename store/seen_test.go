package store_test

import (
	"context"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// A seenReads backend counts the documents that are read of what was seen.
type seenReads struct {
	store.Backend
	n int
}

func (s *seenReads) Update(ctx context.Context, fn func(store.KV) error) error {
	return s.Backend.Update(ctx, func(kv store.KV) error { return fn(seenReadsKV{kv, s}) })
}

type seenReadsKV struct {
	store.KV
	of *seenReads
}

func (kv seenReadsKV) Get(bucket, key string) ([]byte, error) {
	if bucket == "seen" {
		kv.of.n++
	}
	return kv.KV.Get(bucket, key)
}

// What was seen is known again for a day, also when the clock of the machine
// was set back meanwhile.
func TestFirstSeen(t *testing.T) {
	seen := time.Date(2026, 3, 1, 0, 0, 30, 0, time.UTC)
	for _, tt := range []struct {
		later time.Duration
		first bool
		reads int
	}{
		{0, false, 1},
		{24 * time.Hour, false, 2},
		{-time.Minute, false, 3},
		{-24 * time.Hour, false, 3},
		{48 * time.Hour, true, 3},
		{-25 * time.Hour, true, 3},
	} {
		now := seen
		db := &seenReads{Backend: memory.New()}
		s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		look := func() (first bool) {
			db.n = 0
			err := s.Update(t.Context(), func(tx *store.Tx) (err error) {
				first, err = tx.FirstSeen("test:1/u/1")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return first
		}
		if !look() || db.n != 3 {
			t.Errorf("a new input is not new, or was looked for %d times", db.n)
		}
		now = seen.Add(tt.later)
		if first := look(); first != tt.first || db.n != tt.reads {
			t.Errorf("after %v: first %v with %d reads, want %v with %d", tt.later, first, db.n, tt.first, tt.reads)
		}
	}
}
