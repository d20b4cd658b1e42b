package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"

	"github.com/jackc/pgx/v5"
)

// TestConflict lets another process write what an Update has read, before the
// Update commits: it runs again and sees it.
func TestConflict(t *testing.T) {
	one, other := two(t)
	put(t, one, "k", `"old"`)
	put(t, one, "untouched", `1`)
	runs := 0
	err := one.Update(t.Context(), func(kv store.KV) error {
		runs++
		v, err := kv.Get("b", "k")
		if err != nil {
			return err
		}
		if runs == 1 {
			put(t, other, "k", `"new"`)
		}
		return kv.Put("b", "copy", v)
	})
	if got := get(t, other, "copy"); err != nil || runs != 2 || got != `"new"` {
		t.Errorf("Update = %v after %d runs and keeps %s; want 2 and the new value", err, runs, got)
	}
	// Absent ones and those of a Scan count as well, but not one that appears
	// in the range, unless that is all that stands below a name.
	for _, tt := range []struct {
		name, write string
		read        func(kv store.KV) error
		runs        int
	}{
		{"absent", "absent", func(kv store.KV) error { kv.Get("b", "absent"); return nil }, 2},
		{"scanned", "k", func(kv store.KV) error {
			for _, err := range kv.Scan("b", "k", "l") {
				if err != nil {
					return err
				}
			}
			return nil
		}, 2},
		{"appeared", "ka", func(kv store.KV) error {
			for _, err := range kv.ScanBack("b", "k", "l") {
				if err != nil {
					return err
				}
			}
			return nil
		}, 1},
		{"appeared below a name", "n/a", func(kv store.KV) error {
			for _, err := range kv.Scan("b", "n/", "n0") {
				return err
			}
			return nil
		}, 2},
		{"not read", "untouched", func(kv store.KV) error { return kv.Put("b", "untouched", []byte("2")) }, 1},
	} {
		runs := 0
		err := one.Update(t.Context(), func(kv store.KV) error {
			runs++
			err := tt.read(kv)
			if runs == 1 {
				put(t, other, tt.write, `7`)
			}
			return errors.Join(err, kv.Put("b", "done", []byte(strconv.Itoa(runs))))
		})
		if err != nil || runs != tt.runs {
			t.Errorf("%s: Update = %v after %d runs, want %d", tt.name, err, runs, tt.runs)
		}
	}
}

