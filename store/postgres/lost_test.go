package postgres_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"

	"github.com/jackc/pgx/v5"
)

// TestLostDuringCommit cuts the connection when a commit is under way, before
// the request reaches the server and after. Either way each Update is done
// once.
func TestLostDuringCommit(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	cut := newCutter(t, server.Address())
	db := open(t, strings.Replace(dsn, server.Address(), cut.address, 1), postgres.Options{})
	for i := range 20 {
		err := db.Update(t.Context(), func(kv store.KV) error {
			n := 0
			if v, err := kv.Get("b", "n"); err == nil {
				fmt.Sscan(string(v), &n)
			}
			cut.next.Store(int64(1 + i%2))
			return kv.Put("b", "n", fmt.Append(nil, n+1))
		})
		if err != nil {
			t.Fatalf("Update %d = %v", i, err)
		}
	}
	if got := get(t, db, "n"); got != "20" {
		t.Errorf("counted to %s, want 20", got)
	}
	if s := db.Stats(); s.Connects < 20 {
		t.Errorf("Stats = %+v: the connection was hardly ever cut", s)
	}
}

// TestCutWhileBlocked cuts the connection while the commit waits on the server
// for a lock, which it gets when the database is being asked already what became
// of it. It was kept, once.
func TestCutWhileBlocked(t *testing.T) {
	server := postgrestest.Start(t)
	for i, table := range []string{"chihai.lock", "public.b"} {
		t.Run(table, func(t *testing.T) {
			dsn := server.Database(t)
			cut := newCutter(t, server.Address())
			db := open(t, strings.Replace(dsn, server.Address(), cut.address, 1), postgres.Options{})
			put(t, db, "n", `7`)
			tx := begin(t, dsn)
			if _, err := tx.Exec(t.Context(), "lock table "+table+" in access exclusive mode"); err != nil {
				t.Fatal(err)
			}
			runs, done := 0, make(chan error, 1)
			go func() {
				done <- db.Update(t.Context(), func(kv store.KV) error {
					runs++
					cut.next.Store(2)
					return count(kv)
				})
			}()
			for waiting := 0; waiting < 2 && len(done) == 0; { // the commit, and the question
				const sql = "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())"
				if err := tx.QueryRow(t.Context(), sql).Scan(&waiting); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			err := <-done
			if got := get(t, db, "n"); err != nil || runs != 1 || got != "8" {
				t.Errorf("%d: Update = %v after %d runs and counted to %s, want 8 after one", i, err, runs, got)
			}
		})
	}
}

// TestLateCommit keeps the request of a commit back after its connection was
// cut. Meanwhile the Update has run again, and decided otherwise. When the
// request arrives, nothing comes of it, though what it read is so again.
func TestLateCommit(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	cut := newCutter(t, server.Address())
	db := open(t, strings.Replace(dsn, server.Address(), cut.address, 1), postgres.Options{})
	other := open(t, dsn, postgres.Options{})
	put(t, db, "warm", `1`)
	change := func(change func(kv store.KV) error) {
		if err := other.Update(t.Context(), change); err != nil {
			t.Error(err)
		}
	}
	cut.before = func() { change(func(kv store.KV) error { return kv.Put("b", "x", []byte(`1`)) }) }
	errThere, runs := errors.New("x is there"), 0
	err := db.Update(t.Context(), func(kv store.KV) error {
		if _, err := kv.Get("b", "x"); err == nil {
			return errThere
		}
		if runs++; runs == 1 {
			cut.next.Store(3)
		}
		return kv.Put("b", "y", []byte(`1`))
	})
	if err != errThere || runs != 1 {
		t.Fatalf("Update = %v after it wrote %d times, want that x is there, after once", err, runs)
	}
	change(func(kv store.KV) error { return kv.Delete("b", "x") })
	close(cut.late)
	<-cut.arrived
	if y := get(t, other, "y"); y != "" {
		t.Errorf("y = %s, of a commit that had been given up", y)
	}
}

// TestServerAway stops the server for longer than Updates wait, and starts it
// again.
func TestServerAway(t *testing.T) {
	server := postgrestest.Start(t)
	db := open(t, server.Database(t), postgres.Options{Patience: 300 * time.Millisecond})
	put(t, db, "n", `1`)
	server.Kill(t)
	err := db.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", "n", []byte(`2`)) })
	if err == nil || errors.Is(err, store.ErrRefused) {
		t.Errorf("Update without a server = %v, want an error that leaves it open", err)
	}
	if err := db.View(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "n"); return err }); err == nil {
		t.Error("View without a server returns no error")
	}
	server.Restart(t)
	put(t, db, "after", `1`)
	if n := get(t, db, "n"); n != `1` && n != `2` {
		t.Errorf("n = %s", n)
	}
}

