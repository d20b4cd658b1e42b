package flows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// clubMeet arranges the meetings of a club: regularly, once, moved, cancelled,
// with pauses. Everything is chosen or read here; what keeps the rule is written
// by the store. Its note is the club's ID.
func clubMeet() *Flow {
	return &Flow{
		Name: "club_meet",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "list", Ask: askMeetings, Take: takeMeetings},
			{Name: "often", Ask: askOften, Take: takeOften},
			{Name: "nth", Ask: askNth, Take: takeNth},
			{Name: "weekday", Ask: askWeekday, Take: takeWeekday},
			{Name: "day", Ask: func(t *Turn) error { return askDay(t, nil) }, Take: takeMeetingDay, Free: true},
			{Name: "clock", Ask: askMeetingClock, Take: takeMeetingClock, Free: true},
			{Name: "place", Ask: askMeetingPlace, Take: takeMeetingPlace, Free: true},
			{Name: "check", Ask: askArranged, Take: takeArranged},
			{Name: "one", Ask: askMeeting, Take: takeMeeting},
			{Name: "cancel", Ask: askCancelMeeting, Take: takeCancelMeeting},
			{Name: "stop", Ask: askStopRule, Take: takeStopRule},
			{Name: "pause_from", Ask: askPauseFrom, Take: takePauseFrom, Free: true},
			{Name: "pause_until", Ask: askPauseUntil, Take: takePauseUntil, Free: true},
			{Name: "pause_why", Ask: askPauseWhy, Take: takePauseWhy},
		},
	}
}

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

func askMeetings(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	if err := t.sayMeetings(c); err != nil {
		return err
	}
	t.sayPauses(c)
	next, err := t.NextMeetings(c, shownMeetings)
	if err != nil {
		return err
	}
	labels := map[string]bool{}
	for _, m := range next {
		start := t.Local(m.Start)
		t.Offer(short(m.ID, unlike(labels, t.T("club_meet.meeting", "date", t.ShortDate(start), "clock", t.Clock(start)))))
	}
	t.Offer(Option{ID: byRule, Label: "club_meet.rule", Wide: true}, Pick(once, "club_meet.once"))
	if c.Rule != nil {
		t.Offer(Pick("pause", "club_meet.pause_new"))
		if len(t.pauses(c)) > 0 {
			t.Offer(Pick("unpause", "club_meet.unpause"))
		}
		t.Offer(Pick("stop", "club_meet.stop"))
	}
	return nil
}

func takeMeetings(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case byRule:
		t.Set("plan", plan{What: byRule})
		return t.Goto("often")
	case once:
		t.Set("plan", plan{What: once})
		return t.Goto("day")
	case "stop":
		return t.Goto("stop")
	case "pause":
		return t.Goto("pause_from")
	case "unpause":
		return t.endPauses()
	default:
		t.Set("plan", plan{What: moved, Meeting: id})
		return t.Goto("one")
	}
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

// theMeeting is the meeting that she has chosen. When it is gone or over she is
// told so and shown the others, and the result is nil.
func (t *Turn) theMeeting() (*store.Club, *store.Meeting, error) {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return nil, nil, err
	}
	m, err := t.meetingAhead(c, t.plan().Meeting)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("club_meet.gone")
		return nil, nil, t.Goto("list")
	}
	return c, m, err
}

func askMeeting(t *Turn) error {
	_, m, err := t.theMeeting()
	if err != nil || m == nil {
		return err
	}
	t.SayText(t.meetingLine(m))
	t.Offer(Pick("move", "club_meet.move"), Pick("cancel", "club_meet.cancel"))
	return nil
}

func takeMeeting(t *Turn) error {
	switch t.Chosen() {
	case "move":
		return t.Goto("day")
	case "cancel":
		return t.Goto("cancel")
	}
	return t.Again("engine.unclear")
}

func askCancelMeeting(t *Turn) error {
	_, m, err := t.theMeeting()
	if err != nil || m == nil {
		return err
	}
	t.Say("club_meet.cancel_sure", "when", t.When(t.Local(m.Start)))
	t.Offer(Pick("yes", "club_meet.cancel_yes"), Pick("no", "answer.no"))
	return nil
}

func takeCancelMeeting(t *Turn) error {
	c, m, err := t.theMeeting()
	if err != nil || m == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("list")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	m.Cancelled = t.Now
	if err := t.PutMeeting(m); err != nil {
		return err
	}
	news := store.ClubNews{What: store.MeetingCancelled, Meeting: m.ID, Moved: m.Moved, Until: m.Start}
	if err := t.TellClub(c, news, m.Start, t.engine.opt.Zone); err != nil {
		return err
	}
	t.Say("club_meet.cancelled")
	return t.Goto("list")
}

