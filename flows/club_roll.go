package flows

import (
	"errors"
	"slices"
	"strings"
	"time"

	"chihai/store"
)

// clubRoll calls the roll of a meeting from the facilitator's phone: pupils
// often have none at school. All are there to begin with; she taps those who are
// not, because in a class of twenty-five these are few. Its note is the club's
// ID.
func clubRoll() *Flow {
	return &Flow{
		Name: "club_roll",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "which", Ask: askRollMeeting, Take: takeRollMeeting},
			{Name: "call", Ask: askCall, Take: takeCall},
		},
	}
}

// rollEarly is how long before a meeting begins its roll can be called.
const rollEarly = 30 * time.Minute

// shownRolls is how many roll calls are shown.
const shownRolls = 5

// callable returns the meetings of c whose roll can be called now, the latest
// first, and the latest of those that were called, in all.
func (t *Turn) callable(c *store.Club) (now, called []*store.Meeting, err error) {
	all, err := t.Meetings(c.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range slices.Backward(all) {
		if m.Called() && len(called) < shownRolls {
			called = append(called, m)
		}
		if t.mayCall(c, m) {
			now = append(now, m)
		}
	}
	return now, called, nil
}

// mayCall says whether the roll of m can be called now, or changed.
func (t *Turn) mayCall(c *store.Club, m *store.Meeting) bool {
	return m.On(c) && !m.Start.After(t.Now.Add(rollEarly)) && t.Now.Before(m.Start.AddDate(0, 0, store.RollDays))
}

func askRollMeeting(t *Turn) error {
	c, err := t.led(t.Note("club_roll"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	if len(roll) == 0 {
		t.Say("club_roll.nobody")
		return t.Start("club_people", c.ID)
	}
	now, called, err := t.callable(c)
	if err != nil {
		return err
	}
	if len(called) > 0 {
		lines, err := t.rollLines(c, called)
		if err != nil {
			return err
		}
		t.SayText(lines)
	}
	t.Say("club_roll.which")
	labels := map[string]bool{}
	today := false
	for _, m := range now {
		start := t.Local(m.Start)
		today = today || !start.Before(t.Today())
		t.Offer(short(m.ID, unlike(labels, t.T("club_meet.meeting", "date", t.ShortDate(start), "clock", t.Clock(start)))))
	}
	if !today {
		t.Offer(Option{ID: "now", Label: "club_roll.now", Wide: true})
	}
	return nil
}

// rollLines are roll calls, a line each.
func (t *Turn) rollLines(c *store.Club, called []*store.Meeting) (string, error) {
	nicks := map[string]string{}
	for p, err := range t.Pupils(c.ID) {
		if err != nil {
			return "", err
		}
		nicks[p.ID] = p.Nick
	}
	lines := []string{t.T("club_roll.past")}
	for _, m := range called {
		lines = append(lines, "• "+t.ShortDate(t.Local(m.Start))+": "+t.countsText(len(m.Roll.Present), m.Roll.Absent, nicks))
	}
	return strings.Join(lines, "\n"), nil
}

// countsText says how many were there, and who was not.
func (t *Turn) countsText(present int, absent []string, nicks map[string]string) string {
	var names []string
	for _, id := range absent {
		if nick := nicks[id]; nick != "" { // else she has deleted her data
			names = append(names, nick)
		}
	}
	if len(names) > rollPage {
		names = append(names[:rollPage], "…")
	}
	text := t.T("club_roll.counts", "present", present, "absent", len(absent))
	if len(names) > 0 {
		text += " (" + strings.Join(names, ", ") + ")"
	}
	return text
}

func takeRollMeeting(t *Turn) error {
	c, err := t.led(t.Note("club_roll"))
	if err != nil || c == nil {
		return err
	}
	id := t.Chosen()
	switch id {
	case "":
		return t.Again("engine.unclear")
	case "now": // one that nobody had arranged: nobody is told of it
		place, err := t.usualPlace(c)
		if err != nil {
			return err
		}
		m := &store.Meeting{Club: c.ID, Start: t.Now.Truncate(time.Minute), Place: place, By: t.Member.ID}
		switch err := t.AddMeeting(m); {
		case errors.Is(err, store.ErrFull):
			t.Say("club_meet.full")
			return t.Stay()
		case errors.Is(err, store.ErrTaken): // somebody has just arranged it
			return t.Stay()
		case err != nil:
			return err
		}
		id = m.ID
	}
	m, err := t.Meeting(c.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("club_meet.gone")
		return t.Stay()
	}
	if err != nil {
		return err
	}
	t.Set("meeting", id)
	t.Forget("absent")
	t.Forget("page")
	if m.Called() {
		t.Set("absent", m.Roll.Absent)
	}
	return nil
}

// calling is the club and the meeting whose roll is called. When its time is
// over she is told so, and the meeting is nil.
func (t *Turn) calling() (*store.Club, *store.Meeting, error) {
	c, err := t.led(t.Note("club_roll"))
	if err != nil || c == nil {
		return nil, nil, err
	}
	m, err := t.Meeting(c.ID, t.Note("meeting"))
	if errors.Is(err, store.ErrNotFound) || err == nil && !t.mayCall(c, m) {
		t.Say("club_roll.late", "days", store.RollDays)
		return nil, nil, t.Goto("which")
	}
	return c, m, err
}

// absent are the ids of those whom she has tapped, without those who have left
// meanwhile.
func (t *Turn) absent(roll []*store.Pupil) []string {
	var ids []string
	t.Get("absent", &ids)
	return slices.DeleteFunc(ids, func(id string) bool {
		return !slices.ContainsFunc(roll, func(p *store.Pupil) bool { return p.ID == id })
	})
}

func askCall(t *Turn) error {
	c, m, err := t.calling()
	if err != nil || m == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	absent := t.absent(roll)
	t.Say("club_roll.call", "when", t.When(t.Local(m.Start)), "present", len(roll)-len(absent), "absent", len(absent))
	t.offerPage(t.page(roll), func(p *store.Pupil) string {
		if slices.Contains(absent, p.ID) {
			return t.T("club_roll.absent", "nick", p.Nick)
		}
		return t.T("club_roll.present", "nick", p.Nick)
	})
	t.OfferInline(Option{ID: "done", Label: "club_roll.done", Wide: true})
	return nil
}

func takeCall(t *Turn) error {
	c, m, err := t.calling()
	if err != nil || m == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	absent := t.absent(roll)
	switch id := t.Chosen(); {
	case t.turnPage():
		return t.Stay()
	case id == "done":
		return t.keepRoll(c, m, roll, absent)
	case id != "":
		absent = toggle(absent, id)
	default:
		tapped := t.numbered(t.page(roll).pupils)
		if len(tapped) == 0 {
			return t.Again("club_roll.again")
		}
		for _, p := range tapped {
			absent = toggle(absent, p.ID)
		}
	}
	t.Set("absent", absent)
	return t.Stay()
}

// toggle returns list with id, or without it if it was there.
func toggle(list []string, id string) []string {
	if i := slices.Index(list, id); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return append(list, id)
}

// numbered returns those of pupils whose numbers she has typed, several at once:
// 3 7 12. It returns nil when anything else stands among them.
func (t *Turn) numbered(pupils []*store.Pupil) []*store.Pupil {
	var found []*store.Pupil
	for _, word := range strings.FieldsFunc(t.Words(), func(r rune) bool { return strings.ContainsRune(" ,;\n", r) }) {
		n := choiceNumber(word)
		if n < 1 || n > len(pupils) {
			return nil
		}
		found = append(found, pupils[n-1])
	}
	return found
}

func (t *Turn) keepRoll(c *store.Club, m *store.Meeting, roll []*store.Pupil, absent []string) error {
	var present []string
	nicks := map[string]string{}
	for _, p := range roll {
		nicks[p.ID] = p.Nick
		if !slices.Contains(absent, p.ID) {
			present = append(present, p.ID)
		}
	}
	if m.Called() { // who has left since was called all the same
		for _, id := range m.Roll.Present {
			if nicks[id] == "" {
				present = append(present, id)
			}
		}
		for _, id := range m.Roll.Absent {
			if nicks[id] == "" {
				absent = append(absent, id)
			}
		}
	}
	if err := t.CallRoll(m, present, absent, t.Member.ID); err != nil {
		return err
	}
	t.Say("club_roll.kept", "counts", t.countsText(len(present), absent, nicks), "days", store.RollDays)
	return t.Return(nil)
}
