package bolt

import (
	"bytes"
	"iter"

	"go.etcd.io/bbolt"

	"chihai/store"
)

// A reader reads in a transaction of bbolt. What bbolt hands out lies in the
// mapped file, so it is copied.
type reader struct{ tx *bbolt.Tx }

func (r reader) Get(bucket, key string) ([]byte, error) {
	b := r.tx.Bucket([]byte(bucket))
	if b == nil {
		return nil, store.ErrNotFound
	}
	value := b.Get([]byte(key))
	if value == nil {
		return nil, store.ErrNotFound
	}
	return bytes.Clone(value), nil
}

func (r reader) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		b := r.tx.Bucket([]byte(bucket))
		if b == nil {
			return
		}
		c, end := b.Cursor(), []byte(to)
		for k, v := c.Seek([]byte(from)); k != nil; k, v = c.Next() {
			if to != "" && bytes.Compare(k, end) >= 0 {
				return
			}
			if !yield(store.Pair{Key: string(k), Value: bytes.Clone(v)}, nil) {
				return
			}
		}
	}
}

func (r reader) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		b := r.tx.Bucket([]byte(bucket))
		if b == nil {
			return
		}
		c, begin := b.Cursor(), []byte(from)
		for k, v := seekBefore(c, to); k != nil && bytes.Compare(k, begin) >= 0; k, v = c.Prev() {
			if !yield(store.Pair{Key: string(k), Value: bytes.Clone(v)}, nil) {
				return
			}
		}
	}
}

// seekBefore moves c to the last key before to, or to the last of all.
func seekBefore(c *bbolt.Cursor, to string) (key, value []byte) {
	if to != "" {
		if k, _ := c.Seek([]byte(to)); k != nil {
			return c.Prev()
		}
	}
	return c.Last()
}
