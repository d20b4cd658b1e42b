package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// A store without room still answers, and says that it does not keep anything.
func TestProbe(t *testing.T) {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{MaxSize: 256 << 10})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := errors.Join(s.Answers(t.Context()), s.Keeps(t.Context())); err != nil {
		t.Errorf("a sound store: %v", err)
	}
	if _, err := store.Check(t.Context(), db, time.Now(), func(bucket, key, what string) { t.Errorf("%s %s: %s", bucket, key, what) }); err != nil {
		t.Error(err)
	}
	for err = nil; err == nil; { // until it is full
		err = s.Update(t.Context(), func(tx *store.Tx) error {
			return tx.Post(&store.Message{Channel: "test:1", Address: "1", Text: "x"})
		})
	}
	if err := s.Answers(t.Context()); err != nil {
		t.Errorf("a full store does not answer: %v", err)
	}
	if err := s.Keeps(t.Context()); !errors.Is(err, store.ErrRefused) {
		t.Errorf("Keeps of a full store = %v, want %v", err, store.ErrRefused)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Answers(gone); err == nil {
		t.Error("Answers returns nil although nobody waits any more")
	}
}
