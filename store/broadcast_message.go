package store

import "errors"

// This file ties the messages of a broadcast in the outbox to its roll. Whatever
// becomes of such a message, the transaction that does it moves its recipients
// to their bin.

// A letter is a message of a broadcast, and for whom it is.
type letter struct {
	b    *Broadcast
	roll *Roll
	whom []Recipient
}

// letterOf returns what m is of its broadcast; nil when it is of none, or of one
// that is gone.
func (tx *Tx) letterOf(m *Message) (*letter, error) {
	first, ok := recipientOf(m.Report)
	if !ok {
		return nil, nil
	}
	b, err := tx.Broadcast(first.broadcast)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l := &letter{b: b, roll: tx.Roll(b), whom: []Recipient{first}}
	for _, report := range m.With {
		if r, ok := recipientOf(report); ok {
			l.whom = append(l.whom, r)
		}
	}
	return l, nil
}

// put moves all recipients of the letter to the bin that of says.
func (l *letter) put(of func(Recipient) Bin) error {
	for _, r := range l.whom {
		if err := l.roll.Put(r, of(r)); err != nil {
			return err
		}
	}
	return l.roll.Keep()
}

// OfBroadcast says whether m is a message of a broadcast.
func (m *Message) OfBroadcast() bool {
	_, ok := recipientOf(m.Report)
	return ok
}

// SettleRecipients moves the recipients of m, a message of a broadcast that was
// just settled, to the bin that fits the outcome. Late ones wait again: what
// could not be sent before the quiet hours is sent after them. why is what the
// network said to it; when it says the same to [MaxRefused] in a row, the
// broadcast is paused.
func (tx *Tx) SettleRecipients(m *Message, outcome Outcome, why string) error {
	l, err := tx.letterOf(m)
	if l == nil || err != nil {
		return err
	}
	bin := l.binOf(outcome)
	if err := l.put(func(Recipient) Bin { return bin }); err != nil {
		return err
	}
	switch b := l.b; {
	case outcome == Delivered && b.Refused > 0:
		b.Refused, b.Said = 0, ""
		return tx.putBroadcast(b)
	case outcome == Failed && b.State == Running:
		if why != b.Said {
			b.Refused, b.Said = 0, why
		}
		if b.Refused++; b.Refused >= MaxRefused {
			return tx.pause(b, PauseRefused, why)
		}
		return tx.putBroadcast(b)
	}
	return nil
}

func (l *letter) binOf(outcome Outcome) Bin {
	switch outcome {
	case Delivered:
		return BinDelivered
	case Blocked:
		return BinBlocked
	case Unknown:
		return BinUnknown
	case Late:
		return l.unsent()
	}
	return BinFailed
}

// unsent is the bin of recipients whose message was taken back.
func (l *letter) unsent() Bin {
	if l.b.State == Cancelled {
		return BinWithdrawn
	}
	return BinWaiting
}

// TakeBack looks once more whether m, a message of a broadcast, may go out,
// right before that begins. When not, it takes m out of the outbox and says
// true: the broadcast was paused or called off, or one of its recipients is not
// meant any more. Then she is withdrawn, and for whom the message was as well
// waits for another one.
func (tx *Tx) TakeBack(m *Message) (bool, error) {
	l, err := tx.letterOf(m)
	if l == nil || err != nil {
		return false, err
	}
	bins := map[string]Bin{}
	for _, r := range l.whom {
		meant, err := tx.StillMeant(l.b, r.Member)
		if err != nil {
			return false, err
		}
		if !meant {
			bins[r.Member] = BinWithdrawn
		}
	}
	if l.b.State == Running && len(bins) == 0 {
		return false, nil
	}
	if err := tx.Settle(m.ID); err != nil {
		return false, err
	}
	return true, l.put(func(r Recipient) Bin {
		if bin, ok := bins[r.Member]; ok {
			return bin
		}
		return l.unsent()
	})
}

// MayGoOn says why b, which runs, has to pause; empty: it goes on.
func (tx *Tx) MayGoOn(b *Broadcast) (PauseReason, error) {
	if in, err := tx.inScope(b); err != nil || !in {
		return PauseRole, err
	}
	if b.Document != "" {
		if d, err := tx.Document(b.Document); err != nil || !d.Off.IsZero() {
			return PauseFile, err
		}
	}
	if b.File == "" {
		return "", nil
	}
	if there, err := has(tx, "file", b.File); err != nil || !there {
		return PauseFile, err
	}
	return "", nil
}

// StillMeant says whether the member is meant by b now: is there, takes
// broadcasts, holds the seat, is in the club, lives in the area, has not answered
// the campaign.
func (tx *Tx) StillMeant(b *Broadcast, member string) (bool, error) {
	if takes, err := tx.TakesBroadcasts(member); err != nil || !takes {
		return false, err
	}
	if asked, err := tx.stillAsked(b, member); err != nil || !asked {
		return false, err
	}
	return tx.Meant(b.Recipients(), member)
}

// TakesBroadcasts says whether the member is there and has not opted out.
func (tx *Tx) TakesBroadcasts(member string) (bool, error) {
	m, err := tx.Member(member)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && m.OptedOut.IsZero(), err
}

// leaveBroadcast takes the member out of the broadcast of m, which is being
// deleted with all that was for her. Whether a message arrived that is under way
// will not be known.
func (tx *Tx) leaveBroadcast(m *Message, member string) error {
	l, err := tx.letterOf(m)
	if l == nil || err != nil {
		return err
	}
	return l.put(func(r Recipient) Bin {
		switch {
		case !m.Attempt.IsZero():
			return BinUnknown
		case r.Member == member:
			return BinWithdrawn
		}
		return l.unsent()
	})
}

// Withdraw takes those who wait for b, which was cancelled, off its roll: at
// most one part at a time. It says whether there were any.
func (tx *Tx) Withdraw(b *Broadcast) (bool, error) {
	roll := tx.Roll(b)
	part := ""
	for r, err := range roll.Waiting() {
		if err != nil {
			return false, err
		}
		if part != "" && r.part != part {
			break
		}
		part = r.part
		if err := roll.Put(r, BinWithdrawn); err != nil {
			return false, err
		}
	}
	if part == "" && b.Ended.IsZero() && tx.endIfOver(b) {
		return false, errors.Join(tx.putBroadcast(b), tx.TellProgress(b))
	}
	return part != "", roll.Keep()
}
