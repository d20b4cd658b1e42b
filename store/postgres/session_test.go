package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// TestTaken has a process lose the session that holds its lock, and nothing
// else, while somebody takes the database for himself. What it commits then is
// refused. It goes on when the other has left.
func TestTaken(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	cut := newCutter(t, server.Address())
	bot := open(t, strings.Replace(dsn, server.Address(), cut.address, 1), postgres.Options{Patience: 300 * time.Millisecond})
	put(t, bot, "n", `1`)
	loseSession(t, server, cut)
	alone := take(t, dsn, postgres.Options{Exclusive: true})
	put(t, alone, "n", `2`)
	set := func() error {
		return bot.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", "n", []byte(`3`)) })
	}
	if err := set(); !errors.Is(err, store.ErrRefused) || !errors.Is(err, store.ErrInUse) {
		t.Errorf("Update beside one who has the database for himself = %v", err)
	}
	cut.shut.Store(false)
	if err := set(); !errors.Is(err, store.ErrRefused) {
		t.Errorf("Update while the session cannot come back = %v", err)
	}
	if got := get(t, alone, "n"); got != "2" {
		t.Errorf("n = %s, want 2", got)
	}
	if err := alone.Close(); err != nil {
		t.Fatal(err)
	}
	err := set()
	for ; errors.Is(err, store.ErrRefused); err = set() { // until the session is back
	}
	if got := get(t, bot, "n"); err != nil || got != "3" {
		t.Errorf("afterwards Update = %v, and n = %s", err, got)
	}
}

// TestNotAlone has one who has the database for himself lose the session, and
// somebody come and go meanwhile. He must not go on as though nobody had been
// there.
func TestNotAlone(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	cut := newCutter(t, server.Address())
	alone := open(t, strings.Replace(dsn, server.Address(), cut.address, 1), postgres.Options{Exclusive: true, Patience: 300 * time.Millisecond})
	put(t, alone, "n", `1`)
	loseSession(t, server, cut)
	bot := take(t, dsn, postgres.Options{})
	put(t, bot, "n", `2`)
	set := func() error {
		return alone.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", "n", []byte(`3`)) })
	}
	if err := set(); !errors.Is(err, store.ErrRefused) {
		t.Errorf("Update beside a bot = %v", err)
	}
	if err := bot.Close(); err != nil {
		t.Fatal(err)
	}
	cut.shut.Store(false)
	err := set()
	for ; errors.Is(err, store.ErrRefused); err = set() { // until it notices
	}
	if !errors.Is(err, store.ErrInUse) {
		t.Errorf("Update = %v, want ErrInUse for good", err)
	}
	if got := get(t, open(t, dsn, postgres.Options{}), "n"); got != "2" {
		t.Errorf("n = %s, want 2", got)
	}
}

// TestSessionComesBack ends the sessions of two processes again and again, while
// nobody takes the database. It is not even a delay.
func TestSessionComesBack(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off")
	dsn := server.Database(t)
	for _, opt := range []postgres.Options{{}, {Exclusive: true}} {
		db, err := postgres.Open(t.Context(), dsn, opt)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			endSession(t, server)
			put(t, db, "n", `1`)
			for sessions(t, dsn) == 0 {
				put(t, db, "n", `2`)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

const sessionLocks = "pg_locks where locktype = 'advisory' and classid = 1128808809 and objid = 2"

// endSession ends the connections that hold the lock of sessions.
func endSession(t *testing.T, server *postgrestest.Server) {
	t.Helper()
	server.Exec(t, "test1", "select pg_terminate_backend(pid) from "+sessionLocks)
}

// loseSession ends them, and has none of those behind cut come back.
func loseSession(t *testing.T, server *postgrestest.Server, cut *cutter) {
	t.Helper()
	cut.shut.Store(true)
	endSession(t, server)
}

// sessions counts them.
func sessions(t *testing.T, dsn string) (n int) {
	t.Helper()
	tx := begin(t, dsn)
	defer tx.Conn().Close(context.Background())
	if err := tx.QueryRow(t.Context(), "select count(*) from "+sessionLocks).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// take opens the database as soon as the session that keeps it from being opened
// so has ended.
func take(t *testing.T, dsn string, opt postgres.Options) *postgres.DB {
	t.Helper()
	for {
		db, err := postgres.Open(t.Context(), dsn, opt)
		if err == nil {
			t.Cleanup(func() { db.Close() })
			return db
		}
		if !errors.Is(err, store.ErrInUse) {
			t.Fatal(err)
		}
	}
}
