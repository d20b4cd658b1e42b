package store

import (
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Due is something that is to happen at a time. bot/schedule looks every
// second at what has come due, does it, and deletes it: what has happened stands
// nowhere else, so a restart goes on where the process died.
//
//	due  time in Unix seconds, 11 digits/ID → Due
type Due struct {
	ID       string         `json:"id"` // its idempotency key: the same ID is planned once
	At       time.Time      `json:"at"`
	Until    time.Time      `json:"until"` // not done any more from then on
	Job      string         `json:"job"`   // which job of bot/schedule does it
	Training string         `json:"training,omitzero"`
	Club     string         `json:"club,omitzero"`   // ClubJob: whose people are told
	Moved    int            `json:"moved,omitzero"`  // [Training.Moved] when it was planned
	Member   string         `json:"member,omitzero"` // HearJob, TellOneJob, BeforeJob: whom it is for
	Flow     string         `json:"flow,omitzero"`   // HearJob, TellOneJob, AfterJob, BeforeJob: which flow hears it
	Data     jsontext.Value `json:"data,omitzero"`   // what only the job understands; HearJob, TellJob, ClubJob, TellOneJob: the flow
	Told     string         `json:"told,omitzero"`   // TellJob, ClubJob, AfterJob, BeforeJob: everybody up to this member has a row of her own, OutageJob: was asked; in the order of ids

	Rest jsontext.Value `json:",embed"`
}

// Plan keeps d. What is planned twice under the same ID and time is done once,
// as it was planned last.
func (tx *Tx) Plan(d *Due) error {
	return put(tx, "due", dueKey(d), d)
}

// Done deletes d: it was done or has lapsed.
func (tx *Tx) Done(d *Due) error {
	return tx.kv.Delete("due", dueKey(d))
}

// ComeDue yields what is due by now, the oldest first.
func (tx *Tx) ComeDue() iter.Seq2[*Due, error] {
	return each[Due](tx, "due", "", startKey(tx.Now.Add(time.Second)))
}

// Parts yields what is planned for the time of d under IDs that begin with that
// of d and a slash: what a job made of d to be done bit by bit.
func (tx *Tx) Parts(d *Due) iter.Seq2[*Due, error] {
	prefix := dueKey(d) + "/"
	return each[Due](tx, "due", prefix, after(prefix))
}

// AllDue yields everything that is planned, the soonest first.
func (tx *Tx) AllDue() iter.Seq2[*Due, error] {
	return each[Due](tx, "due", "", "")
}

func dueKey(d *Due) string { return startKey(d.At) + d.ID }

const (
	// RemindJob is the job that reminds of a training.
	RemindJob = "remind"
	// HearJob is the job that hands something to a flow of one member.
	HearJob = "hear"
)

// A ReminderRule says when those registered are reminded of a training.
type ReminderRule struct {
	Name   string        // stands in idempotency keys: never changes once used
	Days   int           // so many days before, at the same local time
	Before time.Duration // and so much before that
	Bound  time.Duration // sent at most so much later; 0: until the training begins
}

// At is when the rule reminds of what begins at start. Days are counted in UTC,
// which is the same where no clock is ever put forward, as in Viet Nam.
func (r ReminderRule) At(start time.Time) time.Time {
	return start.AddDate(0, 0, -r.Days).Add(-r.Before)
}

// ReminderRules are the reminders of every training, the earliest first.
var ReminderRules = []ReminderRule{
	{Name: "7d", Days: 7, Bound: 24 * time.Hour},
	{Name: "1d", Days: 1, Bound: 6 * time.Hour},
	{Name: "2h", Before: 2 * time.Hour},
}

// planReminders plans the reminders of t's present start that are still ahead.
// Those of an earlier start lapse, because their Moved is not t's any more.
func (tx *Tx) planReminders(t *Training) error {
	for _, rule := range ReminderRules {
		at := rule.At(t.Start)
		until := t.Start
		if rule.Bound > 0 {
			until = at.Add(rule.Bound)
		}
		if !at.After(tx.Now) {
			continue
		}
		d := &Due{
			ID: fmt.Sprintf("remind/%s/%s/%d", rule.Name, t.ID, t.Moved),
			At: at, Until: until, Job: RemindJob, Training: t.ID, Moved: t.Moved,
			Data: jsontext.Value(fmt.Sprintf(`{"rule":%q}`, rule.Name)),
		}
		if err := tx.Plan(d); err != nil {
			return err
		}
	}
	return nil
}
