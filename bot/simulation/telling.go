package simulation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// told looks whether row, which c deletes under key, was done: that of a change
// when everybody who held a seat then has a row of her own, that of one of them
// when she was told. World.mu is held.
func (w *World) told(c *Commit, key string, row *store.Due) error {
	switch {
	case !time.Now().Before(row.Until):
		return nil
	case atNight(time.Now()) && w.putOff(c, row):
		return nil
	case row.Job == store.TellJob:
		return w.toldAll(c, key, row)
	case slices.Contains(c.Inputs, row.ID):
		return toldOne(c, row)
	case !w.heard[row.ID]:
		return fmt.Errorf("%s is done and was not", row.ID)
	}
	return nil
}

// putOff says whether c plans row for the morning, or in its place what tells of
// it and of a later change at once. World.mu is held.
func (w *World) putOff(c *Commit, row *store.Due) bool {
	for _, wr := range c.Writes {
		var other store.Due
		if wr.Bucket != "due" || wr.Value == nil || json.Unmarshal(wr.Value, &other) != nil || other.Training != row.Training || other.Job != row.Job {
			continue
		}
		if other.ID == row.ID && !atNight(other.At) || row.Job == store.TellJob && row.Told == "" && c.Kind != "" && other.ID != row.ID {
			return true
		}
	}
	return false
}

// toldAll looks whether everybody who held a seat at the time of row is told
// or will be. World.mu is held.
func (w *World) toldAll(c *Commit, key string, row *store.Due) error {
	for p, err := range c.Scan("registration", row.Training+"/", row.Training+"0") {
		if err != nil {
			return err
		}
		var r store.Registration
		if err := json.Unmarshal(p.Value, &r); err != nil {
			return err
		}
		if !r.Holds() || !r.At.Before(row.At) || w.heard[row.ID+"/"+r.Member] {
			continue
		}
		if _, err := c.Get("due", key+"/"+r.Member); err != nil {
			return fmt.Errorf("%s is done and leaves %s out: %w", row.ID, r.Member, err)
		}
	}
	return nil
}

// toldOne looks whether the turn c, which answers row, tells her something when
// there is something to tell: her seat is in what was cancelled, or is at another
// time or place than it was.
func toldOne(c *Commit, row *store.Due) error {
	if c.posts() > 0 {
		return nil
	}
	var was struct {
		At    time.Time `json:"at"`
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
		Place string    `json:"place"`
	}
	if err := json.Unmarshal(row.Data, &was); err != nil {
		return err
	}
	var r store.Registration
	err := load(c, "registration", row.Training+"/"+row.Member, &r)
	if errors.Is(err, store.ErrNotFound) || err == nil && (!r.Holds() || !r.At.Before(was.At)) { // a row may have waited for the morning
		return nil
	}
	var m store.Member
	var t store.Training
	if err := errors.Join(err, load(c, "member", row.Member, &m), load(c, "training", row.Training, &t)); err != nil {
		return err
	}
	cancelled := was.Start.IsZero()
	same := was.Start.Equal(t.Start) && was.End.Equal(t.End) && was.Place == t.Place
	if !cancelled && (same || !t.Cancelled.IsZero()) {
		return nil
	}
	reached, err := reachable(c, &m)
	if reached && err == nil {
		err = fmt.Errorf("%s tells nothing", row.ID)
	}
	return err
}

// reachable says whether something reaches m, or her who passes messages on to
// her.
func reachable(kv store.KV, m *store.Member) (bool, error) {
	for _, id := range m.Contacts {
		var contact store.Contact
		if err := load(kv, "contact", id, &contact); err != nil {
			return false, err
		}
		if contact.Unreachable.IsZero() {
			return true, nil
		}
	}
	if m.Relay == "" {
		return false, nil
	}
	var relay store.Member
	if err := load(kv, "member", m.Relay, &relay); err != nil {
		return false, err
	}
	relay.Relay = "" // nobody passes on what she passes on
	return reachable(kv, &relay)
}
