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
// die on the way. A new migration adds its own; without it the simulation lets
// no program upgrade.
var older = map[int]func(store.KV) error{
	2: func(kv store.KV) error {
		var keys []string
		for p, err := range kv.Scan("message_member", "", "") {
			if err != nil {
				return err
			}
			keys = append(keys, p.Key)
		}
		for _, key := range keys {
			if err := kv.Delete("message_member", key); err != nil {
				return err
			}
		}
		return nil
	},
}

// downgrade makes the database one of the program before.
func (w *World) downgrade() error {
	now := store.SchemaVersion()
	undo := older[now]
	if undo == nil {
		return nil
	}
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
		head["version"] = now - 1
		if raw, err = json.Marshal(head); err != nil {
			return fmt.Errorf("schema: %w", err)
		}
		if err := kv.Put("meta", "schema", raw); err != nil {
			return err
		}
		return undo(kv)
	})
}
