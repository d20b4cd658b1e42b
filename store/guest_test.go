package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

var here = time.FixedZone("ICT", 7*3600)

func TestReplyTime(t *testing.T) {
	at := time.Date(2026, 11, 23, 1, 20, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return at.Add(d) }
	for _, tt := range []struct {
		name  string
		event store.Training
		want  time.Time
	}{
		{"two days before", store.Training{Start: in(240 * time.Hour)}, in(192 * time.Hour).Truncate(time.Hour)},
		{"half of what is left", store.Training{Start: in(72 * time.Hour)}, in(36 * time.Hour).Truncate(time.Hour)},
		{"half of two hours", store.Training{Start: in(2 * time.Hour)}, in(time.Hour)},
		{"as staff say", store.Training{Start: in(240 * time.Hour), ReplyBy: in(100 * time.Hour)}, in(100 * time.Hour)},
		{"staff said so before she was invited", store.Training{Start: in(240 * time.Hour), ReplyBy: in(-time.Hour)}, in(192 * time.Hour).Truncate(time.Hour)},
		{"it was moved since", store.Training{Start: in(148 * time.Hour), MovedAt: in(100 * time.Hour)}, in(124 * time.Hour).Truncate(time.Hour)},
	} {
		if got := tt.event.ReplyTime(&store.Guest{At: at}); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A meeting is an event by invitation with the guests Hoa, who is reached, and Mai,
// who is not. The clock stands on Monday, ten in the evening.
type meeting struct {
	t       *testing.T
	now     time.Time
	store   *store.Store
	id      string
	members map[string]string // ids by name
}

func newMeeting(t *testing.T) *meeting {
	m := &meeting{t: t, now: time.Date(2026, 11, 23, 22, 0, 0, 0, here)}
	var err error
	if m.store, err = store.Open(t.Context(), memory.Open(memory.Options{Rerun: 2}), store.Options{Now: func() time.Time { return m.now }}); err != nil {
		t.Fatal(err)
	}
	event := &store.Training{Kind: store.Supervision, Name: store.Text{"vi": "Buổi làm việc"}, Start: m.now.AddDate(0, 0, 10).UTC(), End: m.now.AddDate(0, 0, 11).UTC(), Seats: 2, ByInvitation: true}
	m.update(func(tx *store.Tx) error {
		m.members = map[string]string{}
		_, hoa, _, err := tx.Meet("test:1", "Hoa")
		if err != nil {
			return err
		}
		mai, err := tx.NewMember()
		if err != nil {
			return err
		}
		m.members["Hoa"], m.members["Mai"] = hoa.ID, mai.ID
		if err := tx.AddTraining(event); err != nil {
			return err
		}
		_, err = tx.Invite(event.ID, "", []*store.Guest{{Member: hoa.ID}, {Member: mai.ID}})
		return err
	})
	m.id = event.ID
	return m
}

func (m *meeting) update(fn func(*store.Tx) error) {
	m.t.Helper()
	if err := m.store.Update(m.t.Context(), fn); err != nil {
		m.t.Fatal(err)
	}
}

// until lets the clock go on to at, and returns what came due for people on the
// way: when, and what they were told. With heard the invitation arrives.
func (m *meeting) until(at time.Time, heard bool) (told []string) {
	m.t.Helper()
	for {
		var d *store.Due
		m.update(func(tx *store.Tx) error {
			d = nil
			for due, err := range tx.AllDue() {
				if err == nil && !due.At.After(at) {
					d = due
				}
				return err
			}
			return nil
		})
		if d == nil {
			m.now = at
			return told
		}
		if d.At.After(m.now) {
			m.now = d.At
		}
		m.update(func(tx *store.Tx) error {
			if err := tx.Done(d); err != nil || d.Job != store.TellOneJob {
				return errors.Join(err, m.tend(tx, d))
			}
			var news store.GuestNews
			if err := json.Unmarshal(d.Data, &news); err != nil || !heard {
				return err
			}
			g, err := tx.Guest(news.Training, news.Member)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return errors.Join(err, tx.ToldGuest(g))
		})
		if d.Job == store.TellOneJob {
			var news store.GuestNews
			if err := json.Unmarshal(d.Data, &news); err != nil {
				m.t.Fatal(err)
			}
			if news.Member != m.members["Hoa"] || !d.Until.After(d.At) {
				m.t.Errorf("told %s until %v", news.Member, d.Until)
			}
			told = append(told, fmt.Sprint(m.now.In(here).Format("02 15:04"), " ", news.What))
		}
	}
}

func (m *meeting) tend(tx *store.Tx, d *store.Due) error {
	if d.Job != store.GuestsJob {
		return nil
	}
	return tx.TendGuests(d.Training, here)
}

func (m *meeting) wantTold(what string, got []string, want ...string) {
	m.t.Helper()
	if !slices.Equal(got, want) {
		m.t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

func (m *meeting) wantSeats(taken, invited int) {
	m.t.Helper()
	m.update(func(tx *store.Tx) error {
		tr, err := tx.Training(m.id)
		if err == nil && (tr.Taken != taken || tr.Invited != invited) {
			m.t.Errorf("%d seats are taken and %d kept, want %d and %d", tr.Taken, tr.Invited, taken, invited)
		}
		return err
	})
}

func (m *meeting) answer(name string, rsvp store.RSVP) (err error) {
	m.t.Helper()
	m.update(func(tx *store.Tx) error {
		_, err = tx.AnswerInvitation(&store.Guest{Training: m.id, Member: m.members[name], Substitute: "Thạch Thị Đào"}, rsvp, m.members[name])
		return nil
	})
	return err
}

// The invitation waits for the morning, the reminder comes once, and a seat is
// kept for a day after the answer was due.
func TestTendGuests(t *testing.T) {
	m := newMeeting(t)
	m.wantTold("the invitation", m.until(time.Date(2026, 12, 1, 7, 0, 0, 0, here), true), "24 07:00 ")
	m.wantSeats(0, 2)
	m.wantTold("the day of the answer", m.until(time.Date(2026, 12, 1, 12, 0, 0, 0, here), true), "01 08:00 reminded")
	m.update(func(tx *store.Tx) error { return tx.TendGuests(m.id, here) }) // staff have changed something
	m.wantTold("the day after it", m.until(time.Date(2026, 12, 2, 22, 0, 0, 0, here), true))
	m.wantSeats(0, 0)
	if err := m.answer("Hoa", store.Comes); err != nil {
		t.Error("she cannot come although a seat is free:", err)
	}
	if err := m.answer("Mai", store.Sends); err != nil {
		t.Error("nobody can come in her stead although a seat is free:", err)
	}
	m.wantSeats(2, 0)
	m.wantTold("afterwards", m.until(m.now.AddDate(0, 0, 3), true))
}

// Whom nothing has reached is asked again the next day, and once her time is over
// she is left alone.
func TestTendGuestsUnheard(t *testing.T) {
	m := newMeeting(t)
	m.wantTold("three days", m.until(time.Date(2026, 11, 26, 12, 0, 0, 0, here), false), "24 07:00 ", "25 07:00 ", "26 07:00 ")
	m.wantTold("until it begins", m.until(time.Date(2026, 12, 3, 23, 0, 0, 0, here), false),
		"27 07:00 ", "28 07:00 ", "29 07:00 ", "30 07:00 ", "01 07:00 ", "02 07:00 ")
	m.wantSeats(0, 0)
}

// Who has answered is not asked any more; who declines frees a seat, for herself
// too as long as nobody has it.
func TestAnswerInvitation(t *testing.T) {
	m := newMeeting(t)
	if err := m.answer("Hoa", store.Declines); err != nil {
		t.Fatal(err)
	}
	m.wantSeats(0, 1)
	m.wantTold("who has declined", m.until(m.now.AddDate(0, 0, 5), true))
	m.update(func(tx *store.Tx) error { // somebody else is invited to her seat
		other, err := tx.NewMember()
		if err != nil {
			return err
		}
		if _, err := tx.Invite(m.id, "", []*store.Guest{{Member: other.ID}, {Member: m.members["Mai"]}}); !errors.Is(err, store.ErrFull) {
			t.Errorf("inviting two to one seat: %v, want %v", err, store.ErrFull)
		}
		if _, err := tx.Invite(m.id, "", []*store.Guest{{Member: m.members["Mai"]}}); !errors.Is(err, store.ErrRegistered) {
			t.Errorf("inviting somebody twice: %v, want %v", err, store.ErrRegistered)
		}
		_, err = tx.Invite(m.id, "", []*store.Guest{{Member: other.ID}})
		return err
	})
	if err := m.answer("Hoa", store.Comes); !errors.Is(err, store.ErrFull) {
		t.Errorf("coming after all: %v, want %v", err, store.ErrFull)
	}
	if err := m.answer("Mai", store.Sends); err != nil {
		t.Fatal(err)
	}
	m.now = time.Date(2026, 12, 4, 8, 0, 0, 0, here)
	if err := m.answer("Mai", store.Declines); !errors.Is(err, store.ErrOver) {
		t.Errorf("declining when it has begun: %v, want %v", err, store.ErrOver)
	}
}

// An invitation that is taken back leaves nothing, and is told by day, but only to
// whom it had been told.
func TestTakeBackInvitation(t *testing.T) {
	m := newMeeting(t)
	takeBack := func(name string) {
		m.update(func(tx *store.Tx) error {
			tr, err := tx.Training(m.id)
			if err != nil {
				return err
			}
			g, err := tx.TakeBackInvitation(m.id, m.members[name], "")
			if err != nil {
				return err
			}
			if _, err := tx.Guest(m.id, g.Member); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Guest = %v, want %v", err, store.ErrNotFound)
			}
			return tx.TellTakenBack(tr, g, here)
		})
	}
	takeBack("Mai")
	m.wantSeats(0, 1)
	m.wantTold("the morning", m.until(time.Date(2026, 11, 24, 22, 0, 0, 0, here), true), "24 07:00 ")
	takeBack("Hoa")
	m.wantSeats(0, 0)
	m.wantTold("the next morning", m.until(time.Date(2026, 11, 25, 12, 0, 0, 0, here), true), "25 07:00 taken_back")
}

// A guest who has declined, or not answered in time, is no guest any more either
// once her invitation is taken back: she may not answer, and hears of no change.
func TestTakeBackMissed(t *testing.T) {
	m := newMeeting(t)
	if err := m.answer("Hoa", store.Declines); err != nil {
		t.Fatal(err)
	}
	m.until(time.Date(2026, 12, 3, 21, 0, 0, 0, here), true) // Mai's seat is free by then
	for _, name := range []string{"Hoa", "Mai"} {
		m.update(func(tx *store.Tx) error {
			_, err := tx.TakeBackInvitation(m.id, m.members[name], "")
			return err
		})
		m.update(func(tx *store.Tx) error {
			r, err := tx.Registration(m.id, m.members[name])
			if err == nil && (r.Missed() || r.Stands()) {
				t.Errorf("%s, who is invited no more, may still answer: %+v", name, r)
			}
			return err
		})
	}
	m.wantSeats(0, 0)
	m.update(func(tx *store.Tx) error {
		for r, err := range tx.Concerned(m.id) {
			if err != nil {
				return err
			}
			t.Errorf("%+v is told of changes", r)
		}
		return nil
	})
}

// A guest who comes has answered, and two members who become one are one guest.
func TestGuestAtTheDoor(t *testing.T) {
	m := newMeeting(t)
	m.now = time.Date(2026, 12, 3, 21, 0, 0, 0, here) // an hour before
	m.update(func(tx *store.Tx) error {
		r, first, err := tx.CheckIn(m.id, m.members["Hoa"], "", store.ByName)
		if err != nil || !first || !r.Holds() {
			t.Errorf("a guest who comes is checked in as %+v, %v", r, err)
		}
		return err
	})
	m.wantSeats(1, 1)
	m.update(func(tx *store.Tx) error {
		keep, err := tx.Member(m.members["Mai"])
		if err != nil {
			return err
		}
		gone, err := tx.Member(m.members["Hoa"])
		if err != nil {
			return err
		}
		if _, err := tx.Merge(keep, gone); err != nil {
			return err
		}
		g, err := tx.Guest(m.id, keep.ID)
		if err != nil {
			return err
		}
		r, err := tx.Registration(m.id, keep.ID)
		if err == nil && (g.RSVP(r) != store.Comes || r.Came.IsZero()) {
			t.Errorf("the two are one guest who has answered %q and came at %v", g.RSVP(r), r.Came)
		}
		return err
	})
	m.wantSeats(1, 0)
}

// The report counts what guests have answered, and who came.
func TestGuestTurnout(t *testing.T) {
	m := newMeeting(t)
	if err := m.answer("Hoa", store.Sends); err != nil {
		t.Fatal(err)
	}
	m.until(time.Date(2026, 12, 3, 21, 0, 0, 0, here), true) // Mai's seat is free by then
	m.update(func(tx *store.Tx) error {
		_, _, err := tx.CheckIn(m.id, m.members["Hoa"], "", store.ByScan)
		return err
	})
	m.now = m.now.AddDate(0, 0, 3)
	m.update(func(tx *store.Tx) error {
		all, err := tx.Turnout(time.Time{}, m.now, func(string) bool { return true })
		if err != nil {
			return err
		}
		if want := (store.GuestTurnout{Invited: 2, Sends: 1, Silent: 1, Came: 1}); all.Kinds[0].Guests != want {
			t.Errorf("the report says %+v, want %+v", all.Kinds[0].Guests, want)
		}
		return nil
	})
}
