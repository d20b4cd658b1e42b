package store_test

import (
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// What a member is told sorts in the order of her turns, whichever machine
// takes them and however far their clocks are apart.
func TestMessagesFollowTurns(t *testing.T) {
	db := memory.Open(memory.Options{Rerun: 2})
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	var machines []*store.Store
	for _, off := range []time.Duration{0, time.Minute, -time.Minute} {
		s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return now.Add(off) }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		machines = append(machines, s)
	}
	last := ""
	for i := range 30 {
		var first, then string
		err := machines[i*7%3].Update(t.Context(), func(tx *store.Tx) error {
			c, err := tx.Conversation("m")
			if err != nil {
				return err
			}
			first = tx.NewID()
			if err := tx.PutConversation(c); err != nil {
				return err
			}
			then = tx.NewID()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if first <= last || then <= first {
			t.Fatalf("turn %d: %s, %s after %s", i, first, then, last)
		}
		last = then
		now = now.Add(time.Millisecond)
	}
}
