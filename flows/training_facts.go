package flows

import (
	"errors"
	"maps"
	"strings"
	"time"

	"chihai/store"
)

// A fact is one thing that is known of a training, in words for staff.
type fact struct {
	name  string // locale id training.fact_NAME
	value string
}

// facts are what staff see of a training, in the order of the questions. Two
// versions of one training have the same facts in the same order.
func (t *Turn) facts(training *store.Training) ([]fact, error) {
	area, err := t.areaName(training.Area)
	if err != nil {
		return nil, err
	}
	or := func(s, id string) string {
		if s == "" {
			return t.T(id)
		}
		return s
	}
	yesNo := map[bool]string{true: "answer.yes", false: "answer.no"}
	return []fact{
		{"kind", t.T("training.kind_" + string(training.Kind))},
		{"name", training.Name["vi"]},
		{"km", or(training.Name["km"], "training.fact_none")},
		{"en", or(training.Name["en"], "training.fact_none")},
		{"official", or(training.Official, "training.fact_same")},
		{"time", t.span(training.Start, training.End)},
		{"place", training.Place},
		{"area", area},
		{"audience", or(training.Audience.In(t.Language), "training.audience_all")},
		{"seats", t.Number(training.Seats)},
		{"children", t.T(yesNo[training.Children])},
		{"listed", t.T(listing(training))},
	}, nil
}

// span says from when to when something is.
func (t *Turn) span(start, end time.Time) string {
	start, end = t.Local(start), t.Local(end)
	if start.Format(time.DateOnly) == end.Format(time.DateOnly) {
		return t.T("training.span", "start", t.Clock(start), "end", t.Clock(end), "date", t.Date(start))
	}
	return t.T("training.span_days", "start", t.When(start), "end", t.When(end))
}

// factLines says the facts of a training, one in a line. Names in other
// languages are left out where there are none.
func (t *Turn) factLines(training *store.Training) (string, error) {
	facts, err := t.facts(training)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, f := range facts {
		if (f.name == "km" || f.name == "en") && training.Name[f.name] == "" {
			continue
		}
		lines = append(lines, t.T("training.fact_"+f.name, "value", f.value))
	}
	return strings.Join(lines, "\n"), nil
}

// differences says what of a training is not as it was, a change in a line;
// empty when nothing is.
func (t *Turn) differences(was, now *store.Training) (string, error) {
	old, err := t.facts(was)
	if err != nil {
		return "", err
	}
	facts, err := t.facts(now)
	if err != nil {
		return "", err
	}
	var lines []string
	for i, f := range facts {
		if f != old[i] {
			lines = append(lines, t.T("training.change", "fact", t.T("training.fact_"+f.name, "value", f.value), "old", old[i].value))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// carry makes of to what was became in now, and leaves the rest of it.
func carry(to, was, now *store.Training) {
	if now.Kind != was.Kind {
		to.Kind = now.Kind
	}
	if !maps.Equal(now.Name, was.Name) {
		to.Name = now.Name
	}
	if now.Official != was.Official {
		to.Official = now.Official
	}
	if !now.Start.Equal(was.Start) || !now.End.Equal(was.End) {
		to.Start, to.End = now.Start, now.End
	}
	if now.Place != was.Place {
		to.Place = now.Place
	}
	if now.Area != was.Area {
		to.Area = now.Area
	}
	if !maps.Equal(now.Audience, was.Audience) {
		to.Audience = now.Audience
	}
	if now.Seats != was.Seats {
		to.Seats = now.Seats
	}
	if now.Children != was.Children {
		to.Children = now.Children
	}
	if now.Listed != was.Listed || now.Approval != was.Approval || now.ByInvitation != was.ByInvitation {
		to.Listed, to.Approval, to.ByInvitation = now.Listed, now.Approval, now.ByInvitation
	}
}

// staffTraining is the training id if it is there and lies within her areas
// now. Else she is told, the talk ends, and the result is nil.
func (t *Turn) staffTraining(id string) (*store.Training, error) {
	training, err := t.Training(id)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("staff.gone")
		return nil, t.End()
	}
	if err != nil {
		return nil, err
	}
	ok, err := t.Holds(store.Staff, training.Area)
	if err != nil {
		return nil, err
	}
	if !ok {
		t.Say("staff.not_yours")
		return nil, t.End()
	}
	return training, nil
}

// fit says whether what the draft says can be kept as it is now. Else she is
// told why, and the talk goes to the question that is to be answered anew:
// between a question and the last button weeks may lie.
func (t *Turn) fit(d *store.Training) (bool, error) {
	taken, err := t.taken(d)
	if err != nil {
		return false, err
	}
	mine, err := t.Holds(store.Staff, d.Area)
	if err != nil {
		return false, err
	}
	otherWay := false
	if d.ID != "" {
		now, err := t.Training(d.ID)
		if err != nil {
			return false, err
		}
		otherWay = now.ByInvitation != d.ByInvitation && now.Concerns() > 0
	}
	switch {
	case otherWay:
		t.Say("invite.way_stays")
		return false, t.Goto("listed")
	case !mine:
		t.Say("training.area_not_yours")
		return false, t.Goto("area")
	case !d.Start.After(t.Now):
		t.Say("training.start_past")
		return false, t.Goto("day")
	case d.Seats < taken:
		t.Say("training.seats_taken", "n", taken)
		return false, t.Goto("seats")
	}
	return true, nil
}
