package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
)

// benchParish is a store in a file with n women of the area 31.
func benchParish(b *testing.B, n int) (s *store.Store, women []string) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bench.db"), bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if s, err = store.Open(b.Context(), db, store.Options{Key: make([]byte, store.KeySize)}); err != nil {
		b.Fatal(err)
	}
	for len(women) < n {
		var some []string
		if err := s.Update(b.Context(), func(tx *store.Tx) error {
			some = nil
			if err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ"}, {Code: "31", Name: "Xã Kế Sách", Parent: "92"}}); err != nil {
				return err
			}
			for i := len(women); i < min(n, len(women)+1000); i++ {
				_, m, _, err := tx.Meet("test:1", fmt.Sprint(i))
				if err != nil {
					return err
				}
				m.Area, m.Name = "31", "Nguyễn Thị Hoa"
				if err := tx.PutMember(m); err != nil {
					return err
				}
				some = append(some, m.ID)
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		women = append(women, some...)
	}
	return s, women
}

// How long it takes to look for the recipients in an area, for each of them.
func BenchmarkAudience(b *testing.B) {
	s, _ := benchParish(b, 20_000)
	a := (&store.Broadcast{Audience: store.Audience{Op: store.InArea, ID: "31"}, Scope: store.Scope{Areas: []string{"92"}}}).Recipients()
	b.ResetTimer()
	for n := 0; n < b.N; {
		if err := s.View(context.Background(), func(tx *store.Tx) error {
			for id, err := range tx.AudienceFrom(a, "") {
				if err != nil {
					return err
				}
				if _, err := tx.TakesBroadcasts(id); err != nil {
					return err
				}
				if n++; n >= b.N {
					break
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// What it costs to note what became of one message, by how many are in a part:
// why [store.PartSize] is what it is.
func BenchmarkBins(b *testing.B) {
	for _, size := range []int{100, 300, 1000, 2000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s, women := benchParish(b, 2000)
			c := &store.Broadcast{By: women[0], Text: store.Text{"vi": "Mời họp"}, Audience: store.Audience{Op: store.InArea}, Scope: store.Scope{Areas: []string{""}}}
			if err := s.Update(b.Context(), func(tx *store.Tx) error {
				m, err := tx.Member(women[0])
				if err != nil {
					return err
				}
				if err := errors.Join(tx.Grant(m, &store.Grant{Role: store.Staff}), tx.AddBroadcast(c)); err != nil {
					return err
				}
				if c, err = tx.SendBroadcast(c.ID, false); err != nil {
					return err
				}
				return tx.Freeze(c, women[:size], "")
			}); err != nil {
				b.Fatal(err)
			}
			var who []store.Recipient
			if err := s.View(b.Context(), func(tx *store.Tx) error {
				for r, err := range tx.Roll(c).Waiting() {
					if err != nil {
						return err
					}
					who = append(who, r)
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				m := &store.Message{Report: who[i%(len(who)-1)].Report()}
				outcome := []store.Outcome{store.Delivered, store.Late}[i/(len(who)-1)%2]
				if err := s.Update(context.Background(), func(tx *store.Tx) error { return tx.SettleRecipients(m, outcome, "") }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
