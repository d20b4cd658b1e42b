// Package lead sees to it that of several processes on one database one at a
// time does what only one may do: ask a network for updates, send, be the clock.
//
// Each such work has a lease in the store ([store.Lease]). Whoever holds it
// renews it every two seconds and works; the others look twice a second, and one
// of them takes it when it was released or has not been renewed for seven
// seconds. So the work of a process that was killed goes on elsewhere within ten
// seconds, and at once when the process was told to end.
//
// # Why no time is written down
//
// The clocks of two machines cannot be compared. The holder counts from the
// moment at which its last successful renewal began, and stops after five
// seconds; the others count from when they saw the renewal, which was later,
// and wait for seven. That rests on clocks that go at about the same speed and
// on nothing else.
//
// # What it cannot do
//
// A process may sleep at any point, for as long as its machine likes, and wake
// up in the belief that the lease is its own. What it then writes is refused,
// because every Update under a term ([store.Under]) reads the lease. A call of
// a network has no such guard: one that was under way when its process fell
// asleep may be made a second time by the next holder. That is the case for
// which messages have an attempt ([store.Message.Attempt]): those that may not
// come twice are reported as [store.Unknown], replies may come twice.
package lead

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"chihai/store"
)

const (
	lookTime  = 500 * time.Millisecond // between two looks of those who wait
	beatTime  = 2 * time.Second        // between two renewals
	againTime = 250 * time.Millisecond // before a renewal that failed is tried again
	holdTime  = 5 * time.Second        // the holder stops so long after its last renewal began
	takeTime  = 7 * time.Second        // the others wait so long after they saw it
	freeTime  = 1 * time.Second        // for giving the lease back
)

// A Lead does one work whenever its process holds the lease for it.
type Lead struct {
	store   *store.Store
	name    string
	process string
	leads   atomic.Bool
}

// New returns a Lead for the lease name. process is a random name of this
// process, the same for all of its leads and for no other process.
func New(s *store.Store, name, process string) *Lead {
	return &Lead{store: s, name: name, process: process}
}

// Leads says whether this process does the work now.
func (l *Lead) Leads() bool { return l.leads.Load() }

// Run calls work whenever the process holds the lease, until ctx ends or work
// returns before it was told to: then it gives the lease back and returns what
// work returned.
//
// The context that work is given is under the term ([store.Under]). It ends
// with ctx, or with the cause [store.ErrLeaseLost]; work must begin nothing
// from then on and return soon. It is called again when the lease was gained
// anew, and never while an earlier call runs.
func (l *Lead) Run(ctx context.Context, work func(context.Context) error) error {
	w := watch{process: l.process, seen: &store.Lease{Name: l.name}, since: time.Now()}
	trouble := false
	for {
		began := time.Now()
		taken, wait, err := w.look(ctx, l.store)
		switch {
		case taken != nil:
			slog.Info("this process leads", "lease", l.name, "epoch", taken.Epoch)
			over, err := l.lead(ctx, taken, began, work)
			if over || err != nil {
				return err
			}
			slog.Warn("this process leads no more", "lease", l.name, "epoch", taken.Epoch)
		case err != nil && ctx.Err() == nil && !trouble:
			slog.Error("lease cannot be read", "lease", l.name, "err", err)
		}
		trouble = err != nil
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// A watch is how a process that does not hold the lease sees it.
type watch struct {
	process string
	seen    *store.Lease
	since   time.Time // when it was seen first as it is
}

// look takes the lease if its time has come. If it has not, wait is for how
// long to look away.
func (w *watch) look(ctx context.Context, s *store.Store) (taken *store.Lease, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	var now *store.Lease
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		now, err = tx.Lease(w.seen.Name)
		return err
	})
	if err != nil {
		return nil, lookTime, err
	}
	if now.Holder != w.seen.Holder || now.Epoch != w.seen.Epoch || now.Beat != w.seen.Beat {
		w.seen, w.since = now, time.Now()
	}
	// This process gives no lease back that it could not reach the database
	// for. Its work has ended all the same.
	free := now.Holder == "" || now.Holder == w.process
	if left := takeTime - time.Since(w.since); !free && left > 0 {
		return nil, min(left, lookTime), nil
	}
	err = s.Update(ctx, func(tx *store.Tx) (err error) {
		taken, err = tx.TakeLease(w.seen, w.process)
		return err
	})
	if errors.Is(err, store.ErrLeaseLost) { // somebody was quicker
		return nil, againTime, nil
	}
	if err != nil {
		return nil, lookTime, err
	}
	return taken, 0, nil
}

