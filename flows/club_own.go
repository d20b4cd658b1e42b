package flows

import (
	"errors"
	"fmt"
	"strings"

	"chihai/store"
)

// clubOwn shows a member one of her clubs, and lets her leave it. Its note is
// the club's ID.
func clubOwn() *Flow {
	return &Flow{
		Name: "club_own",
		Steps: []Step{
			{Name: "one", Ask: askOwnClub, Take: takeOwnClub},
			{Name: "leave", Ask: askLeave, Take: takeLeave},
		},
	}
}

// ownClub is the club that is shown. When she does not belong to it any more she
// is told so, and the result is nil.
func (t *Turn) ownClub() (*store.Club, error) {
	m, err := t.Membership(t.Note("club_own"), t.Member.ID)
	var c *store.Club
	if err == nil {
		c, err = t.Club(m.Club)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && (m.State != store.In || !c.Open()) {
		t.Say("club.gone")
		return nil, t.Start("clubs", nil)
	}
	return c, err
}

func askOwnClub(t *Turn) error {
	c, err := t.ownClub()
	if err != nil || c == nil {
		return err
	}
	if err := t.describeClub(c); err != nil {
		return err
	}
	t.Offer(Pick("leave", "club_own.leave"))
	return nil
}

func takeOwnClub(t *Turn) error {
	if t.Chosen() == "leave" {
		return t.Goto("leave")
	}
	return t.Again("engine.unclear")
}

func askLeave(t *Turn) error {
	c, err := t.ownClub()
	if err != nil || c == nil {
		return err
	}
	t.Say("club_own.leave_sure", "club", c.Name)
	t.Offer(Pick("yes", "club_own.leave_yes"), Pick("no", "answer.no"))
	return nil
}

func takeLeave(t *Turn) error {
	c, err := t.ownClub()
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if err := t.LeaveClub(c.ID, t.Member.ID, ""); err != nil {
		return err
	}
	t.Say("club_own.left", "club", c.Name)
	return t.End()
}

// shownMeetings is how many of the next meetings are shown.
const shownMeetings = 4

// describeClub says which club it is, who keeps it together and when it meets.
func (t *Turn) describeClub(c *store.Club) error {
	lines := []string{c.Name}
	switch {
	case c.School != "" && c.Year != "":
		lines = append(lines, t.T("club.school_year", "school", c.School, "year", c.Year))
	case c.School != "":
		lines = append(lines, c.School)
	}
	if f, err := t.Tx.Member(c.Facilitator); err == nil && f.Name != "" && f.ID != t.Member.ID {
		lines = append(lines, t.T("club.facilitator", "name", givenName(f.Name)))
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	t.SayText(strings.Join(lines, "\n"))
	return t.sayMeetings(c)
}

// sayMeetings says when c meets regularly and next.
func (t *Turn) sayMeetings(c *store.Club) error {
	next, err := t.NextMeetings(c, shownMeetings)
	if err != nil {
		return err
	}
	var lines []string
	if c.Rule != nil {
		lines = append(lines, t.T("club.regular", "rule", t.ruleText(c.Rule)))
	}
	if len(next) == 0 {
		lines = append(lines, t.T("club.no_meeting"))
	} else {
		lines = append(lines, t.T("club.next"))
		for _, m := range next {
			lines = append(lines, "• "+t.meetingLine(m))
		}
	}
	t.SayText(strings.Join(lines, "\n"))
	return nil
}

// meetingLine is a meeting in one line: when and where.
func (t *Turn) meetingLine(m *store.Meeting) string {
	return t.When(t.Local(m.Start)) + ", " + m.Place
}

// ruleText says when a club meets regularly, such as "thứ Bảy hằng tuần, 14 giờ".
func (t *Turn) ruleText(r *store.Rule) string {
	first, err := r.First(t.engine.opt.Zone)
	if err != nil || first.IsZero() {
		return ""
	}
	at := t.Local(first)
	day := t.T(fmt.Sprintf("when.day%d", int(at.Weekday())))
	switch {
	case r.Nth > 0:
		return t.T(fmt.Sprintf("club.rule_nth%d", r.Nth), "day", day, "clock", t.Clock(at))
	case r.Every == 2:
		return t.T("club.rule_fortnight", "day", day, "clock", t.Clock(at))
	}
	return t.T("club.rule_week", "day", day, "clock", t.Clock(at))
}
