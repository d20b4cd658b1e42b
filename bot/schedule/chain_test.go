package schedule

import (
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// A tick chains everything that waits, more than one portion too, and counts
// the members in portions.
func TestTickChainsAndCounts(t *testing.T) {
	now := time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)
	st, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		for range chainPortion + 1 {
			if err := tx.Log("m", "see", "x"); err != nil {
				return err
			}
		}
		for range tallyPortion + 1 {
			if _, err := tx.NewMember(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := New(st, nil)
	look := func() (members int, at time.Time) {
		t.Helper()
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := st.View(t.Context(), func(tx *store.Tx) (err error) {
			if waits, err := tx.AuditsWait(); err != nil || waits {
				t.Errorf("rows are left after a tick (%v)", err)
			}
			if head, err := tx.AuditHead(); err != nil || head.Rows != chainPortion+1 {
				t.Errorf("the head is %+v, %v", head, err)
			}
			for tally, err := range tx.Tallies() {
				if err != nil {
					return err
				}
				members += tally.Total()
			}
			at, err = tx.Tallied()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return members, at
	}
	if n, at := look(); n != 0 || !at.IsZero() {
		t.Errorf("after one tick %d members are counted", n)
	}
	first := now
	if n, at := look(); n != tallyPortion+1 || !at.Equal(first) {
		t.Errorf("after two ticks %d members are counted, at %v", n, at)
	}
	for range 3 {
		now = now.Add(tallyTime / 4)
		if _, at := look(); !at.Equal(first) {
			t.Fatalf("counted again after %v", now.Sub(first))
		}
	}
	now = now.Add(tallyTime / 4)
	look()
	if _, at := look(); !at.Equal(now) {
		t.Errorf("not counted again after %v", tallyTime)
	}
}