// TestDeaf has the server say nothing any more, and nobody wait for it: neither
// an Update whose context ends nor Close waits for as long as it could.
func TestDeaf(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	cut := newCutter(t, server.Address())
	dsn = strings.Replace(dsn, server.Address(), cut.address, 1)
	for _, tt := range []struct {
		name  string
		reads bool // it is deaf when fn reads already, not only at the commit
		leave func(db *postgres.DB, cancel func())
	}{
		{"context at a read", true, func(_ *postgres.DB, cancel func()) { cancel() }},
		{"context at the commit", false, func(_ *postgres.DB, cancel func()) { cancel() }},
		{"close at a read", true, func(db *postgres.DB, _ func()) { db.Close() }},
		{"close at the commit", false, func(db *postgres.DB, _ func()) { db.Close() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, err := postgres.Open(t.Context(), dsn, postgres.Options{Patience: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			put(t, db, "there", `1`)
			heard := make(chan bool, 1)
			go db.Listen(t.Context(), func([]store.Change, bool) { heard <- true })
			<-heard
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var looked sync.WaitGroup
			began := time.Now()
			err = db.Update(ctx, func(kv store.KV) error {
				cut.deaf.Store(true)
				looked.Go(func() { db.View(ctx, func(kv store.KV) error { _, err := kv.Get("b", "there"); return err }) })
				go tt.leave(db, cancel)
				if tt.reads {
					if _, err := kv.Get("b", "n"); err != nil && !errors.Is(err, store.ErrNotFound) {
						return err
					}
				}
				return kv.Put("b", "n", []byte(`1`))
			})
			if took := time.Since(began); err == nil || took > 4*time.Second {
				t.Errorf("Update = %v after %v", err, took)
			}
			if !tt.reads && (errors.Is(err, store.ErrRefused) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
				t.Errorf("Update = %v, which says that nothing was written", err)
			}
			began = time.Now()
			looked.Wait()
			db.Close()
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("Close took %v", took)
			}
			cut.deaf.Store(false)
		})
	}
}

// TestRestartBetween restarts the server between two Updates, which is only a
// delay.
func TestRestartBetween(t *testing.T) {
	server := postgrestest.Start(t)
	db := open(t, server.Database(t), postgres.Options{})
	for i := range 3 {
		put(t, db, "n", fmt.Sprint(i))
		server.Restart(t)
		if got := get(t, db, "n"); got != fmt.Sprint(i) {
			t.Errorf("n = %s, want %d", got, i)
		}
	}
}

// TestLayout opens a database whose functions are those of another program.
func TestLayout(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	db := open(t, dsn, postgres.Options{})
	put(t, db, "n", `1`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, "test1", "comment on function chihai.commit is 'layout 0'")
	server.Exec(t, "test1", "create function chihai.commit(int) returns int language sql as 'select 1'")
	db = open(t, dsn, postgres.Options{})
	put(t, db, "m", `1`)
	if got := get(t, db, "n") + get(t, db, "m"); got != "11" {
		t.Errorf("n and m = %q", got)
	}
}

// TestRefused lets the database refuse what one Update of a group writes: the
// others are kept.
func TestRefused(t *testing.T) {
	server := postgrestest.Start(t)
	db := open(t, server.Database(t), postgres.Options{})
	put(t, db, "k", `1`)
	server.Exec(t, "test1", "alter table public.b add constraint room check (key <> 'refused')")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			key := fmt.Sprint("k", i)
			if i%5 == 0 {
				key = "refused"
			}
			err := db.Update(context.Background(), func(kv store.KV) error { return kv.Put("b", key, []byte("1")) })
			if i%5 == 0 != errors.Is(err, store.ErrRefused) {
				t.Errorf("Update of %s = %v", key, err)
			}
			if i%5 != 0 && err != nil {
				t.Errorf("Update of %s = %v", key, err)
			}
		})
	}
	all.Wait()
}

// begin begins a transaction past the program.
func begin(t testing.TB, dsn string) pgx.Tx {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

// cancelRequest begins a request to cancel what another connection does
// (https://www.postgresql.org/docs/current/protocol-message-formats.html).
const cancelRequest = 80877102

// A cutter passes connections on to the server and cuts the one that calls the
// function of commits next. Nor can whoever was cut off then have the server
// cancel what it does.
type cutter struct {
	address string
	server  string
	next    atomic.Int64 // 1: cut before the request is passed on; 2: after; 3: it is passed on late; 0: not
	deaf    atomic.Bool  // nothing is passed on, and what comes is lost
	shut    atomic.Bool  // no connection is taken any more

	before  func()        // called before one is cut whose request is late
	late    chan struct{} // closed to have that passed on
	arrived chan struct{} // closed when the server is done with it
}

func newCutter(t *testing.T, server string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &cutter{address: l.Addr().String(), server: server, late: make(chan struct{}), arrived: make(chan struct{})}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if c.shut.Load() {
				conn.Close()
				continue
			}
			go c.pass(conn)
		}
	}()
	return c
}

func (c *cutter) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	defer server.Close()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		io.Copy(client, server)
		client.Close()
	}()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if c.deaf.Load() {
			continue
		}
		if n == 16 && binary.BigEndian.Uint32(buffer[4:]) == cancelRequest {
			return
		}
		// 'B' begins a Bind: the commit is the only one that is sent while a
		// cut is armed.
		if buffer[0] == 'B' {
			switch c.next.Swap(0) {
			case 1:
				return
			case 2:
				client.Close() // first, so that the answer cannot come
				server.Write(buffer[:n])
				server.(*net.TCPConn).CloseWrite()
				<-answered
				return
			case 3:
				c.before()
				client.Close()
				<-c.late
				server.Write(buffer[:n])
				server.(*net.TCPConn).CloseWrite()
				<-answered
				io.Copy(io.Discard, server)
				close(c.arrived)
				return
			}
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}
