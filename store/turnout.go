package store

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// A Turnout is how many people held a seat in trainings, and how many came.
type Turnout struct {
	Kinds []KindTurnout `json:"kinds,omitzero"` // in the order of [Kinds], those with an event
	Areas []AreaTurnout `json:"areas,omitzero"` // those with most people first
}

// A KindTurnout is that of the events of one kind.
type KindTurnout struct {
	Kind       Kind `json:"kind"`
	Events     int  `json:"events"`
	Registered int  `json:"registered"`
	Came       int  `json:"came"`

	Guests GuestTurnout `json:"guests,omitzero"` // of its events by invitation
}

// A GuestTurnout is how many were invited by name, what they have answered, and
// how many of them came, they themselves or somebody in their stead.
type GuestTurnout struct {
	Invited  int `json:"invited"`
	Comes    int `json:"comes"`
	Sends    int `json:"sends"`
	Declines int `json:"declines"`
	Silent   int `json:"silent"`
	Came     int `json:"came"`
}

// An AreaTurnout is that of the people of one commune or ward, wherever the
// events were.
type AreaTurnout struct {
	Area       string       `json:"area"` // code; empty: of those of whom it is not known, or who have deleted what was kept of them
	Registered int          `json:"registered"`
	Came       int          `json:"came"`
	ByKind     map[Kind]int `json:"by_kind"` // of those who came
}

// Turnout counts those who held a seat in the trainings that began at from or
// later and before to, are over, and are for an area for which within returns
// true. It reads each of their registrations: for a year of a whole province
// that takes seconds, so a turn of a chat is no place for it.
func (tx *Tx) Turnout(from, to time.Time, within func(area string) bool) (*Turnout, error) {
	kinds, areas := map[Kind]*KindTurnout{}, map[string]*AreaTurnout{}
	for t, err := range tx.Trainings(from, to, within) {
		if err != nil {
			return nil, err
		}
		if !t.Over(tx.Now) {
			continue
		}
		k := kinds[t.Kind]
		if k == nil {
			k = &KindTurnout{Kind: t.Kind}
			kinds[t.Kind] = k
		}
		k.Events++
		count := func(area string, registered, came int) {
			a := areas[area]
			if a == nil {
				a = &AreaTurnout{Area: area, ByKind: map[Kind]int{}}
				areas[area] = a
			}
			k.Registered, a.Registered = k.Registered+registered, a.Registered+registered
			k.Came, a.Came, a.ByKind[t.Kind] = k.Came+came, a.Came+came, a.ByKind[t.Kind]+came
		}
		held, here := 0, 0
		for r, err := range tx.Holders(t.ID) {
			if err != nil {
				return nil, err
			}
			m, err := tx.Member(r.Member)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			area, came := "", 0
			if m != nil {
				area = m.Area
			}
			if t.Attended(r, tx.Now) {
				came = 1
			}
			held++
			here += came
			count(area, 1, came)
		}
		if err := tx.countGuests(t, &k.Guests); err != nil {
			return nil, err
		}
		if gone := t.Taken - held; gone > 0 { // they have deleted what was kept of them, and their seats stay counted
			came := gone
			if t.Came > 0 {
				came = min(gone, max(0, t.Came-here))
			}
			count("", gone, came)
		}
	}
	all := &Turnout{}
	for _, kind := range Kinds {
		if k := kinds[kind]; k != nil {
			all.Kinds = append(all.Kinds, *k)
		}
	}
	for _, a := range areas {
		all.Areas = append(all.Areas, *a)
	}
	slices.SortFunc(all.Areas, func(a, b AreaTurnout) int {
		return cmp.Or(cmp.Compare(b.Registered, a.Registered), cmp.Compare(a.Area, b.Area))
	})
	return all, nil
}

// countGuests adds the guests of t to n. Those who have deleted what was kept of
// them are guests no more.
func (tx *Tx) countGuests(t *Training, n *GuestTurnout) error {
	if !t.ByInvitation {
		return nil
	}
	for g, err := range tx.Guests(t.ID) {
		if err != nil {
			return err
		}
		r, err := tx.Registration(t.ID, g.Member)
		if err != nil {
			return err
		}
		n.Invited++
		switch g.RSVP(r) {
		case Comes:
			n.Comes++
		case Sends:
			n.Sends++
		case Declines:
			n.Declines++
		default:
			n.Silent++
		}
		if t.Attended(r, tx.Now) {
			n.Came++
		}
	}
	return nil
}
