package store

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Reading is how far a recipient has come with a document that was sent to her.
// It holds ids and times only, and counts once however often she taps.
//
//	document_read  member ID/ID of the first broadcast → Reading
type Reading struct {
	Broadcast string    `json:"broadcast"`
	Member    string    `json:"member"`
	Opened    time.Time `json:"opened,omitzero"` // when she fetched the file first; zero: she has not
	Read      time.Time `json:"read,omitzero"`   // when she said that she has read it; zero: she has not

	Rest jsontext.Value `json:",embed"`
}

// Reading is how far the member has come with the document of the broadcast id,
// the first one that brought it; one without times when she has done nothing.
func (tx *Tx) Reading(member, id string) (*Reading, error) {
	r, err := get[Reading](tx, "document_read", member+"/"+id)
	if errors.Is(err, ErrNotFound) {
		return &Reading{Broadcast: id, Member: member}, nil
	}
	return r, err
}

// ReadingsOf yields how far the member has come with documents.
func (tx *Tx) ReadingsOf(member string) iter.Seq2[*Reading, error] {
	return each[Reading](tx, "document_read", member+"/", after(member+"/"))
}

// NoteOpened keeps that the member has fetched the document of the broadcast id,
// and says whether it was the first time.
func (tx *Tx) NoteOpened(member, id string) (first bool, err error) {
	return tx.noteReading(member, id, func(r *Reading) *time.Time { return &r.Opened })
}

// NoteRead keeps that the member has read the document of the broadcast id, and
// says whether it was the first time.
func (tx *Tx) NoteRead(member, id string) (first bool, err error) {
	return tx.noteReading(member, id, func(r *Reading) *time.Time { return &r.Read })
}

func (tx *Tx) noteReading(member, id string, which func(*Reading) *time.Time) (first bool, err error) {
	r, err := tx.Reading(member, id)
	if err != nil {
		return false, err
	}
	at := which(r)
	if !at.IsZero() {
		return false, nil
	}
	*at = tx.Now
	return true, put(tx, "document_read", member+"/"+id, r)
}

// mergeReadings makes keep's what gone has opened and read; of both, what was
// earlier counts.
func (tx *Tx) mergeReadings(keep, gone *Member) error {
	var hers []*Reading
	for r, err := range tx.ReadingsOf(gone.ID) {
		if err != nil {
			return err
		}
		hers = append(hers, r)
	}
	for _, r := range hers {
		was, err := tx.Reading(keep.ID, r.Broadcast)
		if err != nil {
			return err
		}
		was.Opened, was.Read = earlier(was.Opened, r.Opened), earlier(was.Read, r.Read)
		if err := errors.Join(
			tx.kv.Delete("document_read", gone.ID+"/"+r.Broadcast),
			put(tx, "document_read", keep.ID+"/"+r.Broadcast, was),
		); err != nil {
			return err
		}
	}
	return nil
}

// earlier is the earlier one of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// A ReadState is how far a recipient of a document has come. Each is in one.
type ReadState string

const (
	ReadYes    ReadState = "read"      // she says that she has read it
	ReadOpened ReadState = "opened"    // she has fetched it, and has not said so
	ReadNot    ReadState = "not_yet"   // it has come to her, and she has done nothing
	ReadNever  ReadState = "unreached" // it has not come to her: no phone, blocked, opted out, still on its way
)

// A Receiver is a recipient of a document with how far she has come.
type Receiver struct {
	Member string
	State  ReadState
}

// Receivers yields the recipients of s from the id from on, in their order.
func (tx *Tx) Receivers(s *Sent, from string) iter.Seq2[Receiver, error] {
	return func(yield func(Receiver, error) bool) {
		again := make([]*Roll, 0, len(s.Again))
		for _, id := range s.Again {
			again = append(again, tx.Roll(&Broadcast{ID: id}))
		}
		roll := tx.Roll(&Broadcast{ID: s.Broadcast})
		for part, err := range tx.keysFrom("broadcast_part", s.Broadcast+"/", "") {
			var p *sheet
			if err == nil {
				p, err = roll.sheet(part)
			}
			if err == nil {
				err = roll.readMembers(part, p)
			}
			if err != nil {
				yield(Receiver{}, err)
				return
			}
			delete(roll.sheets, part)
			at, _ := slices.BinarySearch(p.members, from)
			for i := at; i < len(p.members); i++ {
				r, err := tx.receiver(s, p.members[i], Bin(p.bins[i]), again)
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// receiver is the member, who stands in bin in the first broadcast of s; again
// are the rolls of those that sent it again.
func (tx *Tx) receiver(s *Sent, member string, bin Bin, again []*Roll) (Receiver, error) {
	r := Receiver{member, ReadNever}
	done, err := tx.Reading(member, s.Broadcast)
	switch {
	case err != nil:
		return r, err
	case !done.Read.IsZero():
		r.State = ReadYes
		return r, nil
	case !done.Opened.IsZero():
		r.State = ReadOpened
		return r, nil
	case bin == BinDelivered:
		r.State = ReadNot
		return r, nil
	}
	for _, roll := range again {
		_, bin, err := roll.Find(member)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return r, err
		}
		if err == nil && bin == BinDelivered {
			r.State = ReadNot
			break
		}
	}
	return r, nil
}

// IsReceiver says whether the member is a recipient of s.
func (tx *Tx) IsReceiver(s *Sent, member string) (bool, error) {
	bin, err := tx.BinOf(s.Broadcast, member)
	return bin != 0, err
}
