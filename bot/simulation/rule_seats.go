package simulation

import (
	"fmt"
	"strings"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// seatsCounted: at no time does a training give away more seats than it has,
// nor count others than those that are held.
var seatsCounted = Rule{
	Name: "no seat is oversold",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			training := wr.Key
			switch wr.Bucket {
			case "training":
			case "registration":
				training, _, _ = strings.Cut(wr.Key, "/")
			default:
				continue
			}
			if err := countSeats(c, training); err != nil {
				return err
			}
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		for _, wr := range c.Writes {
			var r store.Registration
			if wr.Bucket != "registration" || wr.Value == nil || json.Unmarshal(wr.Value, &r) != nil {
				continue
			}
			if delete(w.gaveUp, wr.Key); !r.Stands() { // who waits for a seat is told as well
				w.gaveUp[wr.Key] = time.Now()
			}
		}
	},
}

// wanted is told that the service is about to show p, and looks whether it tells
// nobody of a seat that she has given up. World.mu is held.
func (w *World) wanted(p *posted) {
	at := w.gaveUp[p.training+"/"+p.subject]
	if !at.IsZero() && time.Since(at) > time.Second { // what was on its way then may arrive
		w.broken("nobody is told of a seat that she gave up", "%.60q goes to %s, who gave it up %v ago", p.Text, p.Address, time.Since(at))
	}
}

func countSeats(kv store.KV, training string) error {
	raw, err := kv.Get("training", training)
	if err != nil {
		return fmt.Errorf("training %s: %w", training, err)
	}
	var t store.Training
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	held := 0
	for p, err := range kv.Scan("registration", training+"/", training+"0") {
		if err != nil {
			return err
		}
		var r store.Registration
		if err := json.Unmarshal(p.Value, &r); err != nil {
			return err
		}
		if r.Holds() {
			held++
		}
	}
	gone := t.Begun(time.Now()) // then who had everything deleted stays in the number
	if held > t.Taken || held < t.Taken && !gone || t.Taken > t.Seats {
		return fmt.Errorf("%s: %d hold a seat, %d are counted, there are %d", t.Name.In("vi"), held, t.Taken, t.Seats)
	}
	return nil
}
