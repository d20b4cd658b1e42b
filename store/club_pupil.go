package store

import (
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Pupil is a line on the roll of a club: whoever is called at the meetings, by
// the name by which the others call her. In a club of grown-ups it is a grown-up.
//
// Most pupils have no phone and never write, so a line is no [Member]: nothing
// but the nickname is known of a child, and whatever counts, lists or exports
// members cannot come upon her. Only the facilitator's flow reads the roll. One
// who writes to the bot is a member as well, to whom the line then leads.
//
//	club_pupil  club ID/ID → Pupil
type Pupil struct {
	ID      string    `json:"id"`
	Club    string    `json:"club"`
	Nick    string    `json:"nick" personal:"name"` // no surname
	Member  string    `json:"member,omitzero"`      // ID of the member who she is; empty: she does not write
	School  Paper     `json:"school,omitzero"`      // what the school has signed
	Parents Paper     `json:"parents,omitzero"`     // what her parents have signed
	Added   time.Time `json:"added"`
	By      string    `json:"by,omitzero"`   // member who put her on the roll
	Left    time.Time `json:"left,omitzero"` // since when she does not come any more; zero: she does

	Rest jsontext.Value `json:",embed"`
}

// A Paper says what stands on a paper about a pupil that the facilitator keeps
// in her folder. The zero value says that there is none.
type Paper struct {
	Answer PaperAnswer `json:"answer,omitzero"`
	Day    time.Time   `json:"day,omitzero"` // the day on which it was signed, as it stands on it
	By     string      `json:"by,omitzero"`  // member who entered it
}

// A PaperAnswer is what was ticked on a paper.
type PaperAnswer string

const (
	NoPaper   PaperAnswer = ""
	Agreed    PaperAnswer = "yes"
	NotAgreed PaperAnswer = "no"
)

// AddPupil puts p on the roll of p.Club and gives it its ID. It returns
// [ErrFull] when there are [MaxClub] people.
func (tx *Tx) AddPupil(p *Pupil) error {
	n, err := tx.clubSize(p.Club)
	if err != nil {
		return err
	}
	if n >= MaxClub && p.Member == "" { // one with a member was counted when she asked
		return ErrFull
	}
	p.ID, p.Added = tx.NewID(), tx.Now
	return tx.PutPupil(p)
}

// PutPupil keeps p.
func (tx *Tx) PutPupil(p *Pupil) error { return put(tx, "club_pupil", p.Club+"/"+p.ID, p) }

// Pupil returns the line of the club's roll with id, or [ErrNotFound].
func (tx *Tx) Pupil(club, id string) (*Pupil, error) {
	if id == "" {
		return nil, ErrNotFound
	}
	return get[Pupil](tx, "club_pupil", club+"/"+id)
}

// Pupils yields the roll of a club in the order in which the lines were made,
// those who have left too.
func (tx *Tx) Pupils(club string) iter.Seq2[*Pupil, error] {
	return each[Pupil](tx, "club_pupil", club+"/", after(club+"/"))
}

// DropPupil takes p off the roll as somebody who has left; one who was never
// called is deleted. If she is a member, [Tx.LeaveClub] is the way.
func (tx *Tx) DropPupil(p *Pupil) error {
	called, err := tx.wasCalled(p)
	if err != nil {
		return err
	}
	if !called && p.Member == "" {
		return tx.kv.Delete("club_pupil", p.Club+"/"+p.ID)
	}
	p.Left = tx.Now
	return tx.PutPupil(p)
}

// wasCalled says whether p stands in a roll call.
func (tx *Tx) wasCalled(p *Pupil) (bool, error) {
	for m, err := range tx.meetings(p.Club) {
		if err != nil {
			return false, err
		}
		if m.Called() && (m.Present(p.ID) || m.Absent(p.ID)) {
			return true, nil
		}
	}
	return false, nil
}

// mergePupils makes the lines keep and gone of a roll one, keep.
func (tx *Tx) mergePupils(club, keep, gone string) error {
	var changed []*Meeting
	for m, err := range tx.meetings(club) {
		if err != nil {
			return err
		}
		if m.Called() && !m.Present(keep) && !m.Absent(keep) && (m.Present(gone) || m.Absent(gone)) {
			m.Roll.replace(gone, keep)
			changed = append(changed, m)
		}
	}
	for _, m := range changed {
		if err := tx.PutMeeting(m); err != nil {
			return err
		}
	}
	k, err := tx.Pupil(club, keep)
	if err != nil {
		return err
	}
	g, err := tx.Pupil(club, gone)
	if ok, err := found(err); err != nil || !ok {
		return err
	}
	if k.School.Answer == NoPaper {
		k.School = g.School
	}
	if k.Parents.Answer == NoPaper {
		k.Parents = g.Parents
	}
	if err := tx.PutPupil(k); err != nil {
		return err
	}
	return tx.kv.Delete("club_pupil", club+"/"+gone)
}

// NextClub makes the club with which c goes on in another school year, closes c,
// and returns the new one. Those of c's roll who come along stand on its roll
// and belong to it as before; papers are signed anew each year.
func (tx *Tx) NextClub(c *Club, year string, along []*Pupil, by string) (*Club, error) {
	next := &Club{Kind: c.Kind, Name: c.Name, School: c.School, Area: c.Area, Year: year, Facilitator: c.Facilitator, Before: c.ID, By: by}
	if err := tx.AddClub(next); err != nil {
		return nil, err
	}
	for _, was := range along {
		p := &Pupil{ID: tx.NewID(), Club: next.ID, Nick: was.Nick, Member: was.Member, Added: tx.Now, By: by}
		if err := tx.PutPupil(p); err != nil {
			return nil, err
		}
		if p.Member == "" {
			continue
		}
		m := &Membership{Club: next.ID, Member: p.Member, State: In, Pupil: p.ID, At: tx.Now, By: by}
		if err := tx.putMembership(m); err != nil {
			return nil, err
		}
	}
	c.Closed = tx.Now
	return next, tx.PutClub(c)
}