// lead works and renews the lease, the taking of which began at began, until it
// is lost. over says that the work is not to go on.
func (l *Lead) lead(ctx context.Context, lease *store.Lease, began time.Time, work func(context.Context) error) (over bool, err error) {
	t := &term{since: began}
	ctx, lose := context.WithCancelCause(store.Under(ctx, &store.Term{Lease: *lease, Ours: t.ours}))
	defer lose(nil)
	end := time.AfterFunc(holdTime-time.Since(began), func() { lose(store.ErrLeaseLost) })
	defer end.Stop()
	l.leads.Store(true)
	defer l.leads.Store(false)

	// Renewed until the work has ended, which takes a while longer than ctx.
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var beside sync.WaitGroup
	beside.Go(func() {
		if l.renew(renewing, lease, t, end) != nil {
			lose(store.ErrLeaseLost)
		}
	})
	err = work(ctx)
	lost := errors.Is(context.Cause(ctx), store.ErrLeaseLost)
	stop()
	beside.Wait()
	l.giveBack(ctx, lease)
	return !lost, err
}

// renew renews the lease until ctx ends, or returns [store.ErrLeaseLost].
func (l *Lead) renew(ctx context.Context, lease *store.Lease, t *term, end *time.Timer) error {
	wait := beatTime
	for sleep(ctx, wait) {
		if !t.ours() {
			return store.ErrLeaseLost // a renewal now would only keep the others waiting
		}
		began := time.Now()
		bound, cancel := context.WithTimeout(ctx, holdTime)
		err := l.store.Update(bound, func(tx *store.Tx) error { return tx.RenewLease(lease) })
		cancel()
		switch {
		case errors.Is(err, store.ErrLeaseLost):
			return err
		case err != nil:
			wait = againTime
		case !t.renewed(began) || !end.Stop():
			return store.ErrLeaseLost // it came too late: the work has been told to end
		default:
			end.Reset(holdTime - time.Since(began))
			wait = beatTime
		}
	}
	return nil
}

// giveBack lets others take the lease at once. If that cannot be, they wait.
func (l *Lead) giveBack(ctx context.Context, lease *store.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeTime)
	defer cancel()
	err := l.store.Update(ctx, func(tx *store.Tx) error { return tx.ReleaseLease(lease) })
	if err != nil && !errors.Is(err, store.ErrLeaseLost) {
		slog.Warn("lease not given back: the others wait some seconds for it", "lease", l.name, "err", err)
	}
}

// A term is for how long the holder may count on its lease.
type term struct {
	mu    sync.Mutex
	since time.Time // when the last renewal that was confirmed began
	over  bool      // for good, whatever the clocks do
}

// ours says whether the term goes on.
func (t *term) ours() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = t.over || elapsed(t.since) >= holdTime
	return !t.over
}

// renewed notes a renewal, unless the term was over before it was known.
func (t *term) renewed(began time.Time) bool {
	if !t.ours() {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.since = began
	return true
}

// elapsed is the time since t by whichever clock says more: one stands still
// while the machine sleeps, the other may be set. Either way a holder stops too
// early rather than too late.
func elapsed(t time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(t), now.Round(0).Sub(t.Round(0)))
}

// sleep waits for d and says false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
