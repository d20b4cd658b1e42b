package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

// A probe is a trial write; nobody reads it.
//
//	meta/probe → probe
type probe struct {
	At   time.Time `json:"at"`
	Fill string    `json:"fill"` // so that the trial needs as much room as a turn
}

// probeFill is how many bytes a trial write takes: about as many as the pages
// that a turn changes.
const probeFill = 48 << 10

// Answers returns nil when the database can be read. It reads a document that
// is never there, because a View that reads nothing proves nothing.
func (s *Store) Answers(ctx context.Context) error {
	return s.View(ctx, func(tx *Tx) error {
		_, err := tx.Message("healthz")
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
}

// Keeps returns nil when the database has just kept a trial write. It takes the
// trial away again: written anew into its own old place it would need no room
// the next time. It costs two commits, so it is for when there is doubt.
func (s *Store) Keeps(ctx context.Context) error {
	fill := strings.Repeat("x", probeFill)
	if err := s.Update(ctx, func(tx *Tx) error {
		return put(tx, "meta", "probe", probe{At: tx.Now, Fill: fill})
	}); err != nil {
		return err
	}
	return s.Update(ctx, func(tx *Tx) error { return tx.kv.Delete("meta", "probe") })
}
