package flows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This file does on the stage what bot/broadcast does: it counts and feeds.

// count does the work that counts the recipients of a draft.
func (s *stage) count(task *store.Task) (result jsontext.Value) {
	var ask CountDraft
	s.must(json.Unmarshal(task.Data, &ask))
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		b, err := tx.Broadcast(ask.Broadcast)
		if err != nil {
			return err
		}
		n, err := tx.CountAudience(b.Recipients())
		if err == nil {
			result, err = json.Marshal(n)
		}
		return err
	}))
	return result
}

// feed begins what is due, puts recipients down, and sends to at most n of those
// who wait, of whom each comes to the outcome.
func (s *stage) feed(n int, outcome store.Outcome) {
	if outcome == "" {
		outcome = store.Delivered
	}
	s.wait(time.Second)
	var live []*store.Broadcast
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		live = nil
		for b, err := range tx.LiveBroadcasts() {
			if err != nil {
				return err
			}
			live = append(live, b)
		}
		return nil
	}))
	for _, b := range live {
		s.feedOne(b.ID, n, outcome)
	}
	s.wait(time.Second)
}

func (s *stage) feedOne(id string, n int, outcome store.Outcome) {
	s.update(func(tx *store.Tx) error {
		b, err := tx.Broadcast(id)
		if err != nil || b.State != store.Freezing {
			return err
		}
		var members []string
		for m, err := range tx.AudienceFrom(b.Recipients(), "") {
			if err != nil {
				return err
			}
			if takes, err := tx.TakesBroadcasts(m); err != nil {
				return err
			} else if takes {
				members = append(members, m)
			}
		}
		return tx.Freeze(b, members, "")
	})
	for range n {
		var sent *store.Message
		s.posted = nil
		s.update(func(tx *store.Tx) (err error) {
			sent, err = s.feedNext(tx, id)
			return err
		})
		if sent == nil {
			break
		}
		s.write("")
		s.update(func(tx *store.Tx) error { return tx.SettleRecipients(sent, outcome, "") })
	}
	s.update(func(tx *store.Tx) error {
		b, err := tx.Broadcast(id)
		switch {
		case err != nil:
			return err
		case b.State == store.Cancelled:
			_, err := tx.Withdraw(b)
			return err
		case b.State == store.Running:
			return tx.TellProgress(b)
		}
		return nil
	})
}

// feedNext posts the message to the next one who waits; nil: nobody does, or the
// broadcast may not go on.
func (s *stage) feedNext(tx *store.Tx, id string) (*store.Message, error) {
	b, err := tx.Broadcast(id)
	if err != nil || b.State != store.Running {
		return nil, err
	}
	if why, err := tx.MayGoOn(b); err != nil || why != "" {
		if err == nil {
			_, err = tx.PauseBroadcast(id, why, "")
		}
		return nil, err
	}
	roll := tx.Roll(b)
	for r, err := range roll.Waiting() {
		if err != nil {
			return nil, err
		}
		bin := store.BinPosted
		m, err := tx.Member(r.Member)
		if err != nil {
			return nil, err
		}
		c, relay, err := tx.Reach(m)
		if errors.Is(err, store.ErrNotFound) {
			bin = store.BinUnreachable
		} else if err != nil {
			return nil, err
		}
		if meant, err := tx.StillMeant(b, r.Member); err != nil {
			return nil, err
		} else if !meant {
			bin = store.BinWithdrawn
		}
		if err := roll.Put(r, bin); err != nil {
			return nil, err
		}
		if bin != store.BinPosted {
			continue
		}
		letter, err := s.engine.Letter(tx, b, c, relay, m, nil)
		if err != nil {
			return nil, err
		}
		letter.Report = r.Report()
		return letter, errors.Join(roll.Keep(), tx.Post(letter))
	}
	return nil, roll.Keep()
}

// women makes n women of the area known, who are reached at their numbers.
func (s *stage) women(area string, n int) {
	s.update(func(tx *store.Tx) error {
		for i := range n {
			_, m, _, err := tx.Meet("test:1", fmt.Sprintf("w%d", i+1))
			if err != nil {
				return err
			}
			m.Name, m.Area, m.Language = fmt.Sprintf("Lê Thị %c", 'A'+i%26), area, "vi"
			if err := tx.PutMember(m); err != nil {
				return err
			}
		}
		return nil
	})
}