func askStopRule(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	if c.Rule == nil {
		return t.Goto("list")
	}
	t.Say("club_meet.stop_sure", "rule", t.ruleText(c.Rule))
	t.Offer(Pick("yes", "club_meet.stop_yes"), Pick("no", "answer.no"))
	return nil
}

func takeStopRule(t *Turn) error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("list")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	first, err := t.nextStart(c)
	if err != nil {
		return err
	}
	if err := t.SetRule(c, nil, t.engine.opt.Zone); err != nil {
		return err
	}
	if err := t.TellClub(c, store.ClubNews{What: store.RuleChanged}, first, t.engine.opt.Zone); err != nil {
		return err
	}
	t.Say("club_meet.done")
	return t.Goto("list")
}

// nextStart is when c meets next, the zero time when that is not known.
func (t *Turn) nextStart(c *store.Club) (time.Time, error) {
	next, err := t.NextMeetings(c, 1)
	if err != nil || len(next) == 0 {
		return time.Time{}, err
	}
	return next[0].Start, nil
}

// pauses are the pauses of c that are not over.
func (t *Turn) pauses(c *store.Club) []store.Pause {
	return slices.DeleteFunc(slices.Clone(c.Pauses), func(p store.Pause) bool { return !p.Until.After(t.Now) })
}

// sayPauses says when c does not meet.
func (t *Turn) sayPauses(c *store.Club) {
	for _, p := range t.pauses(c) {
		t.Say("club.pause", "why", t.T("club_meet.why_"+string(p.Reason)),
			"from", t.Date(t.Local(p.From)), "until", t.Date(t.Local(p.Until).AddDate(0, 0, -1)))
	}
}

func askPauseFrom(t *Turn) error {
	t.Say("club_meet.pause_from")
	return nil
}

func takePauseFrom(t *Turn) error {
	day, fault := readDay(t.Words(), t.Today())
	if fault != dayFine {
		return t.Again("training.day_"+string(fault), "date", t.Date(day))
	}
	t.Set("from", day)
	return nil
}

func askPauseUntil(t *Turn) error {
	var from time.Time
	t.Get("from", &from)
	t.Say("club_meet.pause_until", "from", t.Date(t.Local(from)))
	return nil
}

func takePauseUntil(t *Turn) error {
	var from time.Time
	t.Get("from", &from)
	day, fault := readDay(t.Words(), t.Today())
	if fault != dayFine {
		return t.Again("training.day_"+string(fault), "date", t.Date(day))
	}
	if day.Before(from) {
		return t.Again("club_meet.pause_before", "from", t.Date(t.Local(from)))
	}
	t.Set("until", day)
	return nil
}

func askPauseWhy(t *Turn) error {
	t.Say("club_meet.pause_why")
	t.Offer(Pick(string(store.Holidays), "club_meet.why_holidays"), Pick(string(store.Exams), "club_meet.why_exams"), Pick(string(store.NoReason), "club_meet.why_other"))
	return nil
}

// maxPauses is how many pauses are kept of a club, those that are over too: they
// say why it did not meet.
const maxPauses = 100

func takePauseWhy(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	var from, until time.Time
	t.Get("from", &from)
	t.Get("until", &until)
	if len(c.Pauses) >= maxPauses {
		c.Pauses = c.Pauses[1:]
	}
	c.Pauses = append(c.Pauses, store.Pause{
		From: from.UTC(), Until: t.Local(until).AddDate(0, 0, 1).UTC(), Reason: store.PauseWhy(t.Chosen()),
	})
	return t.keepPauses(c)
}

// endPauses drops the pauses that are not over: the club meets by its rule.
func (t *Turn) endPauses() error {
	c, err := t.led(t.Note("club_meet"))
	if err != nil || c == nil {
		return err
	}
	c.Pauses = slices.DeleteFunc(c.Pauses, func(p store.Pause) bool { return p.Until.After(t.Now) })
	return t.keepPauses(c)
}

// keepPauses keeps the pauses of c and has everybody in it told.
func (t *Turn) keepPauses(c *store.Club) error {
	first, err := t.nextStart(c)
	if err != nil {
		return err
	}
	if err := t.PutClub(c); err != nil {
		return err
	}
	if err := t.TellClub(c, store.ClubNews{What: store.RuleChanged}, first, t.engine.opt.Zone); err != nil {
		return err
	}
	t.Say("club_meet.done")
	return t.Goto("list")
}
