package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"chihai/store"
)

// A group that needs two seats lets three women who came later go before it,
// and no more: then the seats that become free are kept until there are two.
func TestGroupIsPassedByThreeTimes(t *testing.T) {
	h := newHall(t)
	for i := range 8 {
		h.meet(fmt.Sprint(i), fmt.Sprint(i))
	}
	h.update(func(tx *store.Tx) error {
		c := &store.Training{Kind: store.Class, Name: store.Text{"vi": "May"}, Start: h.now.AddDate(0, 0, 9), Seats: 2}
		h.classes["full"] = c.ID
		err := tx.AddTraining(c)
		h.classes["full"] = c.ID
		return err
	})
	h.register("0", "full", 0)
	h.register("1", "full", 0)
	var group *store.Entry
	h.update(func(tx *store.Tx) (err error) {
		_, group, err = tx.Enter(h.members["2"], h.registration("full", "2"), h.registration("full", "3"))
		return err
	})
	if group == nil {
		t.Fatal("a group has seats that were taken")
	}
	for i := range 4 {
		h.giveUp(fmt.Sprint([]int{0, 4, 5, 6}[i]), "full")
		var waits *store.Entry
		h.update(func(tx *store.Tx) (err error) {
			_, waits, err = tx.Enter("", h.registration("full", fmt.Sprint(4+i)))
			return err
		})
		if i < store.MaxPassed && waits != nil {
			t.Fatalf("woman %d waits while a seat is free that is too few for the group", i)
		}
		if i == store.MaxPassed && waits == nil {
			t.Fatal("the group was passed by once more than is promised")
		}
	}
	h.giveUp("1", "full")
	h.offers("full", group.ID)
}

// An offer is kept for her alone; when she does not answer in time, the next is
// asked, and she is off the list.
func TestOfferLapses(t *testing.T) {
	h := newHall(t)
	one, two := h.waitTwo("sewing") // begins in two days
	h.giveUp("0", "sewing")
	h.offers("sewing", one)
	h.update(func(tx *store.Tx) error {
		if _, err := tx.Register(h.registration("sewing", "3")); !errors.Is(err, store.ErrFull) {
			return fmt.Errorf("somebody else takes a seat that is kept: %v", err)
		}
		return nil
	})
	h.now = h.now.Add(store.OfferAtMost - time.Second)
	h.offers("sewing")
	h.now = h.now.Add(time.Second)
	h.offers("sewing", two)
	h.update(func(tx *store.Tx) error {
		if _, _, err := tx.Take(h.classes["sewing"], one, h.members["1"], []string{h.members["1"]}); !errors.Is(err, store.ErrLapsed) {
			return fmt.Errorf("an offer is taken that has lapsed: %v", err)
		}
		_, _, err := tx.Take(h.classes["sewing"], two, h.members["2"], []string{h.members["2"]})
		return err
	})
	if r := h.seatOf("sewing", "1"); r.State != store.Lapsed || r.Stands() {
		t.Errorf("she who did not answer is %q", r.State)
	}
	if r := h.seatOf("sewing", "2"); !r.Holds() {
		t.Errorf("she who took the offer is %q", r.State)
	}
}

// On the last day three are asked at once, and the first who answers has the
// seat; the others wait on.
func TestFirstTapWinsOnTheLastDay(t *testing.T) {
	h := newHall(t)
	one, two := h.waitTwo("cooking") // begins in a day
	h.giveUp("0", "cooking")
	h.offers("cooking", one, two)
	take := func(entry, name string) error {
		var took error
		h.update(func(tx *store.Tx) error {
			_, _, took = tx.Take(h.classes["cooking"], entry, h.members[name], []string{h.members[name]})
			return nil
		})
		return took
	}
	if err := take(two, "2"); err != nil {
		t.Fatal(err)
	}
	if err := take(one, "1"); !errors.Is(err, store.ErrFull) {
		t.Fatalf("the second of two who were asked for one seat gets %v", err)
	}
	if r := h.seatOf("cooking", "1"); r.State != store.Waiting {
		t.Errorf("she who was slower is %q", r.State)
	}
	h.giveUp("2", "cooking")
	h.offers("cooking", one)
}

// waitTwo fills the training with somebody, and lets two others wait.
func (h *hall) waitTwo(class string) (one, two string) {
	h.Helper()
	for i := range 4 {
		h.meet(fmt.Sprint(i), fmt.Sprint(i))
	}
	h.update(func(tx *store.Tx) error {
		c, err := tx.Training(h.classes[class])
		if err != nil {
			return err
		}
		_, err = tx.ChangeTraining(c.ID, c.Revision, func(c *store.Training) { c.Seats = 1 })
		return err
	})
	h.register("0", class, 0)
	for i, id := range []*string{&one, &two} {
		h.update(func(tx *store.Tx) error {
			_, e, err := tx.Enter("", h.registration(class, fmt.Sprint(i+1)))
			if err == nil {
				*id = e.ID
			}
			return err
		})
	}
	return one, two
}

func (h *hall) registration(class, name string) *store.Registration {
	return &store.Registration{Training: h.classes[class], Member: h.members[name]}
}

func (h *hall) seatOf(class, name string) *store.Registration {
	h.Helper()
	return view(h, func(tx *store.Tx) (*store.Registration, error) {
		return tx.Registration(h.classes[class], h.members[name])
	})
}

// offers does what the clock does, and looks to whom seats are offered by it.
func (h *hall) offers(class string, want ...string) {
	h.Helper()
	var got []string
	h.update(func(tx *store.Tx) error {
		got = nil
		offered, _, err := tx.OfferSeats(h.classes[class])
		for _, e := range offered {
			got = append(got, e.ID)
		}
		return err
	})
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.Errorf("seats are offered to %v, want %v", got, want)
	}
}
