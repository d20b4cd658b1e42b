package store_test

import (
	"fmt"
	"testing"

	"chihai/store"
	"chihai/store/memory"
)

// Of a very long talk the end is shown, and only the end is kept; other talks
// stay whole.
func TestLongScreen(t *testing.T) {
	s, err := store.Open(t.Context(), memory.New(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const beyond, portion = 1234, 500
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		for contact, n := range map[string]int{"web:1/a": 3, "web:1/b": store.ScreenLines + beyond, "web:1/c": store.ScreenLines} {
			for i := range n {
				if _, err := tx.ShowLine(contact, &store.Line{ID: fmt.Sprintf("%06d", i)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := func(contact string) (n int, last string) {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			for l, err := range tx.Screen(contact) {
				if err != nil {
					return err
				}
				n, last = n+1, l.ID
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, last
	}
	deleted := 0
	for from := ""; ; {
		n, last := shown("web:1/b")
		if want := fmt.Sprintf("%06d", beyond); n != store.ScreenLines || last != want {
			t.Errorf("%d lines down to %s, want %d down to %s", n, last, store.ScreenLines, want)
		}
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			n, next, err := tx.ForgetLines(from, portion)
			deleted, from = deleted+n, next
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if from == "" {
			break
		}
	}
	if deleted != beyond {
		t.Errorf("%d lines were deleted, want %d", deleted, beyond)
	}
	for contact, want := range map[string]int{"web:1/a": 3, "web:1/c": store.ScreenLines} {
		if n, _ := shown(contact); n != want {
			t.Errorf("%s has %d lines, want %d", contact, n, want)
		}
	}
}
