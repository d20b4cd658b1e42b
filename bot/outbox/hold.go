package outbox

import (
	"context"
	"time"

	"chihai/store"
)

// Held counts the messages that a restored database holds back ([store.Hold]).
type Held struct {
	Replies int
	Pushes  int       // of all other lanes
	Once    int       // of all those that are never sent again when it is not known whether they arrived
	Oldest  time.Time // when the oldest was posted; zero: none is held
}

// CountHeld counts what is held. It reads all of it.
func CountHeld(tx *store.Tx) (h Held, err error) {
	hold, err := tx.Hold()
	if err != nil {
		return h, err
	}
	for m, err := range tx.Messages("") {
		if err != nil {
			return h, err
		}
		if !hold.Keeps(m.ID) {
			break
		}
		if h.Oldest.IsZero() {
			h.Oldest, _ = posted(m.ID)
		}
		if m.Lane == store.Reply {
			h.Replies++
		} else {
			h.Pushes++
		}
		if !m.Repeat {
			h.Once++
		}
	}
	return h, nil
}

// LastPosted returns when the message was posted that waits and was posted last,
// in UTC, by the clock of whoever posted it; the zero time when none waits. It
// reads all that wait.
func LastPosted(tx *store.Tx) (last time.Time, err error) {
	for m, err := range tx.Messages("") {
		if err != nil {
			return time.Time{}, err
		}
		if at, ok := posted(m.ID); ok && at.After(last) {
			last = at
		}
	}
	return last, nil
}

// DropHeld gives up the messages that are held in s, and says how many. They
// may have been sent between the backup and the restore, so each is reported as
// [store.Unknown]. The hold stays: its caller ends it. What was cut off is gone
// on with by the next call.
func DropHeld(ctx context.Context, s *store.Store) (dropped int, err error) {
	for more := true; more; {
		n := 0
		err := s.Update(ctx, func(tx *store.Tx) error {
			held, err := firstHeld(tx, portionSize)
			if err != nil {
				return err
			}
			n, more = len(held), len(held) == portionSize
			for _, m := range held {
				if err := settle(tx, m, store.Unknown, whyHeld, ""); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return dropped, err
		}
		dropped += n
	}
	return dropped, nil
}

// firstHeld returns the first n messages that are held.
func firstHeld(tx *store.Tx, n int) (all []*store.Message, err error) {
	hold, err := tx.Hold()
	if err != nil {
		return nil, err
	}
	for m, err := range tx.Messages("") {
		if err != nil {
			return nil, err
		}
		if len(all) == n || !hold.Keeps(m.ID) {
			break
		}
		all = append(all, m)
	}
	return all, nil
}
