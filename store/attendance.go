package store

import (
	"errors"
	"time"
)

// How somebody was checked in.
type How string

const (
	ByScan How = "scan" // staff opened her ticket
	ByRoom How = "room" // she gave the code that stood in the room
	ByName How = "name" // staff found her in the list, or wrote her down at the door
)

const (
	// RoomTime is how long before a training the code of its room counts. It
	// does until the training ends.
	RoomTime = time.Hour

	// DoorTime is how long before a training staff can check people in: they
	// open the room, and nobody has come for the class of tomorrow by mistake.
	DoorTime = 4 * time.Hour

	// LateDays is for how many days after a training staff can still say who
	// was there, as from a list on paper.
	LateDays = 30
)

var (
	// ErrCancelled says that a training does not take place.
	ErrCancelled = errors.New("training was cancelled")
	// ErrEarly says that nobody can be checked in yet: it is another day's training.
	ErrEarly = errors.New("too early to check in")
	// ErrLate says that nobody can be checked in any more.
	ErrLate = errors.New("too late to check in")
	// ErrNoSeat says that she holds no seat in the training.
	ErrNoSeat = errors.New("holds no seat")
)

// CheckIn keeps that the member came to the training. by is who says so: a
// member of staff, or she herself in the room. first is false when it was known
// already; then nothing changes, and r says since when. It returns, in this
// order, [ErrCancelled], [ErrNoSeat], [ErrEarly] and [ErrLate] when she cannot
// be checked in; r is what she has in the training, nil: nothing.
func (tx *Tx) CheckIn(training, member, by string, how How) (r *Registration, first bool, err error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, false, err
	}
	r, err = tx.Registration(training, member)
	if errors.Is(err, ErrNotFound) {
		r, err = nil, nil
	}
	switch {
	case err != nil:
		return nil, false, err
	case !t.Cancelled.IsZero():
		return r, false, ErrCancelled
	case r == nil || !r.Holds() && !r.Invited():
		return r, false, ErrNoSeat
	case !r.Came.IsZero():
		return r, false, nil
	}
	if err := t.door(tx.Now, how); err != nil {
		return r, false, err
	}
	tx.came(t, r, by, how)
	if r.Invited() { // she has answered by coming
		t.Invited--
		err = tx.seat(t, r)
	} else {
		err = tx.putRegistration(r)
	}
	if err != nil {
		return nil, false, err
	}
	if err := tx.planLateQuiz(t, member); err != nil {
		return nil, false, err
	}
	return r, true, tx.putTraining(t)
}

// LetIn gives the member r.Member a seat in the training r.Training at the
// door, and checks her in. Staff may let in more people than there are seats,
// and those whom nobody has let in yet; who comes by the code of the room needs
// a seat that is free, and gets [ErrFull], [ErrApproval] or [ErrByInvitation] else. What she had
// before passes into r: who waited leaves the list, and who holds a seat is
// checked in. The errors of [Tx.CheckIn] but ErrNoSeat come first.
func (tx *Tx) LetIn(r *Registration, by string, how How) (first bool, err error) {
	was, first, err := tx.CheckIn(r.Training, r.Member, by, how)
	if err == nil {
		*r = *was
		return first, nil
	}
	if !errors.Is(err, ErrNoSeat) {
		return false, err
	}
	t, err := tx.Training(r.Training)
	if err != nil {
		return false, err
	}
	if err := t.door(tx.Now, how); err != nil {
		return false, err
	}
	switch {
	case how == ByRoom && t.ByInvitation:
		return false, ErrByInvitation
	case how == ByRoom && t.Approval:
		return false, ErrApproval
	case how == ByRoom && t.FreeAtDoor(tx.Now) == 0:
		return false, ErrFull
	}
	if was != nil {
		if was.Waits() {
			if err := tx.leave(t, was); err != nil {
				return false, err
			}
		}
		r.Code, r.By, r.Children = was.Code, was.By, was.Children
	}
	r.WalkIn = true
	tx.came(t, r, by, how)
	if err := tx.seat(t, r); err != nil {
		return false, err
	}
	return true, tx.freed(t)
}

// UndoCheckIn takes back that the member came to the training: staff pressed
// the wrong name. Who was let in at the door loses her seat with it, which she
// had by being there; by is who took it from her. It returns [ErrNotFound] when
// she was not checked in.
func (tx *Tx) UndoCheckIn(training, member, by string) (*Registration, error) {
	r, err := tx.Registration(training, member)
	if err != nil {
		return nil, err
	}
	if r.Came.IsZero() {
		return nil, ErrNotFound
	}
	if r.WalkIn {
		return tx.GiveUp(training, member, by)
	}
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	t.uncame(r)
	if err := tx.putRegistration(r); err != nil {
		return nil, err
	}
	return r, tx.putTraining(t)
}

// came counts in t that r has come. The caller keeps both.
func (tx *Tx) came(t *Training, r *Registration, by string, how How) {
	r.Came, r.CameBy, r.CameHow = tx.Now, by, how
	t.Came++
}

// uncame counts out of t that r has come, if she has. The caller keeps both.
func (t *Training) uncame(r *Registration) {
	if !r.Came.IsZero() {
		t.Came--
	}
	r.Came, r.CameBy, r.CameHow, r.WalkIn = time.Time{}, "", "", false
}

// door says why nobody can be checked in at now, or nil.
func (t *Training) door(now time.Time, how How) error {
	switch {
	case how == ByRoom && !t.RoomOpen(now) && now.Before(t.Start), now.Before(t.Start.Add(-DoorTime)):
		return ErrEarly
	case how == ByRoom && !t.RoomOpen(now), !now.Before(t.End.AddDate(0, 0, LateDays)):
		return ErrLate
	}
	return nil
}

// RoomOpen says whether the code of the room counts at now.
func (t *Training) RoomOpen(now time.Time) bool {
	return t.Cancelled.IsZero() && !now.Before(t.Start.Add(-RoomTime)) && now.Before(t.End)
}

// DoorOpen says whether staff can check people in at now, afterwards too.
func (t *Training) DoorOpen(now time.Time) bool {
	return t.Cancelled.IsZero() && t.door(now, ByName) == nil
}

// FreeAtDoor is how many seats are left for somebody who stands at the door.
// When the training has begun nobody is asked any more whether she comes, so
// what is kept for those who wait is free.
func (t *Training) FreeAtDoor(now time.Time) int {
	if now.Before(t.Start) {
		return t.Free()
	}
	return max(0, t.Seats-t.Taken)
}

// Absent says whether she held a seat in t, which r is for, until its end and
// did not come.
func (r *Registration) Absent(t *Training, now time.Time) bool {
	return r.Holds() && r.Came.IsZero() && t.Cancelled.IsZero() && !now.Before(t.End)
}
