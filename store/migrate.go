package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// The schema of the documents and keys. A change of keys adds a function to
// migrations; a new field needs none.
//
//	meta/schema → schema
type schema struct {
	Version int    `json:"version"`
	Secret  []byte `json:"secret,omitzero"` // the hash key of a database without keys

	Rest jsontext.Value `json:",embed"`
}

// migrations brings the documents of schema i+1 to schema i+2.
var migrations = []func(*Tx) error{
	findMessagesByMember,
	mayBeSealed,
	chainEarlierAudits,
	sealPassphrases,
	mayWait,
}

// mayBeSealed changes nothing. From here on fields may be sealed, which an older
// program would take for text.
func mayBeSealed(*Tx) error { return nil }

// mayWait plans what comes after trainings that were made before anything did. From
// here on a registration may wait for a seat, which an older program would take
// for one that is held.
func mayWait(tx *Tx) error {
	for t, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
		if err != nil {
			return err
		}
		if !t.Cancelled.IsZero() {
			continue
		}
		if err := tx.planAfter(t); err != nil {
			return err
		}
	}
	return nil
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

// sealPassphrases has the hashes of passphrases sealed that were written as they
// are. An older program would take a sealed one for the hash itself.
func sealPassphrases(tx *Tx) error {
	keyed, err := has(tx, "meta", ringKey)
	if err != nil || !keyed {
		return err
	}
	return tx.planReseal()
}

// ErrNewer says that a newer program has written the database.
var ErrNewer = errors.New("database was written by a newer program")

// SchemaVersion is the schema that this program writes.
func SchemaVersion() int { return len(migrations) + 1 }

// migrate brings the documents up to this program's schema and opens the keys,
// or makes them when there are none and there is a key to lock them with.
func (s *Store) migrate(ctx context.Context, recovery string) error {
	secret := make([]byte, KeySize)
	if _, err := io.ReadFull(s.random, secret); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	for ready := false; !ready; {
		err := s.Update(ctx, func(tx *Tx) (err error) {
			ready, err = tx.migrate(secret, recovery)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// migrate does one step and says whether it was the last. secret is the hash key
// of a database that has none yet.
func (tx *Tx) migrate(secret []byte, recovery string) (ready bool, err error) {
	now, err := get[schema](tx, "meta", "schema")
	fresh := errors.Is(err, ErrNotFound)
	switch {
	case fresh:
		now = &schema{Version: SchemaVersion(), Secret: secret}
	case err != nil:
		return false, err
	case now.Version > SchemaVersion():
		return false, fmt.Errorf("%w: schema %d, this one knows %d", ErrNewer, now.Version, SchemaVersion())
	}
	k, err := tx.readKeys()
	if err != nil {
		return false, err
	}
	if k != nil {
		tx.store.secret = k.hash
	} else {
		tx.store.secret = now.Secret
	}
	switch {
	case now.Version < SchemaVersion():
		if err := migrations[now.Version-1](tx); err != nil {
			return false, fmt.Errorf("migrate from schema %d: %w", now.Version, err)
		}
		now.Version++
		return false, put(tx, "meta", "schema", now)
	case k == nil && tx.store.fileKey() != nil:
		return true, tx.makeKeys(now, recovery, !fresh)
	case fresh:
		return true, put(tx, "meta", "schema", now)
	}
	return true, nil
}

// makeKeys gives the database keys, among which its hash key stands from now on.
// What was written before is sealed little by little.
func (tx *Tx) makeKeys(now *schema, recovery string, older bool) error {
	ring, err := newRing(tx.store.fileKey(), recovery, now.Secret, tx.Now)
	if err != nil {
		return err
	}
	now.Secret = nil
	if err := errors.Join(put(tx, "meta", "schema", now), tx.putKeys(ring)); err != nil {
		return err
	}
	if _, err := tx.readKeys(); err != nil || !older {
		return err
	}
	return tx.planReseal()
}
