package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Hold keeps what a restored database was still to do from being done until
// the operator has decided about it: between the backup and the accident most
// of it was said already. What is posted and planned from then on is not held,
// so that whoever writes is answered.
//
//	meta/hold → Hold; there is none unless the database was restored
type Hold struct {
	Before string    `json:"before"`          // messages and tasks with lower ids are held
	At     time.Time `json:"at"`              // of the restore: what had come due by then is held
	Backup time.Time `json:"backup,omitzero"` // when the backup was begun; zero: not known

	Rest jsontext.Value `json:",embed"`
}

// On says whether anything may be held. The zero Hold holds nothing.
func (h *Hold) On() bool { return h.Before != "" }

// Keeps says whether the message or task with that id is held.
func (h *Hold) Keeps(id string) bool { return id < h.Before }

// KeepsDue says whether d is held. Only what says something to people is.
func (h *Hold) KeepsDue(d *Due) bool {
	if !h.On() || d.At.After(h.At) {
		return false
	}
	switch d.Job {
	case RemindJob, TellJob, TellOneJob, SeatsJob, GuestsJob, ClubJob, HearJob, OutageJob, BroadcastJob:
		return true
	case CampaignJob:
		return d.Kind() != "campaign/close" // which says nothing, and is never too late
	}
	return false
}

// Hold returns the hold on the database, the zero one when there is none.
func (tx *Tx) Hold() (*Hold, error) {
	h, err := get[Hold](tx, "meta", "hold")
	if errors.Is(err, ErrNotFound) {
		return &Hold{}, nil
	}
	return h, err
}

// HoldBack holds all that stands in the database to be said, and takes the
// place of an earlier hold. backup is when the backup was begun that the
// database was restored from. Only ids that were made before by a clock that is
// not ahead are lower than new ones: the caller looks to that.
func (tx *Tx) HoldBack(backup time.Time) error {
	return put(tx, "meta", "hold", Hold{Before: tx.NewID(), At: tx.Now, Backup: backup})
}

// EndHold lets everything that is still held be done.
func (tx *Tx) EndHold() error {
	return tx.kv.Delete("meta", "hold")
}
