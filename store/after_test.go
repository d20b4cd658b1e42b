package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// Who comes to a training that was made before people were asked what they think
// of one is asked as well. One that is long over, or was cancelled, is let be.
func TestMigrateFromSchema5(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	opt := store.Options{Now: func() time.Time { return now }}
	db := memory.New()
	s, err := store.Open(t.Context(), db, opt)
	if err != nil {
		t.Fatal(err)
	}
	var ahead *store.Training
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) error {
		var all []error
		for _, days := range []int{-30, 3, 5} {
			start := now.AddDate(0, 0, days)
			tr := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp"}, Start: start, End: start.Add(3 * time.Hour), Seats: 9}
			all = append(all, tx.AddTraining(tr))
			if days == 3 {
				ahead = tr
			}
			if days == 5 {
				_, err := tx.ChangeTraining(tr.ID, tr.Revision, func(tr *store.Training) { tr.Cancelled = now })
				all = append(all, err)
			}
		}
		return errors.Join(all...)
	})
	after := func() (ids []string) {
		t.Helper()
		if err := s.View(t.Context(), func(tx *store.Tx) error {
			for d, err := range tx.AllDue() {
				if err != nil {
					return err
				}
				if d.Job == store.AfterJob {
					ids = append(ids, d.ID)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	update(func(tx *store.Tx) error { // as the program of schema 5 left it
		var rows []*store.Due
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			if d.Job == store.AfterJob {
				rows = append(rows, d)
			}
		}
		for _, d := range rows {
			if err := tx.Done(d); err != nil {
				return err
			}
		}
		return nil
	})
	change(t, db, func(kv store.KV) error {
		head, err := kv.Get("meta", "schema")
		if err != nil {
			return err
		}
		return kv.Put("meta", "schema", bytes.Replace(head, fmt.Appendf(nil, `{"version":%d`, store.SchemaVersion()), []byte(`{"version":5`), 1))
	})
	if s, err = store.Open(t.Context(), db, opt); err != nil {
		t.Fatal(err)
	}
	if got, want := after(), []string{fmt.Sprintf("feedback/%s/%d", ahead.ID, ahead.End.Unix())}; !slices.Equal(got, want) {
		t.Errorf("after the step there comes %v, want %v", got, want)
	}
}
