package store

import (
	"errors"
	"iter"
	"strings"
	"sync/atomic"

	"chihai/store/ordered"
)

// An Overlay is the [KV] that backends hand to fn. It keeps what is written to
// it in memory, over a base that it only reads: what fn wrote is either taken
// over as a whole or forgotten with the Overlay, and no cursor of the database
// is open on something that changes.
//
// It holds keys and values to [CheckPair], and values that it hands out belong
// to the caller if those of the base do.
type Overlay struct {
	base     Reader
	writes   ordered.Map // a nil value stands for a deletion
	size     int
	readOnly bool
	over     atomic.Bool
}

// A Reader is the half of a [KV] that a database has to bring: its three
// methods behave as those of KV do.
type Reader interface {
	Get(bucket, key string) ([]byte, error)
	Scan(bucket, from, to string) iter.Seq2[Pair, error]
	ScanBack(bucket, from, to string) iter.Seq2[Pair, error]
}

// A Write is one change that an [Overlay] holds.
type Write struct {
	Bucket, Key string
	Value       []byte // nil: the key is deleted
}

// ErrTxDone says that a [KV] was used after its transaction.
var ErrTxDone = errors.New("transaction is over")

// NewOverlay returns an empty Overlay over base, for one run of an Update.
func NewOverlay(base Reader) *Overlay { return &Overlay{base: base} }

// NewSnapshot returns an Overlay over base that cannot be written to, for a
// View.
func NewSnapshot(base Reader) *Overlay { return &Overlay{base: base, readOnly: true} }

// End makes every later use as a KV return [ErrTxDone], so that a KV which
// somebody kept does no harm. What was written stays, for [Overlay.Writes] and
// [Overlay.Absorb].
func (o *Overlay) End() { o.over.Store(true) }

// Len returns the number of keys that were put or deleted.
func (o *Overlay) Len() int { return o.writes.Len() }

// Size returns about how many bytes were written, overwritten ones included.
func (o *Overlay) Size() int { return o.size }

// Writes yields what was written, by bucket and then by key, each key once.
// The values must not be changed.
func (o *Overlay) Writes() iter.Seq[Write] {
	return func(yield func(Write) bool) {
		for e := range o.writes.All() {
			if !yield(Write(e)) {
				return
			}
		}
	}
}

// Absorb takes over what was written to top, an ended Overlay over o. The two
// share the values from then on.
func (o *Overlay) Absorb(top *Overlay) {
	for e := range top.writes.All() {
		o.writes.Set(e.Bucket, e.Key, e.Value)
	}
	o.size += top.size
}

// Get implements [KV].
func (o *Overlay) Get(bucket, key string) ([]byte, error) {
	if o.over.Load() {
		return nil, ErrTxDone
	}
	if value, ok := o.writes.Get(bucket, key); !ok {
		return o.base.Get(bucket, key)
	} else if value == nil {
		return nil, ErrNotFound
	} else {
		return clone(value), nil
	}
}

// Put implements [KV].
func (o *Overlay) Put(bucket, key string, value []byte) error {
	if o.readOnly {
		return ErrReadOnly
	}
	if err := CheckPair(bucket, key, value); err != nil {
		return err
	}
	return o.write(bucket, key, clone(value))
}

// Delete implements [KV].
func (o *Overlay) Delete(bucket, key string) error {
	if o.readOnly {
		return ErrReadOnly
	}
	if err := CheckKey(bucket, key); err != nil {
		return err
	}
	return o.write(bucket, key, nil)
}

func (o *Overlay) write(bucket, key string, value []byte) error {
	if o.over.Load() {
		return ErrTxDone
	}
	o.writes.Set(bucket, key, value)
	o.size += len(bucket) + len(key) + len(value)
	return nil
}

// Scan implements [KV].
func (o *Overlay) Scan(bucket, from, to string) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		o.merge(o.base.Scan(bucket, from, to), o.snapshot().Ascend(bucket, from, to), strings.Compare, yield)
	}
}

// ScanBack implements [KV].
func (o *Overlay) ScanBack(bucket, from, to string) iter.Seq2[Pair, error] {
	back := func(a, b string) int { return strings.Compare(b, a) }
	return func(yield func(Pair, error) bool) {
		o.merge(o.base.ScanBack(bucket, from, to), o.snapshot().Descend(bucket, from, to), back, yield)
	}
}

// snapshot returns the writes as they are now, so that a scan neither sees nor
// minds what is written while it runs.
func (o *Overlay) snapshot() *ordered.Map {
	if o.writes.Len() == 0 {
		return new(ordered.Map)
	}
	return o.writes.Clone()
}

// merge yields the pairs of base and, between them and in their stead, those
// of own. Both come in the order of compare.
func (o *Overlay) merge(base iter.Seq2[Pair, error], own ordered.Cursor, compare func(a, b string) int, yield func(Pair, error) bool) {
	if o.over.Load() {
		yield(Pair{}, ErrTxDone)
		return
	}
	// goOn yields a pair and says whether the scan goes on.
	goOn := func(key string, value []byte) bool {
		if !yield(Pair{key, value}, nil) {
			return false
		}
		if o.over.Load() { // somebody kept the scan for longer than the transaction
			yield(Pair{}, ErrTxDone)
			return false
		}
		return true
	}
	w, ok := own.Next()
	for p, err := range base {
		if err != nil {
			yield(Pair{}, err)
			return
		}
		for ok && compare(w.Key, p.Key) < 0 {
			if w.Value != nil && !goOn(w.Key, clone(w.Value)) {
				return
			}
			w, ok = own.Next()
		}
		if ok && w.Key == p.Key {
			written := w.Value
			w, ok = own.Next()
			if written == nil {
				continue
			}
			p.Value = clone(written)
		}
		if !goOn(p.Key, p.Value) {
			return
		}
	}
	for ; ok; w, ok = own.Next() {
		if w.Value != nil && !goOn(w.Key, clone(w.Value)) {
			return
		}
	}
}

// clone returns a copy of value that is never nil.
func clone(value []byte) []byte {
	return append(make([]byte, 0, len(value)), value...)
}
