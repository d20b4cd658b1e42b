package store

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Club is a group that meets again and again, such as one of pupils at a lower
// secondary school. Of those who belong to it nothing stands here: see
// [Membership] and [Pupil].
//
//	club       ID → Club
//	club_code  Code → ID
//	club_led   facilitator's member ID/ID → mark
type Club struct {
	ID          string    `json:"id"`
	Code        string    `json:"code"` // 6 letters by which one asks to join; unique
	Kind        ClubKind  `json:"kind"`
	Name        string    `json:"name"`                 // neutral: stands on the phones of all who belong to it
	School      string    `json:"school,omitzero"`      // of pupils' clubs
	Area        string    `json:"area,omitzero"`        // code of the unit in which it meets
	Year        string    `json:"year,omitzero"`        // school year of pupils' clubs, such as "2026–2027"
	Facilitator string    `json:"facilitator,omitzero"` // member who keeps it together; empty: she has deleted her data
	Rule        *Rule     `json:"rule,omitzero"`        // when it meets regularly; nil: it does not
	Pauses      []Pause   `json:"pauses,omitzero"`      // when it does not meet all the same, in the order of entry
	Handed      []Handing `json:"handed,omitzero"`      // who kept it before, the earliest first
	Before      string    `json:"before,omitzero"`      // ID of the club of the school year before that it goes on from
	By          string    `json:"by,omitzero"`          // member who made it
	Created     time.Time `json:"created"`
	Closed      time.Time `json:"closed,omitzero"` // nobody joins, nothing is said any more; zero: open

	Rest jsontext.Value `json:",embed"`
}

// A ClubKind is a kind of club.
type ClubKind string

const (
	// Pupils are 11 to 15 years old. They are addressed as em, and neither phone
	// number nor surname nor commune is asked of them.
	Pupils ClubKind = "pupils"
	// Grown are clubs of grown-ups.
	Grown ClubKind = "grown"
)

// A Handing says that a club was handed over.
type Handing struct {
	From string    `json:"from"` // member who kept it until then
	At   time.Time `json:"at"`
}

// A Pause is a time without regular meetings: holidays, exams.
type Pause struct {
	From   time.Time `json:"from"`  // beginning of its first day
	Until  time.Time `json:"until"` // end of its last day, which is not part of it any more
	Reason PauseWhy  `json:"reason,omitzero"`
}

// A PauseWhy says why there is a pause.
type PauseWhy string

const (
	Holidays PauseWhy = "holidays"
	Exams    PauseWhy = "exams"
	NoReason PauseWhy = "other"
)

// Open says whether people can join and meet.
func (c *Club) Open() bool { return c.Closed.IsZero() }

// Paused returns the pause within which at lies, or nil.
func (c *Club) Paused(at time.Time) *Pause {
	for i := range c.Pauses {
		if p := &c.Pauses[i]; !at.Before(p.From) && at.Before(p.Until) {
			return p
		}
	}
	return nil
}

// SchoolYear is the school year to which what is made at t belongs, such as
// "2026–2027"; t is in the zone of the schools. They begin on 5 September; what
// is made from June on is meant for the next one.
func SchoolYear(t time.Time) string {
	y := t.Year()
	if t.Month() < time.June {
		y--
	}
	return fmt.Sprintf("%d–%d", y, y+1)
}

// clubLetters are the letters of club codes. A Vietnamese keyboard that is
// switched to Telex makes other letters of vowels, of W and of DD while one
// types: so there are none of these. I, L and O look like digits.
const clubLetters = "BCFGHJKMNPQRSTVXZ"

// clubCodeSize is how many letters a club code has.
const clubCodeSize = 6

// newClubCode returns a code that may be taken.
func (tx *Tx) newClubCode() string {
	for code := ""; ; {
		for _, r := range tx.NewCode(12) {
			if strings.ContainsRune(clubLetters, r) {
				code += string(r)
			}
		}
		if len(code) >= clubCodeSize {
			if code, ok := ReadClubCode(code[:clubCodeSize]); ok {
				return code
			}
			code = ""
		}
	}
}

