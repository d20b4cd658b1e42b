package flows

import (
	"chihai/store"
)

// How staff write down somebody who comes unannounced: her name and her commune,
// no more. She has nobody who passes messages on to her unless she says so later.

func askNewName(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	if n := training.FreeAtDoor(t.Now); n > 0 {
		t.Say("attendance.free_seats", "n", n)
	} else {
		t.Say("attendance.full_seats", "seats", training.Seats)
	}
	t.Say("attendance.name")
	if name, ok := readName(t.Note("find")); ok { // what she looked for and did not find
		t.Offer(PickText("found", cut(name, mostLabel)))
	}
	return nil
}

func takeNewName(t *Turn) error {
	typed := t.Words()
	if t.Chosen() == "found" {
		typed = t.Note("find")
	}
	name, ok := readName(typed)
	if !ok {
		return t.Again("profile.name_again")
	}
	t.Set("name", name)
	t.Forget("area")
	return nil
}

// askNewArea offers the commune for which the training is: most come from there.
func askNewArea(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	if !tree.Leaf(training.Area, t.Now) {
		return t.Goto("area_other")
	}
	t.Say("attendance.area", "name", t.Note("name"))
	t.Offer(PickText(training.Area, tree.Area(training.Area).Name), Pick("other", "attendance.area_other"))
	return nil
}

func takeNewArea(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "other":
		return t.Goto("area_other")
	default:
		t.Set("area", id)
		return t.Goto("new")
	}
}

// endNew keeps her, with a seat, and that she has come.
func endNew(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	area := t.Note("area")
	if area == "" {
		return t.Goto("area")
	}
	m, err := t.NewMember()
	if err != nil {
		return err
	}
	m.Name, m.Area, m.Language, m.Consent = t.Note("name"), area, t.Member.Language, t.Now
	if err := t.PutMember(m); err != nil {
		return err
	}
	if err := t.letIn(training, m, store.ByName); err != nil {
		return err
	}
	for _, note := range []string{"name", "area", "find"} {
		t.Forget(note)
	}
	return t.Goto("list")
}
