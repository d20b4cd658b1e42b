package flows

import (
	"errors"

	"chihai/store"
)

// What is said of somebody at the door, by ticket or by name.

// sayCame says that m is checked in to the training, and how many have come; or
// since when she is, when that was known before.
func (t *Turn) sayCame(training string, m *store.Member, first bool) error {
	tr, err := t.Training(training)
	if err != nil {
		return err
	}
	r, err := t.Registration(training, m.ID)
	if err != nil {
		return err
	}
	if first {
		name, err := t.comer(tr, r, m)
		if err != nil {
			return err
		}
		t.Say("attendance.came", "name", name, "came", tr.Came, "taken", tr.Taken)
		return t.Log(t.Member.ID, "check in", training+"/"+m.ID)
	}
	return t.sayCameBefore(r, m)
}

// sayCameBefore says since when r, which is that of m, is checked in, and by
// whom.
func (t *Turn) sayCameBefore(r *store.Registration, m *store.Member) error {
	by, err := t.Tx.Member(r.CameBy)
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	since := t.When(t.Local(r.Came))
	if t.Local(r.Came).Format("20060102") == t.Today().Format("20060102") {
		since = t.Clock(t.Local(r.Came))
	}
	switch {
	case r.CameBy == m.ID:
		t.Say("attendance.again_self", "name", m.Name, "time", since)
	case by != nil && by.Name != "":
		t.Say("attendance.again_by", "name", m.Name, "time", since, "by", by.Name)
	default:
		t.Say("attendance.again", "name", m.Name, "time", since)
	}
	return nil
}

// why is what is said of somebody who holds no seat, by how far she got.
var why = map[store.State]string{store.Asked: "attendance.asked", store.Waiting: "attendance.waiting", store.Offered: "attendance.waiting", store.Refused: "attendance.refused"}

// askLetIn says what hinders m from being checked in to the training, and asks
// whether she comes in all the same.
func (t *Turn) askLetIn(training *store.Training, m *store.Member) error {
	r, err := t.Registration(training.ID, m.ID)
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	args := []any{"name", m.Name, "training", training.Name.In(t.Language), "n", training.FreeAtDoor(t.Now), "seats", training.Seats}
	switch {
	case r == nil:
		t.Say("attendance.unknown", args...)
	case training.ByInvitation && r.State == store.Declined:
		t.Say("invite.door_declined", args...)
	case training.ByInvitation && r.State == store.Lapsed:
		t.Say("invite.door_silent", args...)
	case r.Holds() || r.Invited():
		t.Say("attendance.here", args...)
		t.Offer(Option{ID: "yes", Label: "attendance.check_in", Wide: true}, Pick("no", "answer.no"))
		return nil
	case why[r.State] != "":
		t.Say(why[r.State], args...)
	case r.State == store.Held:
		t.Say("attendance.gave_up", append(args, "when", t.When(t.Local(r.GaveUp)))...)
	default:
		t.Say("attendance.unknown", args...)
	}
	if training.FreeAtDoor(t.Now) > 0 {
		t.Say("attendance.free", args...)
	} else {
		t.Say("attendance.full", args...)
	}
	t.Offer(Option{ID: "yes", Label: "attendance.let_in", Wide: true}, Pick("no", "answer.no"))
	return nil
}

// letIn checks m in to the training, with a seat where she holds none.
func (t *Turn) letIn(training *store.Training, m *store.Member, how store.How) error {
	first, err := t.LetIn(&store.Registration{Training: training.ID, Member: m.ID}, t.Member.ID, how)
	switch {
	case errors.Is(err, store.ErrCancelled), errors.Is(err, store.ErrEarly), errors.Is(err, store.ErrLate):
		t.Say("attendance.closed")
		return nil
	case err != nil:
		return err
	}
	return t.sayCame(training.ID, m, first)
}
