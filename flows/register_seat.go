package flows

import (
	"errors"
	"strings"

	"chihai/locales"
	"chihai/store"
)

// How she gets the seat: she looks at a training, says who comes with her,
// checks, and is registered.

func askDetails(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	t.About(training.Name.In(t.Language))
	if err := t.describe(training); err != nil {
		return err
	}
	held := false
	if r, err := t.Registration(training.ID, t.Member.ID); err == nil {
		held = r.Holds()
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	switch {
	case !training.Cancelled.IsZero():
		t.Say("register.cancelled")
	case !training.Open(t.Now):
		t.Say("register.over")
	case held:
		t.Say("register.have")
		t.Offer(Pick("mine", "menu.mine"))
		if training.Free() > 0 {
			t.Offer(Pick("other", "register.other"))
		}
	case training.Free() == 0:
		t.Say("register.full")
	default:
		t.Say("register.seats", "n", training.Free())
		t.Offer(Pick("me", "register.me"), Pick("other", "register.other"))
	}
	t.Offer(Pick("list", "register.see_others"))
	return nil
}

func takeDetails(t *Turn) error {
	switch t.Chosen() {
	case "me":
		t.Forget("for")
		return t.Goto("who")
	case "other":
		if many, err := t.registersMany(); err != nil || many {
			return err
		}
		return nil
	case "mine":
		return t.Start("mine", nil)
	case "list":
		t.Forget("training")
		return t.Goto("list")
	}
	return t.Again("engine.unclear")
}

func askChildren(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	if !training.Children {
		return t.Next()
	}
	if t.Note("for") == "" {
		t.Say("register.children")
	} else {
		t.Say("register.children_other")
	}
	// In this order a typed 1 is one child, also where buttons have numbers.
	t.Offer(Pick("1", "register.child1"), Pick("2", "register.child2"), Pick("3", "register.child3"), Pick("0", "register.no_child"))
	return nil
}

func takeChildren(t *Turn) error {
	id := t.Chosen()
	if id == "" {
		id = strings.Trim(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, t.Words()), " ")
	}
	if len(id) != 1 || int(id[0]-'0') > store.MaxChildren {
		return t.Again("register.children_again")
	}
	t.Set("children", int(id[0]-'0'))
	return nil
}

func askCheck(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	who, err := t.registrant()
	if err != nil {
		return err
	}
	place, err := t.areaName(who.Area)
	if err != nil {
		return err
	}
	lines := []string{
		t.T("register.check"), "",
		training.Name.In(t.Language),
		t.When(t.Local(training.Start)), "",
		t.T("register.check_name", "name", who.Name),
		t.T("register.check_area", "area", place),
	}
	if who.Phone != "" {
		lines = append(lines, t.T("register.check_phone", "phone", locales.Phone(who.Phone)))
	}
	if training.Children {
		lines = append(lines, t.T("register.check_children", "n", t.Count("children")))
	}
	t.SayText(strings.Join(lines, "\n"))
	t.Say("register.right")
	t.Offer(Option{ID: "yes", Label: "register.yes", Wide: true},
		Pick("name", "profile.change_name"), Pick("area", "profile.change_area"), Pick("phone", "profile.change_phone"))
	if training.Children {
		t.Offer(Pick("children", "register.change_children"))
	}
	return nil
}

func takeCheck(t *Turn) error {
	switch t.Chosen() {
	case "yes":
		return takeSeat(t)
	case "name", "area", "phone":
		if t.Note("for") == someoneNew {
			var d draft
			t.Get("draft", &d)
			return t.Call("profile", profileNote{Other: true, Draft: d, Only: t.Chosen()})
		}
		return t.Call("profile", profileNote{Member: t.Note("for"), Only: t.Chosen()})
	case "children":
		return t.Goto("children")
	}
	return t.Again("engine.unclear")
}

// takeSeat registers her, or says why it cannot be.
func takeSeat(t *Turn) error {
	who, err := t.registrant()
	if err != nil {
		return err
	}
	if who.ID == "" {
		training, err := t.training()
		if err != nil || training == nil {
			return err
		}
		if training.Open(t.Now) && training.Free() > 0 { // else Register says why not, and nobody new is kept
			if who, err = t.newcomerOf(who); err != nil {
				return err
			}
		}
	}
	r := &store.Registration{Training: t.Note("training"), Member: who.ID, Children: t.Count("children")}
	if who.ID != t.Member.ID {
		r.By = t.Member.ID
	}
	training, err := t.Register(r)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say("register.just_full")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrOver):
		t.Say("register.over")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrRegistered) && r.Member != t.Member.ID:
		t.Say("register.have_other", "name", who.Name)
		return t.End()
	case errors.Is(err, store.ErrRegistered):
		t.Say("register.have")
		return t.End()
	case err != nil:
		return err
	}
	when := t.When(t.Local(training.Start))
	if r.By != "" {
		t.Say("register.done_other", "name", who.Name, "code", r.Code, "training", training.Name.In(t.Language), "when", when, "place", training.Place)
	} else {
		t.Say("register.done", "code", r.Code, "training", training.Name.In(t.Language), "when", when, "place", training.Place)
	}
	t.Say("register.next_"+t.nextReminder(training), "link", t.Page("/e/"+training.Code))
	return t.End()
}
