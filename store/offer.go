package store

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// SeatsJob is the job that offers seats that have become free to those who
// wait, and ends the offers that nobody took.
const SeatsJob = "seats"

const (
	// OfferAtMost is for how long a seat is kept at most for somebody who does
	// not answer. It is kept for half of the time that is left before the
	// training when that is shorter.
	OfferAtMost = 12 * time.Hour

	// Rush is how long before a training no seat is kept any more: each free one
	// is offered to [RushWidth] at once, and who takes it first has it.
	Rush = 24 * time.Hour

	// RushWidth is how many are asked at once for one seat.
	RushWidth = 3
)

// offerUntil is when an offer that is made at now for t lapses.
func (t *Training) offerUntil(now time.Time) time.Time {
	return now.Add(min(OfferAtMost, t.Start.Sub(now)/2))
}

// next decides who of the list, which is in its order, is offered seats now. It
// counts in those who are passed by that they were, and returns them too.
func (t *Training) next(list []*Entry, now time.Time) (offers, passed []*Entry) {
	free := t.left()
	if t.Start.Sub(now) <= Rush {
		return rush(list, free), nil
	}
	var small []*Entry // they need more than is free
	for _, e := range list {
		if e.Asked || !e.Offered.IsZero() {
			continue
		}
		if free == 0 || slices.ContainsFunc(small, func(s *Entry) bool { return s.Passed >= MaxPassed }) {
			break
		}
		if len(e.Members) > free {
			small = append(small, e)
			continue
		}
		offers = append(offers, e)
		free -= len(e.Members)
		for _, s := range small {
			s.Passed++
		}
	}
	if len(offers) == 0 {
		return nil, nil
	}
	return offers, slices.DeleteFunc(small, func(s *Entry) bool { return s.ID > offers[len(offers)-1].ID })
}

// rush is next shortly before the training: nobody is kept waiting by a group
// that does not fit, and several are asked for the same seat.
func rush(list []*Entry, free int) (offers []*Entry) {
	asked := 0
	for _, e := range list {
		if e.Rush {
			asked++
		}
	}
	for _, e := range list {
		if asked >= RushWidth*free {
			break
		}
		if !e.Asked && e.Offered.IsZero() && len(e.Members) <= free {
			offers = append(offers, e)
			asked++
		}
	}
	return offers
}

// OfferSeats ends the offers of the training that have lapsed, offers what is
// free to those who are next, and plans when it is to be called again. It
// returns to whom seats were offered and whose offers have lapsed: they are to
// be told, in the same transaction. Only the [SeatsJob] calls it, at times when
// people may be disturbed.
func (tx *Tx) OfferSeats(training string) (offered, lapsed []*Entry, err error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, nil, err
	}
	if !t.Open(tx.Now) {
		return nil, nil, nil // what stands on the list stays there: it was told with the training
	}
	list, err := tx.entries(training)
	if err != nil {
		return nil, nil, err
	}
	list = slices.DeleteFunc(list, func(e *Entry) bool {
		over := !e.Offered.IsZero() && !e.Open(tx.Now)
		if over {
			lapsed = append(lapsed, e)
		}
		return over
	})
	for _, e := range lapsed {
		if err := tx.endEntry(t, e, Lapsed, ""); err != nil {
			return nil, nil, err
		}
	}
	offered, passed := t.next(list, tx.Now)
	for _, e := range passed {
		if err := tx.putEntry(e); err != nil {
			return nil, nil, err
		}
	}
	for _, e := range offered {
		if err := tx.offer(t, e); err != nil {
			return nil, nil, err
		}
	}
	if len(offered) == 0 && len(lapsed) == 0 {
		return nil, nil, tx.planLapse(t, list)
	}
	if err := tx.putTraining(t); err != nil {
		return nil, nil, err
	}
	return offered, lapsed, tx.planLapse(t, list)
}

// offer offers seats of t, which the caller keeps, to e.
func (tx *Tx) offer(t *Training, e *Entry) error {
	e.Offered, e.Until, e.Rush = tx.Now, t.offerUntil(tx.Now), t.Start.Sub(tx.Now) <= Rush
	if e.keeps() {
		t.Waiting -= len(e.Members)
		t.Kept += len(e.Members)
	}
	if err := tx.putEntry(e); err != nil {
		return err
	}
	return tx.changeMembers(e, func(r *Registration) { r.State = Offered })
}

// endEntry takes e off the list of t, which the caller keeps, with what its
// members' registrations have become. by is who did it; empty: the bot.
func (tx *Tx) endEntry(t *Training, e *Entry, state State, by string) error {
	t.uncount(e, len(e.Members))
	if err := tx.kv.Delete("waiting", e.key()); err != nil {
		return err
	}
	return tx.changeMembers(e, func(r *Registration) {
		r.State, r.Entry, r.GaveUp, r.GaveUpBy = state, "", tx.Now, by
	})
}

// Take answers the offer to the entry id: those of its members in takers have
// their seats from now on, and the others' registrations have ended. The member
// by says so. It returns [ErrLapsed] when the offer is over, [ErrOver] when the
// training is, and [ErrFull] when others were quicker, where several were asked
// for the same seats: then e waits on at its place, and is asked again when
// there is another.
func (tx *Tx) Take(training, id, by string, takers []string) (*Training, *Entry, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, nil, err
	}
	e, err := tx.Entry(training, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return t, nil, ErrLapsed
	case err != nil:
		return nil, nil, err
	case !t.Open(tx.Now):
		return t, e, ErrOver
	case !e.Open(tx.Now):
		return t, e, ErrLapsed
	}
	takers = slices.DeleteFunc(slices.Clone(takers), func(m string) bool { return !slices.Contains(e.Members, m) })
	if e.Rush && len(takers) > t.left() {
		e.Offered, e.Until, e.Rush = time.Time{}, time.Time{}, false
		if err := tx.putEntry(e); err != nil {
			return nil, nil, err
		}
		if err := tx.changeMembers(e, func(r *Registration) { r.State = Waiting }); err != nil {
			return nil, nil, err
		}
		return t, e, ErrFull
	}
	t.uncount(e, len(e.Members))
	if err := tx.kv.Delete("waiting", e.key()); err != nil {
		return nil, nil, err
	}
	for _, m := range e.Members {
		r, err := tx.Registration(training, m)
		if err != nil {
			return nil, nil, err
		}
		if slices.Contains(takers, m) {
			err = tx.seat(t, r)
		} else {
			r.State, r.Entry, r.GaveUp, r.GaveUpBy = Declined, "", tx.Now, by
			err = tx.putRegistration(r)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if len(takers) == len(e.Members) {
		return t, e, tx.putTraining(t)
	}
	return t, e, tx.freed(t)
}

// planLapse plans to look again when the first offer of the list lapses.
func (tx *Tx) planLapse(t *Training, list []*Entry) error {
	var first time.Time
	for _, e := range list {
		if !e.Offered.IsZero() && (first.IsZero() || e.Until.Before(first)) {
			first = e.Until
		}
	}
	if first.IsZero() {
		return nil
	}
	return tx.planSeats(t, first)
}

// planSeats plans that [Tx.OfferSeats] is called for t at at.
func (tx *Tx) planSeats(t *Training, at time.Time) error {
	return tx.Plan(&Due{ID: fmt.Sprintf("%s/%s", SeatsJob, t.ID), At: at, Until: t.Start, Job: SeatsJob, Training: t.ID})
}
