package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// The schema of the documents and keys. A change of keys adds a function to
// migrations; a new field needs none.
//
//	meta/schema → schema
type schema struct {
	Version int    `json:"version"`
	Secret  []byte `json:"secret"` // keys the hashes in keys

	Rest jsontext.Value `json:",embed"`
}

// migrations brings the documents of schema i+1 to schema i+2.
var migrations = []func(*Tx) error{
	findMessagesByMember,
	chainEarlierAudits,
}

// findMessagesByMember adds the index of messages by member.
func findMessagesByMember(tx *Tx) error {
	var all []*Message
	for m, err := range tx.Messages("") {
		if err != nil {
			return err
		}
		all = append(all, &Message{ID: m.ID, Member: m.Member})
	}
	for _, m := range all {
		if err := tx.indexMessage(m); err != nil {
			return err
		}
	}
	return nil
}

// chainEarlierAudits has the rows of the audit chained that were kept before
// there was a chain.
func chainEarlierAudits(tx *Tx) error {
	var rows []string
	for p, err := range tx.kv.Scan("audit", "", "") {
		if err != nil {
			return err
		}
		rows = append(rows, p.Key)
	}
	for _, row := range rows {
		if err := tx.kv.Put("audit_new", row, mark); err != nil {
			return err
		}
	}
	return nil
}

// ErrNewer says that a newer program has written the database.
var ErrNewer = errors.New("database was written by a newer program")

// SchemaVersion is the schema that this program writes.
func SchemaVersion() int { return len(migrations) + 1 }

func (s *Store) migrate(ctx context.Context) error {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.random, secret); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	for {
		var now *schema
		err := s.Update(ctx, func(tx *Tx) error {
			var err error
			now, err = get[schema](tx, "meta", "schema")
			if errors.Is(err, ErrNotFound) {
				now = &schema{Version: SchemaVersion(), Secret: secret}
				return put(tx, "meta", "schema", now)
			}
			if err != nil || now.Version >= SchemaVersion() {
				return err
			}
			if err := migrations[now.Version-1](tx); err != nil {
				return fmt.Errorf("migrate from schema %d: %w", now.Version, err)
			}
			now.Version++
			return put(tx, "meta", "schema", now)
		})
		if err != nil {
			return err
		}
		if now.Version > SchemaVersion() {
			return fmt.Errorf("%w: schema %d, this one knows %d", ErrNewer, now.Version, SchemaVersion())
		}
		if now.Version == SchemaVersion() {
			s.secret = now.Secret
			return nil
		}
	}
}
