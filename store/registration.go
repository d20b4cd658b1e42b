package store

import (
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Registration is a member's seat in a training, or the seat she gave up.
//
//	registration         training ID/member ID → Registration
//	registration_member  member ID/training ID → mark
type Registration struct {
	Training string    `json:"training"`
	Member   string    `json:"member"`
	Code     string    `json:"code"`                // 5 characters on her receipt
	By       string    `json:"by,omitzero"`         // member who registered her, if another
	Children int       `json:"children,omitzero"`   // small children she brings
	At       time.Time `json:"at"`                  // when she got the seat
	GaveUp   time.Time `json:"gave_up,omitzero"`    // when the seat was given up; zero: she holds it
	GaveUpBy string    `json:"gave_up_by,omitzero"` // member who did; empty: the bot

	Rest jsontext.Value `json:",embed"`
}

// Holds says whether the seat is hers.
func (r *Registration) Holds() bool { return r.GaveUp.IsZero() }

var (
	// ErrFull says that no seat is left.
	ErrFull = errors.New("no seat is left")
	// ErrRegistered says that she holds a seat already.
	ErrRegistered = errors.New("registered already")
	// ErrOver says that a training has begun or was cancelled.
	ErrOver = errors.New("training takes no registrations any more")
)

// MaxChildren is how many small children one woman can bring.
const MaxChildren = 5

// Register gives the member r.Member a seat in the training r.Training and
// keeps r. It returns [ErrOver], [ErrRegistered] (r is what she holds then) or
// [ErrFull], in this order, when there is none for her.
func (tx *Tx) Register(r *Registration) (*Training, error) {
	t, err := tx.Training(r.Training)
	if err != nil {
		return nil, err
	}
	if !t.Open(tx.Now) {
		return t, ErrOver
	}
	was, err := tx.Registration(r.Training, r.Member)
	if err == nil && was.Holds() {
		*r = *was
		return t, ErrRegistered
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if t.Free() == 0 {
		return t, ErrFull
	}
	r.Children = min(max(r.Children, 0), MaxChildren)
	r.At, r.GaveUp, r.GaveUpBy = tx.Now, time.Time{}, ""
	if was != nil {
		r.Code = was.Code
	}
	if r.Code == "" {
		r.Code = tx.NewCode(5)
	}
	t.Taken++
	t.Brought += r.Children
	if err := write(tx, &tx.store.trainings, "training", t.ID, t, (*Training).clone); err != nil {
		return nil, err
	}
	if err := tx.kv.Put("registration_member", r.Member+"/"+r.Training, mark); err != nil {
		return nil, err
	}
	return t, write(tx, &tx.store.registrations, "registration", r.Training+"/"+r.Member, r, (*Registration).clone)
}

// GiveUp gives the member's seat in the training back for others. by is the
// member who does it; empty: the bot. It returns [ErrNotFound] when she holds
// none. A seat in a training that has begun is given up all the same: it was
// not used.
func (tx *Tx) GiveUp(training, member, by string) (*Registration, error) {
	r, err := tx.Registration(training, member)
	if err != nil {
		return nil, err
	}
	if !r.Holds() {
		return nil, ErrNotFound
	}
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	t.Taken--
	t.Brought -= r.Children
	if err := write(tx, &tx.store.trainings, "training", t.ID, t, (*Training).clone); err != nil {
		return nil, err
	}
	r.GaveUp, r.GaveUpBy = tx.Now, by
	return r, write(tx, &tx.store.registrations, "registration", training+"/"+member, r, (*Registration).clone)
}

// Registration returns the member's registration in the training, one that was
// given up too, or [ErrNotFound].
func (tx *Tx) Registration(training, member string) (*Registration, error) {
	return read(tx, &tx.store.registrations, "registration", training+"/"+member, (*Registration).clone)
}

// Registrations yields those of a training, in the order of member ids, those
// given up too.
func (tx *Tx) Registrations(training string) iter.Seq2[*Registration, error] {
	return tx.registrationsFrom(training, "")
}

func (tx *Tx) registrationsFrom(training, member string) iter.Seq2[*Registration, error] {
	return each[Registration](tx, "registration", training+"/"+member, after(training+"/"))
}

// Holders yields the registrations of a training whose seat is held, in the
// order of member ids.
func (tx *Tx) Holders(training string) iter.Seq2[*Registration, error] {
	return tx.HoldersFrom(training, "")
}

// HoldersFrom yields what Holders does from that of the member on.
func (tx *Tx) HoldersFrom(training, member string) iter.Seq2[*Registration, error] {
	return func(yield func(*Registration, error) bool) {
		for r, err := range tx.registrationsFrom(training, member) {
			if err == nil && !r.Holds() {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// RegistrationsOf yields those of a member, in the order in which the
// trainings were made, those given up too.
func (tx *Tx) RegistrationsOf(member string) iter.Seq2[*Registration, error] {
	return func(yield func(*Registration, error) bool) {
		prefix := member + "/"
		for p, err := range tx.kv.Scan("registration_member", prefix, after(prefix)) {
			var r *Registration
			if err == nil {
				r, err = tx.Registration(p.Key[len(prefix):], member)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
