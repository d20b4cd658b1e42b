package store

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An Entry is a place in the waiting list of a training: of one woman, or of a
// group that comes together or not at all. Entries stand in the order of their
// ids, which is the order in which they were made.
//
// That the list is read and changed by one turn at a time is not decided by its
// entries but by the training's document, which every change of the list
// changes too.
//
//	waiting  training ID/ID → Entry
type Entry struct {
	ID       string    `json:"id"`
	Training string    `json:"training"`
	By       string    `json:"by"`               // who made it, and answers an offer of a group
	Members  []string  `json:"members"`          // those who wait; at least one
	Asked    bool      `json:"asked,omitzero"`   // staff have not decided yet: nothing is offered
	Passed   int       `json:"passed,omitzero"`  // how many who came later were offered seats before it, see [MaxPassed]
	Offered  time.Time `json:"offered,omitzero"` // when seats were offered; zero: none are
	Until    time.Time `json:"until,omitzero"`   // when the offer lapses
	Rush     bool      `json:"rush,omitzero"`    // the offer keeps no seat: who takes it first has it

	Rest jsontext.Value `json:",embed"`
}

const (
	// MaxGroup is how many women can be registered together.
	MaxGroup = 50

	// MaxPassed is how often others who came later may be offered seats before
	// a group that needs more than are free. Then the next seats are kept until
	// there are enough for it.
	MaxPassed = 3
)

var (
	// ErrGroup says that a group is empty, greater than [MaxGroup], or greater
	// than the training.
	ErrGroup = errors.New("no group of that size")
	// ErrLapsed says that an offer is not open any more.
	ErrLapsed = errors.New("offer is over")
)

// Enter gives those in rs seats in the same training, all of them or none; else
// they wait together, for staff to decide where the training wants that
// ([Training.Approval]), or for seats. by is who registers them and answers for
// the group. The entry is nil when they hold their seats. It returns [ErrOver],
// [ErrRegistered] (the first r that is concerned is what she has then),
// [ErrGroup] or [ErrByInvitation] when it cannot be.
func (tx *Tx) Enter(by string, rs ...*Registration) (*Training, *Entry, error) {
	if len(rs) == 0 {
		return nil, nil, ErrGroup
	}
	t, err := tx.Training(rs[0].Training)
	if err != nil {
		return nil, nil, err
	}
	if len(rs) > min(MaxGroup, t.Seats) {
		return t, nil, ErrGroup
	}
	for _, r := range rs {
		if err := tx.admits(t, r); err != nil {
			return t, nil, err
		}
	}
	if t.ByInvitation {
		return t, nil, ErrByInvitation
	}
	e := &Entry{ID: tx.NewID(), Training: t.ID, By: by, Asked: t.Approval}
	for _, r := range rs {
		e.Members = append(e.Members, r.Member)
	}
	if now, err := tx.atOnce(t, e); err != nil {
		return nil, nil, err
	} else if now {
		for _, r := range rs {
			if err := tx.seat(t, r); err != nil {
				return nil, nil, err
			}
		}
		return t, nil, tx.putTraining(t)
	}
	state := Waiting
	if e.Asked {
		state = Asked
		t.Asked += len(rs)
	} else {
		t.Waiting += len(rs)
	}
	for _, r := range rs {
		r.State, r.Entry = state, e.ID
		if err := tx.putNewRegistration(r); err != nil {
			return nil, nil, err
		}
	}
	if err := tx.putEntry(e); err != nil {
		return nil, nil, err
	}
	if !e.Asked && t.left() > 0 { // somebody before her may be next
		if err := tx.planSeats(t, tx.Now); err != nil {
			return nil, nil, err
		}
	}
	return t, e, tx.putTraining(t)
}

