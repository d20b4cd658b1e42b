package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"

	"pgregory.net/rapid"
)

// Whatever people, staff and the clock do in whatever order: no seat is sold
// twice, nobody is lost, nobody gets a seat whom staff have not let in, and
// nobody is passed by more often than is promised.
func TestSeats(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"weeks before": 30 * 24 * time.Hour, "on the last day": 23 * time.Hour} {
		t.Run(name, func(t *testing.T) { testSeats(t, ahead) })
	}
	t.Run("by invitation", testGuestSeats)
}

func testSeats(t *testing.T, ahead time.Duration) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newClass(t, rt, ahead)
		actions := map[string]func(*rapid.T){
			"enter":   c.enter,
			"enter 2": c.enter, // often enough that seats are scarce
			"give up": c.giveUp,
			"answer":  c.answer,
			"decide":  c.decide,
			"seats":   c.changeSeats,
			"move":    c.move,
			"wait":    c.wait,
			"merge":   c.merge,
			"delete":  c.delete,
			"":        c.invariants,
		}
		for range 3 { // a list becomes long after a while
			rt.Repeat(actions)
		}
	})
}

// A class is one training with everybody who may come, and what the test knows
// of them.
type class struct {
	store    *store.Store
	now      time.Time
	training string
	women    []string // their ids
	ended    map[string]bool
	approved map[string]bool
	waits    map[string]*place // by entry, while it waits in the list and nothing is offered
	seated   string            // entry that got seats at once in this change, or "~" for one that came last
}

// A place is what the test knows of an entry in the list.
type place struct {
	size   int
	passed int // how many who came later got seats or an offer before it, not on the last day
}

// pass counts that somebody who came later got seats before p.
func (c *class) pass(rt *rapid.T, tr *store.Training, id string) {
	if tr.Start.Sub(c.now) <= store.Rush {
		return // then the first tap wins
	}
	p := c.waits[id]
	p.passed++
	if p.passed > store.MaxPassed {
		rt.Fatalf("%d entries that came later were offered seats before %s", p.passed, id)
	}
	if p.size == 1 {
		rt.Fatalf("somebody who needs one seat was passed by: %s", id)
	}
}

func newClass(t *testing.T, rt *rapid.T, ahead time.Duration) *class {
	return newEvent(t, rt, ahead, rapid.IntRange(0, 2).Draw(rt, "approval") == 0, false)
}

func newEvent(t *testing.T, rt *rapid.T, ahead time.Duration, approval, byInvitation bool) *class {
	c := &class{now: villageTime, waits: map[string]*place{}, ended: map[string]bool{}, approved: map[string]bool{}}
	var err error
	c.store, err = store.Open(t.Context(), memory.Open(memory.Options{Rerun: 3}), store.Options{Now: func() time.Time { return c.now }})
	if err != nil {
		rt.Fatal(err)
	}
	training := &store.Training{
		Kind: store.Class, Name: store.Text{"vi": "May"}, Start: c.now.Add(ahead),
		Seats: rapid.IntRange(1, 3).Draw(rt, "seats"), Approval: approval, ByInvitation: byInvitation,
	}
	c.update(rt, func(tx *store.Tx) error {
		c.women = nil
		for range 14 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			if err := tx.PutMember(m); err != nil {
				return err
			}
			c.women = append(c.women, m.ID)
		}
		return tx.AddTraining(training)
	})
	c.training = training.ID
	return c
}

// update changes the store, counts who was passed by, and has what is free
// offered within a second, as the clock does.
func (c *class) update(rt *rapid.T, fn func(*store.Tx) error) {
	c.seated = ""
	if err := c.store.Update(rt.Context(), fn); err != nil {
		rt.Fatal(err)
	}
	if c.training == "" {
		return
	}
	_, tr := c.list(rt)
	for id := range c.waits {
		if id < c.seated {
			c.pass(rt, tr, id)
		}
	}
	c.watch(rt)
	if rapid.IntRange(0, 3).Draw(rt, "late clock") > 0 {
		c.tick(rt)
	}
}

// tick is what the schedule does every second.
func (c *class) tick(rt *rapid.T) {
	c.now = c.now.Add(time.Second)
	if err := c.store.Update(rt.Context(), func(tx *store.Tx) error {
		var due []*store.Due
		for d, err := range tx.ComeDue() {
			if err != nil {
				return err
			}
			if d.Job == store.SeatsJob || d.Job == store.GuestsJob {
				due = append(due, d)
			}
		}
		for _, d := range due {
			if err := tx.Done(d); err != nil {
				return err
			}
		}
		if len(due) == 0 {
			return nil
		}
		if _, _, err := tx.OfferSeats(c.training); err != nil {
			return err
		}
		return tx.TendGuests(c.training, nil)
	}); err != nil {
		rt.Fatal(err)
	}
	c.watch(rt)
	c.idle(rt)
}

