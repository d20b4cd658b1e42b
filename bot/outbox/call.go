package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// An ending is how one flight of a message ended.
type ending struct {
	called   bool // the network was called
	answered bool // and said something
	putOff   bool // namely to wait
	unsure   bool // and nobody knows whether it took the message
	left     bool // the process ends, or sends no more: the message stands in the store as it stood

	again bool          // it is sent again
	pause time.Duration // after so long
	wait  time.Duration // so long its address is left alone
	all   bool          // and every other one, except for replies
	moved string        // the address has this new name

	outcome store.Outcome // how it was settled unless again; empty: it was not in the outbox any more
}

// A letter is a message as it stands in the store, with all that sending it
// takes.
type letter struct {
	*store.Message
	now     time.Time
	blocked bool           // its contact is unreachable
	network string         // the network's id of the target
	waiting *store.Message // the target, when it was not sent either
	file    *channel.File
	noFile  bool // it names a file that is gone
	gaveUp  bool // the seat that it is about was given up
}

// send brings the message h to address: reads it, calls the network unless
// there is no need, and settles it.
func (s *sender) send(h head, address string) ending {
	l, err := s.read(h.id, address)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return ending{}
	case err != nil:
		return s.unread(h, err)
	case s.calls.Err() != nil:
		return ending{left: true}
	}
	if end, over := s.without(l); over {
		return end
	}
	if !l.Repeat {
		if end, over := s.attempt(l); over {
			return end
		}
	}
	if !s.turn(h.lane == int(store.Reply)) || !s.term.Held() { // it may have slept since it was read
		return ending{left: true}
	}
	receipt, err := s.call(l)
	end := s.judge(l, receipt, err)
	end.called, end.answered = true, answered(err)
	_, end.putOff = errors.AsType[*channel.RetryError](err)
	end.unsure = errors.Is(err, channel.ErrUncertain)
	return end
}

// read reads the message id and what it refers to. An address that has moved
// since it was posted is set right.
func (s *sender) read(id, address string) (*letter, error) {
	l := &letter{}
	err := s.store.View(s.keeps, func(tx *store.Tx) error {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		*l = letter{Message: m, now: tx.Now}
		if m.Address != address {
			m.Address = address
			if m.Contact != "" {
				m.Contact = tx.ContactID(m.Channel, address)
			}
		}
		c, err := contactOf(tx, l)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read contact: %w", err)
		}
		l.blocked = err == nil && !c.Unreachable.IsZero()
		if err := l.findSeat(tx); err != nil {
			return err
		}
		if err := l.findTarget(tx); err != nil {
			return err
		}
		return l.findFile(tx, s.voice)
	})
	return l, err
}

// findSeat looks whether the seat that the message is about was given up.
func (l *letter) findSeat(tx *store.Tx) error {
	training, member, ok := strings.Cut(l.About, "/")
	if !ok {
		return nil
	}
	r, err := tx.Registration(training, member)
	if errors.Is(err, store.ErrNotFound) { // hers under another id, after a merge
		return nil
	}
	if err != nil {
		return fmt.Errorf("read registration: %w", err)
	}
	l.gaveUp = !r.GaveUp.IsZero()
	return nil
}

// findTarget reads what is known of the message that is edited or deleted.
func (l *letter) findTarget(tx *store.Tx) error {
	if l.Act == store.Say {
		return nil
	}
	r, err := tx.Receipt(l.Target)
	if err == nil {
		l.network = r.Network
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read receipt: %w", err)
	}
	hold, err := tx.Hold()
	if err != nil {
		return fmt.Errorf("read hold: %w", err)
	}
	if l.Act == store.Edit && hold.Keeps(l.Target) {
		return nil // she most likely has it, and what is new would be held with it
	}
	l.waiting, err = tx.Message(l.Target)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read target: %w", err)
	}
	return nil
}

