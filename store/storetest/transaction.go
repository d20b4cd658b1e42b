package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"

	"chihai/store"
)

func testPutGetDelete(t *testing.T, b store.Backend) {
	put(t, b, "b/k=one", "b/l=two", "b/empty=")
	want(t, b, "b", "b/empty=", "b/k=one", "b/l=two")
	put(t, b, "b/k=three")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := kv.Delete("b", "l"); err != nil {
			return err
		}
		return kv.Delete("b", "never there")
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, b, "b", "b/empty=", "b/k=three")
	err = b.View(t.Context(), func(kv store.KV) error {
		if v, err := kv.Get("b", "l"); err != store.ErrNotFound || v != nil {
			t.Errorf("Get of a deleted key = %q, %v; want ErrNotFound", v, err)
		}
		if v, err := kv.Get("b", "empty"); err != nil || v == nil {
			t.Errorf("Get of an empty word = %v, %v; want a document", v, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testAbsentBucket(t *testing.T, b store.Backend) {
	look := func(kv store.KV) error {
		if _, err := kv.Get("nowhere", "k"); err != store.ErrNotFound {
			return fmt.Errorf("get = %v, want ErrNotFound", err)
		}
		return wantScan(kv, "nowhere", "", "")
	}
	if err := b.View(t.Context(), look); err != nil {
		t.Error(err)
	}
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := look(kv); err != nil {
			return err
		}
		return kv.Delete("nowhere", "k")
	})
	if err != nil {
		t.Error(err)
	}
	if err := b.View(t.Context(), look); err != nil {
		t.Errorf("after a Delete in it: %v", err)
	}
}

func testOwnWrites(t *testing.T, b store.Backend) {
	put(t, b, "b/old=1", "b/gone=1")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := putAll(kv, "b/new=1", "b/old=2", "b/brief=1", "b/old=3"); err != nil {
			return err
		}
		for _, key := range []string{"gone", "brief"} {
			if err := kv.Delete("b", key); err != nil {
				return err
			}
			if _, err := kv.Get("b", key); err != store.ErrNotFound {
				return fmt.Errorf("get(%s) = %v, want ErrNotFound", key, err)
			}
		}
		if v, err := kv.Get("b", "old"); err != nil || word(v) != "3" {
			return fmt.Errorf("get(old) = %s, %v; want 3", v, err)
		}
		return putAll(kv, "b/gone=again")
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, b, "b", "b/gone=again", "b/new=1", "b/old=3")
}

func testErrorUndoes(t *testing.T, b store.Backend) {
	put(t, b, "b/k=before")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := errors.Join(putAll(kv, "b/k=after", "new/k=1"), kv.Delete("b", "k")); err != nil {
			return err
		}
		return errTest
	})
	if err != errTest {
		t.Errorf("Update = %v, want the error that fn returned", err)
	}
	want(t, b, "b new", "b/k=before")
	if err := b.View(t.Context(), func(store.KV) error { return errTest }); err != errTest {
		t.Errorf("View = %v, want the error that fn returned", err)
	}
}

func testPanicUndoes(t *testing.T, b store.Backend) {
	put(t, b, "b/k=before")
	for name, run := range map[string]func(func(store.KV) error) error{
		"Update": func(fn func(store.KV) error) error { return b.Update(t.Context(), fn) },
		"View":   func(fn func(store.KV) error) error { return b.View(t.Context(), fn) },
	} {
		func() {
			defer func() {
				if v := recover(); v != errTest {
					t.Errorf("%s panics with %v, want the value that fn panicked with", name, v)
				}
			}()
			err := run(func(kv store.KV) error {
				kv.Put("b", "k", text("after"))
				panic(errTest)
			})
			t.Errorf("%s returned %v", name, err)
		}()
	}
	want(t, b, "b", "b/k=before")
	put(t, b, "b/k=again")
	want(t, b, "b", "b/k=again")
}

func testGoexitUndoes(t *testing.T, b store.Backend) {
	put(t, b, "b/k=before")
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Update(t.Context(), func(kv store.KV) error {
			kv.Put("b", "k", text("after"))
			runtime.Goexit() // as t.FailNow does
			return nil
		})
	}()
	<-done
	want(t, b, "b", "b/k=before")
	put(t, b, "b/k=again")
	want(t, b, "b", "b/k=again")
}

