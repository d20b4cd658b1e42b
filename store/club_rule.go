package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/robfig/cron/v3"
)

// A Rule says when a club meets regularly. The bot writes the cron expression
// itself from what was chosen; no text of a person ever gets into it, because
// the parser panics at some (a TZ= without a space behind it).
type Rule struct {
	Cron  string    `json:"cron"`           // crontab(5): minute, hour and one day of the week, such as "0 14 * * 6"
	Every int       `json:"every,omitzero"` // in weeks, counted from the first meeting; 0 and 1: weekly
	Nth   int       `json:"nth,omitzero"`   // only the n-th such day of the month, 1 to 4; [LastOfMonth] the last; 0: all
	From  time.Time `json:"from"`           // the first meeting is at this time or after it
	Until time.Time `json:"until"`          // and all begin before it
	Place string    `json:"place"`
}

// LastOfMonth is the Nth of a rule for the last such day of each month.
const LastOfMonth = 5

// NewRule returns the rule for a day of the week and a time of day in minutes
// since midnight. crontab(5) knows no fortnights, and its days of the month and
// of the week add up instead of both being asked for: so these two stand beside
// the expression.
func NewRule(day time.Weekday, minute, every, nth int, place string) *Rule {
	return &Rule{Cron: fmt.Sprintf("%d %d * * %d", minute%60, minute/60, int(day)), Every: every, Nth: nth, Place: place}
}

// Times returns when the meetings begin by the clocks of zone, at most most of
// them. It returns an error when the expression is none. The days are found on a
// calendar that knows no changing of clocks, since robfig/cron leaves out what
// falls into an hour that is skipped, and has it twice in one that is repeated;
// [OnClock] says when it begins on such a day.
func (r *Rule) Times(zone *time.Location, most int) ([]time.Time, error) {
	expression, err := cron.ParseStandard(r.Cron)
	if err != nil {
		return nil, fmt.Errorf("rule of a club: %w", err)
	}
	var times []time.Time
	nth := 0
	from := r.From.In(zone)
	for at := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, -1, 0, time.UTC); len(times) < most; {
		at = expression.Next(at)
		start := OnClock(zone, at.Year(), at.Month(), at.Day(), minuteOf(at))
		if at.IsZero() || !start.Before(r.Until) {
			break
		}
		if start.Before(r.From) {
			continue
		}
		switch {
		case r.Nth == LastOfMonth && at.AddDate(0, 0, 7).Month() == at.Month():
			continue
		case r.Nth > 0 && r.Nth < LastOfMonth && (at.Day()-1)/7+1 != r.Nth:
			continue
		}
		if nth++; r.Every > 1 && (nth-1)%r.Every != 0 {
			continue
		}
		times = append(times, start.UTC())
	}
	return times, nil
}

// First returns the first time at which a rule lets the club meet, the zero time
// when it never does.
func (r *Rule) First(zone *time.Location) (time.Time, error) {
	times, err := r.Times(zone, 1)
	if err != nil || len(times) == 0 {
		return time.Time{}, err
	}
	return times[0], nil
}

// maxRegular is how many meetings a rule makes at most: a school year has 39
// weeks, a year of a club of grown-ups 53.
const maxRegular = 60

// SetRule makes r the rule of c by the clocks of zone, and keeps c: the regular
// meetings that have not begun go, and those of r take their place, with their
// reminders. nil ends the regular meetings.
func (tx *Tx) SetRule(c *Club, r *Rule, zone *time.Location) error {
	all, err := tx.Meetings(c.ID)
	if err != nil {
		return err
	}
	left := all[:0]
	for _, m := range all {
		if !m.Regular || !m.Start.After(tx.Now) {
			left = append(left, m)
			continue
		}
		if err := tx.kv.Delete("club_meeting", m.Club+"/"+m.ID); err != nil {
			return err
		}
	}
	c.Rule = r
	if r != nil {
		times, err := r.Times(zone, maxRegular)
		if err != nil {
			return err
		}
		for _, at := range times {
			taken := slices.ContainsFunc(left, func(o *Meeting) bool { return o.Start.Equal(at) })
			if taken || !at.After(tx.Now) || len(left) >= MaxMeetings {
				continue
			}
			m := &Meeting{ID: tx.NewID(), Club: c.ID, Start: at, Place: r.Place, Regular: true, By: c.Facilitator}
			if err := tx.PutMeeting(m); err != nil {
				return err
			}
			if err := tx.PlanMeeting(m, zone); err != nil {
				return err
			}
			left = append(left, m)
		}
	}
	return tx.PutClub(c)
}
