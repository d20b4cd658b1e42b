package flows

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
)

// BenchmarkSize measures what the database file takes for a woman who has
// registered for a training, and for each thing that she says afterwards, in
// which she gives the seat up and takes it again. What was said is remembered
// for some days only, so the latter comes to an end.
//
//	go test ./flows -run '^$' -bench Size -benchtime 1x
func BenchmarkSize(b *testing.B) {
	const women, later = 2000, 8
	for b.Loop() {
		db, err := bolt.Open(filepath.Join(b.TempDir(), "size.db"), bolt.Options{})
		if err != nil {
			b.Fatal(err)
		}
		e, s := openEngine(b, db)
		talks := make([]talk, women)
		for i := range talks {
			talks[i] = talk{who: fmt.Sprint("woman", i)}
		}
		used := func() float64 {
			space, err := db.Space()
			if err != nil {
				b.Fatal(err)
			}
			return float64(space.File - space.Free)
		}
		empty := used()
		sayAll(b, e, talks, len(firstTalk))
		sendAll(b, s)
		members := used()
		sayAll(b, e, talks, later)
		sendAll(b, s)
		b.ReportMetric((members-empty)/women, "bytes/member")
		b.ReportMetric((used()-members)/(women*later), "bytes/turn")
	}
	b.ReportMetric(0, "ns/op")
}

// sayAll has each woman say the next n things, 64 of them at once.
func sayAll(b *testing.B, e *Engine, talks []talk, n int) {
	var all sync.WaitGroup
	for w := range 64 {
		all.Go(func() {
			for i := w; i < len(talks); i += 64 {
				for range n {
					if err := e.Handle(context.Background(), talks[i].next()); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
}

// sendAll takes what is to be said out of the outbox, as when it has been sent.
func sendAll(b *testing.B, s *store.Store) {
	for left := true; left; {
		err := s.Update(context.Background(), func(tx *store.Tx) error {
			var ids []string
			for m, err := range tx.Messages("") {
				if err != nil {
					return err
				}
				if ids = append(ids, m.ID); len(ids) == 1000 {
					break
				}
			}
			left = len(ids) > 0
			for _, id := range ids {
				if err := tx.Settle(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
