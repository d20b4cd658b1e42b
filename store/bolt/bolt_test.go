package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/storetest"
)

func TestBackend(t *testing.T) {
	storetest.TestBackend(t, func(t *testing.T) store.Backend {
		return open(t, filepath.Join(t.TempDir(), "test.db"), bolt.Options{NoSync: true})
	})
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	storetest.TestReopen(t, func(t *testing.T, name string) store.Backend {
		return open(t, filepath.Join(dir, name+".db"), bolt.Options{})
	})
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "new.db"), bolt.Options{})
	put(t, db, "k", "v")
	info, err := os.Stat(filepath.Join(dir, "new.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of a new file is %v, %v; want that only the owner may read and write", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("there are %v, %v; want only the database", entries, err)
	}
}

func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db := open(t, path, bolt.Options{})
	if _, err := bolt.Open(path, bolt.Options{Timeout: 60 * time.Millisecond}); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("second Open = %v, want ErrInUse and the name of the file", err)
	}
	if err := bolt.Check(path); !errors.Is(err, store.ErrInUse) {
		t.Errorf("Check = %v, want ErrInUse", err)
	}
	put(t, db, "k", "v")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path, bolt.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
}

// TestNotADatabase opens what no commit of ours leaves behind.
func TestNotADatabase(t *testing.T) {
	dir := t.TempDir()
	sound := filepath.Join(dir, "sound.db")
	db := open(t, sound, bolt.Options{})
	for i := range 200 {
		put(t, db, fmt.Sprint(i), strings.Repeat("v", 1000))
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(filepath.Join(dir, "copy.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty":         {},
		"text":          []byte(strings.Repeat("this is no database\n", 1000)),
		"zeros":         make([]byte, 1<<16),
		"cut off":       copied[:len(copied)/2],
		"cut by a byte": copied[:len(copied)-1],
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bolt.Open(path, bolt.Options{}); err == nil {
			t.Errorf("%s: Open returns no error", name)
		}
		if err := bolt.Check(path); err == nil {
			t.Errorf("%s: Check returns no error", name)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != string(content) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	if _, err := bolt.OpenReadOnly(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenReadOnly of no file = %v, want that it does not exist", err)
	}
	db := open(t, path, bolt.Options{})
	put(t, db, "k", "v")
	db.Close()
	var both []*bolt.DB
	for range 2 {
		db, err := bolt.OpenReadOnly(path)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, db)
		if err := db.Update(t.Context(), func(store.KV) error { return nil }); err != store.ErrReadOnly {
			t.Errorf("Update = %v, want ErrReadOnly", err)
		}
		if _, err := db.Scrub(t.Context()); err != store.ErrReadOnly {
			t.Errorf("Scrub = %v, want ErrReadOnly", err)
		}
		if got := get(t, db, "k"); got != "v" {
			t.Errorf("Get = %q, want v", got)
		}
	}
	for _, db := range both {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// open opens path and closes it when the test ends.
func open(t testing.TB, path string, opt bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return db
}

func put(t testing.TB, db *bolt.DB, key, value string) {
	t.Helper()
	if err := db.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", key, quoted(value)) }); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, db *bolt.DB, key string) {
	t.Helper()
	if err := db.Update(t.Context(), func(kv store.KV) error { return kv.Delete("b", key) }); err != nil {
		t.Fatal(err)
	}
}

// get returns the value under key, and "" for none.
func get(t testing.TB, db *bolt.DB, key string) string {
	t.Helper()
	var value []byte
	err := db.View(t.Context(), func(kv store.KV) (err error) {
		value, err = kv.Get("b", key)
		return err
	})
	if err != nil && err != store.ErrNotFound {
		t.Fatal(err)
	}
	return strings.Trim(string(value), `"`)
}

// quoted is the document that the tests keep for a word.
func quoted(word string) []byte { return []byte(`"` + word + `"`) }
