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
