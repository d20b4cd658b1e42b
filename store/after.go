package store

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// AfterJob is the job that has a flow turn to everybody who came to a training,
// each in a turn of her own, by day.
const AfterJob = "after"

const (
	// FeedbackWait is how long after a training those who came are asked what they
	// think of it, and FeedbackDays for how many days: later nobody remembers.
	FeedbackWait = time.Hour
	FeedbackDays = 3

	// CertificateWait is how long after a training those who came are offered a
	// certificate, and CertificateDays for how many days.
	CertificateWait = 2 * time.Hour
	CertificateDays = 30
)

// An After is the Data of the due input that a flow of [AfterJob] hears.
type After struct {
	Training string    `json:"training"`
	End      time.Time `json:"end,omitzero"` // when it ended as that was planned; zero: whenever it did
}

// planAfter plans what comes after t, if that is still ahead. What was planned
// for another end lapses, because its [After.End] is not t's any more.
func (tx *Tx) planAfter(t *Training) error {
	for _, row := range []struct {
		flow   string
		wanted bool
		wait   time.Duration
		days   int
	}{
		{"feedback", true, FeedbackWait, FeedbackDays},
		{"certificate", t.Certificate, CertificateWait, CertificateDays},
	} {
		at := t.End.Add(row.wait)
		if !row.wanted || !at.After(tx.Now) {
			continue
		}
		id := fmt.Sprintf("%s/%s/%d", row.flow, t.ID, t.End.Unix())
		if err := tx.planFlow(t, id, row.flow, at, t.End.AddDate(0, 0, row.days), t.End); err != nil {
			return err
		}
	}
	return nil
}

// PlanCertificates plans that everybody who came to t and has no certificate yet
// is offered one as soon as it is day.
func (tx *Tx) PlanCertificates(t *Training) error {
	id := fmt.Sprintf("certificate/%s/at/%d", t.ID, tx.Now.Unix())
	return tx.planFlow(t, id, "certificate", tx.Now, tx.Now.AddDate(0, 0, FeedbackDays), time.Time{})
}

func (tx *Tx) planFlow(t *Training, id, flow string, at, until, end time.Time) error {
	data, err := json.Marshal(After{Training: t.ID, End: end})
	if err != nil {
		return err
	}
	return tx.Plan(&Due{ID: id, At: at, Until: until, Job: AfterJob, Training: t.ID, Flow: flow, Data: data})
}
