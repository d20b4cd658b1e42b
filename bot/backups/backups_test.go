package backups

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"

	"filippo.io/age"
)

// A world is a database with its backups, and a clock.
type world struct {
	t   *testing.T
	now time.Time
	*Backups
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "chihai.db")
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	w.Backups = New(Config{Store: s, Database: path, Dir: t.TempDir(), Every: time.Hour})
	return w
}

func (w *world) tick() time.Duration { return w.Backups.tick(w.t.Context()) }

// files are the names in the directory, without what they all have.
func (w *world) files() string {
	w.t.Helper()
	list, err := os.ReadDir(w.Dir)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, f := range list {
		names = append(names, strings.TrimPrefix(f.Name(), "chihai-20261123T"))
	}
	return strings.Join(names, " ")
}

func check[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// isBackup says whether the file is a sound copy, and when it was begun.
func isBackup(t *testing.T, path string) (at time.Time) {
	t.Helper()
	db, err := bolt.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := store.Check(t.Context(), db, time.Now(), func(bucket, key, what string) { t.Errorf("%s %s %s", bucket, key, what) }); err != nil {
		t.Error(err)
	}
	err = db.View(t.Context(), func(kv store.KV) error {
		raw, err := kv.Get("meta", "backup")
		at, _ = time.Parse(`{"at":"2006-01-02T15:04:05Z"}`, string(raw))
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return at
}

func TestBackups(t *testing.T) {
	w := newWorld(t)
	if err := os.WriteFile(filepath.Join(w.Dir, "chihai-20261123T060000Z.db.tmp"), []byte("cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check(t, "next one", w.tick(), time.Hour)
	check(t, "files", w.files(), "070000Z.db notes.txt")
	first := filepath.Join(w.Dir, "chihai-20261123T070000Z.db")
	check(t, "time of the copy", isBackup(t, first), w.now)
	if info, err := os.Stat(first); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}

	w.now = w.now.Add(40 * time.Minute)
	check(t, "next one after 40 minutes", w.tick(), 20*time.Minute)
	w.now = w.now.Add(20 * time.Minute)
	check(t, "next one after an hour", w.tick(), time.Hour)
	check(t, "files", w.files(), "070000Z.db 080000Z.db notes.txt")

	// Another process goes on where this one was.
	w.Backups = New(w.Config)
	w.now = w.now.Add(50 * time.Minute)
	check(t, "next one after a restart", w.tick(), 10*time.Minute)

	// Old ones go, also when no new one can be made.
	w.now = w.now.Add(29*24*time.Hour + 21*time.Hour + 30*time.Minute) // an hour before the 30 days of the older one
	w.Database = filepath.Join(w.Dir, "nowhere", "chihai.db")
	w.To = recipients(t)
	w.tick()
	check(t, "files while backups fail", w.files(), "080000Z.db notes.txt")
	w.now = w.now.Add(25 * time.Hour)
	w.tick()
	check(t, "files when backups fail for long", w.files(), "notes.txt")
}

func recipients(t *testing.T) []age.Recipient {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return []age.Recipient{id.Recipient()}
}

// A failure is tried again, longer each time, and shows in the health.
func TestFailure(t *testing.T) {
	w := newWorld(t)
	dir := w.Dir
	w.Dir = filepath.Join(dir, "not mounted")
	var pauses []time.Duration
	for range 6 {
		pauses = append(pauses, w.tick()/time.Minute)
	}
	if want := []time.Duration{1, 2, 4, 8, 15, 15}; !slices.Equal(pauses, want) {
		t.Errorf("pauses of %v minutes, want %v", pauses, want)
	}
	if err := w.Health(); err == nil || !strings.Contains(err.Error(), "there is no backup") {
		t.Errorf("health: %v", err)
	}
	w.Dir = dir
	check(t, "next one", w.tick(), time.Hour)
	check(t, "health", w.Health(), nil)
	check(t, "tries that failed", w.Stats().Failed, 6)
	w.now = w.now.Add(3 * time.Hour)
	if err := w.Health(); err == nil || !strings.Contains(err.Error(), "2026-11-23T07:00:00Z") {
		t.Errorf("health when backups have stopped: %v", err)
	}
}

// The copy is read once a week, and again after something was found.
func TestChecks(t *testing.T) {
	w := newWorld(t)
	var broken error
	checks := 0
	w.Check = func(_ context.Context, path string) error {
		checks++
		isBackup(t, path)
		return broken
	}
	tick := func(after time.Duration) {
		w.now = w.now.Add(after)
		w.tick()
	}
	tick(0)
	check(t, "checks at first", checks, 1)
	tick(time.Hour)
	tick(6 * 24 * time.Hour)
	check(t, "checks within the week", checks, 1)
	broken = errors.New("a fault")
	tick(24 * time.Hour)
	check(t, "checks after the week", checks, 2)
	if err := w.Health(); err == nil || !strings.Contains(err.Error(), "a fault") {
		t.Errorf("health after a fault: %v", err)
	}
	check(t, "backups made", w.Stats().Made, 4)
	broken = nil
	tick(time.Hour)
	check(t, "checks after a fault", checks, 3)
	check(t, "health", w.Health(), nil)
}

// What is encrypted can be read by each recipient, and nothing plain is left.
func TestEncrypted(t *testing.T) {
	w := newWorld(t)
	var ids []age.Identity
	var text []string
	for range 2 {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		ids, text = append(ids, id), append(text, id.Recipient().String())
	}
	var err error
	if w.To, err = Recipients(strings.Join(text, ", ")); err != nil || len(w.To) != 2 {
		t.Fatalf("%d recipients, %v", len(w.To), err)
	}
	w.tick()
	check(t, "files", w.files(), "070000Z.db.age")
	name := filepath.Join(w.Dir, "chihai-20261123T070000Z.db.age")
	if is, err := Encrypted(name); !is || err != nil {
		t.Errorf("Encrypted = %t, %v", is, err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		open, err := age.Decrypt(bytes.NewReader(raw), id)
		if err != nil {
			t.Fatalf("recipient %d: %v", i, err)
		}
		plain, err := io.ReadAll(open)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, plain, 0o600); err != nil {
			t.Fatal(err)
		}
		check(t, "time of the copy", isBackup(t, path), w.now)
	}
	// Also when it fails on the way.
	w.now = w.now.Add(time.Hour)
	w.To = []age.Recipient{failing{}}
	w.tick()
	check(t, "files after a failure", w.files(), "070000Z.db.age")
	beside, err := os.ReadDir(filepath.Dir(w.Database))
	if err != nil || len(beside) != 1 {
		t.Errorf("beside the database: %v, %v", beside, err)
	}
}

// A failing recipient encrypts nothing.
type failing struct{}

func (failing) Wrap([]byte) ([]*age.Stanza, error) { return nil, errors.New("no") }

func TestRecipients(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"age1abc", "x", id.String(), strings.ToLower(id.String())} {
		if _, err := Recipients(wrong); err == nil {
			t.Errorf("%q is a recipient", wrong)
		} else if strings.Contains(err.Error(), id.String()) {
			t.Errorf("the error tells the identity: %v", err)
		}
	}
	if all, err := Recipients(" \n"); len(all) != 0 || err != nil {
		t.Errorf("none: %v, %v", all, err)
	}
}

// A program that ends does not wait for a backup that is being encrypted.
func TestPourStops(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, to := range [][]age.Recipient{nil, recipients(t)} {
		if err := Pour(ctx, io.Discard, path, to); !errors.Is(err, context.Canceled) {
			t.Errorf("Pour for %d recipients: %v, want %v", len(to), err, context.Canceled)
		}
	}
}
