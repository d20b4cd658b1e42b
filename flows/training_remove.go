package flows

import (
	"errors"

	"chihai/locales"
	"chihai/store"
)

// The steps by which staff give up somebody's seat for her: she has called, or
// has lost the phone from which she registered. The person is named by the code
// on her receipt, which stands in the list; she is told.

func askSeatCode(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	t.Say("training.remove_code")
	return nil
}

func takeSeatCode(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	code := store.ReadCode(t.Words())
	for r, err := range t.Holders(training.ID) {
		if err != nil {
			return err
		}
		if code != "" && r.Code == code {
			t.Set("remove", r.Member)
			return nil
		}
	}
	return t.Again("training.remove_unknown")
}

// unseated is whose seat it is about, or nil when she holds it no more: the
// training is shown again then.
func (t *Turn) unseated(training *store.Training) (*store.Member, error) {
	r, err := t.Registration(training.ID, t.Note("remove"))
	if errors.Is(err, store.ErrNotFound) || err == nil && !r.Holds() {
		t.Say("training.remove_gone")
		return nil, t.Goto("one")
	}
	if err != nil {
		return nil, err
	}
	return t.Tx.Member(r.Member)
}

func askSeatSure(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	m, err := t.unseated(training)
	if err != nil || m == nil {
		return err
	}
	place, err := t.areaName(m.Area)
	if err != nil {
		return err
	}
	t.Say("training.remove_sure", "name", m.Name, "area", place, "training", training.Name["vi"])
	t.Offer(Pick("yes", "training.remove_yes"), Pick("no", "mine.no"))
	return nil
}

func takeSeatSure(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	m, err := t.unseated(training)
	if err != nil || m == nil {
		return err
	}
	if _, err := t.GiveUp(training.ID, m.ID, t.Member.ID); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "give up seat", training.ID+"/"+m.ID); err != nil {
		return err
	}
	if err := t.Tell(m, training.Start, "mine.cancelled_by_staff", func(p *locales.Printer) []any {
		return []any{"training", training.Name.In(p.Language), "when", p.When(t.Local(training.Start))}
	}); err != nil {
		return err
	}
	t.Say("training.remove_done", "name", m.Name)
	return t.Goto("one")
}
