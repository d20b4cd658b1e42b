package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// What staff do with a ticket at the door. A woman is checked in at once when
// she can be; else they are told what they can act upon.

// scan checks m in to the training.
func (t *Turn) scan(training *store.Training, m *store.Member) error {
	_, first, err := t.CheckIn(training.ID, m.ID, t.Member.ID, store.ByScan)
	args := []any{"name", m.Name, "training", training.Name.In(t.Language), "when", t.When(t.Local(training.Start))}
	switch {
	case err == nil:
		if err := t.sayCame(training.ID, m, first); err != nil {
			return err
		}
		return t.Return(nil)
	case errors.Is(err, store.ErrNoSeat) && training.DoorOpen(t.Now):
		return t.letAsk(training, m)
	case errors.Is(err, store.ErrCancelled):
		t.Say("ticket.cancelled", args...)
	case errors.Is(err, store.ErrEarly), errors.Is(err, store.ErrLate), errors.Is(err, store.ErrNoSeat):
		t.Say("ticket.other_day", args...)
	default:
		return err
	}
	today, err := t.today(training, m)
	if err != nil {
		return err
	}
	if today == nil {
		return t.Return(nil)
	}
	return t.letAsk(today, m)
}

// today is the training of her areas, another one than training, to which m may
// have come: that for which she holds a seat, or the only one at whose door
// somebody stands now. It is nil when there is none.
func (t *Turn) today(training *store.Training, m *store.Member) (*store.Training, error) {
	within, err := t.InScope(store.Staff)
	if err != nil {
		return nil, err
	}
	var only *store.Training
	n := 0
	for o, err := range t.Trainings(t.Now.AddDate(0, 0, -longest), t.Now.Add(store.DoorTime+time.Second), within) {
		if err != nil {
			return nil, err
		}
		if o.ID == training.ID || !o.DoorOpen(t.Now) || !t.Now.Before(o.End) {
			continue
		}
		r, err := t.Registration(o.ID, m.ID)
		if err := ignore(err, store.ErrNotFound); err != nil {
			return nil, err
		}
		if r != nil && r.Holds() {
			return o, nil
		}
		only = o
		n++
	}
	if n != 1 {
		return nil, nil
	}
	return only, nil
}

// letAsk asks whether m, who cannot simply be checked in, comes into the
// training.
func (t *Turn) letAsk(training *store.Training, m *store.Member) error {
	t.Set("training", training.ID)
	t.Set("for", m.ID)
	return t.Goto("let")
}

// scanned is whom and which training staff are asked about, nil when it is none
// of theirs any more.
func (t *Turn) scanned() (*store.Training, *store.Member, error) {
	training, err := t.Training(t.Note("training"))
	if err != nil {
		return nil, nil, err
	}
	if ok, err := t.Holds(store.Staff, training.Area); err != nil || !ok {
		t.Say("staff.not_yours")
		return nil, nil, errors.Join(err, t.Return(nil))
	}
	m, err := t.Tx.Member(t.Note("for"))
	if errors.Is(err, store.ErrNotFound) { // she has deleted what was kept of her meanwhile
		t.Say("ticket.unknown")
		return nil, nil, t.Return(nil)
	}
	return training, m, err
}

func askScanned(t *Turn) error {
	training, m, err := t.scanned()
	if err != nil || m == nil {
		return err
	}
	return t.askLetIn(training, m)
}

func takeScanned(t *Turn) error {
	training, m, err := t.scanned()
	if err != nil || m == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		if err := t.letIn(training, m, store.ByScan); err != nil {
			return err
		}
		return t.Return(nil)
	case "no":
		t.Say("attendance.not_let")
		return t.Return(nil)
	}
	return t.Again("engine.unclear")
}
