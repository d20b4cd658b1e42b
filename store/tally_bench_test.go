package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
)

// BenchmarkCountMembers counts a portion of 5,000 members out of 100,000 on a
// real file: what the clock does in one of its seconds.
func BenchmarkCountMembers(b *testing.B) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "x.db"), bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), db, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for made := 0; made < 100_000; made += 1000 {
		err := s.Update(b.Context(), func(tx *store.Tx) error {
			for i := range 1000 {
				m, err := tx.NewMember()
				if err != nil {
					return err
				}
				m.Name, m.Phone, m.Area, m.Language = "Nguyễn Thị Hoa", "+84900000001", fmt.Sprint(31500+i%103), "vi"
				if err := tx.PutMember(m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var c store.Counting
	for b.Loop() {
		more := false
		err := s.View(b.Context(), func(tx *store.Tx) (err error) {
			more, err = tx.CountMembers(&c, 5000)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if !more {
			c = store.Counting{}
		}
	}
}
