package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"chihai/store"
	"chihai/store/memory"
)

// A counting backend counts the documents that scans of a bucket look at.
type counting struct {
	store.Backend
	bucket string
	seen   int
}

func (c *counting) Update(ctx context.Context, fn func(store.KV) error) error {
	return c.Backend.Update(ctx, func(kv store.KV) error { return fn(&countingKV{kv, c}) })
}

type countingKV struct {
	store.KV
	*counting
}

func (c *countingKV) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range c.KV.Scan(bucket, from, to) {
			if bucket == c.bucket {
				c.seen++
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// However much waits for others, deleting a member and making her one with
// another only look at what is for her.
func TestMessagesOfOneMember(t *testing.T) {
	for _, tt := range []struct {
		name string
		act  func(tx *store.Tx, she, sister *store.Member) error
		left int // for her sister
	}{
		{"deletion", func(tx *store.Tx, she, _ *store.Member) error { return tx.DeleteMember(she, nil) }, 1},
		{"merge", func(tx *store.Tx, she, sister *store.Member) error {
			_, err := tx.Merge(sister, she)
			return err
		}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := &counting{Backend: memory.New(), bucket: "message"}
			s, err := store.Open(t.Context(), db, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var she, sister *store.Member
			err = s.Update(t.Context(), func(tx *store.Tx) (err error) {
				if _, she, _, err = tx.Meet("test:1", "1"); err != nil {
					return err
				}
				if _, sister, _, err = tx.Meet("test:1", "2"); err != nil {
					return err
				}
				for i, member := range []string{she.ID, sister.ID, she.ID, "", "nobody"} {
					m := &store.Message{Member: member, Channel: "test:1", Address: "x", Text: fmt.Sprint(i)}
					if err := tx.Post(m); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			db.seen = 0
			if err := s.Update(t.Context(), func(tx *store.Tx) error { return tt.act(tx, she, sister) }); err != nil {
				t.Fatal(err)
			}
			if db.seen > 0 {
				t.Errorf("%d messages were looked at", db.seen)
			}
			count := map[string]int{}
			err = s.Update(t.Context(), func(tx *store.Tx) error {
				var ids []string
				for m, err := range tx.Messages("") {
					if err != nil {
						return err
					}
					count[m.Member]++
					ids = append(ids, m.ID)
				}
				for _, id := range append(ids, ids...) { // settling twice is settling
					if err := tx.Settle(id); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if count[she.ID] != 0 || count[sister.ID] != tt.left || count[""] != 1 || count["nobody"] != 1 {
				t.Errorf("left by member: %v", count)
			}
			if wrong := check(t, db); len(wrong) > 0 {
				t.Errorf("afterwards: %q", wrong)
			}
		})
	}
}

// In a file of schema 1 messages are not found by member yet.
func TestMigrateFromSchema1(t *testing.T) {
	db := village(t)
	change(t, db, func(kv store.KV) error {
		key := first(t, db, "message_member")
		raw, err := kv.Get("meta", "schema")
		if err != nil {
			return err
		}
		old := `{"version":1` + string(raw[len(`{"version":2`):])
		return errors.Join(kv.Delete("message_member", key), kv.Put("meta", "schema", []byte(old)))
	})
	if _, err := store.Check(t.Context(), db, villageTime, func(_, _, what string) { t.Error(what) }); err == nil {
		t.Error("Check takes a file of schema 1")
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if wrong := check(t, db); len(wrong) > 0 {
		t.Errorf("afterwards: %q", wrong)
	}
}