// findFile reads the file or finds the recording that goes with the message.
func (l *letter) findFile(tx *store.Tx, voice func(id string) (channel.File, bool)) error {
	switch {
	case l.File != "":
		f, data, err := tx.File(l.File)
		if errors.Is(err, store.ErrNotFound) {
			l.noFile = true
			return nil
		}
		if err != nil {
			return fmt.Errorf("read file: %w", err)
		}
		l.file = &channel.File{ID: f.ID, Name: f.Name, Type: f.Type, Data: data}
	case l.Voice != "":
		f, ok := voice(l.Voice)
		if !ok {
			l.noFile = true
			return nil
		}
		l.file = &f
	}
	return nil
}

// without settles a message that needs no call of the network, and says
// whether it did.
func (s *sender) without(l *letter) (ending, bool) {
	switch {
	case !l.Attempt.IsZero() && !l.Repeat:
		return s.settle(l, store.Unknown, whyStopped, ""), true
	case late(l.Message, l.now):
		return s.settle(l, store.Late, "", ""), true
	case l.gaveUp:
		return s.settle(l, store.Late, whyGaveUp, ""), true
	case l.blocked:
		return s.settle(l, store.Blocked, "", ""), true
	case l.waiting != nil:
		return s.merge(l), true
	case (l.Act == store.Delete || l.EditOnly) && (!s.editor || l.network == ""):
		return s.settle(l, store.Delivered, "", ""), true
	case l.noFile && l.Text == "":
		return s.settle(l, store.Failed, whyNoFile, ""), true
	}
	return ending{}, false
}

// late says whether the time of m is over at now.
func late(m *store.Message, now time.Time) bool {
	return !m.Until.IsZero() && !now.Before(m.Until)
}

// call has the channel send the message. A panic leaves open whether it did.
func (s *sender) call(l *letter) (receipt channel.Receipt, err error) {
	m := channel.Message{Message: *l.Message, Network: l.network, File: l.file}
	if m.Act == store.Edit && (!s.editor || m.Network == "") {
		m.Act = store.Say
	}
	if m.Act == store.Say {
		m.Target, m.Network = "", ""
	}
	ctx, cancel := context.WithTimeout(s.calls, callTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil { // its value may hold what is said
			slog.Error("channel panicked", "channel", s.channel.Name(), "with", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: panic", channel.ErrUncertain)
		}
	}()
	return s.channel.Send(ctx, m)
}

// callTime bounds a call whose channel has no bound of its own. A recording of
// a few megabytes takes a minute over a slow line.
const callTime = 3 * time.Minute

// judge does what the network's answer asks for.
func (s *sender) judge(l *letter, receipt channel.Receipt, err error) ending {
	var retry *channel.RetryError
	var moved *channel.MovedError
	switch {
	case err == nil:
		return s.settle(l, store.Delivered, "", receipt.Network)
	case errors.Is(err, channel.ErrBlocked):
		return s.block(l)
	case errors.As(err, &moved):
		return s.readdress(l, moved.Address)
	case errors.As(err, &retry):
		return s.retry(l, err, retry.After, retry.All)
	case errors.Is(err, channel.ErrRefused) && l.Act == store.Edit && l.EditOnly:
		return s.settle(l, store.Delivered, "", "")
	case errors.Is(err, channel.ErrRefused) && l.Act == store.Edit && s.editor && l.network != "":
		return s.unedit(l)
	case errors.Is(err, channel.ErrRefused) && l.Act == store.Delete:
		return s.settle(l, store.Delivered, "", "")
	case errors.Is(err, channel.ErrRefused):
		return s.settle(l, store.Failed, why(l, err), "")
	case errors.Is(err, channel.ErrUncertain) && !l.Repeat:
		return s.settle(l, store.Unknown, why(l, err), "")
	}
	return s.retry(l, err, 0, false)
}

// answered says whether err, or nil, is a word of the network and not the
// want of one.
func answered(err error) bool {
	var retry *channel.RetryError
	var moved *channel.MovedError
	return err == nil || errors.Is(err, channel.ErrBlocked) || errors.Is(err, channel.ErrRefused) ||
		errors.As(err, &retry) || errors.As(err, &moved)
}
