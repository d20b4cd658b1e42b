// Package memory keeps a database in memory, for tests, simulations and trials.
// It does what [store.Backend] demands, except that nothing outlives the
// process.
//
// A database is one ordered.Map that is never changed: an Update puts a changed
// copy in its place, and a View reads the one that it began with.
package memory

import (
	"context"
	"iter"
	"sync/atomic"

	"chihai/store"
	"chihai/store/ordered"
)

// A DB is a database in memory. Updates run one after another, Views beside
// them.
type DB struct {
	rerun   int
	current atomic.Pointer[ordered.Map]
	turn    chan struct{} // holds one while an Update runs
	updates int           // how many have run; belongs to whoever has the turn
	gate    *store.Gate   // inside are Views and Updates
}

var _ store.Backend = (*DB)(nil)

// Options of [Open].
type Options struct {
	// Rerun runs the fn of every n-th Update twice and forgets what it did the
	// first time, so that callers stay honest about re-runs. 0: never.
	Rerun int
}

// New returns an empty database.
func New() *DB { return Open(Options{}) }

// Open returns an empty database with opt.
func Open(opt Options) *DB {
	d := &DB{rerun: opt.Rerun, turn: make(chan struct{}, 1), gate: store.NewGate()}
	d.current.Store(new(ordered.Map))
	return d
}

// View implements [store.Backend].
func (d *DB) View(ctx context.Context, fn func(store.KV) error) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	defer d.gate.Leave()
	kv := store.NewSnapshot(reader{d.current.Load()})
	defer kv.End()
	return fn(kv)
}

// Update implements [store.Backend]. An Update within the fn of another waits
// for itself for ever.
func (d *DB) Update(ctx context.Context, fn func(store.KV) error) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	defer d.gate.Leave()
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.gate.Closing():
		return store.ErrClosed
	}
	defer func() { <-d.turn }()

	d.updates++
	if d.rerun > 0 && d.updates%d.rerun == 0 {
		d.run(fn)
	}
	kv, err := d.run(fn)
	if err != nil {
		return err
	}
	if kv.Len() > 0 {
		d.current.Store(changed(d.current.Load(), kv))
	}
	return nil
}

// run runs fn on what the database holds now.
func (d *DB) run(fn func(store.KV) error) (*store.Overlay, error) {
	kv := store.NewOverlay(reader{d.current.Load()})
	defer kv.End()
	return kv, fn(kv)
}

// changed returns a copy of m with what was written to kv.
func changed(m *ordered.Map, kv *store.Overlay) *ordered.Map {
	m = m.Clone()
	for w := range kv.Writes() {
		if w.Value == nil {
			m.Delete(w.Bucket, w.Key)
		} else {
			m.Set(w.Bucket, w.Key, w.Value)
		}
	}
	return m
}

// Close implements [store.Backend].
func (d *DB) Close() error {
	d.gate.Shut(store.ErrClosed)
	d.gate.Wait()
	return nil
}

// A reader reads one state of the database. It copies values, since those in
// the map stay there.
type reader struct{ m *ordered.Map }

func (r reader) Get(bucket, key string) ([]byte, error) {
	value, ok := r.m.Get(bucket, key)
	if !ok {
		return nil, store.ErrNotFound
	}
	return append([]byte{}, value...), nil
}

func (r reader) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return pairs(r.m.Ascend(bucket, from, to))
}

func (r reader) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return pairs(r.m.Descend(bucket, from, to))
}

func pairs(c ordered.Cursor) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		c := c // the sequence may be ranged over again
		for e, ok := c.Next(); ok; e, ok = c.Next() {
			if !yield(store.Pair{Key: e.Key, Value: append([]byte{}, e.Value...)}, nil) {
				return
			}
		}
	}
}
