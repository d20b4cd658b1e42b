package store

import (
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Membership says how a member who writes to the bot belongs to a club, or
// did. Who is called at the meetings stands on the roll ([Pupil]), on which
// there are also those who never write.
//
//	club_member  club ID/member ID → Membership
//	club_of      member ID/club ID → mark
type Membership struct {
	Club   string          `json:"club"`
	Member string          `json:"member"`
	State  MembershipState `json:"state"`
	Nick   string          `json:"nick,omitzero" personal:"name"` // what she wants to be called, until she is in: then it stands on the roll
	Pupil  string          `json:"pupil,omitzero"`                // ID of her line on the roll, when she is in or was
	At     time.Time       `json:"at"`                            // since when it is so
	By     string          `json:"by,omitzero"`                   // member who decided it; empty: she herself

	Rest jsontext.Value `json:",embed"`
}

// A MembershipState says how somebody belongs to a club.
type MembershipState string

const (
	Asking     MembershipState = "asked"   // waits for the facilitator
	In         MembershipState = "in"      // belongs to it
	TurnedAway MembershipState = "refused" // was not taken in; may ask again
	Left       MembershipState = "left"    // left it herself; may ask again
	Removed    MembershipState = "removed" // was taken out by the facilitator; may ask again
)

// MaxClub is how many people a club can have, those who ask to join included.
const MaxClub = 200

var (
	// ErrIn says that she belongs to the club already.
	ErrIn = errors.New("belongs to the club already")
	// ErrAsked says that she has asked to join already.
	ErrAsked = errors.New("has asked already")
)

// AskToJoin keeps that the member wants to join c and be called nick. It returns
// [ErrIn], [ErrAsked], [ErrFull] when there are [MaxClub] people, or
// [ErrNotFound] when c is closed.
func (tx *Tx) AskToJoin(c *Club, member, nick string) error {
	if !c.Open() {
		return ErrNotFound
	}
	m, err := tx.Membership(c.ID, member)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if m == nil {
		m = &Membership{Club: c.ID, Member: member}
	}
	switch m.State {
	case In:
		return ErrIn
	case Asking:
		return ErrAsked
	}
	n, err := tx.clubSize(c.ID)
	if err != nil {
		return err
	}
	if n >= MaxClub {
		return ErrFull
	}
	m.State, m.Nick, m.At, m.By = Asking, nick, tx.Now, ""
	return tx.putMembership(m)
}

// clubSize is how many people belong to the club or ask to.
func (tx *Tx) clubSize(club string) (n int, err error) {
	for p, err := range tx.Pupils(club) {
		if err != nil {
			return 0, err
		}
		if p.Left.IsZero() {
			n++
		}
	}
	for m, err := range tx.Memberships(club) {
		if err != nil {
			return 0, err
		}
		if m.State == Asking {
			n++
		}
	}
	return n, nil
}

// Admit takes in the member who has asked to join c, as the member by decided.
// She is the pupil on the roll whose ID is given; empty: she gets a line of her
// own. It returns [ErrNotFound] when she does not ask any more.
func (tx *Tx) Admit(c *Club, member, pupil, by string) (*Pupil, error) {
	m, err := tx.asking(c, member)
	if err != nil {
		return nil, err
	}
	if pupil == "" {
		pupil = m.Pupil // she was here before
	}
	p := &Pupil{Club: c.ID, Nick: m.Nick, By: by}
	if pupil != "" {
		was, err := tx.Pupil(c.ID, pupil)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case was.Member == "" || was.Member == member:
			p = was
		}
	}
	p.Member, p.Left = member, time.Time{}
	if p.ID == "" {
		err = tx.AddPupil(p)
	} else {
		err = tx.PutPupil(p)
	}
	if err != nil {
		return nil, err
	}
	m.State, m.Nick, m.Pupil, m.At, m.By = In, "", p.ID, tx.Now, by
	return p, tx.putMembership(m)
}

// Refuse keeps that the member who has asked to join c is not taken in. It
// returns [ErrNotFound] when she does not ask any more.
func (tx *Tx) TurnAway(c *Club, member, by string) error {
	m, err := tx.asking(c, member)
	if err != nil {
		return err
	}
	m.State, m.Nick, m.At, m.By = TurnedAway, "", tx.Now, by
	return tx.putMembership(m)
}

// asking returns the membership of a member who has asked to join c.
func (tx *Tx) asking(c *Club, member string) (*Membership, error) {
	m, err := tx.Membership(c.ID, member)
	if err == nil && m.State != Asking {
		return nil, ErrNotFound
	}
	return m, err
}

