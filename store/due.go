package store

import (
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
	Until    time.Time      `json:"until"` // not done any more from then on: see [Latenesses]
	Job      string         `json:"job"`   // which job of bot/schedule does it
	Training string         `json:"training,omitzero"`
	Club     string         `json:"club,omitzero"`   // ClubJob: whose people are told
	Moved    int            `json:"moved,omitzero"`  // [Training.Moved] when it was planned
	Member   string         `json:"member,omitzero"` // HearJob, TellOneJob, BeforeJob: whom it is for
	Flow     string         `json:"flow,omitzero"`   // HearJob, TellOneJob, AfterJob, BeforeJob: which flow hears it
	Data     jsontext.Value `json:"data,omitzero"`   // what only the job understands; HearJob, TellJob, ClubJob, TellOneJob: the flow
	Urgent   bool           `json:"urgent,omitzero"` // RemindJob, TellJob, ClubJob, TellOneJob: told at night too
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

// dueAt yields what is planned for at under IDs that begin with prefix.
func (tx *Tx) dueAt(at time.Time, prefix string) iter.Seq2[*Due, error] {
	prefix = startKey(at) + prefix
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
