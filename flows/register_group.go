package flows

import (
	"errors"
	"slices"

	"chihai/store"
)

// Several women at once: who passes messages on to others, an officer or the
// head of a group, registers them together. They get seats together or wait
// together.

// registersGroups says whether she may register a group: staff and facilitators,
// and whoever passes messages on to others already.
func (t *Turn) registersGroups() (bool, error) {
	for _, err := range t.RelayedBy(t.Member.ID) {
		return err == nil, err
	}
	for _, role := range []store.Role{store.Staff, store.Facilitator} {
		if ok, err := t.Holds(role, "*"); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// group are the women whom she has named so far, and who are not registered
// meanwhile.
func (t *Turn) group() ([]*store.Member, error) {
	var ids []string
	t.Get("group", &ids)
	var all []*store.Member
	for _, id := range ids {
		m, err := t.Tx.Member(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if stands, err := t.stands(m.ID); err != nil || stands {
			if err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, m)
	}
	return all, nil
}

// stands says whether the member holds a seat in the training or waits for one.
func (t *Turn) stands(member string) (bool, error) {
	r, err := t.Registration(t.Note("training"), member)
	if err != nil {
		return false, ignore(err, store.ErrNotFound)
	}
	return r.Stands(), nil
}

func askWomen(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	if err := t.addNewcomer(); err != nil {
		return err
	}
	group, err := t.group()
	if err != nil {
		return err
	}
	if len(group) == 0 {
		t.Say("register.group")
	} else {
		t.Say("register.group_so_far", "n", len(group), "names", fullNames(group))
	}
	in := func(id string) bool {
		return slices.ContainsFunc(group, func(m *store.Member) bool { return m.ID == id })
	}
	labels, n := map[string]bool{}, 0
	if stands, err := t.stands(t.Member.ID); err != nil {
		return err
	} else if !stands && !in(t.Member.ID) && known(t.Member) {
		t.Offer(PickText(t.Member.ID, unlike(labels, t.T("register.group_me", "name", t.Member.Name))))
	}
	for m, err := range t.RelayedBy(t.Member.ID) {
		if err != nil {
			return err
		}
		stands, err := t.stands(m.ID)
		if err != nil {
			return err
		}
		if stands || in(m.ID) {
			continue
		}
		if n++; n > unitPage {
			t.Say("register.group_more")
			break
		}
		t.Offer(PickText(m.ID, unlike(labels, m.Name)))
	}
	if len(group) < min(store.MaxGroup, training.Seats) {
		t.Offer(Pick(someoneNew, "register.someone_new"))
	} else {
		t.Say("register.group_most", "n", len(group))
	}
	if len(group) > 0 {
		yes := "register.group_yes"
		if training.Free() < len(group) {
			yes = "register.group_wait"
			t.Say("register.group_full", "free", training.Free(), "n", len(group))
		}
		t.Offer(Option{ID: "yes", Label: yes, Wide: true}, Pick("clear", "register.group_clear"))
	}
	return nil
}

func takeWomen(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "clear":
		t.Forget("group")
		return t.Stay()
	case "yes":
		return t.enterGroup()
	case someoneNew:
		if many, err := t.registersMany(); err != nil || many {
			return err
		}
		t.Set("for", someoneNew)
		return t.Call("profile", profileNote{Other: true, Consent: true})
	default:
		var ids []string
		t.Get("group", &ids)
		training, err := t.training()
		if err != nil || training == nil {
			return err
		}
		if !slices.Contains(ids, id) && len(ids) < min(store.MaxGroup, training.Seats) {
			t.Set("group", append(ids, id))
		}
		return t.Stay()
	}
}

// askWomanNew takes the newcomer who was just described, and shows the group.
func askWomanNew(t *Turn) error { return t.Goto("group") }

// addNewcomer keeps the woman who was just described and puts her into the group.
func (t *Turn) addNewcomer() error {
	var d draft
	if t.Note("for") != someoneNew || !t.Get("profile", &d) {
		return nil
	}
	t.Forget("for")
	t.Forget("profile")
	m, err := t.newcomerOf(d.member())
	if err != nil {
		return err
	}
	var ids []string
	t.Get("group", &ids)
	t.Set("group", append(ids, m.ID))
	return nil
}

// enterGroup registers the group, or has it wait together.
func (t *Turn) enterGroup() error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	group, err := t.group()
	if err != nil {
		return err
	}
	if len(group) == 0 {
		return t.Stay()
	}
	var rs []*store.Registration
	for _, m := range group {
		r := &store.Registration{Training: training.ID, Member: m.ID}
		if m.ID != t.Member.ID {
			r.By = t.Member.ID
		}
		rs = append(rs, r)
	}
	training, entry, err := t.Enter(t.Member.ID, rs...)
	switch {
	case errors.Is(err, store.ErrOver):
		t.Say("register.over")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrByInvitation):
		t.Say("invitation.only")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrGroup):
		return t.Again("register.group_most", "n", min(store.MaxGroup, training.Seats))
	case err != nil:
		return err
	}
	if entry == nil {
		for i, r := range rs {
			t.sayDone(training, r, group[i])
		}
		if err := t.sayNext(training); err != nil {
			return err
		}
		return t.End()
	}
	args := []any{"n", len(group), "names", fullNames(group), "training", training.Name.In(t.Language)}
	if entry.Asked {
		t.Say("register.group_asked", args...)
		if err := t.planAsked(training); err != nil {
			return err
		}
	} else {
		t.Say("register.group_waits", args...)
	}
	t.Say("register.tell_you")
	return t.End()
}
