package simulation

import (
	"context"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// A Rule is one promise of the house.
type Rule struct {
	Name string

	// Commit looks at a transaction before it is kept; nil: it looks at none.
	// World.mu is held.
	Commit func(w *World, c *Commit) error

	// Kept is told of a transaction that was kept; nil: it need not know.
	// World.mu is held.
	Kept func(w *World, c *Commit)

	// End looks at the store when everything has come to rest and the service
	// has ended; nil: it does not.
	End func(w *World, tx *store.Tx) error
}

// rules are all promises that are watched. Each stands in a file of its own,
// but for those on sending, which the ledger holds.
func rules() []Rule {
	return []Rule{
		inputsOnce,
		inputsInOrder,
		seatsCounted,
		offersKept,
		messagesSettled,
		remindersOnce,
		newsOnce,
		toldTrue,
		reachedRight,
		leftAlone,
		nothingLeft,
		outcomesOnce,
		screensWhole,
		broadcastsOnce,
	}
}

// look has the rules look at a transaction that is about to be kept.
func (w *World) look(c *Commit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.look(w, c)
	for _, r := range w.rules {
		if r.Commit == nil {
			continue
		}
		if err := r.Commit(w, c); err != nil {
			w.broken(r.Name, "%v", err)
		}
	}
}

// retract forgets a transaction that was not kept after all.
func (w *World) retract(c *Commit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.retract(c)
}

// kept notes that a transaction was kept.
func (w *World) kept(c *Commit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.kept(w, c)
	for _, r := range w.rules {
		if r.Kept != nil {
			r.Kept(w, c)
		}
	}
	for _, in := range c.Inputs {
		w.note("%s %s is kept", c.Kind, in)
	}
}

// judge looks at what is left when all is over.
func (w *World) judge(ctx context.Context) {
	db, err := bolt.Open(w.Path, bolt.Options{NoSync: true})
	if err != nil {
		w.fail("open", err)
		return
	}
	defer db.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := store.Check(ctx, db, time.Now(), func(bucket, key, what string) {
		w.broken("the store is sound", "%s %s: %s", bucket, key, what)
	}); err != nil {
		w.broken("the store is sound", "%v", err)
	}
	s, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		w.broken("open", "%v", err)
		return
	}
	for _, r := range w.rules {
		if r.End == nil {
			continue
		}
		if err := s.View(ctx, func(tx *store.Tx) error { return r.End(w, tx) }); err != nil {
			w.broken(r.Name, "%v", err)
		}
	}
}
