package store

import (
	"errors"
	"iter"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// A Sent is a broadcast that brought a document to its recipients, with the
// broadcasts that followed it: reminders to those who had not read it, and those
// to whom it had not come.
//
//	document_sent  broadcast ID → Sent
type Sent struct {
	Broadcast string   `json:"broadcast"`
	Document  string   `json:"document"`
	Reminders []string `json:"reminders,omitzero"` // broadcasts, the first one first
	Again     []string `json:"again,omitzero"`     // broadcasts

	Rest jsontext.Value `json:",embed"`
}

// MaxReadReminders is how often those are reminded who have not read a document.
const MaxReadReminders = 2

// ErrReminded says that those who have not read a document were reminded
// [MaxReadReminders] times.
var ErrReminded = errors.New("reminded often enough")

// First is the broadcast by which b's recipients first got the document of b: b
// itself, or the one that b reminds of or sends again.
func (b *Broadcast) First() string {
	if b.Follows != "" {
		return b.Follows
	}
	return b.ID
}

// Sent returns what is known of the broadcast id, which brought a document, or
// [ErrNotFound].
func (tx *Tx) Sent(id string) (*Sent, error) { return get[Sent](tx, "document_sent", id) }

// StillSends says whether the member has sent b and may still write to all to whom
// it went: then she sees what has become of it, wherever they live.
func (tx *Tx) StillSends(b *Broadcast, member string) (bool, error) {
	if b.By != member {
		return false, nil
	}
	return tx.inScope(b)
}

// SentDocuments yields what was sent of the shelf, the latest first.
func (tx *Tx) SentDocuments() iter.Seq2[*Sent, error] {
	return func(yield func(*Sent, error) bool) {
		for p, err := range tx.kv.ScanBack("document_sent", "", "") {
			s := &Sent{}
			if err == nil {
				err = decode(tx, "document_sent", p.Key, p.Value, s)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// noteSent notes that b, which begins, brings a document.
func (tx *Tx) noteSent(b *Broadcast) error {
	if b.Document == "" {
		return nil
	}
	s, err := tx.Sent(b.First())
	switch {
	case errors.Is(err, ErrNotFound):
		s = &Sent{Broadcast: b.First(), Document: b.Document}
	case err != nil:
		return err
	}
	if b.ID != s.Broadcast && !slices.Contains(s.Again, b.ID) && !slices.Contains(s.Reminders, b.ID) {
		s.Again = append(s.Again, b.ID)
	}
	return put(tx, "document_sent", s.Broadcast, s)
}

// RemindReaders makes a broadcast of the member by to those whom s has reached
// and who have not read its document when their turn comes, as far as scope goes,
// and has it begin, or wait until somebody has approved it. It returns
// [ErrReminded] when that was done often enough, and the errors of
// [Tx.SendBroadcast].
func (tx *Tx) RemindReaders(s *Sent, by string, scope Scope, text Text, count AudienceCount, approve bool) (*Broadcast, error) {
	if len(s.Reminders) >= MaxReadReminders {
		return nil, ErrReminded
	}
	first, err := tx.Broadcast(s.Broadcast)
	if err != nil {
		return nil, err
	}
	b := &Broadcast{
		By: by, Text: text, Document: s.Document, Title: first.Title, Follows: s.Broadcast,
		Audience: Audience{Op: Unread, ID: s.Broadcast}, Scope: scope, Lane: first.Lane, Count: &count,
	}
	if err := tx.sendable(b); err != nil { // before anything is kept that would count as a reminder
		return nil, err
	}
	if err := tx.AddBroadcast(b); err != nil {
		return nil, err
	}
	s.Reminders = append(s.Reminders, b.ID)
	if err := put(tx, "document_sent", s.Broadcast, s); err != nil {
		return nil, err
	}
	return tx.SendBroadcast(b.ID, approve)
}

// audienceUnread yields those whom the broadcast id, or one that sent it again,
// has reached, and who have not read its document, in their order.
func (tx *Tx) audienceUnread(id, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s, err := tx.Sent(id)
		if errors.Is(err, ErrNotFound) {
			return
		}
		if err != nil {
			yield("", err)
			return
		}
		for r, err := range tx.Receivers(s, from) {
			if err == nil && r.State != ReadNot && r.State != ReadOpened {
				continue
			}
			if !yield(r.Member, err) || err != nil {
				return
			}
		}
	}
}

// unread says whether the member is among those of audienceUnread.
func (tx *Tx) unread(id, member string) (bool, error) {
	s, err := tx.Sent(id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	read, err := tx.Reading(member, id)
	if err != nil || !read.Read.IsZero() {
		return false, err
	}
	for _, b := range append([]string{s.Broadcast}, s.Again...) {
		if bin, err := tx.BinOf(b, member); err != nil || bin == BinDelivered {
			return err == nil, err
		}
	}
	return !read.Opened.IsZero(), nil
}

// audienceLeads yields the facilitators of the area or of units below it, in the
// order of their ids.
func (tx *Tx) audienceLeads(code, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		last := ""
		for g, err := range each[Grant](tx, "grant", from, "") {
			in := false
			if err == nil && g.Member != last && g.Role == Facilitator && g.Holds(tx.Now) {
				in, err = tx.livesIn(g.Area, code)
			}
			if err != nil {
				yield("", err)
				return
			}
			if !in {
				continue
			}
			if last = g.Member; !yield(last, nil) {
				return
			}
		}
	}
}

// leadsIn says whether the member is a facilitator of the area or of a unit below
// it.
func (tx *Tx) leadsIn(code, member string) (bool, error) {
	m, err := tx.Member(member)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	grants, err := tx.Grants(m)
	if err != nil {
		return false, err
	}
	for _, g := range grants {
		if g.Role != Facilitator {
			continue
		}
		if in, err := tx.livesIn(g.Area, code); err != nil || in {
			return in, err
		}
	}
	return false, nil
}
