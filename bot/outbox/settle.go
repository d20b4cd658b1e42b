package outbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// Reasons that a [store.Delivery] gives when they are not the network's own.
const (
	whyStopped = "process ended while it was being sent"
	whyNoFile  = "its file is gone"
	whyGaveUp  = "the seat that it is about was given up"
	whyStray   = "its channel is not connected"
	whyHeld    = "was held back when the database was restored, and dropped"
)

// keep runs fn until the store has kept what it does, however long that takes:
// a message that went out but still stands in the outbox must not be taken for
// one that waits. It says false when the process ends first, or another one
// sends now: that one will settle what stands there. The flight keeps
// its place meanwhile, so that with a broken store no more is sent than can be
// under way at once.
func (s *sender) keep(fn func(*store.Tx) error) bool {
	pause := 100 * time.Millisecond
	for {
		err := s.store.Update(s.keeps, fn)
		if err == nil {
			return true
		}
		if s.keeps.Err() != nil || errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrLeaseLost) {
			return false
		}
		if pause == 100*time.Millisecond {
			slog.Error("outbox cannot be written", "channel", s.channel.Name(), "err", err)
		}
		if !wait(s.keeps, pause) {
			return false
		}
		pause = min(2*pause, 5*time.Second)
	}
}

// change is keep for a change of one message, which fn makes to the message as
// it stands in the store now. It says false in gone when the message was
// deleted meanwhile, with all that belonged to its member: then nothing more
// is written of it.
func (s *sender) change(l *letter, fn func(*store.Tx, *store.Message) error) (gone, kept bool) {
	kept = s.keep(func(tx *store.Tx) error {
		m, err := tx.Message(l.ID)
		gone = errors.Is(err, store.ErrNotFound)
		if gone {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(tx, m)
	})
	return gone, kept
}

// ended makes an ending of what change returned.
func ended(gone, kept bool, end ending) ending {
	switch {
	case !kept:
		return ending{left: true}
	case gone:
		return ending{}
	}
	return end
}

// settle takes the message out of the outbox and keeps what must be known
// afterwards. network is the id that the network gave it.
func (s *sender) settle(l *letter, outcome store.Outcome, reason, network string) ending {
	if outcome == store.Failed {
		slog.Warn("message given up", "message", l.ID, "channel", l.Channel, "lane", l.Lane, "why", reason)
	}
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		return settle(tx, m, outcome, reason, network)
	})
	return ended(gone, kept, ending{outcome: outcome})
}

func settle(tx *store.Tx, m *store.Message, outcome store.Outcome, reason, network string) error {
	if err := tx.Settle(m.ID); err != nil {
		return err
	}
	if network != "" && m.Receipt {
		if err := tx.PutReceipt(m.ID, network); err != nil {
			return err
		}
	}
	if network != "" && m.Target != "" { // what was sent instead of an edit is edited from now on
		if err := tx.PutReceipt(m.Target, network); err != nil {
			return err
		}
	}
	if m.OfBroadcast() {
		if err := tx.SettleRecipients(m, outcome, reason); err != nil {
			return err
		}
		if outcome == store.Delivered || outcome == store.Late {
			return nil // their bins say it
		}
	}
	if outcome == store.Delivered && m.Report == "" {
		return nil
	}
	d := &store.Delivery{Report: m.Report, Member: m.Member, Channel: m.Channel, Outcome: outcome, Why: reason}
	if d.Report == "" {
		d.Report = m.ID
	}
	return tx.PutDelivery(d)
}

// attempt keeps that the message is about to be sent, for those that are not
// sent again when it is not known whether they arrived. It says true when there
// is nothing to send any more, as when a broadcast has been paused meanwhile.
func (s *sender) attempt(l *letter) (ending, bool) {
	over, taken := false, false
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		taken = false
		if over = late(m, tx.Now); over {
			return settle(tx, m, store.Late, "", "")
		}
		if back, err := tx.TakeBack(m); err != nil || back {
			taken = back
			return err
		}
		m.Attempt, l.Attempt = tx.Now, tx.Now
		return tx.PutMessage(m)
	})
	if taken {
		return ended(gone, kept, ending{}), true
	}
	return ended(gone, kept, ending{outcome: store.Late}), over || gone || !kept
}

// block settles a message whose address takes none, and notes that of its
// contact.
func (s *sender) block(l *letter) ending {
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		c, err := contactOf(tx, l)
		if err == nil && c.Unreachable.IsZero() {
			c.Unreachable = tx.Now
			err = tx.PutContact(c)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return settle(tx, m, store.Blocked, "", "")
	})
	return ended(gone, kept, ending{outcome: store.Blocked})
}

