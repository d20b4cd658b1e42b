package store

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// A Lease is the right to do what only one process may do at a time, where
// several work on one database: to ask a network for updates, to send, to be
// the clock. bot/lead takes leases and renews them.
//
// No time stands in it, because the clocks of machines differ: a process that
// wants the lease watches by its own clock for how long nothing has changed in
// the document.
//
//	lease  Name → Lease
type Lease struct {
	Name   string `json:"name"`
	Holder string `json:"holder,omitzero"` // random name of a process; empty: it was released
	Epoch  int64  `json:"epoch"`           // how often the lease was taken; tells one holding from another
	Beat   int64  `json:"beat"`            // how often it was renewed since

	Rest jsontext.Value `json:",embed"`
}

// ErrLeaseLost says that a lease is somebody else's now, or was taken anew.
var ErrLeaseLost = errors.New("lease is lost")

// Lease returns the lease with that name. One that was never taken has Epoch 0
// and no Holder.
func (tx *Tx) Lease(name string) (*Lease, error) {
	l, err := get[Lease](tx, "lease", name)
	if errors.Is(err, ErrNotFound) {
		return &Lease{Name: name}, nil
	}
	return l, err
}

// TakeLease gives the lease to holder, if it still is as it was seen, and
// returns it. Otherwise it returns [ErrLeaseLost].
func (tx *Tx) TakeLease(seen *Lease, holder string) (*Lease, error) {
	l, err := tx.Lease(seen.Name)
	if err != nil {
		return nil, err
	}
	if !l.same(seen) || l.Beat != seen.Beat {
		return nil, ErrLeaseLost
	}
	l.Holder, l.Beat = holder, 0
	l.Epoch++
	return l, put(tx, "lease", l.Name, l)
}

// RenewLease shows the others that the holder of l lives, or returns
// [ErrLeaseLost].
func (tx *Tx) RenewLease(l *Lease) error {
	now, err := tx.held(l)
	if err != nil {
		return err
	}
	now.Beat++
	return put(tx, "lease", now.Name, now)
}

// ReleaseLease lets anybody take l at once. It returns [ErrLeaseLost] when it
// is not the holder's any more.
func (tx *Tx) ReleaseLease(l *Lease) error {
	now, err := tx.held(l)
	if err != nil {
		return err
	}
	now.Holder = ""
	return put(tx, "lease", now.Name, now)
}

// held returns l as it is now, or [ErrLeaseLost] when it is another holding.
func (tx *Tx) held(l *Lease) (*Lease, error) {
	now, err := tx.Lease(l.Name)
	if err != nil {
		return nil, err
	}
	if !now.same(l) {
		return nil, ErrLeaseLost
	}
	return now, nil
}

// same says whether both are the same holding of a lease.
func (l *Lease) same(o *Lease) bool { return l.Holder == o.Holder && l.Epoch == o.Epoch }

// A Term is one holding of a lease, as its holder knows it.
type Term struct {
	Lease Lease
	Ours  func() bool // whether the holder may count on it, by its own clock; may be called at any time
}

// Held says whether the term goes on by the clock of its holder. Whoever is
// about to do what a database cannot undo asks it first. No term, nil, is that
// of a database with one process: it always goes on.
func (t *Term) Held() bool { return t == nil || t.Ours() }

type termKey struct{}

// Under returns ctx for work that may be done in the term t only: an Update
// with it, or with one made from it, checks in its transaction that the lease
// is still the same holding. Otherwise it returns [ErrLeaseLost] and writes
// nothing, however long its process has slept. A nil t changes nothing.
func Under(ctx context.Context, t *Term) context.Context {
	if t == nil {
		return ctx
	}
	return context.WithValue(ctx, termKey{}, t)
}

// TermOf returns the term that ctx is [Under], or nil.
func TermOf(ctx context.Context) *Term {
	t, _ := ctx.Value(termKey{}).(*Term)
	return t
}

// fence returns [ErrLeaseLost] when the lease of t is another holding now. It
// reads the lease in the transaction, so that the commit rests on it.
func (tx *Tx) fence(t *Term) error {
	if t == nil {
		return nil
	}
	_, err := tx.held(&t.Lease)
	return err
}
