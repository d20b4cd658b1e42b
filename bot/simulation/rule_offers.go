package simulation

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// offersKept: a seat that is offered is kept for those who are asked and is
// nobody else's, they are asked by day, and are told of it in the same change.
var offersKept = Rule{
	Name: "a seat is offered to one, by day, who hears of it",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			training := wr.Key
			switch wr.Bucket {
			case "training":
			case "waiting":
				training, _, _ = strings.Cut(wr.Key, "/")
				if err := w.offered(c, wr); err != nil {
					return err
				}
			default:
				continue
			}
			if err := countOffers(c, training); err != nil {
				return err
			}
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		for _, wr := range c.Writes {
			var e store.Entry
			if wr.Bucket == "waiting" && wr.Value != nil && json.Unmarshal(wr.Value, &e) == nil {
				w.offers[e.ID] = e.Offered
			}
		}
	},
}

// offered looks at an entry of a waiting list that is about to be kept: seats
// that were not offered before are offered in it, by day, with a word to the one
// who answers.
func (w *World) offered(c *Commit, wr store.Write) error {
	var e store.Entry
	if wr.Value == nil {
		return nil
	}
	if err := json.Unmarshal(wr.Value, &e); err != nil {
		return err
	}
	if e.Offered.IsZero() || e.Offered.Equal(w.offers[e.ID]) {
		return nil
	}
	if atNight(time.Now()) {
		return fmt.Errorf("%s is offered seats at %s, when people sleep", e.ID, time.Now().In(home).Format("15:04"))
	}
	for _, other := range c.Writes {
		if other.Bucket == "due" && other.Value != nil && strings.HasSuffix(other.Key, "/offer/"+e.ID) {
			return nil
		}
	}
	for _, id := range e.Members {
		var m store.Member
		if err := load(c, "member", id, &m); err != nil {
			return fmt.Errorf("who is offered a seat: %w", err)
		}
		if reached, err := reachable(c, &m); err != nil || reached {
			return errors.Join(err, fmt.Errorf("%s is offered seats, and nobody is told", e.ID))
		}
	}
	return nil
}

// countOffers looks whether all seats that are held or kept for somebody are
// there.
func countOffers(kv store.KV, training string) error {
	var t store.Training
	if err := load(kv, "training", training, &t); err != nil {
		return fmt.Errorf("training %s: %w", training, err)
	}
	kept := 0
	for p, err := range kv.Scan("waiting", training+"/", training+"0") {
		if err != nil {
			return err
		}
		var e store.Entry
		if err := json.Unmarshal(p.Value, &e); err != nil {
			return err
		}
		if !e.Offered.IsZero() && !e.Rush {
			kept += len(e.Members)
		}
	}
	if t.Taken+kept > t.Seats && kept > 0 {
		return fmt.Errorf("%s: %d hold a seat, %d are kept for those who were asked, there are %d", t.Name.In("vi"), t.Taken, kept, t.Seats)
	}
	return nil
}
