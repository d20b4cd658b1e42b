package flows

import (
	"errors"
	"fmt"
	"time"

	"chihai/locales"
	"chihai/store"
)

// The steps of [clubMeet] that arrange a meeting, or meetings by a rule.

// What is arranged.
const (
	byRule = "rule"
	once   = "once"
	moved  = "move"
)

// A plan is a meeting, or a rule for meetings, as it is being arranged.
type plan struct {
	What    string       `json:"what"`
	Meeting string       `json:"meeting,omitzero"` // moved: its ID
	Every   int          `json:"every,omitzero"`
	Nth     int          `json:"nth,omitzero"`
	Weekday time.Weekday `json:"weekday,omitzero"`
	Later   bool         `json:"later,omitzero"` // of every second week the other one
	Day     time.Time    `json:"day,omitzero"`   // once, moved: its midnight
	Minute  int          `json:"minute,omitzero"`
	Place   string       `json:"place,omitzero"`
}

func (t *Turn) plan() *plan {
	p := new(plan)
	t.Get("plan", p)
	return p
}

func askOften(t *Turn) error {
	t.Say("club_meet.often")
	t.Offer(Pick("1", "club_meet.weekly"), Pick("2", "club_meet.fortnightly"), Pick("month", "club_meet.monthly"))
	return nil
}

func takeOften(t *Turn) error {
	p := t.plan()
	switch t.Chosen() {
	case "1", "2":
		p.Every, p.Nth = atoi(t.Chosen()), 0
		t.Set("plan", p)
		return t.Goto("weekday")
	case "month":
		return t.Goto("nth")
	}
	return t.Again("engine.unclear")
}

func askNth(t *Turn) error {
	t.Say("club_meet.nth")
	for n := 1; n <= store.LastOfMonth; n++ {
		t.Offer(Pick(fmt.Sprint(n), fmt.Sprintf("club_meet.nth%d", n)))
	}
	return nil
}

func takeNth(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	p := t.plan()
	p.Every, p.Nth = 0, atoi(t.Chosen())
	t.Set("plan", p)
	return nil
}

func askWeekday(t *Turn) error {
	t.Say("club_meet.weekday")
	for i := range 7 {
		day := (i + 1) % 7 // the week begins with Monday
		t.Offer(Pick(fmt.Sprint(day), fmt.Sprintf("when.day%d", day)))
	}
	return nil
}

func takeWeekday(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	p := t.plan()
	p.Weekday = time.Weekday(atoi(t.Chosen()))
	t.Set("plan", p)
	return t.Goto("clock")
}

func takeMeetingDay(t *Turn) error {
	day, fault := readDay(t.written(), t.Today())
	if fault != dayFine {
		return t.Again("training.day_"+string(fault), "date", t.Date(day))
	}
	p := t.plan()
	p.Day = day
	t.Set("plan", p)
	return nil
}

// clubStarts are the times at which most clubs meet, in minutes.
var clubStarts = []int{7*60 + 30, 9 * 60, 14 * 60, 15*60 + 30}

func askMeetingClock(t *Turn) error {
	t.Say("club_meet.clock")
	for _, minute := range clubStarts {
		at := (clock{minute, true}).on(t.Today())
		t.Offer(short(at.Format("15:04"), t.Clock(at)))
	}
	return nil
}

func takeMeetingClock(t *Turn) error {
	c, ok := readClock(t.written())
	if !ok {
		return t.Again("training.start_again")
	}
	at := c.start(t.Today())
	p := t.plan()
	p.Minute = at.Hour()*60 + at.Minute()
	t.Set("plan", p)
	return nil
}

func askMeetingPlace(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	t.Say("club_meet.place")
	usual, err := t.usualPlace(c)
	if err != nil {
		return err
	}
	if usual != "" {
		t.Offer(PickText("usual", t.apart(cut(usual, mostLabel))))
	}
	return nil
}

// usualPlace is where c has met before, or its school.
func (t *Turn) usualPlace(c *store.Club) (string, error) {
	all, err := t.Meetings(c.ID)
	if err != nil || len(all) == 0 {
		return c.School, err
	}
	return all[len(all)-1].Place, nil
}

func takeMeetingPlace(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	words := t.Words()
	if t.Chosen() == "usual" {
		if words, err = t.usualPlace(c); err != nil {
			return err
		}
	}
	place, ok := oneLine(words, leastClubName, mostClubName)
	if !ok {
		return t.Again("training.place_again", "most", mostClubName)
	}
	p := t.plan()
	p.Place = place
	t.Set("plan", p)
	return nil
}

