package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// TestDeafListener has a process no longer read what it is told, as one that was
// stopped. The server keeps for it what the others tell, so it must hang up
// before the room for that is full. When the process goes on it is told that it
// missed something.
func TestDeafListener(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off")
	dsn := server.Database(t)
	db := open(t, dsn, postgres.Options{})
	deaf := open(t, dsn+"&tcp_user_timeout=500", postgres.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	listened, told, goOn := make(chan error), make(chan bool, 100), make(chan struct{})
	go func() {
		listened <- deaf.Listen(ctx, func(_ []store.Change, lost bool) {
			select {
			case told <- lost:
			default: // enough is known
			}
			<-goOn
		})
	}()
	<-told
	long, began := strings.Repeat("k", 400), time.Now()
	for i := 0; listeners(t, dsn) > 0; i++ {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("after %d commits, each of which told 200 KB, the server still waits for it", i)
		}
		err := db.Update(t.Context(), func(kv store.KV) error {
			for n := range 500 {
				if err := kv.Put("message", fmt.Sprint(long, i, "/", n), []byte(`1`)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	close(goOn)
	for lost := range told {
		if lost {
			break
		}
	}
	cancel()
	if err := <-listened; !errors.Is(err, context.Canceled) {
		t.Errorf("Listen = %v", err)
	}
}

// listeners counts the connections that listen.
func listeners(t *testing.T, dsn string) (n int) {
	t.Helper()
	tx := begin(t, dsn)
	defer tx.Conn().Close(context.Background())
	const sql = "select count(*) from pg_stat_activity where query = 'listen chihai' and datname = current_database()"
	if err := tx.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