// LeaveClub keeps that the member does not belong to the club any more, nor asks
// to. by is who decided it; empty: she herself. Her line on the roll stays, as
// somebody who has left. It returns [ErrNotFound] when she did not belong to it.
func (tx *Tx) LeaveClub(club, member, by string) error {
	m, err := tx.Membership(club, member)
	if err != nil {
		return err
	}
	if m.State != In && m.State != Asking {
		return ErrNotFound
	}
	m.State, m.Nick, m.At, m.By = Left, "", tx.Now, by
	if by != "" {
		m.State = Removed
	}
	if p, err := tx.Pupil(club, m.Pupil); err == nil {
		p.Left = tx.Now
		if err := tx.PutPupil(p); err != nil {
			return err
		}
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	return tx.putMembership(m)
}

// Membership returns how the member belongs to the club or did, or
// [ErrNotFound].
func (tx *Tx) Membership(club, member string) (*Membership, error) {
	return get[Membership](tx, "club_member", club+"/"+member)
}

// Memberships yields those of a club, in the order of member ids, those that
// ended too.
func (tx *Tx) Memberships(club string) iter.Seq2[*Membership, error] {
	return each[Membership](tx, "club_member", club+"/", after(club+"/"))
}

// MembershipsOf yields those of a member, in the order in which the clubs were
// made, those that ended too.
func (tx *Tx) MembershipsOf(member string) iter.Seq2[*Membership, error] {
	return func(yield func(*Membership, error) bool) {
		prefix := member + "/"
		for p, err := range tx.kv.Scan("club_of", prefix, after(prefix)) {
			var m *Membership
			if err == nil {
				m, err = tx.Membership(p.Key[len(prefix):], member)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

func (tx *Tx) putMembership(m *Membership) error {
	if err := tx.kv.Put("club_of", m.Member+"/"+m.Club, mark); err != nil {
		return err
	}
	return put(tx, "club_member", m.Club+"/"+m.Member, m)
}

// deleteMemberships removes every trace of the member from the clubs. What is
// left of the meetings are the ids of lines that are gone.
func (tx *Tx) deleteMemberships(member string) error {
	hers, err := tx.membershipsOf(member)
	if err != nil {
		return err
	}
	for _, m := range hers {
		if m.Pupil != "" {
			if err := tx.kv.Delete("club_pupil", m.Club+"/"+m.Pupil); err != nil {
				return err
			}
		}
		if err := tx.dropMembership(m); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) membershipsOf(member string) (hers []*Membership, err error) {
	for m, err := range tx.MembershipsOf(member) {
		if err != nil {
			return nil, err
		}
		hers = append(hers, m)
	}
	return hers, nil
}

func (tx *Tx) dropMembership(m *Membership) error {
	if err := tx.kv.Delete("club_member", m.Club+"/"+m.Member); err != nil {
		return err
	}
	return tx.kv.Delete("club_of", m.Member+"/"+m.Club)
}

// mergeClubs lets keep belong to the clubs of gone, and keep together those that
// gone kept together. Where both belong to one, keep's line on the roll stays,
// and gone's attendance counts for it.
func (tx *Tx) mergeClubs(keep, gone *Member) error {
	if err := tx.leaveClubs(gone.ID, keep.ID); err != nil {
		return err
	}
	hers, err := tx.membershipsOf(gone.ID)
	if err != nil {
		return err
	}
	for _, m := range hers {
		was, err := tx.Membership(m.Club, keep.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err := tx.dropMembership(m); err != nil {
			return err
		}
		if err := tx.mergeMembership(was, m, keep.ID); err != nil {
			return err
		}
	}
	return nil
}

// mergeMembership makes m, of a member who is gone, keep's; was is what keep had
// in the same club, or nil.
func (tx *Tx) mergeMembership(was, m *Membership, keep string) error {
	kept := *m
	kept.Member = keep
	if was != nil && (was.State == In || m.State != In) {
		kept = *was
	}
	from := m.Pupil
	if was != nil && kept.Pupil == m.Pupil {
		from = was.Pupil
	}
	if kept.Pupil == "" {
		kept.Pupil, from = from, ""
	}
	if from != "" && from != kept.Pupil {
		if err := tx.mergePupils(m.Club, kept.Pupil, from); err != nil {
			return err
		}
	}
	if kept.Pupil != "" {
		p, err := tx.Pupil(m.Club, kept.Pupil)
		if err != nil {
			return err
		}
		p.Member = keep
		if err := tx.PutPupil(p); err != nil {
			return err
		}
	}
	return tx.putMembership(&kept)
}
