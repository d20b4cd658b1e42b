package store

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A ReminderRule says when those registered are reminded of a training.
type ReminderRule struct {
	Name   string        // stands in idempotency keys: never changes once used
	Days   int           // so many days before, at the same time by the clocks of those who come
	Before time.Duration // and so much before that
	Bound  time.Duration // sent at most so much later, or an hour after a night into which that falls; 0: until the training begins
}

// ReminderRules are the reminders of every training, the earliest first.
var ReminderRules = []ReminderRule{
	{Name: "7d", Days: 7, Bound: 24 * time.Hour},
	{Name: "1d", Days: 1, Bound: 6 * time.Hour},
	{Name: "2h", Before: SoonTime},
}

// A ReminderTime is when a rule reminds of a training, and until when that is of use.
type ReminderTime struct {
	Rule      string
	At, Until time.Time
}

// Reminders returns those of what begins at start, in the order of the rules. None
// falls into night. One whose time does comes in the morning, if that is early
// enough and still on the day on which its words are true; or else in the last
// good hour of the evening before. So whoever goes to an early training hears of
// it the evening before and not while she sleeps.
func Reminders(start time.Time, night Night) []ReminderTime {
	zone := night.Zone
	if zone == nil {
		zone = time.UTC
	}
	all := make([]ReminderTime, 0, len(ReminderRules))
	for _, rule := range ReminderRules {
		at := daysBefore(start, rule.Days, zone).Add(-rule.Before)
		if morning := night.Awake(at); morning.After(at) {
			late := start.Sub(morning) < usefulTime
			if late || rule.Days > 0 && morning.In(zone).Day() != at.In(zone).Day() {
				at = night.Evening(at)
			} else {
				at = morning
			}
		}
		until := start
		if rule.Bound > 0 {
			until = night.extend(at.Add(rule.Bound))
		}
		all = append(all, ReminderTime{Rule: rule.Name, At: at, Until: until})
	}
	return all
}

// extend is until, or some time into the morning when it lies in the night: what
// became late in the evening is of use for as long as people are awake.
func (n Night) extend(until time.Time) time.Time {
	if morning := n.Awake(until); morning.After(until) {
		return morning.Add(usefulTime)
	}
	return until
}

// planReminders plans the reminders of t's present start that are still ahead.
// Those of an earlier start lapse, because their Moved is not t's any more.
func (tx *Tx) planReminders(t *Training) error {
	night, err := tx.Night(tx.store.zone)
	if err != nil {
		return err
	}
	for _, r := range Reminders(t.Start, night) {
		if !r.At.After(tx.Now) {
			continue
		}
		d := &Due{
			ID: fmt.Sprintf("remind/%s/%s/%d", r.Rule, t.ID, t.Moved),
			At: r.At, Until: r.Until, Job: RemindJob, Training: t.ID, Moved: t.Moved,
			Data: jsontext.Value(fmt.Sprintf(`{"rule":%q}`, r.Rule)),
		}
		if err := tx.Plan(d); err != nil {
			return err
		}
	}
	return nil
}
