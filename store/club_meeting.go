package store

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Meeting is one meeting of a club. Those by rule are all written down when
// the rule is set, until its end: so each can be moved or cancelled by itself,
// is reminded of and has its roll call, whatever becomes of the rule.
//
//	club_meeting  club ID/ID → Meeting
type Meeting struct {
	ID        string    `json:"id"`
	Club      string    `json:"club"`
	Start     time.Time `json:"start"`
	Place     string    `json:"place"`
	Regular   bool      `json:"regular,omitzero"`   // by rule: a pause of the club skips it
	Cancelled time.Time `json:"cancelled,omitzero"` // zero: it takes place
	Moved     int       `json:"moved,omitzero"`     // how often its time or place was changed: reminders of an earlier one lapse
	Roll      *RollCall `json:"roll,omitzero"`      // nil: the roll was not called
	By        string    `json:"by,omitzero"`        // member who arranged it

	Rest jsontext.Value `json:",embed"`
}

// A RollCall says who was there.
type RollCall struct {
	Present []string  `json:"present,omitzero"` // ids of lines on the roll; of those who were deleted since they lead nowhere
	Absent  []string  `json:"absent,omitzero"`
	At      time.Time `json:"at"` // when it was kept last
	By      string    `json:"by,omitzero"`
}

// MaxMeetings is how many meetings are written down of a club.
const MaxMeetings = 400

// RollDays is for how many days after a meeting its roll call can be changed.
const RollDays = 7

// Called says whether the roll was called.
func (m *Meeting) Called() bool { return m.Roll != nil }

// Present says whether the pupil was there.
func (m *Meeting) Present(pupil string) bool {
	return m.Called() && slices.Contains(m.Roll.Present, pupil)
}

// Absent says whether the pupil was called and was not there.
func (m *Meeting) Absent(pupil string) bool {
	return m.Called() && slices.Contains(m.Roll.Absent, pupil)
}

// On says whether m takes place in c: it is not cancelled, nor skipped by a
// pause.
func (m *Meeting) On(c *Club) bool {
	return m.Cancelled.IsZero() && (!m.Regular || c.Paused(m.Start) == nil)
}

func (r *RollCall) replace(gone, keep string) {
	for _, list := range [][]string{r.Present, r.Absent} {
		if i := slices.Index(list, gone); i >= 0 {
			list[i] = keep
		}
	}
}

// AddMeeting keeps a new meeting and gives it its ID. It returns [ErrFull] when
// there are [MaxMeetings], and [ErrTaken] when one begins at that time already.
// Its reminders are the caller's to plan, see [Tx.PlanMeeting].
func (tx *Tx) AddMeeting(m *Meeting) error {
	all, err := tx.Meetings(m.Club)
	if err != nil {
		return err
	}
	if len(all) >= MaxMeetings {
		return ErrFull
	}
	if slices.ContainsFunc(all, func(o *Meeting) bool { return o.Cancelled.IsZero() && o.Start.Equal(m.Start) }) {
		return ErrTaken
	}
	m.ID = tx.NewID()
	return tx.PutMeeting(m)
}

// ErrTaken says that something else stands at that time already.
var ErrTaken = errors.New("something else is at that time")

// PutMeeting keeps m.
func (tx *Tx) PutMeeting(m *Meeting) error { return put(tx, "club_meeting", m.Club+"/"+m.ID, m) }

// Meeting returns the meeting of the club with id, or [ErrNotFound].
func (tx *Tx) Meeting(club, id string) (*Meeting, error) {
	return get[Meeting](tx, "club_meeting", club+"/"+id)
}

// Meetings returns those of a club in the order of their start, those too that
// are over or do not take place.
func (tx *Tx) Meetings(club string) ([]*Meeting, error) {
	var all []*Meeting
	for m, err := range tx.meetings(club) {
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b *Meeting) int { return a.Start.Compare(b.Start) })
	return all, nil
}

func (tx *Tx) meetings(club string) iter.Seq2[*Meeting, error] {
	return each[Meeting](tx, "club_meeting", club+"/", after(club+"/"))
}

// NextMeetings returns at most n meetings of c that have not begun and take
// place, the nearest first.
func (tx *Tx) NextMeetings(c *Club, n int) ([]*Meeting, error) {
	all, err := tx.Meetings(c.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m *Meeting) bool { return !m.Start.After(tx.Now) || !m.On(c) })
	return all[:min(n, len(all))], nil
}

// MoveMeeting keeps m with another start and place. It stands by itself then:
// no pause skips it, and no other rule takes its place. Its reminders are the
// caller's to plan.
func (tx *Tx) MoveMeeting(m *Meeting, start time.Time, place string) error {
	m.Start, m.Place, m.Regular = start, place, false
	m.Moved++
	return tx.PutMeeting(m)
}

// CallRoll keeps who was at m and who not. It may be called again, until
// [RollDays] after the meeting; the caller sees to that.
func (tx *Tx) CallRoll(m *Meeting, present, absent []string, by string) error {
	m.Roll = &RollCall{Present: present, Absent: absent, At: tx.Now, By: by}
	return tx.PutMeeting(m)
}
