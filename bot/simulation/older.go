package simulation

import (
	"context"
	"fmt"

	"chihai/store"
	"chihai/store/bolt"

	"github.com/go-json-experiment/json"
)

// older says how a database of a schema is made one of the schema before, as
// the program before this one left it: the next start must migrate it, and may
// die on the way. A new migration adds its own; a test wants one for each.
var older = map[int]func(store.KV) error{
	2: func(kv store.KV) error { return empty(kv, "message_member") },
	3: func(store.KV) error { return nil },
	4: func(kv store.KV) error {
		if err := kv.Delete("meta", "audit"); err != nil {
			return err
		}
		return empty(kv, "audit_new", "audit_chain")
	},
	5: func(store.KV) error { return nil }, // nobody signs in to the staff pages here, and the database has no keys
	6: func(store.KV) error { return nil }, // nobody waits for a seat here
}

// empty deletes all of the buckets.
func empty(kv store.KV, buckets ...string) error {
	for _, bucket := range buckets {
		var keys []string
		for p, err := range kv.Scan(bucket, "", "") {
			if err != nil {
				return err
			}
			keys = append(keys, p.Key)
		}
		for _, key := range keys {
			if err := kv.Delete(bucket, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// downgrade makes the database one of the first program.
func (w *World) downgrade() error {
	now := store.SchemaVersion()
	db, err := bolt.Open(w.Path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Update(context.Background(), func(kv store.KV) error {
		raw, err := kv.Get("meta", "schema")
		if err != nil {
			return err
		}
		var head map[string]any
		if err := json.Unmarshal(raw, &head); err != nil {
			return err
		}
		if head["version"] != float64(now) {
			return nil // a migration has died, and is still to be made
		}
		head["version"] = 1
		if raw, err = json.Marshal(head); err != nil {
			return fmt.Errorf("schema: %w", err)
		}
		if err := kv.Put("meta", "schema", raw); err != nil {
			return err
		}
		for v := now; v > 1; v-- {
			if err := older[v](kv); err != nil {
				return err
			}
		}
		return nil
	})
}
