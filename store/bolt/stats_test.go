package bolt_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
)

// Whoever watches is told of each commit, of refused ones too, and of nothing
// else.
func TestWatch(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "test.db"), bolt.Options{MaxSize: 1 << 20})
	defer db.Close()
	put(t, db, "before", "1")
	var told []store.Commit
	db.Watch(func(c store.Commit) { told = append(told, c) })
	put(t, db, "k", "1")
	if err := db.Update(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "k"); return err }); err != nil {
		t.Fatal(err)
	}
	large := `"` + strings.Repeat("x", store.MaxValue-2) + `"`
	err := db.Update(t.Context(), func(kv store.KV) error {
		for i := range 40 {
			if err := kv.Put("b", string(rune('a'+i)), []byte(large)); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, store.ErrRefused) {
		t.Fatalf("an Update without room returns %v", err)
	}
	if len(told) != 2 {
		t.Fatalf("told of %d commits, want one that was kept and one that was refused: %+v", len(told), told)
	}
	if c := told[0]; c.Err != nil || c.Updates != 1 || c.Took <= 0 || c.Synced <= 0 || c.Synced > c.Took {
		t.Errorf("told of %+v, want one Update, and a commit of which the syncs are a part", c)
	}
	if c := told[1]; !errors.Is(c.Err, store.ErrRefused) {
		t.Errorf("told of %+v, want that it was refused", c)
	}
	if s := db.Stats(); s.Commits != 2 {
		t.Errorf("%+v counts a refused commit", s)
	}
}

func TestSpace(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	defer db.Close()
	for range 3 {
		put(t, db, "k", strings.Repeat("x", 10_000))
	}
	inside, leave := make(chan struct{}), make(chan struct{})
	left := make(chan error)
	go func() {
		left <- db.View(t.Context(), func(store.KV) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	s, err := db.Space()
	close(leave)
	if err := errors.Join(err, <-left); err != nil {
		t.Fatal(err)
	}
	if used := s.File - s.Free; s.Free <= 0 || used < 10_000 || used > 200_000 || s.Views != 1 {
		t.Errorf("%+v, want one value of three that were put, and one View", s)
	}
}
