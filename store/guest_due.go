package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// GuestsJob is the job that has the guests of a training asked, reminded once,
// and their seats freed when they do not answer.
const GuestsJob = "guests"

// guestFlow is the flow that hears what is for a guest.
const guestFlow = "invitation"

// A GuestNews is the Data of the due input that the flow invitation hears.
type GuestNews struct {
	Training string    `json:"training"`
	Member   string    `json:"member"` // the guest, who may not be the one who hears it
	What     GuestWhat `json:"what,omitzero"`
}

// A GuestWhat says what a guest is told.
type GuestWhat string

const (
	GuestAsked     GuestWhat = ""           // whether she comes
	GuestReminded  GuestWhat = "reminded"   // that she has not answered
	GuestTakenBack GuestWhat = "taken_back" // that she is not invited any more
)

const (
	// guestsAtOnce is how many guests are told in one transaction.
	guestsAtOnce = 200
	// guestHour is at what o'clock guests are reminded, and guestSlack how long
	// before the answer is due at least; else it is the morning before.
	guestHour  = 8
	guestSlack = 2 * time.Hour
	// guestLull is how long somebody is left in peace after the invitation.
	guestLull = 6 * time.Hour
)

// TendGuests has the guests of the training asked whom nobody has told yet, has
// those reminded who have not answered on the morning of the day by which they
// should, frees the seats of those who have not answered long after, and plans
// when it is to be called again. Nobody is told anything in the quiet hours of
// zone. Only the [GuestsJob] calls it.
func (tx *Tx) TendGuests(training string, zone *time.Location) error {
	t, err := tx.Training(training)
	if err != nil {
		return err
	}
	if !t.Open(tx.Now) || !t.ByInvitation {
		return nil
	}
	open, err := tx.openGuests(training)
	if err != nil {
		return err
	}
	night, err := tx.Night(zone)
	if err != nil {
		return err
	}
	var next time.Time
	again := func(at time.Time) {
		if at.After(tx.Now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	morning, told, lapsed := night.Awake(tx.Now), 0, 0
	for _, g := range open {
		lapse, remind := t.lapse(g), t.remindGuest(g, zone)
		if !tx.Now.Before(lapse) {
			if err := tx.lapseGuest(g); err != nil {
				return err
			}
			lapsed++
			continue
		}
		again(lapse)
		what, at := GuestAsked, tx.Now
		switch {
		case g.Told.IsZero() && tx.Now.Before(g.Waits): // word is under way, or nothing has reached her today
			at = night.Awake(g.Waits)
		case g.Told.IsZero():
		case !g.Reminded.IsZero() || remind.Sub(g.Told) < guestLull || !tx.Now.Before(t.ReplyTime(g)):
			continue
		default:
			what, at = GuestReminded, remind
		}
		switch {
		case at.After(tx.Now):
			again(at)
			continue
		case morning.After(tx.Now):
			again(morning)
			continue
		case told == guestsAtOnce:
			again(tx.Now.Add(time.Second))
			continue
		}
		if err := tx.askGuest(t, g, what, night); err != nil {
			return err
		}
		if g.Told.IsZero() {
			again(night.Awake(g.Waits))
		}
		told++
	}
	if lapsed > 0 {
		t.Invited -= lapsed
		if err := tx.putTraining(t); err != nil {
			return err
		}
	}
	if next.IsZero() {
		return nil
	}
	return tx.planGuests(t, next)
}

// openGuests are the guests who have not answered and for whom a seat is kept.
func (tx *Tx) openGuests(training string) ([]*Guest, error) {
	var open []*Guest
	for g, err := range tx.Guests(training) {
		if err != nil {
			return nil, err
		}
		r, err := tx.Registration(training, g.Member)
		if err != nil {
			return nil, err
		}
		if r.Invited() {
			open = append(open, g)
		}
	}
	return open, nil
}

// remindGuest is when g is reminded to answer.
func (t *Training) remindGuest(g *Guest, zone *time.Location) time.Time {
	by := t.ReplyTime(g)
	if zone == nil {
		return by.Add(-guestSlack)
	}
	local := by.In(zone)
	at := OnClock(zone, local.Year(), local.Month(), local.Day(), guestHour*60)
	if by.Sub(at) < guestSlack {
		at = OnClock(zone, local.Year(), local.Month(), local.Day()-1, guestHour*60)
	}
	return at.UTC()
}

// lapseGuest ends that a seat is kept for g. The caller counts it.
func (tx *Tx) lapseGuest(g *Guest) error {
	r, err := tx.Registration(g.Training, g.Member)
	if err != nil {
		return err
	}
	r.State, r.GaveUp, r.GaveUpBy = Lapsed, tx.Now, ""
	return tx.putRegistration(r)
}

// askGuest plans the word to g, and keeps that it is under way.
func (tx *Tx) askGuest(t *Training, g *Guest, what GuestWhat, night Night) error {
	until := t.lapse(g)
	if falls := night.Asleep(tx.Now); !falls.IsZero() && falls.Before(until) {
		until = falls
	}
	if what == GuestReminded {
		g.Reminded = tx.Now
	}
	g.Waits = until
	if err := tx.putGuest(g); err != nil {
		return err
	}
	return tx.planGuest(g, what, tx.Now, until)
}

// TellTakenBack plans that g, whose invitation was taken back, is told so by day
// in zone, if it had stood in her chat.
func (tx *Tx) TellTakenBack(t *Training, g *Guest, zone *time.Location) error {
	if g.Told.IsZero() {
		return nil
	}
	night, err := tx.Night(zone)
	if err != nil {
		return err
	}
	at, until := night.Awake(tx.Now), t.Start
	if falls := night.Asleep(at); !falls.IsZero() && falls.Before(until) {
		until = falls
	}
	return tx.planGuest(g, GuestTakenBack, at, until)
}

// planGuest plans a row for who answers for g; none when nothing reaches her.
func (tx *Tx) planGuest(g *Guest, what GuestWhat, at, until time.Time) error {
	who, err := tx.AnswersForGuest(g)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	data, err := json.Marshal(GuestNews{Training: g.Training, Member: g.Member, What: what})
	if err != nil {
		return err
	}
	return tx.Plan(&Due{
		ID: fmt.Sprintf("guest/%s/%s/%s/%d", g.Training, g.Member, what, tx.Now.UnixMilli()),
		At: at, Until: until, Job: TellOneJob, Training: g.Training, Member: who.ID, Flow: guestFlow, Data: data,
	})
}

// planGuests plans that [Tx.TendGuests] is called for t at at.
func (tx *Tx) planGuests(t *Training, at time.Time) error {
	return tx.Plan(&Due{ID: GuestsJob + "/" + t.ID, At: at, Until: t.Start, Job: GuestsJob, Training: t.ID})
}
