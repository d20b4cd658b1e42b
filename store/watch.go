package store

import (
	"errors"
	"fmt"
	"iter"
	"slices"
)

// A watchedKV notes in its transaction that the database failed, and knows which
// buckets there are.
type watchedKV struct {
	KV
	tx *Tx
}

func (w *watchedKV) Get(bucket, key string) ([]byte, error) {
	value, err := w.KV.Get(bucket, key)
	if !errors.Is(err, ErrNotFound) {
		w.note(err)
	}
	return value, err
}

// Put refuses a bucket of which deletion.go does not say what becomes of it when
// a member is deleted.
func (w *watchedKV) Put(bucket, key string, value []byte) error {
	if !slices.ContainsFunc(deletion, func(d fate) bool { return d.Bucket == bucket }) {
		return fmt.Errorf("bucket %s is not in the table of deletion.go", bucket)
	}
	err := w.KV.Put(bucket, key, value)
	if CheckPair(bucket, key, value) == nil { // else it is the caller who failed
		w.note(err)
	}
	return err
}

func (w *watchedKV) Delete(bucket, key string) error {
	err := w.KV.Delete(bucket, key)
	if CheckKey(bucket, key) == nil {
		w.note(err)
	}
	return err
}

func (w *watchedKV) Scan(bucket, from, to string) iter.Seq2[Pair, error] {
	return w.watch(w.KV.Scan(bucket, from, to))
}

func (w *watchedKV) ScanBack(bucket, from, to string) iter.Seq2[Pair, error] {
	return w.watch(w.KV.ScanBack(bucket, from, to))
}

func (w *watchedKV) watch(pairs iter.Seq2[Pair, error]) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		for p, err := range pairs {
			w.note(err)
			if !yield(p, err) {
				return
			}
		}
	}
}

// note keeps the first error.
func (w *watchedKV) note(err error) {
	if err != nil && w.tx.broken == nil {
		w.tx.broken = err
	}
}
