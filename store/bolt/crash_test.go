package bolt

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chihai/store"
)

// TestScrubCrash builds the files that a power cut may leave behind in the
// middle of a Scrub: any of the wiped sectors may or may not have reached the
// disk, and either head may be unreadable. Each must hold all documents.
func TestScrubCrash(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	live := make(map[string]string)
	for i := range 600 {
		key := fmt.Sprintf("%03d", random.IntN(200))
		live[key] = strings.Repeat(fmt.Sprint(i, " "), random.IntN(2000))
		mustPut(t, d, key, live[key])
	}
	// A scrub whose ctx has ended stops where the wiping would begin.
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.alone(t.Context(), func() { d.scrub(ended) }); err != nil {
		t.Fatal(err)
	}
	before := image(t, path)
	if n, err := d.Scrub(t.Context()); err != nil || n == 0 {
		t.Fatalf("Scrub = %d, %v", n, err)
	}
	after := image(t, path)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	const sector = 512
	page := os.Getpagesize()
	for n := range 40 {
		cut := slices.Clone(after)
		lost := 0
		for at := 2 * page; at < len(cut); at += sector {
			if random.IntN(40) < n && !bytes.Equal(before[at:at+sector], after[at:at+sector]) {
				copy(cut[at:at+sector], before[at:])
				lost++
			}
		}
		head := random.IntN(3)
		if head < 2 {
			clear(cut[head*page:][:page])
		}
		path := filepath.Join(dir, "cut.db")
		if err := os.WriteFile(path, cut, 0o600); err != nil {
			t.Fatal(err)
		}
		if head == 2 { // Check wants both heads
			if err := Check(path); err != nil {
				t.Fatalf("with %d sectors lost: %v", lost, err)
			}
		}
		d, err := Open(path, Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range live {
			wantValue(t, d, key, value)
		}
		mustPut(t, d, "more", "")
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if err := Check(path); err != nil {
			t.Fatalf("with %d sectors lost, reopened: %v", lost, err)
		}
	}
}

// image returns the bytes of the file path.
func image(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// quoted is the document that the tests keep for a word.
func quoted(word string) []byte { return []byte(`"` + word + `"`) }

func mustPut(t *testing.T, d *DB, key, value string) {
	t.Helper()
	if err := d.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", key, quoted(value)) }); err != nil {
		t.Fatal(err)
	}
}

func wantValue(t *testing.T, d *DB, key, want string) {
	t.Helper()
	err := d.View(t.Context(), func(kv store.KV) error {
		if got, err := kv.Get("b", key); err != nil || string(got) != string(quoted(want)) {
			t.Errorf("Get(%s) = %.20q, %v; want %.20q", key, got, err, want)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
