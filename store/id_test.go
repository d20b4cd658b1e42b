package store_test

import (
	"testing"

	"chihai/store"
	"chihai/store/memory"
)

// However many a transaction makes, no id comes twice, and the first ones sort
// in the order in which they were made.
func TestManyIDs(t *testing.T) {
	s, err := store.Open(t.Context(), memory.New(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		seen, last := map[string]int{}, ""
		for i := range 20_000 {
			id := tx.NewID()
			if was, ok := seen[id]; ok {
				t.Fatalf("id %d is id %d again", i, was)
			}
			if i < 4096 && id <= last {
				t.Fatalf("id %d sorts before the one before it", i)
			}
			seen[id], last = i, id
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
