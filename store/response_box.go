package store

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// What was sent to an anonymous campaign waits in a box until [LotSize] are there;
// then they become responses at once, under new random keys and so in another
// order. Nobody reads what is in the box.
//
//	response_box        campaign ID/random → boxed
//	response_box_chunk  campaign ID/random/number of 2 digits → answers that are too long for it
//
// Whenever one is put in, all that are there get new keys and are sealed anew: who
// compares two copies of the database without its keys cannot tell which one was
// added. Nothing in the box says when, by whom, where, on which network and in
// which language it was answered. Who holds the keys and copies from before and
// after one single submission can tell that it was the one that was added; for
// that no database can help, only few copies and careful keepers of keys.
type boxed struct {
	Version int            `json:"version"`
	How     AnswerMode     `json:"how"`
	Answers jsontext.Value `json:"answers,omitzero" personal:"answers"`
	Chunks  int            `json:"chunks,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// LotSize is how many responses of an anonymous campaign become readable at once,
// at least.
const LotSize = 5

// putInBox puts answers into the box of c, and releases the lot when it is large
// enough.
func (tx *Tx) putInBox(c *Campaign, d *Answering, answers []byte) error {
	box, err := tx.emptyBox(c.ID)
	if err != nil {
		return err
	}
	box = append(box, &boxed{Version: d.Version, How: d.How, Answers: answers})
	if len(box) >= LotSize {
		hideHow(box, countHow(box))
		return tx.release(c, box, dayOf(tx.Now, tx.store.zone))
	}
	keyed, err := tx.shuffle(box)
	if err != nil {
		return err
	}
	for _, random := range slices.Sorted(maps.Keys(keyed)) {
		kept, key := *keyed[random], c.ID+"/"+random
		if kept.Answers, kept.Chunks, err = tx.cut("response_box_chunk", key, kept.Answers, 0); err != nil {
			return err
		}
		if err := put(tx, "response_box", key, &kept); err != nil {
			return err
		}
	}
	return nil
}

// emptyBox takes everything out of the box of a campaign.
func (tx *Tx) emptyBox(campaign string) ([]*boxed, error) {
	var box []*boxed
	var keys []string
	for p, err := range tx.kv.Scan("response_box", campaign+"/", after(campaign+"/")) {
		if err != nil {
			return nil, err
		}
		b := &boxed{}
		if err := decode(tx, "response_box", p.Key, p.Value, b); err != nil {
			return nil, err
		}
		if b.Answers, err = tx.join("response_box_chunk", p.Key, b.Answers, b.Chunks); err != nil {
			return nil, err
		}
		box, keys = append(box, b), append(keys, p.Key)
	}
	for _, key := range keys {
		_, err := tx.deleteRange("response_box_chunk", key+"/", after(key+"/"), MaxAnswers)
		if err := errors.Join(err, tx.kv.Delete("response_box", key)); err != nil {
			return nil, err
		}
	}
	return box, nil
}

// release makes responses of what was in the box, of that day.
func (tx *Tx) release(c *Campaign, box []*boxed, day time.Time) error {
	keyed, err := tx.shuffle(box)
	if err != nil {
		return err
	}
	for _, random := range slices.Sorted(maps.Keys(keyed)) {
		b := keyed[random]
		r := &Response{ID: random, Campaign: c.ID, Version: b.Version, How: b.How, Sent: day}
		if r.Answers, r.Chunks, err = tx.cut("response_chunk", c.ID+"/"+r.ID, b.Answers, 0); err != nil {
			return err
		}
		if err := put(tx, "response", c.ID+"/"+r.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// countHow counts in which ways the answers in box came.
func countHow(box []*boxed) map[AnswerMode]int {
	n := map[AnswerMode]int{}
	for _, b := range box {
		n[b.How]++
	}
	return n
}

// hideHow takes out of all of box in which way they came, unless of each way there
// are [LotSize] at least among those of which n counts: the only sheet that was
// entered for somebody is hers. It says whether it did.
func hideHow(box []*boxed, n map[AnswerMode]int) bool {
	if !slices.ContainsFunc(box, func(b *boxed) bool { return n[b.How] < LotSize }) {
		return false
	}
	for _, b := range box {
		b.How = ""
	}
	return true
}

// settleBox empties the box of c, which is closed: what is left of it joins the
// responses that were released before, or is destroyed.
func (tx *Tx) settleBox(c *Campaign) error {
	box, err := tx.emptyBox(c.ID)
	if err != nil || len(box) == 0 {
		return err
	}
	if err := tx.planScrub(); err != nil {
		return err
	}
	if !c.KeepRest {
		return nil
	}
	day, how, err := tx.lastReleased(c)
	if err != nil || day.IsZero() {
		return err // nothing was ever released: there is nothing to join
	}
	if hideHow(box, how) && how[""] < LotSize {
		if err := tx.hideReleasedHow(c); err != nil {
			return err
		}
	}
	return tx.release(c, box, day) // on a day of their own they would stand apart from those that they join
}

// lastReleased is the latest day on which responses of the anonymous campaign c were
// released, and how many of all of them came in which way; zero: none were.
func (tx *Tx) lastReleased(c *Campaign) (day time.Time, how map[AnswerMode]int, err error) {
	how = map[AnswerMode]int{}
	for p, err := range tx.kv.Scan("response", c.ID+"/", after(c.ID+"/")) {
		var r struct {
			How  AnswerMode `json:"how"`
			Sent time.Time  `json:"sent"`
		}
		if err == nil {
			err = decodePlain(p, &r)
		}
		if err != nil {
			return day, nil, err
		}
		if r.Sent.After(day) {
			day = r.Sent
		}
		how[r.How]++
	}
	return day, how, nil
}

// hideReleasedHow takes out of [LotSize] responses of c in which way they came, so
// that those which say nothing of it are not the rest alone. All of them came in the
// same one, of which none or as many are left: lots are released whole.
func (tx *Tx) hideReleasedHow(c *Campaign) error {
	var hidden []*Response
	for r, err := range each[Response](tx, "response", c.ID+"/", after(c.ID+"/")) {
		if err != nil {
			return err
		}
		if len(hidden) > 0 && r.How != hidden[0].How {
			continue
		}
		if hidden = append(hidden, r); len(hidden) == LotSize {
			break
		}
	}
	for _, r := range hidden {
		r.How = ""
		if err := put(tx, "response", c.ID+"/"+r.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// shuffle gives each of box a new random key. Whoever writes them in the order of
// these keys leaves no trace of an earlier order, not even by the place in the
// file. The keys are no ids of the transaction: those of the messages in it, which
// are known to be hers, would lead to them.
func (tx *Tx) shuffle(box []*boxed) (map[string]*boxed, error) {
	keyed := make(map[string]*boxed, len(box))
	for _, b := range box {
		var random [15]byte
		if _, err := io.ReadFull(tx.store.random, random[:]); err != nil {
			return nil, fmt.Errorf("read randomness: %w", err)
		}
		keyed[base32.EncodeToString(random[:])] = b
	}
	return keyed, nil
}

// dayOf is the beginning of the day of t by the clocks of zone; nil: of UTC.
func dayOf(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone).UTC()
}