// rule is the rule that p stands for, in c.
func (p *plan) rule(t *Turn, c *store.Club) *store.Rule {
	r := store.NewRule(p.Weekday, p.Minute, p.Every, p.Nth, p.Place)
	r.From, r.Until = t.Now, t.lastDay(c)
	if p.Later {
		r.From = r.From.AddDate(0, 0, 7)
	}
	return r
}

// lastDay is until when regular meetings of c are arranged: the end of May of
// its school year, or a year ahead.
func (t *Turn) lastDay(c *store.Club) time.Time {
	if n := len(c.Year); n >= 4 {
		end := time.Date(atoi(c.Year[n-4:]), time.June, 1, 0, 0, 0, 0, t.engine.opt.Zone)
		if end.After(t.Now) {
			return end.UTC()
		}
	}
	return t.Today().AddDate(1, 0, 0).UTC()
}

// start is when the meeting begins that p stands for.
func (p *plan) start(t *Turn) time.Time {
	return (clock{p.Minute, true}).on(t.Local(p.Day)).UTC()
}

func askArranged(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	p := t.plan()
	if p.What == byRule {
		r := p.rule(t, c)
		first, err := r.First(t.engine.opt.Zone)
		if err != nil {
			return err
		}
		if first.IsZero() {
			t.Say("club_meet.never", "until", t.Date(t.Local(r.Until).AddDate(0, 0, -1)))
			return t.Goto("often")
		}
		t.Say("club_meet.check_rule", "rule", locales.Capital(t.ruleText(r)), "place", p.Place, "first", t.Date(t.Local(first)), "until", t.Date(t.Local(r.Until).AddDate(0, 0, -1)))
		t.Offer(Pick("yes", "club_meet.yes"))
		if p.Every == 2 {
			t.Offer(Pick("later", "club_meet.later"))
		}
	} else {
		start := p.start(t)
		if !start.After(t.Now) {
			t.Say("training.start_past")
			return t.Goto("day")
		}
		t.Say("club_meet.check_once", "when", t.When(t.Local(start)), "place", p.Place)
		t.Offer(Pick("yes", "club_meet.yes"))
	}
	t.Offer(Pick("no", "club_meet.change"))
	return nil
}

func takeArranged(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	p := t.plan()
	switch t.Chosen() {
	case "later":
		p.Later = !p.Later
		t.Set("plan", p)
		return t.Stay()
	case "no":
		if p.What == byRule {
			return t.Goto("often")
		}
		return t.Goto("day")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	switch err := t.arrange(c, p); {
	case errors.Is(err, store.ErrTaken):
		t.Say("club_meet.taken")
		return t.Goto("day")
	case errors.Is(err, store.ErrFull):
		t.Say("club_meet.full")
		return t.Goto("list")
	case errors.Is(err, store.ErrNotFound):
		t.Say("club_meet.gone")
		return t.Goto("list")
	case err != nil:
		return err
	}
	t.Say("club_meet.done")
	return t.Goto("list")
}

// arrange keeps what p stands for and has everybody in c told.
func (t *Turn) arrange(c *store.Club, p *plan) error {
	zone := t.engine.opt.Zone
	if p.What == byRule {
		r := p.rule(t, c)
		if err := t.SetRule(c, r, zone); err != nil {
			return err
		}
		first, err := r.First(zone)
		if err != nil {
			return err
		}
		return t.TellClub(c, store.ClubNews{What: store.RuleChanged}, first, zone)
	}
	start := p.start(t)
	news := store.ClubNews{What: store.MeetingAdded, Until: start}
	m := &store.Meeting{Club: c.ID, Start: start, Place: p.Place, By: t.Member.ID}
	first := start
	if p.What == once {
		if err := t.AddMeeting(m); err != nil {
			return err
		}
	} else {
		was, err := t.meetingAhead(c, p.Meeting)
		if err != nil {
			return err
		}
		news.What, news.Was = store.MeetingMoved, was.Start
		if was.Start.Before(first) {
			first = was.Start
		}
		m = was
		if err := t.MoveMeeting(m, start, p.Place); err != nil {
			return err
		}
	}
	if err := t.PlanMeeting(m, zone); err != nil {
		return err
	}
	news.Meeting, news.Moved = m.ID, m.Moved
	return t.TellClub(c, news, first, zone)
}

// meetingAhead returns the meeting id of c if it is ahead and takes place, or else
// [store.ErrNotFound].
func (t *Turn) meetingAhead(c *store.Club, id string) (*store.Meeting, error) {
	m, err := t.Meeting(c.ID, id)
	if err == nil && (!m.On(c) || !m.Start.After(t.Now)) {
		return nil, store.ErrNotFound
	}
	return m, err
}
