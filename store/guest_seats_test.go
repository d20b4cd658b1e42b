package store_test

import (
	"errors"
	"testing"
	"time"

	"chihai/store"

	"pgregory.net/rapid"
)

// Whatever guests, staff and the clock do in whatever order: no seat is sold
// twice, who declines or is silent for too long holds none, and nobody comes who
// was not invited.
func testGuestSeats(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newEvent(t, rt, 6*24*time.Hour, false, true)
		for range 3 {
			rt.Repeat(map[string]func(*rapid.T){
				"invite":    c.invite,
				"reply":     c.reply,
				"reply 2":   c.reply,
				"take back": c.takeBack,
				"enter":     c.uninvited,
				"seats":     c.changeSeats,
				"move":      c.move,
				"wait":      c.wait,
				"long wait": func(rt *rapid.T) { c.now = c.now.Add(24 * time.Hour); c.tick(rt) },
				"merge":     c.merge,
				"delete":    c.delete,
				"":          c.guestInvariants,
			})
		}
	})
}

func (c *class) invite(rt *rapid.T) {
	women := c.some(rt, 3)
	c.update(rt, func(tx *store.Tx) error {
		was, err := tx.Training(c.training)
		if err != nil {
			return err
		}
		var guests []*store.Guest
		for _, m := range women {
			guests = append(guests, &store.Guest{Member: m})
		}
		_, err = tx.Invite(c.training, "", guests)
		if err == nil && was.Free() < len(guests) {
			rt.Fatalf("%d guests were invited to %d seats", len(guests), was.Free())
		}
		return anyOf(err, store.ErrOver, store.ErrRegistered, store.ErrFull)
	})
}

func (c *class) reply(rt *rapid.T) {
	m := c.some(rt, 1)[0]
	rsvp := rapid.SampledFrom([]store.RSVP{store.Comes, store.Sends, store.Declines}).Draw(rt, "answer")
	c.update(rt, func(tx *store.Tx) error {
		tr, err := tx.AnswerInvitation(&store.Guest{Training: c.training, Member: m, Substitute: "Mai"}, rsvp, m)
		if err != nil {
			return anyOf(err, store.ErrOver, store.ErrNotFound, store.ErrFull)
		}
		g, err := tx.Guest(c.training, m)
		if err != nil {
			return err
		}
		r, err := tx.Registration(c.training, m)
		if err != nil {
			return err
		}
		if got := g.RSVP(r); got != rsvp {
			rt.Fatalf("she has answered %q, and it is kept as %q", rsvp, got)
		}
		kept, err := tx.Training(c.training)
		if err == nil && *tr.Counts() != *kept.Counts() {
			rt.Fatalf("the training is given back as %+v and kept as %+v", tr.Counts(), kept.Counts())
		}
		return err
	})
}

func (c *class) takeBack(rt *rapid.T) {
	m := c.some(rt, 1)[0]
	c.update(rt, func(tx *store.Tx) error {
		_, err := tx.TakeBackInvitation(c.training, m, "")
		return anyOf(err, store.ErrOver, store.ErrNotFound)
	})
}

// uninvited is what somebody does who has only heard of the event.
func (c *class) uninvited(rt *rapid.T) {
	m := c.some(rt, 1)[0]
	c.update(rt, func(tx *store.Tx) error {
		r := &store.Registration{Training: c.training, Member: m}
		_, err := tx.Register(r)
		if err == nil {
			rt.Fatal("somebody who was not invited has a seat")
		}
		if _, e, also := tx.Enter(m, r); also == nil || e != nil {
			rt.Fatal("somebody who was not invited waits for a seat")
		}
		return anyOf(err, store.ErrOver, store.ErrByInvitation, store.ErrRegistered)
	})
}

// guestInvariants are those of every event, and that whoever's time is over holds
// no seat once the clock has looked.
func (c *class) guestInvariants(rt *rapid.T) {
	c.invariants(rt)
	c.tick(rt)
	if err := c.store.View(rt.Context(), func(tx *store.Tx) error {
		tr, err := tx.Training(c.training)
		if err != nil || !tr.Open(tx.Now) {
			return err
		}
		for g, err := range tx.Guests(c.training) {
			if err != nil {
				return err
			}
			r, err := tx.Registration(c.training, g.Member)
			if err != nil {
				return err
			}
			if by := tr.ReplyTime(g); r.Invited() && tx.Now.After(by.Add(store.ReplyGrace).Add(time.Second)) {
				rt.Fatalf("a seat is kept at %v for somebody who was to answer by %v", tx.Now, by)
			}
		}
		return nil
	}); err != nil {
		rt.Fatal(err)
	}
}

// anyOf is nil for an error that is expected.
func anyOf(err error, expected ...error) error {
	for _, e := range expected {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}
