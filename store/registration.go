package store

import (
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Registration is a member's way to a seat in a training: she asked for it,
// waits for it, has it, or gave it up.
//
//	registration         training ID/member ID → Registration
//	registration_member  member ID/training ID → mark
type Registration struct {
	Training string    `json:"training"`
	Member   string    `json:"member"`
	Code     string    `json:"code"`                // 5 characters on her receipt
	State    State     `json:"state,omitzero"`      // where she stands, or stood when it ended
	Entry    string    `json:"entry,omitzero"`      // ID of the [Entry] while it is asked, waiting or offered
	By       string    `json:"by,omitzero"`         // member who registered her, if another
	Children int       `json:"children,omitzero"`   // small children she brings
	At       time.Time `json:"at"`                  // when she got the seat, or began to wait for it
	GaveUp   time.Time `json:"gave_up,omitzero"`    // when it ended; zero: it has not
	GaveUpBy string    `json:"gave_up_by,omitzero"` // member who ended it; empty: the bot
	Came     time.Time `json:"came,omitzero"`       // when she was checked in; zero: she was not
	CameBy   string    `json:"came_by,omitzero"`    // member who checked her in: staff, or she herself in the room
	CameHow  How       `json:"came_how,omitzero"`   // by what
	WalkIn   bool      `json:"walk_in,omitzero"`    // she got the seat at the door

	Certificate string `json:"certificate,omitzero"` // code of hers; empty: none was made

	Rest jsontext.Value `json:",embed"`
}

// A State is how far a registration is on its way to a seat.
//
//	       ┌→ asked ──approved──┐
//	enter ─┼→ waiting ←─────────┤ (no seat is free)
//	       │     ↓              │
//	       │  offered ──taken──→│
//	       └──────────────────→ held
//	invited ──────────yes──────→│
//
// Each of them may be given up. An offer or an invitation may be declined or
// lapse, what was asked for may be refused; then it has ended.
type State string

const (
	Held     State = ""         // the seat is hers
	Asked    State = "asked"    // staff decide whether she comes
	Waiting  State = "waiting"  // no seat was free
	Offered  State = "offered"  // a seat is free, and it is hers if she says so in time
	Invited  State = "invited"  // a seat is kept for her, who is a [Guest] and has not answered
	Declined State = "declined" // she did not want what was offered
	Lapsed   State = "lapsed"   // she did not answer in time
	Refused  State = "refused"  // staff decided against
)

// Holds says whether the seat is hers.
func (r *Registration) Holds() bool { return r.GaveUp.IsZero() && r.State == Held }

// Waits says whether she may still get the seat: staff decide, no seat is free
// yet, one is offered, or she is invited to one.
func (r *Registration) Waits() bool {
	return r.GaveUp.IsZero() && (r.State == Asked || r.State == Waiting || r.State == Offered || r.State == Invited)
}

// Stands says whether she holds the seat or waits for it.
func (r *Registration) Stands() bool { return r.Holds() || r.Waits() }

var (
	// ErrFull says that no seat is left for those who come now.
	ErrFull = errors.New("no seat is left")
	// ErrRegistered says that she holds a seat already, or waits for one.
	ErrRegistered = errors.New("registered already")
	// ErrOver says that a training has begun or was cancelled.
	ErrOver = errors.New("training takes no registrations any more")
	// ErrApproval says that staff decide who gets a seat.
	ErrApproval = errors.New("staff decide who gets a seat")
)

// MaxChildren is how many small children one woman can bring.
const MaxChildren = 5

// Register gives the member r.Member a seat in the training r.Training and
// keeps r. It returns [ErrOver], [ErrRegistered] (r is what she has then),
// [ErrByInvitation], [ErrApproval] or [ErrFull], in this order, when there is none
// for her; after the last two she may [Tx.Enter].
func (tx *Tx) Register(r *Registration) (*Training, error) {
	t, err := tx.Training(r.Training)
	if err != nil {
		return nil, err
	}
	if err := tx.admits(t, r); err != nil {
		return t, err
	}
	switch {
	case t.ByInvitation:
		return t, ErrByInvitation
	case t.Approval:
		return t, ErrApproval
	case t.Free() == 0:
		return t, ErrFull
	}
	if err := tx.seat(t, r); err != nil {
		return nil, err
	}
	return t, tx.putTraining(t)
}

// admits returns why r cannot become a new registration for t, or nil. What she
// has had before is taken into r.
func (tx *Tx) admits(t *Training, r *Registration) error {
	if !t.Open(tx.Now) {
		return ErrOver
	}
	was, err := tx.Registration(r.Training, r.Member)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if was.Stands() {
		*r = *was
		return ErrRegistered
	}
	r.Code = was.Code
	return nil
}

// seat makes r hold a seat of t, which the caller keeps.
func (tx *Tx) seat(t *Training, r *Registration) error {
	r.State, r.Entry = Held, ""
	t.Taken++
	t.Brought += min(max(r.Children, 0), MaxChildren)
	if err := tx.putNewRegistration(r); err != nil {
		return err
	}
	return tx.planLateQuiz(t, r.Member)
}

// putNewRegistration keeps r, which has just got its state.
func (tx *Tx) putNewRegistration(r *Registration) error {
	r.Children = min(max(r.Children, 0), MaxChildren)
	r.At, r.GaveUp, r.GaveUpBy = tx.Now, time.Time{}, ""
	if r.Code == "" {
		r.Code = tx.NewCode(5)
	}
	if err := tx.kv.Put("registration_member", r.Member+"/"+r.Training, mark); err != nil {
		return err
	}
	return tx.putRegistration(r)
}

func (tx *Tx) putRegistration(r *Registration) error {
	return write(tx, &tx.store.registrations, "registration", r.Training+"/"+r.Member, r, (*Registration).clone)
}

// GiveUp ends the member's registration for the training, whether she holds a
// seat or waits for one; it passes on to others. by is the member who does it;
// empty: the bot. It returns [ErrNotFound] when she has none. A seat in a
// training that has begun is given up all the same: it was not used.
func (tx *Tx) GiveUp(training, member, by string) (*Registration, error) {
	r, err := tx.Registration(training, member)
	if err != nil {
		return nil, err
	}
	if !r.Stands() {
		return nil, ErrNotFound
	}
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	if r.Holds() {
		t.Taken--
		t.Brought -= r.Children
		t.uncame(r)
	} else if err := tx.leave(t, r); err != nil {
		return nil, err
	}
	r.Entry, r.GaveUp, r.GaveUpBy = "", tx.Now, by
	if err := tx.putRegistration(r); err != nil {
		return nil, err
	}
	return r, tx.freed(t)
}

// freed keeps t, of which seats may have become free, and has them offered to
// those who wait.
func (tx *Tx) freed(t *Training) error {
	if t.Waiting > 0 && t.Open(tx.Now) {
		if err := tx.planSeats(t, tx.Now); err != nil {
			return err
		}
	}
	return tx.putTraining(t)
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
	return tx.registrationsThat(training, member, (*Registration).Holds)
}

// Concerned yields the registrations of a training that hold a seat or wait for
// one, in the order of member ids: whom it concerns when the training changes. To
// those belong guests who have not answered in time: they may still come.
func (tx *Tx) Concerned(training string) iter.Seq2[*Registration, error] {
	return tx.ConcernedFrom(training, "")
}

// ConcernedFrom yields what Concerned does from that of the member on.
func (tx *Tx) ConcernedFrom(training, member string) iter.Seq2[*Registration, error] {
	return func(yield func(*Registration, error) bool) {
		t, err := tx.Training(training)
		if err != nil {
			yield(nil, err)
			return
		}
		tx.registrationsThat(training, member, func(r *Registration) bool {
			return r.Stands() || t.ByInvitation && r.State == Lapsed
		})(yield)
	}
}

func (tx *Tx) registrationsThat(training, from string, which func(*Registration) bool) iter.Seq2[*Registration, error] {
	return func(yield func(*Registration, error) bool) {
		for r, err := range tx.registrationsFrom(training, from) {
			if err == nil && !which(r) {
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
