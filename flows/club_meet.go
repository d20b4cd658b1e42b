package flows

import (
	"errors"
	"time"

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