// idle says when a seat stays empty that somebody who is next would take.
func (c *class) idle(rt *rapid.T) {
	list, tr := c.list(rt)
	left := tr.Seats - tr.Taken - tr.Kept
	if !tr.Open(c.now) || slices.ContainsFunc(list, func(e *store.Entry) bool { return e.Rush }) {
		return
	}
	for _, e := range list {
		if e.Asked || !e.Offered.IsZero() {
			continue
		}
		if len(e.Members) <= left {
			rt.Fatalf("%d seats are free, and nobody asks %s, who needs %d", left, e.ID, len(e.Members))
		}
		if e.Passed >= store.MaxPassed {
			return // the seats are kept for it
		}
	}
}

// watch looks who got seats or an offer since it looked last, and whom that
// passed by.
func (c *class) watch(rt *rapid.T) {
	list, tr := c.list(rt)
	still, ids := map[string]bool{}, []string{}
	for _, e := range list {
		if !e.Asked && e.Offered.IsZero() {
			still[e.ID] = true
			if c.waits[e.ID] == nil {
				c.waits[e.ID] = &place{}
			}
			c.waits[e.ID].size = len(e.Members)
		}
	}
	for id := range c.waits {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		if still[id] {
			continue
		}
		i, gone := i, true
		for _, e := range list {
			if e.ID == id && !e.Offered.IsZero() && !e.Rush {
				gone = false
			}
		}
		if !gone { // it was offered seats in its turn: those before it were passed by
			for _, before := range ids[:i] {
				if still[before] {
					c.pass(rt, tr, before)
				}
			}
		}
		delete(c.waits, id)
	}
}

func (c *class) list(rt *rapid.T) (list []*store.Entry, tr *store.Training) {
	if err := c.store.View(rt.Context(), func(tx *store.Tx) (err error) {
		list = nil
		for e, err := range tx.WaitingList(c.training) {
			if err != nil {
				return err
			}
			list = append(list, e)
		}
		tr, err = tx.Training(c.training)
		return err
	}); err != nil {
		rt.Fatal(err)
	}
	return list, tr
}

// some draws up to n different women who are still there.
func (c *class) some(rt *rapid.T, n int) []string {
	there := slices.DeleteFunc(slices.Clone(c.women), func(m string) bool { return c.ended[m] })
	if len(there) == 0 {
		rt.Skip("nobody is left")
	}
	drawn := rapid.SliceOfNDistinct(rapid.SampledFrom(there), 1, min(n, len(there)), rapid.ID).Draw(rt, "women")
	return drawn
}

func (c *class) enter(rt *rapid.T) {
	women := c.some(rt, rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(rt, "size"))
	alone := len(women) == 1 && rapid.Bool().Draw(rt, "alone")
	c.update(rt, func(tx *store.Tx) error {
		var rs []*store.Registration
		for _, m := range women {
			rs = append(rs, &store.Registration{Training: c.training, Member: m, Children: rapid.IntRange(0, 2).Draw(rt, "children")})
		}
		was, err := tx.Training(c.training)
		if err != nil {
			return err
		}
		if alone {
			_, err = tx.Register(rs[0])
			if err == nil && (was.Free() == 0 || was.Approval) {
				rt.Fatal("a seat was taken that was not free, or for which staff had to ask")
			}
		} else {
			var e *store.Entry
			_, e, err = tx.Enter(women[0], rs...)
			if err == nil && e == nil {
				c.seated = "~"
			}
		}
		switch {
		case errors.Is(err, store.ErrGroup), errors.Is(err, store.ErrOver), errors.Is(err, store.ErrRegistered),
			errors.Is(err, store.ErrFull), errors.Is(err, store.ErrApproval):
			return nil
		}
		return err
	})
}