// atOnce says whether e, which is not counted in t yet, gets seats at once: there
// are enough, and nobody else who waits is next. Whom it passes by is kept.
func (tx *Tx) atOnce(t *Training, e *Entry) (bool, error) {
	if e.Asked || len(e.Members) > t.left() {
		return false, nil
	}
	if t.Waiting == 0 {
		return true, nil
	}
	list, err := tx.entries(t.ID)
	if err != nil {
		return false, err
	}
	at, there := slices.BinarySearchFunc(list, e, func(a, b *Entry) int { return strings.Compare(a.ID, b.ID) })
	if there {
		list[at] = e
	} else {
		list = slices.Insert(list, at, e)
	}
	offers, passed := t.next(list, tx.Now)
	if len(offers) != 1 || offers[0] != e {
		return false, nil
	}
	for _, p := range passed {
		if err := tx.putEntry(p); err != nil {
			return false, err
		}
	}
	return true, nil
}

// leave takes r, which waits, off the list of t, which the caller keeps.
func (tx *Tx) leave(t *Training, r *Registration) error {
	if r.State == Invited {
		t.Invited--
		return nil
	}
	e, err := tx.Entry(t.ID, r.Entry)
	if err != nil {
		return err
	}
	t.uncount(e, 1)
	e.Members = slices.DeleteFunc(e.Members, func(m string) bool { return m == r.Member })
	if len(e.Members) == 0 {
		return tx.kv.Delete("waiting", e.key())
	}
	return tx.putEntry(e)
}

// uncount takes n of e's members out of the number in which they are counted.
func (t *Training) uncount(e *Entry, n int) {
	switch {
	case e.Asked:
		t.Asked -= n
	case e.keeps():
		t.Kept -= n
	default:
		t.Waiting -= n
	}
}

// Open says whether seats are offered to e at now.
func (e *Entry) Open(now time.Time) bool { return !e.Offered.IsZero() && now.Before(e.Until) }

// keeps says whether seats are kept for e.
func (e *Entry) keeps() bool { return !e.Offered.IsZero() && !e.Rush }

func (e *Entry) key() string { return e.Training + "/" + e.ID }

// Entry returns the entry id of the training, or [ErrNotFound] when it is on
// the list no more.
func (tx *Tx) Entry(training, id string) (*Entry, error) {
	return get[Entry](tx, "waiting", training+"/"+id)
}

// WaitingList yields the entries of a training in their order, those too about
// whom staff decide and those to whom seats are offered.
func (tx *Tx) WaitingList(training string) iter.Seq2[*Entry, error] {
	return each[Entry](tx, "waiting", training+"/", after(training+"/"))
}

// Ahead is how many people wait before the entry e. Those to whom seats are
// offered count; those about whom staff decide do not.
func (tx *Tx) Ahead(e *Entry) (int, error) {
	n := 0
	for o, err := range tx.WaitingList(e.Training) {
		if err != nil {
			return 0, err
		}
		if o.ID == e.ID {
			break
		}
		if !o.Asked {
			n += len(o.Members)
		}
	}
	return n, nil
}

// AnswersFor returns the member who answers an offer to e: who made it for a
// group, she herself, or the one who passes messages on to her. It returns
// [ErrNotFound] when none of them is reached.
func (tx *Tx) AnswersFor(e *Entry) (*Member, error) {
	ids := []string{e.By}
	if len(e.Members) == 1 {
		ids = []string{e.Members[0], e.By}
	}
	for _, id := range ids {
		m, err := tx.Member(id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		_, relay, err := tx.Reach(m)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case relay != nil:
			return relay, nil
		default:
			return m, nil
		}
	}
	return nil, ErrNotFound
}

func (tx *Tx) entries(training string) ([]*Entry, error) {
	var list []*Entry
	for e, err := range tx.WaitingList(training) {
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func (tx *Tx) putEntry(e *Entry) error { return put(tx, "waiting", e.key(), e) }

// changeMembers has fn change the registration of each member of e, and keeps
// it.
func (tx *Tx) changeMembers(e *Entry, fn func(*Registration)) error {
	for _, m := range e.Members {
		r, err := tx.Registration(e.Training, m)
		if err != nil {
			return err
		}
		fn(r)
		if err := tx.putRegistration(r); err != nil {
			return err
		}
	}
	return nil
}
