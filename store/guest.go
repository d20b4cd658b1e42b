package store

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Guest is what an invitation by name adds to a [Registration]: as what she is
// invited, whom she sends instead, and when what was said. Where she stands is
// told by the registration: a seat is kept for her while it is [Invited], is hers
// when she or her substitute comes, and is free again when she declines or does
// not answer in time.
//
//	guest  training ID/member ID → Guest
type Guest struct {
	Training string    `json:"training"`
	Member   string    `json:"member"`
	Title    string    `json:"title,omitzero" personal:"text"` // such as "Chi hội trưởng ấp 3"; empty: not known
	Made     bool      `json:"made,omitzero"`                  // the member was made for this invitation: staff have typed her name
	By       string    `json:"by,omitzero"`                    // member of staff who invited her
	At       time.Time `json:"at"`                             // when she was invited
	Waits    time.Time `json:"waits,omitzero"`                 // word to her is under way until then at the latest
	Told     time.Time `json:"told,omitzero"`                  // when the invitation stood in her chat; zero: it has not yet
	Reminded time.Time `json:"reminded,omitzero"`              // when she was reminded to answer; zero: she was not
	Answered time.Time `json:"answered,omitzero"`              // when her latest answer was given; zero: there is none
	Through  string    `json:"through,omitzero"`               // member who gave that answer for her; empty: she herself

	// Who comes in her stead, and as what; both empty: she comes herself.
	Substitute      string `json:"substitute,omitzero" personal:"name"`
	SubstituteTitle string `json:"substitute_title,omitzero" personal:"text"`

	Rest jsontext.Value `json:",embed"`
}

const (
	// MaxGuests is how many guests one event can have: all of them are looked
	// at in one transaction.
	MaxGuests = 500

	// ReplyBefore is how long before an event its guests are asked to answer,
	// or half of the time that is left when that is shorter.
	ReplyBefore = 48 * time.Hour

	// ReplyGrace is for how long after that a seat is kept for somebody who has
	// not answered, or half of the time that is left then: long enough for the
	// reminder of that day to be answered in the evening, short enough for staff
	// to invite somebody else.
	ReplyGrace = 24 * time.Hour
)

var (
	// ErrByInvitation says that one comes to a training by invitation only.
	ErrByInvitation = errors.New("training is by invitation")
	// ErrGuests says that a training would get more guests than [MaxGuests].
	ErrGuests = errors.New("too many guests")
)

// An RSVP is an answer to an invitation.
type RSVP string

const (
	NoReply  RSVP = ""         // none, not yet or not in time
	Comes    RSVP = "comes"    // she comes herself
	Sends    RSVP = "sends"    // somebody comes in her stead
	Declines RSVP = "declines" // nobody comes
)

// RSVP is what g, whose registration r is, has answered last. Who was let in at
// the door has answered by coming.
func (g *Guest) RSVP(r *Registration) RSVP {
	switch {
	case r.Holds() && g.Substitute != "":
		return Sends
	case r.Holds():
		return Comes
	case r.State == Declined:
		return Declines
	}
	return NoReply
}

// Invited says whether a seat is kept for her until she answers an invitation.
func (r *Registration) Invited() bool { return r.GaveUp.IsZero() && r.State == Invited }

// Missed says whether she has declined, or not answered in time: a guest may still
// say otherwise.
func (r *Registration) Missed() bool {
	return !r.GaveUp.IsZero() && (r.State == Declined || r.State == Lapsed)
}

// ReplyTime is by when g is asked to answer: on the day that staff have set
// where there is one and she was invited before it, else [ReplyBefore]. When an
// event is moved, she has as much time as if she had been invited then.
func (t *Training) ReplyTime(g *Guest) time.Time {
	from := g.At
	if t.MovedAt.After(from) {
		from = t.MovedAt
	}
	if t.ReplyBy.After(from) && t.ReplyBy.Before(t.Start) {
		return t.ReplyBy
	}
	left := t.Start.Sub(from)
	round := time.Minute
	if left >= 24*time.Hour {
		round = time.Hour
	}
	return from.Add(max(left/2, left-ReplyBefore)).Truncate(round)
}

// lapse is until when a seat is kept for g, who does not answer.
func (t *Training) lapse(g *Guest) time.Time {
	by := t.ReplyTime(g)
	return by.Add(min(ReplyGrace, t.Start.Sub(by)/2))
}