func (c *class) giveUp(rt *rapid.T) {
	m := c.some(rt, 1)[0]
	c.update(rt, func(tx *store.Tx) error {
		_, err := tx.GiveUp(c.training, m, m)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
}

func (c *class) answer(rt *rapid.T) {
	list, _ := c.list(rt)
	if len(list) == 0 {
		rt.Skip("nobody waits")
	}
	e := rapid.SampledFrom(list).Draw(rt, "entry")
	var takers []string
	for _, m := range e.Members {
		if rapid.IntRange(0, 3).Draw(rt, "takes") > 0 {
			takers = append(takers, m)
		}
	}
	open := e.Open(c.now)
	c.update(rt, func(tx *store.Tx) error {
		_, _, err := tx.Take(c.training, e.ID, e.Members[0], takers)
		switch {
		case err == nil && !open:
			rt.Fatal("an offer was taken that was not open")
		case errors.Is(err, store.ErrFull) && !e.Rush:
			rt.Fatal("no seat was kept for an offer")
		case errors.Is(err, store.ErrLapsed), errors.Is(err, store.ErrFull), errors.Is(err, store.ErrOver):
			return nil
		}
		return err
	})
}

func (c *class) decide(rt *rapid.T) {
	list, _ := c.list(rt)
	list = slices.DeleteFunc(list, func(e *store.Entry) bool { return !e.Asked })
	if len(list) == 0 {
		rt.Skip("nobody asks")
	}
	e := rapid.SampledFrom(list).Draw(rt, "entry")
	yes := rapid.IntRange(0, 3).Draw(rt, "yes") > 0
	c.update(rt, func(tx *store.Tx) (err error) {
		if yes {
			seated := false
			if _, seated, err = tx.Approve(c.training, e.ID); seated {
				c.seated = e.ID
			}
			for _, m := range e.Members {
				c.approved[m] = true
			}
		} else {
			_, err = tx.Refuse(c.training, e.ID, "")
		}
		if errors.Is(err, store.ErrOver) {
			return nil
		}
		return err
	})
}

// changeSeats is what staff may do: never fewer than are taken or kept.
func (c *class) changeSeats(rt *rapid.T) {
	n := rapid.IntRange(1, 5).Draw(rt, "to")
	c.update(rt, func(tx *store.Tx) error {
		was, err := tx.Training(c.training)
		if err != nil || n < was.Held() {
			return err
		}
		_, err = tx.ChangeTraining(was.ID, was.Revision, func(t *store.Training) { t.Seats = n })
		return err
	})
}

func (c *class) move(rt *rapid.T) {
	hours := rapid.SampledFrom([]int{20, 30, 900}).Draw(rt, "hours")
	c.update(rt, func(tx *store.Tx) error {
		was, err := tx.Training(c.training)
		if err != nil || !was.Open(tx.Now) {
			return err
		}
		_, err = tx.ChangeTraining(was.ID, was.Revision, func(t *store.Training) { t.Start = tx.Now.Add(time.Duration(hours) * time.Hour) })
		return err
	})
}

func (c *class) wait(rt *rapid.T) {
	c.now = c.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 60, 13 * 60}).Draw(rt, "minutes")) * time.Minute)
	c.tick(rt)
}

func (c *class) merge(rt *rapid.T) {
	two := c.some(rt, 2)
	if len(two) < 2 {
		rt.Skip("one alone")
	}
	c.ended[two[1]] = true
	c.approved[two[0]] = c.approved[two[0]] || c.approved[two[1]]
	c.update(rt, func(tx *store.Tx) error {
		keep, err := tx.Member(two[0])
		if err != nil {
			return err
		}
		gone, err := tx.Member(two[1])
		if err != nil {
			return err
		}
		_, err = tx.Merge(keep, gone)
		return err
	})
}

func (c *class) delete(rt *rapid.T) {
	m := c.some(rt, 1)[0]
	c.ended[m] = true
	c.update(rt, func(tx *store.Tx) error {
		who, err := tx.Member(m)
		if err != nil {
			return err
		}
		return tx.DeleteMember(who, nil)
	})
}

func (c *class) invariants(rt *rapid.T) {
	_, tr := c.list(rt)
	if tr.Held() > tr.Seats || tr.Taken < 0 || tr.Invited < 0 || tr.Kept < 0 || tr.Waiting < 0 || tr.Asked < 0 || tr.Brought < 0 {
		rt.Fatalf("%d seats: %d are taken, %d kept; %d wait, %d are asked for; %d children", tr.Seats, tr.Taken, tr.Kept, tr.Waiting, tr.Asked, tr.Brought)
	}
	if err := c.store.View(rt.Context(), func(tx *store.Tx) error {
		for r, err := range tx.Concerned(c.training) {
			if err == nil && tr.Approval && r.State != store.Asked && !c.approved[r.Member] {
				err = fmt.Errorf("%s is %q without having been let in", r.Member, r.State)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		rt.Fatal(err)
	}
	if rapid.IntRange(0, 9).Draw(rt, "look at everything") > 0 {
		return // it is slow
	}
	var wrong []string
	if _, err := store.Check(rt.Context(), c.store.Backend(), c.now, func(bucket, key, what string) {
		wrong = append(wrong, fmt.Sprintf("%s %s %s", bucket, key, what))
	}); err != nil {
		rt.Fatal(err)
	}
	if len(wrong) > 0 {
		rt.Fatalf("%q", wrong)
	}
}
