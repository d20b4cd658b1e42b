package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	berrors "go.etcd.io/bbolt/errors"

	"chihai/store"
	"chihai/store/bolt"
)

// queue holds up the writer of db with an Update and starts one for each fn
// behind it, in order. The function that it returns lets them go and returns
// what came of each. It works in a bubble of synctest only.
func queue(db *bolt.DB, fns ...func(store.KV) error) func() []error {
	goOn := make(chan struct{})
	go db.Update(context.Background(), func(store.KV) error { <-goOn; return nil })
	synctest.Wait()
	errs := make([]error, len(fns))
	done := make(chan struct{})
	for i, fn := range fns {
		go func() {
			defer func() { recover(); done <- struct{}{} }()
			errs[i] = errors.New("fn panicked")
			errs[i] = db.Update(context.Background(), fn)
		}()
		synctest.Wait()
	}
	return func() []error {
		close(goOn)
		for range fns {
			<-done
		}
		return errs
	}
}

func writes(key, value string) func(store.KV) error {
	return func(kv store.KV) error { return kv.Put("b", key, quoted(value)) }
}

// TestGroup lets Updates share a commit, among them some that fail.
func TestGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{})
		errTest := errors.New("error of the test")
		errs := queue(db,
			writes("a", "1"),
			func(kv store.KV) error { kv.Put("b", "a", quoted("2")); return errTest },
			func(kv store.KV) error { kv.Put("b", "a", quoted("3")); panic("of the test") },
			func(kv store.KV) error {
				v, err := kv.Get("b", "a")
				return errors.Join(err, kv.Put("b", "seen", v))
			},
			func(kv store.KV) error { return kv.Delete("b", "a") },
		)()
		if errs[0] != nil || errs[1] != errTest || errs[2] == nil || errs[3] != nil || errs[4] != nil {
			t.Errorf("the Updates return %v", errs)
		}
		if seen, a := get(t, db, "seen"), get(t, db, "a"); seen != "1" || a != "" {
			t.Errorf("the fourth saw %q, want 1 of the first; at the end there is %q, want nothing", seen, a)
		}
		if s := db.Stats(); s.Commits != 1 || s.Updates != 5 || s.Reruns != 0 {
			t.Errorf("Stats = %+v, want 1 commit of the 5 that did not panic", s)
		}
		db.Close()
	})
}

// TestAlone measures with the clock of the bubble, which stands still unless
// somebody waits for a timer.
func TestAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{})
		begin := time.Now()
		for range 10 {
			put(t, db, "k", "v")
		}
		if d := time.Since(begin); d != 0 {
			t.Errorf("lone Updates waited for %v", d)
		}
		if s := db.Stats(); s.Commits != 10 {
			t.Errorf("Stats = %+v, want 10 commits", s)
		}
		if err := db.Update(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "k"); return err }); err != nil {
			t.Error(err)
		}
		if s := db.Stats(); s.Commits != 10 {
			t.Errorf("Stats = %+v, want no commit for an Update that only reads", s)
		}
		db.Close()
	})
}

func TestGroupIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{NoSync: true})
		var fns []func(store.KV) error
		for i := range 600 {
			fns = append(fns, writes(fmt.Sprint(i), ""))
		}
		for _, err := range queue(db, fns...)() {
			if err != nil {
				t.Error(err)
			}
		}
		if s := db.Stats(); s.MaxGroup != 512 || s.Commits != 2 || s.Updates != 601 {
			t.Errorf("Stats = %+v, want two groups, the larger one of 512", s)
		}
		db.Close()
	})
}

// TestCancelInQueue cancels an Update before its turn: fn must not run.
func TestCancelInQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{})
		goOn := queue(db)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- db.Update(ctx, func(store.KV) error { t.Error("fn ran"); return nil })
		}()
		synctest.Wait()
		cancel()
		if err := <-done; err != context.Canceled {
			t.Errorf("Update = %v, want the error of ctx", err)
		}
		goOn()
		ctx, cancel = context.WithCancel(t.Context())
		if err := db.Update(ctx, func(kv store.KV) error { cancel(); return kv.Put("b", "k", quoted("")) }); err != nil {
			t.Errorf("Update whose ctx ends while fn runs = %v, want nil", err)
		}
		db.Close()
	})
}

// TestCloseWithQueue closes while Updates wait for their turn.
func TestCloseWithQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{})
		goOn := queue(db, writes("a", ""), writes("b", ""))
		closed := make(chan error)
		go func() { closed <- db.Close() }()
		synctest.Wait()
		for _, err := range goOn() {
			if err != store.ErrClosed {
				t.Errorf("Update = %v, want ErrClosed", err)
			}
		}
		if err := <-closed; err != nil {
			t.Errorf("Close = %v", err)
		}
	})
}

// TestRefused fills a file up to its bound. Of a group that does not fit only
// the member that is too large must suffer, and what rested on it must not
// count.
func TestRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{MaxSize: 1 << 20, Fatal: func(err error) { t.Errorf("Fatal(%v)", err) }})
		put(t, db, "before", "1")
		errTaken := errors.New("taken")
		errs := queue(db,
			writes("small", "1"),
			func(kv store.KV) error {
				for i := range 40 {
					if err := kv.Put("b", fmt.Sprint("large", i), quoted(strings.Repeat("v", store.MaxValue-2))); err != nil {
						return err
					}
				}
				return kv.Put("b", "taken", quoted(""))
			},
			func(kv store.KV) error {
				if _, err := kv.Get("b", "taken"); err == nil {
					return errTaken
				}
				return kv.Put("b", "after", quoted("1"))
			},
		)()
		if errs[0] != nil || errs[2] != nil {
			t.Errorf("what fits returns %v and %v", errs[0], errs[2])
		}
		if !errors.Is(errs[1], store.ErrRefused) || !errors.Is(errs[1], berrors.ErrMaxSizeReached) {
			t.Errorf("what does not fit returns %v, want ErrRefused and its cause", errs[1])
		}
		if got := get(t, db, "before") + get(t, db, "small") + get(t, db, "after"); got != "111" || get(t, db, "large0") != "" {
			t.Errorf("before, small and after are %q, want 111, and nothing of what was refused", got)
		}
		if s := db.Stats(); s.Reruns != 4 { // the one that held up the writer, too
			t.Errorf("Stats = %+v, want 4 Updates that ran again", s)
		}

		// Full, but for what is deleted.
		var kept []string
		for i := 0; ; i++ {
			key := fmt.Sprintf("fill%04d", i)
			err := db.Update(t.Context(), writes(key, strings.Repeat("v", 900)))
			if errors.Is(err, store.ErrRefused) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, key)
		}
		for _, key := range kept {
			if get(t, db, key) == "" {
				t.Fatalf("%s was confirmed and is not there", key)
			}
		}
		for _, key := range kept[:len(kept)/2] {
			remove(t, db, key)
		}
		put(t, db, "room again", strings.Repeat("v", 900))
		db.Close()
	})
	if err := bolt.Check(path); err != nil {
		t.Error(err)
	}
}
