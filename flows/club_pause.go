package flows

import (
	"slices"
	"time"

	"chihai/store"
)

// The steps of [clubMeet] about the times in which a club does not meet: holidays,
// exams.

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