// TestRange looks over and over at what stands below a name, while both
// processes add, replace and delete there.
func TestRange(t *testing.T) {
	one, other := two(t)
	look := func(meanwhile func()) (seen string, runs int) {
		t.Helper()
		err := one.Update(t.Context(), func(kv store.KV) error {
			runs++
			seen = ""
			for p, err := range kv.ScanBack("b", "m/", "m0") {
				if err != nil {
					return err
				}
				seen += p.Key[2:] + string(p.Value) + " "
			}
			if runs == 1 && meanwhile != nil {
				meanwhile()
			}
			return kv.Put("b", "seen", []byte(strconv.Quote(seen)))
		})
		if err != nil {
			t.Fatal(err)
		}
		return seen, runs
	}
	for i, tt := range []struct {
		who       *postgres.DB
		key       string // put, or deleted if value is empty
		value     string
		meanwhile bool
		want      string
		runs      int
	}{
		{one, "m/b", "1", false, "b1 ", 1},
		{one, "m/a", "2", false, "b1 a2 ", 1},
		{other, "m/a", "3", true, "b1 a3 ", 2},
		{other, "m/c", "4", true, "c4 b1 a3 ", 2},
		{other, "m/b", "", true, "c4 a3 ", 2},
		{one, "m/c", "", false, "a3 ", 1},
		{other, "m/d", "5", false, "d5 a3 ", 2}, // the first run sees what was known, unless that was a while ago
		{other, "n/d", "5", true, "d5 a3 ", 1},
	} {
		change := func() {
			err := tt.who.Update(t.Context(), func(kv store.KV) error {
				if tt.value == "" {
					return kv.Delete("b", tt.key)
				}
				return kv.Put("b", tt.key, []byte(tt.value))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if !tt.meanwhile {
			change()
			change = nil
		}
		lately := tt.runs == 2 && !tt.meanwhile
		if seen, runs := look(change); seen != tt.want || runs != tt.runs && !(lately && runs == 1) {
			t.Errorf("%d: sees %q after %d runs, want %q after %d", i, seen, runs, tt.want, tt.runs)
		}
	}
	if s := one.Stats(); s.Scans > 8 {
		t.Errorf("Stats = %+v: the range is hardly ever remembered", s)
	}
}

// TestOnlyThoseConcerned lets a group of Updates meet a change by another
// process: those run again who read it, and those who read what they wrote.
// Who is in a group is up to the scheduler, so it is tried until all were.
func TestOnlyThoseConcerned(t *testing.T) {
	one, other := two(t)
	for round := range 50 {
		name := func(key string) string { return fmt.Sprint(key, round) }
		put(t, one, name("x"), `1`)
		var all sync.WaitGroup
		var runs [4]int
		update := func(i int, fn func(kv store.KV) error) {
			all.Go(func() {
				if err := one.Update(context.Background(), func(kv store.KV) error { runs[i]++; return fn(kv) }); err != nil {
					t.Errorf("Update %d = %v", i, err)
				}
			})
		}
		append0 := func(kv store.KV, from, to string) error {
			v, err := kv.Get("b", name(from))
			if err != nil {
				return err
			}
			return kv.Put("b", name(to), append(v, '0'))
		}
		begun, goOn := make(chan struct{}), make(chan struct{})
		update(0, func(kv store.KV) error {
			if runs[0] == 1 {
				close(begun)
				<-goOn
			}
			return append0(kv, "x", "y") // reads what is changed
		})
		<-begun
		update(1, func(kv store.KV) error { return kv.Put("b", name("own"), []byte(`1`)) })
		update(2, func(kv store.KV) error { return append0(kv, "y", "z") }) // reads what the first wrote
		for range 1000 {
			runtime.Gosched() // so that they queue
		}
		put(t, other, name("x"), `2`)
		close(goOn)
		all.Wait()
		if z := get(t, other, name("z")); z != "200" {
			t.Fatalf("z = %s, want 200", z)
		}
		if runs[1] != 1 {
			t.Fatalf("the Update that read nothing ran %d times", runs[1])
		}
		if runs[0] == 2 && runs[2] == 2 {
			return
		}
	}
	t.Error("no group ran again in 50 rounds")
}

// TestErrorRestsOnReads lets fn fail, and panic, because of what another
// process has changed since.
func TestErrorRestsOnReads(t *testing.T) {
	one, other := two(t)
	for _, fail := range []func() error{
		func() error { return errors.New("of the test") },
		func() error { panic("of the test") },
	} {
		put(t, one, "k", `"wrong"`)
		get(t, one, "k")
		runs := 0
		err := one.Update(t.Context(), func(kv store.KV) error {
			runs++
			v, _ := kv.Get("b", "k")
			if runs == 1 {
				put(t, other, "k", `"right"`)
			}
			if string(v) == `"wrong"` {
				return fail()
			}
			return kv.Put("b", "result", []byte(strconv.Itoa(runs)))
		})
		if err != nil || runs != 2 {
			t.Errorf("Update = %v after %d runs, want nil after 2", err, runs)
		}
	}
}

// TestEmptyUpdateCommits looks whether an Update that wrote nothing commits
// all the same, so that on a replicated database it waits for the standby.
func TestEmptyUpdateCommits(t *testing.T) {
	one, _ := two(t)
	put(t, one, "k", `1`)
	before := one.Stats()
	if err := one.Update(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "k"); return err }); err != nil {
		t.Fatal(err)
	}
	if after := one.Stats(); after.Commits != before.Commits+1 || after.Sent != before.Sent+1 {
		t.Errorf("Stats = %+v after %+v, want one commit more", after, before)
	}
}

// TestCountTogether lets two processes count in one document.
func TestCountTogether(t *testing.T) {
	one, other := two(t)
	var all sync.WaitGroup
	for g := range 16 {
		db := []*postgres.DB{one, other}[g%2]
		all.Go(func() {
			for range 20 {
				err := db.Update(context.Background(), func(kv store.KV) error {
					v, err := kv.Get("b", "n")
					if err != nil && err != store.ErrNotFound {
						return err
					}
					n, _ := strconv.Atoi(string(v))
					return kv.Put("b", "n", []byte(strconv.Itoa(n+1)))
				})
				if err != nil {
					t.Errorf("Update = %v", err)
				}
			}
		})
	}
	all.Wait()
	if got := get(t, one, "n"); got != "320" {
		t.Errorf("counted to %s, want 320", got)
	}
}

// TestListen hears what the other process puts, and nothing of its own.
func TestListen(t *testing.T) {
	one, other := two(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard, done := make(chan store.Change, 1000), make(chan error)
	ready := make(chan struct{}, 1)
	go func() {
		done <- one.Listen(ctx, func(changes []store.Change, lost bool) {
			if lost {
				ready <- struct{}{}
			}
			for _, c := range changes {
				heard <- c
			}
		})
	}()
	<-ready
	tell := func(db *postgres.DB, bucket string, keys ...string) {
		t.Helper()
		err := db.Update(t.Context(), func(kv store.KV) error {
			for _, key := range keys {
				if err := kv.Put(bucket, key, []byte("{}")); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tell(one, "message", "own")
	tell(other, "member", "not watched")
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("%03d with a key that is rather long, so that several notifications are needed", i))
	}
	tell(other, "message", many...)
	var got []string
	for range many {
		c := <-heard
		if c.Bucket != "message" {
			t.Fatalf("heard of %v", c)
		}
		got = append(got, c.Key)
	}
	if !slices.Equal(got, many) {
		t.Errorf("heard of %d keys: %.200q", len(got), got)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Listen = %v", err)
	}
}

func TestExclusive(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	db := open(t, dsn, postgres.Options{})
	if _, err := postgres.Open(t.Context(), dsn, postgres.Options{Exclusive: true}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("Open for oneself = %v, want ErrInUse", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dsn, postgres.Options{Exclusive: true})
	if _, err := postgres.Open(t.Context(), dsn, postgres.Options{}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("Open beside one who has it for himself = %v, want ErrInUse", err)
	}
}

// two opens a database as two processes would.
func two(t *testing.T) (one, other *postgres.DB) {
	t.Helper()
	dsn := postgrestest.Start(t).Database(t)
	return open(t, dsn, postgres.Options{}), open(t, dsn, postgres.Options{})
}

func put(t testing.TB, db *postgres.DB, key, value string) {
	t.Helper()
	if err := db.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", key, []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

// get returns the document under key, and "" for none.
func get(t testing.TB, db *postgres.DB, key string) (value string) {
	t.Helper()
	err := db.View(t.Context(), func(kv store.KV) error {
		v, err := kv.Get("b", key)
		value = string(v)
		return err
	})
	if err != nil && err != store.ErrNotFound {
		t.Fatal(err)
	}
	return value
}

// TestContended has another process change what an Update read twenty times,
// between its run and its commit. It is not given up.
func TestContended(t *testing.T) {
	one, other := two(t)
	runs := 0
	err := one.Update(t.Context(), func(kv store.KV) error {
		if err := count(kv); err != nil {
			return err
		}
		if runs++; runs <= 20 {
			return other.Update(t.Context(), count)
		}
		return nil
	})
	if got := get(t, other, "n"); err != nil || got != "21" {
		t.Errorf("Update = %v after %d runs; counted to %s, want 21", err, runs, got)
	}
}

// TestOpenTogether opens a new database several times at once, after each has
// seen that it is new: what it needs is made once, since who was first calls it
// already.
func TestOpenTogether(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off")
	dsn := server.Database(t)
	server.Exec(t, "test1", `create table made (tag text);
		create function note() returns event_trigger language plpgsql as $$ begin insert into public.made values (tg_tag); end $$;
		create event trigger note on ddl_command_end when tag in ('CREATE SCHEMA') execute function note()`)
	lock, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close(context.Background())
	if _, err := lock.Exec(t.Context(), "select pg_advisory_lock(1128808809, 1)"); err != nil { // that of making the schema
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			db, err := postgres.Open(t.Context(), dsn, postgres.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			put(t, db, "k", `1`)
		})
	}
	for waiting := 0; waiting < 3; {
		if err := lock.QueryRow(t.Context(), "select count(*) from pg_locks where locktype = 'advisory' and not granted").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := lock.Exec(t.Context(), "select pg_advisory_unlock(1128808809, 1)"); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	made := 0
	if err := lock.QueryRow(t.Context(), "select count(*) from made").Scan(&made); err != nil || made != 1 {
		t.Errorf("the schema was made %d times (%v), want once", made, err)
	}
}

// TestIsolation has a database whose transactions see by default what was so
// when they began. Commits that wait for one another would see too little.
func TestIsolation(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off")
	dsn := server.Database(t)
	server.Exec(t, "postgres", "alter database test1 set default_transaction_isolation = 'repeatable read'")
	var all sync.WaitGroup
	for range 2 {
		db := open(t, dsn, postgres.Options{})
		all.Go(func() {
			for range 100 {
				if err := db.Update(t.Context(), count); err != nil {
					t.Errorf("Update = %v", err)
					return
				}
			}
		})
	}
	all.Wait()
	if got := get(t, open(t, dsn, postgres.Options{}), "n"); got != "200" {
		t.Errorf("counted to %s, want 200", got)
	}
}

// count adds one to the document n.
func count(kv store.KV) error {
	n := 0
	if v, err := kv.Get("b", "n"); err == nil {
		fmt.Sscan(string(v), &n)
	}
	return kv.Put("b", "n", fmt.Append(nil, n+1))
}
