package store

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Broadcast is one text for many members: a notice to a club, to everybody
// who is registered for a training, to an area.
//
// Its recipients are frozen when it begins, and each of them is in exactly one
// [Bin] from then on (broadcast_roll.go). What it may become of a broadcast
// stands in broadcast_state.go, who sends it in bot/broadcast.
//
//	broadcast       ID → Broadcast
//	broadcast_code  Code → ID
//	broadcast_by    member ID of the sender/ID → mark
//	broadcast_live  ID → mark, of those that are planned or have begun, and are not at their end
type Broadcast struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`              // 6 characters, for people; unique
	By       string    `json:"by"`                // member who sends it
	Text     Text      `json:"text"`              // may hold {name}, {training} and {date}
	File     string    `json:"file,omitzero"`     // id of the [File] that goes with it
	Training string    `json:"training,omitzero"` // whose name and date {training} and {date} are
	Audience Audience  `json:"audience"`
	Scope    Scope     `json:"scope"`           // whom the sender may write to: who is in the audience and not in it gets nothing
	Lane     Lane      `json:"lane"`            // ClubLane or ProvinceLane; what is neither becomes one of them by the Scope when it is sent
	Urgent   bool      `json:"urgent,omitzero"` // goes out in quiet hours too
	At       time.Time `json:"at,omitzero"`     // when it is to begin; zero: at once
	Source   string    `json:"source,omitzero"` // the broadcast of which those are sent to whom it did not or may not have come

	Document string `json:"document,omitzero"` // id of the [Document] that it brings: its buttons open it
	Title    string `json:"title,omitzero"`    // of the document or campaign when this was written
	Follows  string `json:"follows,omitzero"`  // of a document or campaign: the first broadcast that brought it to these people; empty: this is it
	Campaign string `json:"campaign,omitzero"` // id of the [Campaign] to which it invites: its buttons open it

	State      BroadcastState `json:"state"`
	Why        PauseReason    `json:"why,omitzero"`  // Paused: why
	Said       string         `json:"said,omitzero"` // PauseRefused: what the network said
	ApprovedBy string         `json:"approved_by,omitzero"`
	Approved   time.Time      `json:"approved,omitzero"`
	Created    time.Time      `json:"created"`
	Started    time.Time      `json:"started,omitzero"` // when freezing began
	Frozen     time.Time      `json:"frozen,omitzero"`  // when all recipients were frozen; zero: they are not
	Ended      time.Time      `json:"ended,omitzero"`   // when the last recipient came to an end
	Revision   int            `json:"revision"`         // how often the draft was changed

	// Count is what counting its recipients came to while it was a draft; nil: they
	// were not counted since it was changed last.
	Count *AudienceCount `json:"count,omitzero"`

	Total   int    `json:"total"`            // recipients that are frozen
	Closed  Bins   `json:"closed"`           // those of the parts in which nobody waits any more
	Next    string `json:"next,omitzero"`    // while it is being frozen: members from this id on are still to be looked at
	Refused int    `json:"refused,omitzero"` // how many in a row the network has refused, for the reason Said

	// Progress is the id of the message that shows the sender how far it is, and
	// is edited as it goes on. Whoever composes the broadcast posts it with
	// [Message.Receipt] set. Empty: nobody is shown anything.
	Progress string `json:"progress,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// A BroadcastState is how far a broadcast is.
type BroadcastState string

const (
	Draft      BroadcastState = "draft"     // is being written
	Unapproved BroadcastState = "asked"     // waits until somebody else approves it
	Planned    BroadcastState = "planned"   // begins at [Broadcast.At]
	Freezing   BroadcastState = "freezing"  // its recipients are being put down
	Running    BroadcastState = "running"   // is sent
	Paused     BroadcastState = "paused"    // waits until somebody lets it go on; Why says why
	Ended      BroadcastState = "ended"     // every recipient is in a bin that is an end
	Cancelled  BroadcastState = "cancelled" // was called off; who was still waiting gets nothing
)

// A PauseReason says why a broadcast is paused.
type PauseReason string

