package main

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"chihai/store"
)

// This file compares, after the kills, what the store holds with what people
// were told.

// memberOf returns the member who speaks from the contact with that address.
func memberOf(tx *store.Tx, channel, address string) (*store.Member, error) {
	c, err := tx.Contact(tx.ContactID(channel, address))
	if err != nil {
		return nil, fmt.Errorf("contact of %s: %w", address, err)
	}
	return tx.Member(c.Speaker)
}

// waiting is the outcome of a message that stands in the outbox still.
const waiting store.Outcome = "waiting"

// killOracle compares what the store holds with what people were told, and
// counts.
type killOracle struct {
	t        *testing.T
	crowd    []*woman
	visitors []*webVisitor
	shown    *showings

	held, said, lists, reminded, due, unknown, waiting int
}

// open looks at the database path, which nobody has open.
func (o *killOracle) open(path string) {
	o.t.Helper()
	key, err := store.ReadKey(path + keySuffix)
	if err != nil {
		o.t.Fatal(err)
	}
	s, err := openMade(o.t.Context(), path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer s.Close()
	o.sound(s, key)
	err = s.View(o.t.Context(), func(tx *store.Tx) error {
		return errors.Join(o.turns(tx), o.files(tx), o.reminders(tx))
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// sound looks whether what s holds fits together, and whether each woman holds
// the seats that she was told of.
func (o *killOracle) sound(s *store.Store, key []byte) {
	o.t.Helper()
	_, err := store.CheckSealed(o.t.Context(), s.Backend(), key, time.Now(), func(bucket, key, what string) { o.t.Errorf("%s %s: %s", bucket, key, what) })
	if err != nil {
		o.t.Fatal(err)
	}
	if err := s.View(o.t.Context(), o.seats); err != nil {
		o.t.Fatal(err)
	}
}

// seats looks who holds which seat.
func (o *killOracle) seats(tx *store.Tx) error {
	for tr, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
		if err != nil {
			return err
		}
		n := 0
		for r, err := range tx.Registrations(tr.ID) {
			if err != nil {
				return err
			}
			if r.Holds() {
				n++
			}
		}
		if n != tr.Taken || n > tr.Seats {
			o.t.Errorf("%s: %d hold a seat, %d taken of %d", tr.Name["vi"], n, tr.Taken, tr.Seats)
		}
		if !tr.Listed {
			continue
		}
		o.held += n
		for _, w := range o.crowd {
			m, err := memberOf(tx, "telegram:7000000001", strconv.FormatInt(w.chat, 10))
			if err != nil {
				return err
			}
			r, err := tx.Registration(tr.ID, m.ID)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if holds := err == nil && r.Holds(); holds != w.holds[tr.Name["vi"]] {
				o.t.Errorf("woman %d, %s: the store says %t, she was told %t", w.chat, tr.Name["vi"], holds, w.holds[tr.Name["vi"]])
			}
		}
	}
	return nil
}

// turns compares how often everybody was heard with how often she spoke.
func (o *killOracle) turns(tx *store.Tx) error {
	heard := func(channel, address string, said int) error {
		m, err := memberOf(tx, channel, address)
		if err != nil {
			return err
		}
		c, err := tx.Conversation(m.ID)
		if err == nil && c.Turns != int64(said) {
			o.t.Errorf("%s on %s has said %d things, %d were heard", address, channel, said, c.Turns)
		}
		return err
	}
	for _, w := range o.crowd {
		if err := heard("telegram:7000000001", strconv.FormatInt(w.chat, 10), w.turns); err != nil {
			return err
		}
	}
	for _, v := range o.visitors {
		o.said += v.said
		if err := heard("web:1", v.token, v.said); err != nil {
			return err
		}
	}
	return nil
}

// files looks for the lists that were asked for.
func (o *killOracle) files(tx *store.Tx) error {
	asked, waiting := 0, 0
	for _, w := range o.crowd {
		asked += w.asked
	}
	o.lists = o.shown.lists
	for _, err := range tx.Tasks() {
		if err != nil {
			return err
		}
		waiting++
	}
	for m, err := range tx.Messages("") {
		if err != nil {
			return err
		}
		if m.File != "" {
			waiting++
		}
	}
	if o.lists+waiting < asked {
		o.t.Errorf("%d lists were asked for, %d have come and %d are to be made", asked, o.lists, waiting)
	}
	return nil
}

// reminders looks who was reminded of what has come due, and how often.
func (o *killOracle) reminders(tx *store.Tx) error {
	open, settled := map[string]bool{}, map[string]store.Outcome{}
	for d, err := range tx.AllDue() {
		if err != nil {
			return err
		}
		if d.Job == store.RemindJob { // each training has a row for what comes after it as well
			open[d.Training] = true
		}
	}
	for m, err := range tx.Messages("") {
		if err != nil {
			return err
		}
		settled[m.Report] = waiting
	}
	for d, err := range tx.Deliveries(time.Time{}) {
		if err != nil {
			return err
		}
		settled[d.Report] = d.Outcome
	}
	for tr, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
		if err != nil {
			return err
		}
		for r, err := range tx.Registrations(tr.ID) {
			if err != nil {
				return err
			}
			if tr.Listed || open[tr.ID] {
				continue
			}
			m, err := tx.Member(r.Member)
			if err != nil {
				return err
			}
			c, err := tx.Contact(m.Contacts[0])
			if err != nil {
				return err
			}
			o.due++
			n := o.shown.count(c.Address, tr.Name["vi"])
			o.reminded += n
			outcome := settled[fmt.Sprintf("remind/2h/%s/0/%s", tr.ID, m.ID)]
			switch {
			case n > 1, n == 0 && outcome == store.Delivered, outcome == "":
				o.t.Errorf("%s is reminded of %s %d times; the store says %q", c.Address, tr.Name["vi"], n, outcome)
			case outcome == store.Unknown:
				o.unknown++
			case outcome == waiting:
				o.waiting++
			}
		}
	}
	return nil
}
