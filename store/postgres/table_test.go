package postgres_test

import (
	"errors"
	"fmt"
	"testing"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// TestTableGone takes a table away behind the back of a process that knows it,
// as a failover does that loses the latest writes. The bucket is empty then,
// whoever asks first, and can be written again.
func TestTableGone(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off")
	absent := func(err error) error {
		if err == nil {
			return errors.New("what is gone is still read")
		}
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	empty := func(kv store.KV) error {
		for _, err := range kv.Scan("b", "m/", "m0") {
			return absent(err)
		}
		return nil
	}
	firsts := map[string]func(db *postgres.DB) error{
		"put": func(db *postgres.DB) error {
			return db.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", "m/2", []byte(`2`)) })
		},
		"delete": func(db *postgres.DB) error {
			return db.Update(t.Context(), func(kv store.KV) error { return kv.Delete("b", "m/1") })
		},
		"get what is known": func(db *postgres.DB) error {
			return db.Update(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "m/1"); return absent(err) })
		},
		"get what is not known": func(db *postgres.DB) error {
			return db.Update(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "m/3"); return absent(err) })
		},
		"scan": func(db *postgres.DB) error {
			return db.Update(t.Context(), empty)
		},
		"view": func(db *postgres.DB) error {
			return db.View(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "m/1"); return absent(err) })
		},
		"view of a range": func(db *postgres.DB) error { return db.View(t.Context(), empty) },
		"prefetch": func(db *postgres.DB) error {
			db.Prefetch(t.Context(), []store.Want{{Bucket: "b", Key: "m/3"}})
			return nil
		},
	}
	databases := 0
	for _, sql := range []string{"drop table public.b", "drop table public.b; delete from chihai.buckets where name = 'b'"} {
		for name, first := range firsts {
			t.Run(name, func(t *testing.T) {
				db := open(t, server.Database(t), postgres.Options{})
				databases++
				put(t, db, "m/1", `1`)
				server.Exec(t, fmt.Sprint("test", databases), sql)
				if err := first(db); err != nil {
					t.Errorf("first it says %v", err)
				}
				put(t, db, "m/4", `4`)
				if got := get(t, db, "m/1") + get(t, db, "m/4"); got != "4" {
					t.Errorf("m/1 and m/4 = %q, want only the latter", got)
				}
			})
		}
	}
}