// ReadClubCode brings a club code as people type it into the form in which it is
// kept. ok is false when it can be none; six times the same letter is laughter
// (kkkkkk) and no code.
func ReadClubCode(s string) (code string, ok bool) {
	for _, r := range strings.ToUpper(Fold(s)) {
		switch {
		case strings.ContainsRune(clubLetters, r):
			code += string(r)
		case strings.ContainsRune(" -.", r):
		default:
			return "", false
		}
		if len(code) > clubCodeSize {
			return "", false
		}
	}
	return code, len(code) == clubCodeSize && strings.Count(code, code[:1]) < clubCodeSize
}

type clubRef struct {
	Club string `json:"club"`
}

// AddClub keeps a new club and gives it its ID and code.
func (tx *Tx) AddClub(c *Club) error {
	c.ID, c.Created = tx.NewID(), tx.Now
	for {
		c.Code = tx.newClubCode()
		taken, err := has(tx, "club_code", c.Code)
		if err != nil {
			return err
		}
		if !taken {
			break
		}
	}
	if err := put(tx, "club_code", c.Code, clubRef{c.ID}); err != nil {
		return err
	}
	if c.Facilitator != "" {
		if err := tx.kv.Put("club_led", c.Facilitator+"/"+c.ID, mark); err != nil {
			return err
		}
	}
	return tx.PutClub(c)
}

// PutClub keeps c, whose Code and Facilitator are as they were: [Tx.HandClub]
// changes the latter.
func (tx *Tx) PutClub(c *Club) error { return put(tx, "club", c.ID, c) }

// Club returns the club with id, or [ErrNotFound].
func (tx *Tx) Club(id string) (*Club, error) { return get[Club](tx, "club", id) }

// ClubByCode returns the open club with the code as people typed it. For one
// that is closed it returns [ErrNotFound] like for one that never was.
func (tx *Tx) ClubByCode(typed string) (*Club, error) {
	code, ok := ReadClubCode(typed)
	if !ok {
		return nil, ErrNotFound
	}
	ref, err := get[clubRef](tx, "club_code", code)
	if err != nil {
		return nil, err
	}
	c, err := tx.Club(ref.Club)
	if err == nil && !c.Open() {
		return nil, ErrNotFound
	}
	return c, err
}

// Clubs yields all clubs in the order in which they were made, those that are
// closed too.
func (tx *Tx) Clubs() iter.Seq2[*Club, error] { return each[Club](tx, "club", "", "") }

// ClubsLed yields the clubs that the member keeps together, in the order in
// which they were made, those that are closed too.
func (tx *Tx) ClubsLed(member string) iter.Seq2[*Club, error] {
	return func(yield func(*Club, error) bool) {
		prefix := member + "/"
		for p, err := range tx.kv.Scan("club_led", prefix, after(prefix)) {
			var c *Club
			if err == nil {
				c, err = tx.Club(p.Key[len(prefix):])
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// HandClub makes the member the facilitator of c, and keeps c; an empty to
// leaves it without one.
func (tx *Tx) HandClub(c *Club, to string) error {
	if c.Facilitator == to {
		return nil
	}
	if from := c.Facilitator; from != "" {
		if err := tx.kv.Delete("club_led", from+"/"+c.ID); err != nil {
			return err
		}
		c.Handed = append(c.Handed, Handing{From: from, At: tx.Now})
	}
	c.Facilitator = to
	if to != "" {
		if err := tx.kv.Put("club_led", to+"/"+c.ID, mark); err != nil {
			return err
		}
	}
	return tx.PutClub(c)
}

// leaveClubs lets the clubs that the member keeps together go on without her.
func (tx *Tx) leaveClubs(member, to string) error {
	var hers []*Club
	for c, err := range tx.ClubsLed(member) {
		if err != nil {
			return err
		}
		hers = append(hers, c)
	}
	for _, c := range hers {
		if err := tx.HandClub(c, to); err != nil {
			return err
		}
	}
	return nil
}

// found passes over [ErrNotFound].
func found(err error) (bool, error) {
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
