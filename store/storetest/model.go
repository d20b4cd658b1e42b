package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chihai/store"
)

// testModel does at random what callers may do and compares the database with
// plain maps.
func testModel(t *testing.T, b store.Backend) {
	rapid.Check(t, func(r *rapid.T) {
		err := b.Update(t.Context(), func(kv store.KV) error {
			return errors.Join(deleteAll(kv, "a"), deleteAll(kv, "ab"), deleteAll(kv, "b"))
		})
		if err != nil {
			r.Fatalf("empty the database: %v", err)
		}
		m := make(model)
		r.Repeat(map[string]func(*rapid.T){
			"update": func(r *rapid.T) {
				ops, end := operations(r), rapid.SampledFrom([]string{"", "", "", "error", "panic"}).Draw(r, "end")
				var changed model
				defer func() {
					if v := recover(); v != nil && v != errTest {
						panic(v)
					} else if v == nil && end == "" {
						m = changed
					}
				}()
				err := b.Update(t.Context(), func(kv store.KV) error {
					changed = m.clone()
					for _, op := range ops {
						if err := op.try(kv, changed); err != nil {
							return err
						}
					}
					switch end {
					case "error":
						return errTest
					case "panic":
						panic(errTest)
					}
					return nil
				})
				if err != nil && (end != "error" || err != errTest) {
					r.Fatalf("Update = %v", err)
				}
			},
			"view": func(r *rapid.T) {
				ops := operations(r)
				err := b.View(t.Context(), func(kv store.KV) error {
					for _, op := range ops {
						if op.reads() {
							if err := op.try(kv, m); err != nil {
								return err
							}
						}
					}
					return nil
				})
				if err != nil {
					r.Fatalf("View = %v", err)
				}
			},
		})
	})
}

// A model holds the values by "bucket key".
type model map[string]string

func (m model) clone() model { return maps.Clone(m) }

// keys returns the keys of bucket from one to the other.
func (m model) keys(bucket, from, to string) []string {
	var keys []string
	for _, at := range sortedKeys(m) {
		if b, key, _ := strings.Cut(at, " "); b == bucket && key >= from && (to == "" || key < to) {
			keys = append(keys, key)
		}
	}
	return keys
}

// An operation is what a caller does with a KV.
type operation struct {
	verb        string
	bucket, key string
	to          string // the end of a scan, or the value of a put
	n           int    // a scan stops after so many
}

func operations(r *rapid.T) []operation {
	word := rapid.StringMatching(`[ab/đ]{1,3}|[0-9]{2}`)
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) operation {
		return operation{
			verb:   rapid.SampledFrom([]string{"put", "put", "put", "delete", "get", "scan", "scan back"}).Draw(r, "verb"),
			bucket: rapid.SampledFrom([]string{"a", "ab", "b"}).Draw(r, "bucket"),
			key:    word.Draw(r, "key"),
			to:     rapid.OneOf(rapid.Just(""), word).Draw(r, "to"),
			n:      rapid.IntRange(1, 40).Draw(r, "n"),
		}
	}), 0, 12).Draw(r, "operations")
}

func (op operation) reads() bool { return op.verb != "put" && op.verb != "delete" }

// try does op on kv and on m and returns an error where they differ.
func (op operation) try(kv store.KV, m model) error {
	at := op.bucket + " " + op.key
	switch op.verb {
	case "put":
		m[at] = op.to
		return kv.Put(op.bucket, op.key, text(op.to))
	case "delete":
		delete(m, at)
		return kv.Delete(op.bucket, op.key)
	case "get":
		value, err := kv.Get(op.bucket, op.key)
		if want, ok := m[at]; ok && (err != nil || word(value) != want) || !ok && err != store.ErrNotFound {
			return fmt.Errorf("get %s = %q, %v; want %q, %v", at, value, err, want, ok)
		}
		return nil
	}
	scan, want := kv.Scan(op.bucket, op.key, op.to), m.keys(op.bucket, op.key, op.to)
	if op.verb == "scan back" {
		scan = kv.ScanBack(op.bucket, op.key, op.to)
		slices.Reverse(want)
	}
	want = want[:min(op.n, len(want))]
	var got []string
	for p, err := range scan {
		if err != nil {
			return err
		}
		if value := m[op.bucket+" "+p.Key]; value != word(p.Value) {
			return fmt.Errorf("%s yields %s %s = %q, want %q", op.verb, op.bucket, p.Key, p.Value, value)
		}
		if got = append(got, p.Key); len(got) == op.n {
			break
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s of %s from %q to %q yields %q, want %q", op.verb, op.bucket, op.key, op.to, got, want)
	}
	return nil
}
