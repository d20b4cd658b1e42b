package simulation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"chihai/store"
	"chihai/store/bolt"

	"github.com/go-json-experiment/json"
)

// Letters are what became of the recipients of broadcasts, as far as the world
// saw it. A place is broadcast/first of the part/number.
type letters struct {
	bins  map[string]string // of each part, by its key, as they were kept last
	shown map[string]int    // by place: how often she was shown it
	sent  int               // broadcasts
}

func newLetters() letters { return letters{bins: map[string]string{}, shown: map[string]int{}} }

// see notes that a message was shown, which may be for several women whom the
// same one tells things.
func (l *letters) see(p *posted) {
	if !p.OfBroadcast() {
		return
	}
	for _, report := range append([]string{p.Report}, p.With...) {
		place := strings.TrimPrefix(report, "broadcast/")
		l.shown[place[:strings.LastIndexByte(place, '/')]]++
	}
}

// ends are the bins that nobody leaves: delivered, blocked, failed, unknown,
// unreachable, withdrawn.
const ends = "dbfunw"

// broadcastsOnce: whoever a broadcast is for is shown it once at most, and the
// bin in which she stands says what happened.
var broadcastsOnce = Rule{
	Name: "a broadcast comes once, and its bins are true",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			if wr.Value == nil || wr.Bucket != "broadcast_open" && wr.Bucket != "broadcast_closed" {
				continue
			}
			bins, err := binsOf(wr.Value)
			if err != nil {
				return err
			}
			if err := w.letters.moves(wr.Key, bins); err != nil {
				return err
			}
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		for _, wr := range c.Writes {
			if wr.Value != nil && (wr.Bucket == "broadcast_open" || wr.Bucket == "broadcast_closed") {
				w.letters.bins[wr.Key], _ = binsOf(wr.Value) // Commit has read it
			}
		}
	},
	End: func(w *World, tx *store.Tx) error {
		for place, n := range w.letters.shown {
			if n > 1 {
				return fmt.Errorf("%s was shown %d times", place, n)
			}
		}
		for b, err := range tx.LiveBroadcasts() {
			if err != nil {
				return err
			}
			if b.Why == store.PauseMissed { // the bot was off when it was to begin, and nobody has said yet that it goes out all the same
				continue
			}
			return fmt.Errorf("broadcast %s is %s when all is over", b.ID, b.State)
		}
		return nil
	},
}

// moves looks whether the recipients of a part move as they may.
func (l *letters) moves(key, bins string) error {
	was := l.bins[key]
	if was == "" {
		was = strings.Repeat(".", len(bins))
	}
	if len(was) != len(bins) {
		return fmt.Errorf("part %s has %d recipients, and had %d", key, len(bins), len(was))
	}
	for i := range len(bins) {
		shown := l.shown[fmt.Sprintf("%s/%d", key, i)]
		switch from, to := was[i], bins[i]; {
		case from == to:
		case strings.IndexByte(ends, from) >= 0:
			return fmt.Errorf("recipient %d of part %s goes from %c to %c", i, key, from, to)
		case to == 'd' && shown == 0:
			return fmt.Errorf("recipient %d of part %s counts as delivered and was never shown it", i, key)
		case strings.IndexByte(".wn", to) >= 0 && shown > 0:
			return fmt.Errorf("recipient %d of part %s goes to %c and was shown it", i, key, to)
		}
	}
	return nil
}

func binsOf(value []byte) (string, error) {
	var d struct {
		Bins string `json:"bins"`
	}
	err := json.Unmarshal(value, &d)
	return d.Bins, err
}

// broadcast has the officer begin one more broadcast to everybody while no
// service runs, and lets one go on that is paused, or pauses one.
func (w *World) broadcast(ctx context.Context) error {
	db, err := bolt.Open(w.Path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.letters.sent++
	n, pause := w.letters.sent, !w.calm && w.chance(300)
	w.mu.Unlock()
	return s.Update(ctx, func(tx *store.Tx) error {
		for b, err := range tx.LiveBroadcasts() {
			switch {
			case err != nil:
				return err
			case b.State == store.Paused:
				_, err = tx.ResumeBroadcast(b.ID)
			case b.State == store.Running && pause:
				_, err = tx.PauseBroadcast(b.ID, store.PauseAsked, "")
			}
			return err
		}
		c, err := tx.Contact(tx.ContactID(Channel, itoa(firstOfficer)))
		if err != nil {
			return err
		}
		b := &store.Broadcast{
			By: c.Speaker, Text: store.Text{"vi": fmt.Sprintf("Thông báo số %d", n)}, Lane: store.ProvinceLane, Urgent: true,
			Audience: store.Audience{Op: store.InArea, ID: "92"}, Scope: store.Scope{Areas: []string{"92"}},
		}
		if n%3 == 0 {
			b.At = tx.Now.Add(3 * time.Second)
		}
		if err := tx.AddBroadcast(b); err != nil {
			return err
		}
		_, err = tx.SendBroadcast(b.ID, false)
		return err
	})
}
