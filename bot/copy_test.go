package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/postgres/postgrestest"
)

// TestPostgres runs commands on PostgreSQL, and moves what they made to a file
// and back.
func TestPostgres(t *testing.T) {
	server := postgrestest.Start(t)
	e := newEnvironment(t)
	dir := filepath.Dir(e["CHIHAI_DB"])
	e = e.with("CHIHAI_DB", server.Database(t), "CHIHAI_KEY", filepath.Join(dir, "key"))
	e.must(t, "import", "areas", "demo/areas.csv")
	e.must(t, "set", "organisation", "Hội Liên hiệp Phụ nữ")
	e.must(t, "grant", "--role", "staff", "--area", "92")
	if out := e.must(t, "check"); !strings.Contains(out, "nothing is wrong") {
		t.Errorf("check says %s", out)
	}
	if code, _, errs := e.command(t, "chat"); code != usage || !strings.Contains(errs, "file") {
		t.Errorf("chat, which is for made-up data: exit %d: %s", code, errs)
	}
	e.must(t, "reader")
	if code, _, errs := e.command(t, "backup", filepath.Join(dir, "b.db")); code != failed || !strings.Contains(errs, "pg_dump") {
		t.Errorf("backup: exit %d: %s", code, errs)
	}
	if code, _, errs := e.with("CHIHAI_BACKUPS", dir).command(t, "serve"); code != usage || !strings.Contains(errs, "pg_dump") {
		t.Errorf("a bot that is to make backups: exit %d: %s", code, errs)
	}
	file := filepath.Join(dir, "moved.db")
	first := e.must(t, "copy", "--from", e["CHIHAI_DB"], "--to", file)
	if out := e.with("CHIHAI_DB", file).must(t, "set"); !strings.Contains(out, "Phụ nữ") {
		t.Errorf("the copy in a file says %s", out)
	}
	back := server.Database(t)
	second := e.must(t, "copy", "--from", file, "--to", back)
	if sums(first) == "" || strings.Contains(first, "postgres@") {
		t.Errorf("copy prints %s", first)
	}
	if a, b := sums(first), sums(second); a != b {
		t.Errorf("there and back again, the digests differ:\n%s\n%s", a, b)
	}
	for name, args := range map[string][]string{
		"not empty": {"--from", e["CHIHAI_DB"], "--to", back},
		"empty":     {"--from", server.Database(t), "--to", server.Database(t)},
	} {
		if code, _, errs := e.command(t, append([]string{"copy"}, args...)...); code != failed {
			t.Errorf("%s: copy exits with %d: %s", name, code, errs)
		}
	}
	running, err := openBackend(t.Context(), e["CHIHAI_DB"], bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	if f := lookAtBackups(nil, running); !strings.Contains(f.Says, "pg_dump") {
		t.Errorf("health says of backups: %s", f.Says)
	}
	for _, args := range [][]string{{"--from", e["CHIHAI_DB"], "--to", server.Database(t)}, {"--from", file, "--to", e["CHIHAI_DB"]}} {
		if code, _, errs := e.command(t, append([]string{"copy"}, args...)...); code != failed || !strings.Contains(errs, "in use") {
			t.Errorf("copy while a bot runs exits with %d: %s", code, errs)
		}
	}
}

// sums is the table of digests that copy prints.
func sums(out string) string {
	i := strings.LastIndex(strings.TrimSuffix(out, "\n"), "\n")
	return out[:i+1]
}

// TestCopyInterrupted stops a copy again and again, each time a transaction
// later, while documents of the source change in between; at the end the two
// are equal.
func TestCopyInterrupted(t *testing.T) {
	e := newEnvironment(t)
	e.must(t, "import", "areas", "demo/areas.csv")
	source, err := openAlone(t.Context(), e["CHIHAI_DB"])
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	put := func(key string, value string) {
		t.Helper()
		if err := source.Update(t.Context(), func(kv store.KV) error { return kv.Put("seen", key, []byte(value)) }); err != nil {
			t.Fatal(err)
		}
	}
	err = source.Update(t.Context(), func(kv store.KV) error {
		for i := range 2*batchDocs + 7 {
			if err := kv.Put("seen", fmt.Sprintf("20261123/%06d", i), []byte(`{"at":"2026-11-23T08:00:00Z"}`)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(e["CHIHAI_DB"]), "target.db")
	target, err := openAlone(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { target.Close() }()
	for n := int64(1); ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		err := copyDatabase(ctx, source, &cutBackend{Backend: target, left: n, cut: cancel}, io.Discard, io.Discard)
		cancel()
		if err == nil {
			if n < 4 {
				t.Errorf("the copy was done after %d interruptions", n-1)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if n > 1 {
			if unfinished, err := isUnfinished(t.Context(), target); err != nil || !unfinished {
				t.Fatalf("after an interruption, isUnfinished = %v, %v", unfinished, err)
			}
		}
		put(fmt.Sprintf("20261123/%06d", n), `{"at":"2026-11-24T08:00:00Z"}`)
	}
	target.Close()
	if target, err = openAlone(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	for _, bucket := range store.Buckets() {
		a, err := digest(t.Context(), source, bucket)
		b, err2 := digest(t.Context(), target, bucket)
		if a != b || err != nil || err2 != nil {
			t.Errorf("%s: %v, %v of the source and %v, %v of the copy", bucket, a, err, b, err2)
		}
	}
}

// TestUnfinishedCopy opens what an interrupted copy has left.
func TestUnfinishedCopy(t *testing.T) {
	e := newEnvironment(t)
	db, err := openAlone(t.Context(), e["CHIHAI_DB"])
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(kv store.KV) error { return kv.Put("meta", copyMark, []byte("{}")) }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if code, _, errs := e.command(t, "set"); code != failed || !strings.Contains(errs, "unfinished") {
		t.Errorf("set: exit %d: %s", code, errs)
	}
	if _, err := os.Stat(e["CHIHAI_DB"] + keySuffix); err == nil {
		t.Error("a key was made for it")
	}
}

// A cutBackend calls cut when so many Updates were made.
type cutBackend struct {
	store.Backend
	left int64
	cut  func()
}

func (b *cutBackend) Update(ctx context.Context, fn func(store.KV) error) error {
	if atomic.AddInt64(&b.left, -1) < 0 {
		b.cut()
		return ctx.Err()
	}
	return b.Backend.Update(ctx, fn)
}