// readdress has the message sent to the new name of its address. Only groups
// have their address changed, and they are nobody's: no contact moves along.
func (s *sender) readdress(l *letter, address string) ending {
	if address == "" || address == l.Address || l.Tries+1 >= MaxTries {
		return s.settle(l, store.Failed, channel.ErrRefused.Error(), "")
	}
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		if m.Address = address; m.Contact != "" {
			m.Contact = tx.ContactID(m.Channel, address)
		}
		m.Attempt = time.Time{}
		m.Tries++
		return tx.PutMessage(m)
	})
	return ended(gone, kept, ending{again: true, moved: address})
}

// contactOf returns the contact of a message, or [store.ErrNotFound] when its
// address is nobody's.
func contactOf(tx *store.Tx, l *letter) (*store.Contact, error) {
	if l.Contact == "" {
		return nil, store.ErrNotFound
	}
	return tx.Contact(l.Contact)
}

// unedit has an edit that the network refused sent as a new message.
func (s *sender) unedit(l *letter) ending {
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		m.Act = store.Say
		m.Attempt = time.Time{}
		m.Tries++
		return tx.PutMessage(m)
	})
	return ended(gone, kept, ending{again: true})
}

// merge carries out an edit or a deletion of a message that still stands in
// the outbox, in another lane: it changes there and is sent once.
func (s *sender) merge(l *letter) ending {
	sent := false
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		target, err := tx.Message(l.Target)
		sent = errors.Is(err, store.ErrNotFound)
		if sent {
			return nil
		}
		if err != nil {
			return err
		}
		if l.Act == store.Delete {
			err = tx.Settle(target.ID)
		} else {
			target.Text, target.Choices, target.Layout = m.Text, m.Choices, m.Layout
			target.Token, target.Free = m.Token, m.Free
			err = tx.PutMessage(target)
		}
		if err != nil {
			return err
		}
		return settle(tx, m, store.Delivered, "", "")
	})
	return ended(gone, kept, ending{again: sent, outcome: store.Delivered})
}

// retry has the message sent again after a pause, unless it was tried often
// enough. after is how long the network wants to be left alone, if it said so.
func (s *sender) retry(l *letter, cause error, after time.Duration, all bool) ending {
	reason := why(l, cause)
	if s.hopeless(l) {
		end := s.settle(l, store.Failed, reason, "")
		end.wait, end.all = max(0, after), all // the network asked for it all the same
		return end
	}
	pause := max(after, backoff(l.Tries, l.ID))
	if errors.Is(cause, channel.ErrUncertain) && l.Tries+1 >= MaxTries {
		pause = uncertainPause
	}
	gone, kept := s.change(l, func(tx *store.Tx, m *store.Message) error {
		m.Tries++
		m.NotBefore = tx.Now.Add(pause)
		m.Attempt = time.Time{}
		return errors.Join(tx.PutMessage(m), s.letRest(tx, m, after, all))
	})
	slog.Debug("message is sent again", "message", l.ID, "channel", l.Channel, "tries", l.Tries+1, "pause", pause, "why", reason)
	return ended(gone, kept, ending{again: true, pause: pause, wait: max(0, after), all: all})
}

// unread has the message read again after a while.
func (s *sender) unread(h head, err error) ending {
	if s.keeps.Err() != nil || errors.Is(err, store.ErrClosed) {
		return ending{left: true}
	}
	slog.Error("message cannot be read", "message", h.id, "channel", s.channel.Name(), "err", err)
	return ending{again: true, pause: 10 * time.Second}
}

// hopeless says whether a message that failed once more is given up: after a
// day, or after [MaxTries]. While the network answers nobody it is not the
// message's fault, and its tries do not matter.
func (s *sender) hopeless(l *letter) bool {
	now := s.store.Now()
	if at, ok := posted(l.ID); ok && now.Sub(at) >= MaxAge && l.Tries+1 >= leastTries {
		return true
	}
	s.mu.Lock()
	answers := now.Sub(s.answered) < 2*maxPause
	s.mu.Unlock()
	return l.Tries+1 >= MaxTries && answers
}

// why is what a delivery says about an error of a channel: its first line,
// without the address and the text, and without the address of the network,
// which may carry a token.
func why(l *letter, err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = fmt.Errorf("%s: %w", u.Op, u.Err)
	}
	s, _, _ := strings.Cut(strings.ToValidUTF8(err.Error(), ""), "\n")
	for _, private := range []string{l.Text, l.Address} {
		if private != "" {
			s = strings.ReplaceAll(s, private, "…")
		}
	}
	if len(s) > maxWhy {
		s = strings.ToValidUTF8(s[:maxWhy], "") + "…"
	}
	return s
}

const maxWhy = 200 // bytes