// Invite keeps a seat of the training for each of guests, of whom Member and Title
// are given, and has them asked by day. The member by invites them. All of them
// are invited or none: it returns [ErrOver], [ErrGuests], [ErrRegistered] when one
// of them stands on the list already, or [ErrFull] when there are too few seats.
func (tx *Tx) Invite(training, by string, guests []*Guest) (*Training, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	was := 0
	for _, err := range tx.Guests(training) {
		if err != nil {
			return nil, err
		}
		was++
	}
	switch {
	case !t.ByInvitation:
		return nil, fmt.Errorf("training %s takes registrations", t.ID)
	case !t.Open(tx.Now):
		return t, ErrOver
	case was+len(guests) > MaxGuests:
		return t, ErrGuests
	case len(guests) > t.left():
		return t, ErrFull
	}
	rs := map[string]*Registration{} // by member
	for _, g := range guests {
		_, err := tx.Guest(training, g.Member)
		switch {
		case err == nil || rs[g.Member] != nil:
			return t, ErrRegistered
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
		r := &Registration{Training: training, Member: g.Member, By: by}
		if err := tx.admits(t, r); err != nil {
			return t, err
		}
		r.State = Invited
		rs[g.Member] = r
	}
	for _, g := range guests {
		if err := tx.putNewRegistration(rs[g.Member]); err != nil {
			return nil, err
		}
		g.Training, g.By, g.At = training, by, tx.Now
		if err := tx.putGuest(g); err != nil {
			return nil, err
		}
		t.Invited++
	}
	if err := tx.planGuests(t, tx.Now); err != nil {
		return nil, err
	}
	return t, tx.putTraining(t)
}

// AnswerInvitation keeps what g, as she is to be from now on, answers to her invitation; by
// is the member who says so. It may be changed until the training begins. It
// returns [ErrNotFound] when the invitation was taken back, [ErrOver], and
// [ErrFull] when her seat has become free meanwhile and none is left.
func (tx *Tx) AnswerInvitation(g *Guest, rsvp RSVP, by string) (*Training, error) {
	t, err := tx.Training(g.Training)
	if err != nil {
		return nil, err
	}
	was, err := tx.Guest(g.Training, g.Member)
	if err != nil {
		return t, err
	}
	r, err := tx.Registration(g.Training, g.Member)
	if err != nil {
		return nil, err
	}
	switch {
	case !t.Open(tx.Now):
		return t, ErrOver
	case rsvp != Declines && !r.Stands() && t.left() == 0:
		return t, ErrFull
	}
	was.Answered, was.Through = tx.Now, by
	if by == g.Member {
		was.Through = ""
	}
	was.Substitute, was.SubstituteTitle = "", ""
	if rsvp == Sends {
		was.Substitute, was.SubstituteTitle = g.Substitute, g.SubstituteTitle
	}
	if err := tx.putGuest(was); err != nil {
		return nil, err
	}
	*g = *was
	switch {
	case rsvp == Declines && r.Stands():
		if r, err = tx.GiveUp(g.Training, g.Member, by); err != nil {
			return nil, err
		}
		if t, err = tx.Training(g.Training); err != nil { // with one seat more
			return nil, err
		}
		fallthrough
	case rsvp == Declines:
		r.State = Declined
		return t, tx.putRegistration(r)
	case r.Holds():
		return t, nil
	case r.Invited():
		t.Invited--
	}
	if err := tx.seat(t, r); err != nil {
		return nil, err
	}
	return t, tx.putTraining(t)
}

// TakeBackInvitation takes the invitation of the member back, before the training begins:
// her seat is free, and what was known of her as a guest is deleted. The member by
// does it. It returns what was known, [ErrNotFound] when she is no guest, and
// [ErrOver]. Telling her is the caller's.
func (tx *Tx) TakeBackInvitation(training, member, by string) (*Guest, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	g, err := tx.Guest(training, member)
	if err != nil {
		return nil, err
	}
	if !t.Open(tx.Now) {
		return g, ErrOver
	}
	switch _, err := tx.GiveUp(training, member, by); {
	case errors.Is(err, ErrNotFound):
		if err := tx.uninvite(training, member, by); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	return g, tx.deleteGuest(g)
}

// uninvite ends that the member, who has declined or has not answered in time, may
// still say otherwise, and that she is told what becomes of the training.
func (tx *Tx) uninvite(training, member, by string) error {
	r, err := tx.Registration(training, member)
	if err != nil || !r.Missed() {
		return err
	}
	r.State, r.GaveUpBy = Invited, by
	return tx.putRegistration(r)
}

// ToldGuest keeps that the invitation stands in g's chat now.
func (tx *Tx) ToldGuest(g *Guest) error {
	g.Told = tx.Now
	return tx.putGuest(g)
}

// Guest returns what an invitation to the training adds to the member's
// registration, or [ErrNotFound] when she is not invited.
func (tx *Tx) Guest(training, member string) (*Guest, error) {
	return get[Guest](tx, "guest", training+"/"+member)
}

// Guests yields the guests of a training, in the order of member ids.
func (tx *Tx) Guests(training string) iter.Seq2[*Guest, error] {
	return each[Guest](tx, "guest", training+"/", after(training+"/"))
}

// AnswersForGuest returns the member who is asked whether the guest comes: she
// herself, or the one who passes messages on to her. It returns [ErrNotFound]
// when nothing reaches either.
func (tx *Tx) AnswersForGuest(g *Guest) (*Member, error) {
	m, err := tx.Member(g.Member)
	if err != nil {
		return nil, err
	}
	_, relay, err := tx.Reach(m)
	if relay != nil {
		m = relay
	}
	return m, err
}

func (tx *Tx) putGuest(g *Guest) error { return put(tx, "guest", g.Training+"/"+g.Member, g) }

func (tx *Tx) deleteGuest(g *Guest) error { return tx.kv.Delete("guest", g.Training+"/"+g.Member) }

// passGuest makes what is known of from as a guest of the training known of to.
// What is known of to as one gives way when her registration did.
func (tx *Tx) passGuest(training, from, to string, gaveWay bool) error {
	g, err := tx.Guest(training, from)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.deleteGuest(g); err != nil {
		return err
	}
	if _, err := tx.Guest(training, to); !gaveWay && !errors.Is(err, ErrNotFound) {
		return err
	}
	t, err := tx.Training(training)
	if err != nil {
		return err
	}
	g.Member, g.Waits, g.Told = to, time.Time{}, time.Time{} // her open question went with the member who is gone
	if err := tx.putGuest(g); err != nil || !t.Open(tx.Now) {
		return err
	}
	return tx.planGuests(t, tx.Now)
}
