package store_test

import (
	"context"
	"errors"
	"testing"

	"chihai/store"
)

// How long it takes to count who has read a document, for each of its recipients,
// half of whom have.
func BenchmarkCountReaders(b *testing.B) {
	s, women := benchParish(b, 20_000)
	first := ""
	update := func(fn func(tx *store.Tx) error) {
		if err := s.Update(b.Context(), fn); err != nil {
			b.Fatal(err)
		}
	}
	update(func(tx *store.Tx) error {
		m, err := tx.Member(women[0])
		if err != nil {
			return err
		}
		if err := tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"}); err != nil {
			return err
		}
		d, err := shelve(tx, m.ID)
		if err != nil {
			return err
		}
		c := &store.Broadcast{
			By: m.ID, Text: store.Text{"vi": "Mời đọc"}, Document: d.ID, Title: d.Title,
			Audience: store.Audience{Op: store.InArea, ID: "31"}, Scope: store.Scope{Areas: []string{"92"}},
		}
		if err := tx.AddBroadcast(c); err != nil {
			return err
		}
		first = c.ID
		_, err = tx.SendBroadcast(c.ID, false)
		return err
	})
	for from := 0; from < len(women); from += store.PartSize {
		part := women[from:min(len(women), from+store.PartSize)]
		update(func(tx *store.Tx) error {
			c, err := tx.Broadcast(first)
			if err != nil {
				return err
			}
			next := ""
			if from+store.PartSize < len(women) {
				next = women[from+store.PartSize]
			}
			if err := tx.Freeze(c, part, next); err != nil {
				return err
			}
			for i := 0; i < len(part); i += 2 {
				if _, err := tx.NoteRead(part[i], first); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.ReportAllocs()
	all := 0
	for b.Loop() {
		if err := s.View(context.Background(), func(tx *store.Tx) error {
			sent, err := tx.Sent(first)
			if err != nil {
				return err
			}
			r, err := tx.CountReaders(sent, "", func(string) bool { return true })
			if err != nil {
				return err
			}
			if all = r.Total.Sent; r.Total.Read != len(women)/2 {
				return errors.New("half have read it")
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*all), "ns/recipient")
}