const (
	PauseAsked    PauseReason = "asked"    // somebody said so
	PauseRole     PauseReason = "role"     // its sender may not write to all of these people any more
	PauseRefused  PauseReason = "refused"  // the network has refused [MaxRefused] in a row for the same reason, which is Said
	PauseMissed   PauseReason = "missed"   // the bot was off when it was to begin, for longer than [BroadcastBound]
	PauseRestored PauseReason = "restored" // the database was restored: some may have been sent already
	PauseFile     PauseReason = "file"     // its file is gone
)

const (
	// MaxRefused is how many refusals in a row, for the same reason, pause a
	// broadcast: then it is the text and not the people.
	MaxRefused = 5
	// BroadcastBound is how late a broadcast may begin by itself.
	BroadcastBound = 3 * time.Hour
)

// A Scope is whom a sender may write to: a facilitator those of her clubs,
// staff those of their areas, and those who hold a seat in a training there,
// wherever they live. The zero Scope is nobody.
type Scope struct {
	Areas     []string `json:"areas,omitzero"`     // codes; "" is everywhere
	Clubs     []string `json:"clubs,omitzero"`     // ids
	Trainings []string `json:"trainings,omitzero"` // ids of trainings in her areas
}

// None says whether there is nobody in the scope.
func (s Scope) None() bool { return len(s.Areas)+len(s.Clubs)+len(s.Trainings) == 0 }

// Audience is who is in the scope; it may not be None. A facilitator is in the
// areas for which she is one, wherever she lives.
func (s Scope) Audience() Audience {
	var parts []Audience
	for _, code := range s.Areas {
		parts = append(parts, Audience{Op: InArea, ID: code})
		if code != "" { // everywhere are facilitators too
			parts = append(parts, Audience{Op: Leads, ID: code})
		}
	}
	for _, id := range s.Clubs {
		parts = append(parts, Audience{Op: InClub, ID: id})
	}
	for _, id := range s.Trainings {
		parts = append(parts, Audience{Op: InTraining, ID: id})
	}
	return Audience{Op: Or, Of: parts}
}

// ScopeOf is whom m may write to now, by the roles that she holds. Trainings are
// left to whoever makes a broadcast: there may be many in her areas.
// Administrators hold the role of staff too.
func (tx *Tx) ScopeOf(m *Member) (s Scope, err error) {
	grants, err := tx.Grants(m)
	if err != nil {
		return s, err
	}
	facilitates := false
	for _, g := range grants {
		switch g.Role {
		case Staff, Admin:
			s.Areas = append(s.Areas, g.Area)
		case Facilitator:
			facilitates = true
		}
	}
	if facilitates {
		s.Clubs, err = tx.clubsOf(m.ID)
	}
	return s, err
}

// inScope says whether the sender of b may still write to all of b.Scope.
func (tx *Tx) inScope(b *Broadcast) (bool, error) {
	m, err := tx.Member(b.By)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	now, err := tx.ScopeOf(m)
	if err != nil {
		return false, err
	}
	tree, err := tx.Areas()
	if err != nil {
		return false, err
	}
	hers := func(code string) bool {
		return slices.ContainsFunc(now.Areas, func(top string) bool { return tree.Within(code, top) })
	}
	for _, code := range b.Scope.Areas {
		if !hers(code) {
			return false, nil
		}
	}
	for _, id := range b.Scope.Trainings {
		t, err := tx.Training(id)
		if errors.Is(err, ErrNotFound) {
			continue // nobody holds a seat there any more
		}
		if err != nil || !hers(t.Area) {
			return false, err
		}
	}
	for _, id := range b.Scope.Clubs {
		if !slices.Contains(now.Clubs, id) {
			return false, nil
		}
	}
	return !b.Scope.None(), nil
}

// Recipients is who gets b: the audience as far as the sender may write to it.
func (b *Broadcast) Recipients() Audience {
	of := []Audience{b.Audience, b.Scope.Audience()}
	if b.Source != "" {
		of = append(of, Audience{Op: LeftOver, ID: b.Source})
	}
	return Audience{Op: And, Of: of}
}

type broadcastRef struct {
	Broadcast string `json:"broadcast"`
}