func testViewReadOnly(t *testing.T, b store.Backend) {
	put(t, b, "b/k=1")
	err := b.View(t.Context(), func(kv store.KV) error {
		if err := kv.Put("b", "k", text("2")); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Put = %v, want ErrReadOnly", err)
		}
		if err := kv.Delete("b", "k"); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Delete = %v, want ErrReadOnly", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	want(t, b, "b", "b/k=1")
}

func testViewSnapshot(t *testing.T, b store.Backend) {
	put(t, b, "b/a=1", "b/b=1", "b/c=1")
	err := b.View(t.Context(), func(kv store.KV) error {
		var seen []string
		for p, err := range kv.Scan("b", "", "") {
			if err != nil {
				return err
			}
			if seen = append(seen, p.Key+word(p.Value)); len(seen) > 1 {
				continue
			}
			changed := make(chan error)
			go func() {
				changed <- b.Update(t.Context(), func(kv store.KV) error {
					return errors.Join(putAll(kv, "b/a=2", "b/aa=2", "b/b=2", "b/d=2"), kv.Delete("b", "c"))
				})
			}()
			if err := <-changed; err != nil {
				return err
			}
		}
		if !slices.Equal(seen, []string{"a1", "b1", "c1"}) {
			t.Errorf("Scan yields %v, want what was there when View began", seen)
		}
		if v, err := kv.Get("b", "a"); err != nil || word(v) != "1" {
			t.Errorf("Get(a) = %s, %v; want 1", v, err)
		}
		return wantScan(kv, "b", "", "", "a", "b", "c")
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, b, "b", "b/a=2", "b/aa=2", "b/b=2", "b/d=2")
}

func testIsolation(t *testing.T, b store.Backend) {
	put(t, b, "b/k=before")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := putAll(kv, "b/k=after", "b/l=after"); err != nil {
			return err
		}
		seen := make(chan error)
		go func() {
			seen <- b.View(t.Context(), func(kv store.KV) error {
				if v, err := kv.Get("b", "k"); err != nil || word(v) != "before" {
					return fmt.Errorf("get = %s, %v; want before", v, err)
				}
				return wantScan(kv, "b", "", "", "k")
			})
		}()
		return <-seen
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, b, "b", "b/k=after", "b/l=after")
}

func testOwnership(t *testing.T, b store.Backend) {
	var kept [][]byte
	spoil := func(v []byte) {
		kept = append(kept, bytes.Clone(v), v)
		for i := range v {
			v[i] = '!'
		}
	}
	read := func(kv store.KV) error {
		for range 2 {
			v, err := kv.Get("b", "k")
			if err != nil || word(v) != "value" {
				return fmt.Errorf("get = %q, %v; want value", v, err)
			}
			spoil(v)
			for _, scan := range []iter.Seq2[store.Pair, error]{kv.Scan("b", "", ""), kv.ScanBack("b", "", "")} {
				for p, err := range scan {
					if err != nil || word(p.Value) != "value" {
						return fmt.Errorf("scan yields %q, %v; want value", p.Value, err)
					}
					spoil(p.Value)
				}
			}
		}
		return nil
	}
	err := b.Update(t.Context(), func(kv store.KV) error {
		kept = nil
		buffer := text("value")
		if err := kv.Put("b", "k", buffer); err != nil {
			return err
		}
		copy(buffer, "XXXXXXX")
		return read(kv)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.View(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	put(t, b, "b/k=other", "b/l=other")
	for i, v := range kept {
		if want := []string{`"value"`, "!!!!!!!"}[i%2]; string(v) != want {
			t.Fatalf("kept value %d became %q, want %q", i, v, want)
		}
	}
}

func testUseAfterEnd(t *testing.T, b store.Backend) {
	put(t, b, "b/k=1")
	var view, update, failed store.KV
	b.View(t.Context(), func(kv store.KV) error { view = kv; return nil })
	b.Update(t.Context(), func(kv store.KV) error { update = kv; return kv.Put("b", "l", text("")) })
	b.Update(t.Context(), func(kv store.KV) error { failed = kv; return errTest })
	for name, kv := range map[string]store.KV{"View": view, "Update": update, "failed Update": failed} {
		if v, err := kv.Get("b", "k"); err == nil || err == store.ErrNotFound {
			t.Errorf("%s: Get after the end = %q, %v; want an error", name, v, err)
		}
		if kv.Put("b", "k", text("2")) == nil || kv.Delete("b", "k") == nil {
			t.Errorf("%s: writing after the end returns no error", name)
		}
		if got, err := keys(kv.Scan("b", "", "")); err == nil || got != nil {
			t.Errorf("%s: Scan after the end yields %q, %v; want an error", name, got, err)
		}
		if got, err := keys(kv.ScanBack("b", "", "")); err == nil || got != nil {
			t.Errorf("%s: ScanBack after the end yields %q, %v; want an error", name, got, err)
		}
	}
	want(t, b, "b", "b/k=1", "b/l=")
}

func testScanAfterEnd(t *testing.T, b store.Backend) {
	put(t, b, "b/a=1", "b/b=1", "b/c=1")
	var next func() (store.Pair, error, bool)
	var stop func()
	pull := func(kv store.KV) error {
		next, stop = iter.Pull2(kv.Scan("b", "", ""))
		_, err, _ := next()
		return err
	}
	for name, run := range map[string]func() error{
		"View":   func() error { return b.View(t.Context(), pull) },
		"Update": func() error { return b.Update(t.Context(), pull) },
	} {
		if err := run(); err != nil {
			t.Fatalf("%s = %v", name, err)
		}
		if p, err, ok := next(); ok && err == nil {
			t.Errorf("%s: a scan goes on after the end with %q", name, p.Key)
		}
		stop()
	}
	put(t, b, "b/d=1")
}
