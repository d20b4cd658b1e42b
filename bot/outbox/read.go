package outbox

import (
	"context"
	"log/slog"
	"time"

	"chihai/store"
)

const (
	portionSize = 512         // messages that are read in one transaction
	sweepTime   = time.Minute // between two looks at everything, at least
	sweepShare  = 20          // and so often the time that the last one took
)

// readMore makes the reader look for messages that now have room.
func (o *Outbox) readMore() {
	select {
	case o.more <- struct{}{}:
	default:
	}
}

// reader fills the windows: at first from all that stands in the outbox, then
// as they empty. Every now and then it looks at everything again, for a
// message whose transaction was reported as failed and was kept all the same.
func (o *Outbox) reader(ctx context.Context) {
	sweep := true
	timer := time.NewTimer(sweepTime)
	defer timer.Stop()
	for ctx.Err() == nil {
		from, hungry := o.lowest()
		var err error
		switch {
		case sweep:
			began := time.Now() // how long it takes has nothing to do with the store's clock
			if err = o.pass(ctx, "", true); err == nil {
				sweep = false
				timer.Reset(max(sweepTime, sweepShare*time.Since(began)))
			}
		case hungry:
			err = o.pass(ctx, from, false)
		default:
			select {
			case <-ctx.Done():
			case <-o.more:
			case <-o.news.missed:
				sweep = true
			case <-timer.C:
				sweep = true
			}
		}
		if err != nil && ctx.Err() == nil {
			slog.Error("outbox cannot be read", "err", err)
			wait(ctx, time.Second)
		}
	}
}

// wait waits for d and says false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// lowest returns the id from which to read on, and whether any window wants
// more.
func (o *Outbox) lowest() (from string, hungry bool) {
	for _, s := range o.senders {
		s.mu.Lock()
		for lane := range s.windows {
			if w := &s.windows[lane]; w.hungry(s.window) && (!hungry || w.from < from) {
				from, hungry = w.from, true
			}
		}
		s.mu.Unlock()
	}
	return from, hungry
}

// pass reads the outbox from an id on, to its end or until every window is
// full; a sweep always to the end.
func (o *Outbox) pass(ctx context.Context, from string, sweep bool) error {
	complete := false
	for _, s := range o.senders {
		s.begin(from)
		defer func() { s.end(complete) }()
	}
	for {
		entries, next, err := o.portion(ctx, from)
		if err != nil {
			return err
		}
		for name, s := range o.senders {
			s.mu.Lock()
			now := o.store.Now()
			for _, e := range entries {
				if e.channel == name {
					s.offer(e.address, e.head, now)
				}
			}
			s.mu.Unlock()
			s.kick()
		}
		if sweep && !o.keepStrays {
			if err := o.settleStrays(ctx, entries); err != nil {
				return err
			}
		}
		if next == "" || !sweep && !o.wanting() {
			complete = true
			return nil
		}
		from = next
	}
}

// An entry is what a pass takes out of a message.
type entry struct {
	head
	channel, address string
}

func entryOf(m *store.Message) entry { return entry{headOf(m), m.Channel, m.Address} }

// portion reads some messages from an id on, and returns the id that follows
// them, "" at the end.
func (o *Outbox) portion(ctx context.Context, from string) (entries []entry, next string, err error) {
	entries = make([]entry, 0, portionSize)
	err = o.store.View(ctx, func(tx *store.Tx) error {
		hold, err := tx.Hold()
		if err != nil {
			return err
		}
		for m, err := range tx.Messages(max(from, hold.Before)) {
			if err != nil {
				return err
			}
			if len(entries) == portionSize {
				next = m.ID
				return nil
			}
			entries = append(entries, entryOf(m))
		}
		return nil
	})
	return entries, next, err
}

// wanting says whether any window takes more in this pass.
func (o *Outbox) wanting() bool {
	for _, s := range o.senders {
		s.mu.Lock()
		for lane := range s.windows {
			if w := &s.windows[lane]; !w.whole && !w.full {
				s.mu.Unlock()
				return true
			}
		}
		s.mu.Unlock()
	}
	return false
}
