package postgres_test

import (
	"context"
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

// A cutter passes connections on to the server and cuts the one that calls the
// function of commits next.
type cutter struct {
	address string
	server  string
	next    atomic.Int64 // 1: cut before the request is passed on; 2: after; 0: not
	deaf    atomic.Bool  // nothing is passed on, and what comes is lost
}

func newCutter(t *testing.T, server string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &cutter{address: l.Addr().String(), server: server}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
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
			}
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}
