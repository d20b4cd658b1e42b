package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// A Reminder is the Data of the due input that the flow remind hears.
type Reminder struct {
	Training string    `json:"training"`
	Rule     string    `json:"rule"`  // name of a [store.ReminderRule]; the words follow the day on which she hears it, as it may be late
	Until    time.Time `json:"until"` // not sent any more from then on
}

// remind reminds of a training. It says the neutral name only: the phone may
// lie on the table.
func remind() *Flow {
	return &Flow{
		Name: "remind",
		Hear: func(t *Turn) error {
			var due Reminder
			if err := jsonNote(t.Input.Data, &due); err != nil {
				return err
			}
			training, err := t.Training(due.Training)
			if err != nil {
				return ignore(err, store.ErrNotFound)
			}
			r, err := t.Registration(due.Training, t.Member.ID)
			if errors.Is(err, store.ErrNotFound) || err == nil && !r.Holds() || !training.Open(t.Now) {
				return nil // given up, cancelled or begun since it was planned
			}
			if err != nil {
				return err
			}
			t.Until(due.Until)
			t.OfSeat(r)
			t.Report(t.Input.ID)
			days := t.daysUntil(training.Start)
			words := "remind.r7d"
			switch days {
			case 0:
				words = "remind.r2h"
			case 1:
				words = "remind.r1d"
			}
			t.Say(words, "n", days, "training", training.Name.In(t.Language),
				"when", t.When(t.Local(training.Start)), "clock", t.Clock(t.Local(training.Start)), "place", training.Place)
			if training.ByInvitation {
				return t.remindGuest(training)
			}
			t.Say("remind.cannot")
			return nil
		},
	}
}

// daysUntil is on which day at lies where people live: today is 0, tomorrow 1.
func (t *Turn) daysUntil(at time.Time) int {
	local := t.Local(at)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	local = t.Local(t.Now)
	return int(day.Sub(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)).Hours()) / 24
}
