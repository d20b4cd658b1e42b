package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A copy that a killed command has left goes when the database is opened next;
// nothing else beside it does.
func TestSweepCopies(t *testing.T) {
	e := newEnvironment(t)
	dir, name := filepath.Split(e["CHIHAI_DB"])
	for file, age := range map[string]time.Duration{
		name + ".copy-ABC":      time.Second,
		name + ".check-1":       2 * time.Hour,
		name + ".check-2":       time.Minute, // somebody may be reading it
		name + ".bak":           1000 * time.Hour,
		"other.db.copy-ABC":     1000 * time.Hour,
		"x" + name + ".check-1": 1000 * time.Hour,
	} {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	s, err := openStore(t.Context(), e["CHIHAI_DB"], nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	slices.Sort(left)
	want := []string{"other.db.copy-ABC", name, name + ".bak", name + ".check-2", name + keySuffix, "x" + name + ".check-1"}
	if !slices.Equal(left, want) {
		t.Errorf("left: %q, want %q", left, want)
	}
}