// AddBroadcast keeps b as a new draft and gives it its ID and code. b.By must be
// set; the rest may follow.
func (tx *Tx) AddBroadcast(b *Broadcast) error {
	b.ID, b.Created, b.State = tx.NewID(), tx.Now, Draft
	for {
		b.Code = tx.NewCode(6)
		taken, err := has(tx, "broadcast_code", b.Code)
		if err != nil {
			return err
		}
		if !taken {
			break
		}
	}
	return errors.Join(
		put(tx, "broadcast_code", b.Code, broadcastRef{b.ID}),
		tx.kv.Put("broadcast_by", b.By+"/"+b.ID, mark),
		tx.putBroadcast(b),
	)
}

// Broadcast returns the broadcast with id, or [ErrNotFound].
func (tx *Tx) Broadcast(id string) (*Broadcast, error) {
	return read(tx, &tx.store.broadcasts, "broadcast", id, (*Broadcast).clone)
}

// BroadcastByCode returns the broadcast with the code as people typed it, or
// [ErrNotFound].
func (tx *Tx) BroadcastByCode(code string) (*Broadcast, error) {
	ref, err := get[broadcastRef](tx, "broadcast_code", ReadCode(code))
	if err != nil {
		return nil, err
	}
	return tx.Broadcast(ref.Broadcast)
}

// BroadcastsBy yields what the member has sent or is writing, the latest first.
func (tx *Tx) BroadcastsBy(member string) iter.Seq2[*Broadcast, error] {
	return func(yield func(*Broadcast, error) bool) {
		prefix := member + "/"
		for p, err := range tx.kv.ScanBack("broadcast_by", prefix, after(prefix)) {
			var b *Broadcast
			if err == nil {
				b, err = tx.Broadcast(p.Key[len(prefix):])
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// Broadcasts yields all that were ever made, the latest first.
func (tx *Tx) Broadcasts() iter.Seq2[*Broadcast, error] {
	return func(yield func(*Broadcast, error) bool) {
		for p, err := range tx.kv.ScanBack("broadcast", "", "") {
			var b *Broadcast
			if err == nil {
				b, err = tx.Broadcast(p.Key)
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// LiveBroadcasts yields those that are planned or have begun, and are not at
// their end, the oldest first.
func (tx *Tx) LiveBroadcasts() iter.Seq2[*Broadcast, error] {
	return func(yield func(*Broadcast, error) bool) {
		for p, err := range tx.kv.Scan("broadcast_live", "", "") {
			var b *Broadcast
			if err == nil {
				b, err = tx.Broadcast(p.Key)
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// DeleteDraft removes the draft id. It returns [ErrBroadcastState] when it is no
// draft any more.
func (tx *Tx) DeleteDraft(id string) error {
	b, err := tx.Broadcast(id)
	if err != nil {
		return err
	}
	if b.State != Draft {
		return ErrBroadcastState
	}
	return errors.Join(
		tx.kv.Delete("broadcast_code", b.Code),
		tx.kv.Delete("broadcast_by", b.By+"/"+b.ID),
		tx.kv.Delete("broadcast", b.ID),
	)
}

// putBroadcast keeps b, and whether it is live.
func (tx *Tx) putBroadcast(b *Broadcast) error {
	if err := write(tx, &tx.store.broadcasts, "broadcast", b.ID, b, (*Broadcast).clone); err != nil {
		return err
	}
	if b.Live() {
		return tx.kv.Put("broadcast_live", b.ID, mark)
	}
	return tx.kv.Delete("broadcast_live", b.ID)
}

// Live says whether b is planned or has begun, and is not at its end.
func (b *Broadcast) Live() bool {
	switch b.State {
	case Planned, Freezing, Running, Paused, Cancelled:
		return b.Ended.IsZero()
	}
	return false
}

func (b *Broadcast) clone() *Broadcast {
	c := *b
	c.Text = maps.Clone(b.Text)
	c.Audience = b.Audience.clone()
	c.Scope = Scope{slices.Clone(b.Scope.Areas), slices.Clone(b.Scope.Clubs), slices.Clone(b.Scope.Trainings)}
	if b.Count != nil {
		n := *b.Count
		c.Count = &n
	}
	return &c
}

func (a Audience) clone() Audience {
	a.Of = slices.Clone(a.Of)
	for i := range a.Of {
		a.Of[i] = a.Of[i].clone()
	}
	return a
}
