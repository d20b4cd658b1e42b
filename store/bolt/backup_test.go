package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
)

// TestBackup copies a database while two documents of it change together.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "test.db"), bolt.Options{})
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			err := db.Update(t.Context(), func(kv store.KV) error {
				v := fmt.Appendf(nil, "%6000d", i)
				return errors.Join(kv.Put("b", "one", v), kv.Put("b", "two", v))
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 5 {
		path := filepath.Join(dir, fmt.Sprint("copy", i))
		if err := db.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if err := bolt.Check(path); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode of a copy is %v, %v; want that only the owner may read and write", info.Mode(), err)
		}
		copied, err := bolt.OpenReadOnly(path)
		if err != nil {
			t.Fatal(err)
		}
		if one, two := get(t, copied, "one"), get(t, copied, "two"); one != two {
			t.Errorf("the copy holds %q and %q of two documents that are always the same", one, two)
		}
		copied.Close()
	}
	close(stop)
	all.Wait()
}

// TestBackupLeavesNothing fails in several ways, none of which may touch what
// is there or leave a part of a copy.
func TestBackupLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "test.db"), bolt.Options{})
	put(t, db, "k", "v")
	there := filepath.Join(dir, "there")
	if err := os.WriteFile(there, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), there); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Backup onto a file = %v, want that it exists", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Backup(ctx, filepath.Join(dir, "cancelled")); !errors.Is(err, context.Canceled) {
		t.Errorf("Backup = %v, want the error of ctx", err)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "no", "such", "folder")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Backup into no folder = %v, want that it does not exist", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("there are %v, %v; want the database and the file", entries, err)
	}
	if content, err := os.ReadFile(there); err != nil || string(content) != "precious" {
		t.Errorf("the file holds %q, %v", content, err)
	}
}
