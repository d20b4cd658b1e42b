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
	r, err := t.Registration(training.ID, t.Member.ID)
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	other := "register.other"
	if training.Free() == 0 {
		other = "register.wait_other"
	}
	switch {
	case !training.Cancelled.IsZero():
		t.Say("register.cancelled")
	case !training.Open(t.Now):
		t.Say("register.over")
	case training.ByInvitation:
		return t.detailsOfInvited(training, r)
	case r != nil && r.Stands():
		if err := t.sayStanding(training, r, t.Member); err != nil {
			return err
		}
		if r.State == store.Offered {
			t.Offer(Pick("offer", "register.take_offer"))
		}
		t.Offer(Pick("mine", "menu.mine"), Pick("other", other))
	case training.Free() == 0:
		if training.Waiting > 0 {
			t.Say("register.full_waiting", "n", training.Waiting)
		} else {
			t.Say("register.full")
		}
		t.Offer(Pick("me", "register.wait"), Pick("other", other))
	default:
		t.Say("register.seats", "n", training.Free())
		if training.Approval {
			t.Say("register.approval")
		}
		t.Offer(Pick("me", "register.me"), Pick("other", other))
	}
	if training.Open(t.Now) && training.Seats > 1 {
		if ok, err := t.registersGroups(); err != nil {
			return err
		} else if ok {
			t.Offer(Pick("group", "register.group_button"))
		}
	}
	t.Offer(Pick("list", "register.see_others"))
	return nil
}

func takeDetails(t *Turn) error {
	switch t.Chosen() {
	case "answer":
		return t.Start("invitation", store.GuestNews{Training: t.Note("training"), Member: t.Member.ID})
	case "me":
		t.Forget("for")
		return t.waits("who")
	case "offer":
		r, err := t.Registration(t.Note("training"), t.Member.ID)
		if err != nil {
			return err
		}
		return t.Start("offer", OfferNews{Training: r.Training, Entry: r.Entry})
	case "other":
		if err := t.waits(""); err != nil {
			return err
		}
		if many, err := t.registersMany(); err != nil || many {
			return err
		}
		return nil
	case "group":
		t.Forget("group")
		return t.Goto("group")
	case "mine":
		return t.Start("mine", nil)
	case "list":
		t.Forget("training")
		return t.Goto("list")
	}
	return t.Again("engine.unclear")
}

// waits writes down whether what she was shown is a place on the waiting list,
// so that she does not come upon it without having asked for it, and goes on
// with step, if any.
func (t *Turn) waits(step string) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	t.Forget("wait")
	if training.Free() == 0 {
		t.Set("wait", 1)
	}
	if step == "" {
		return nil
	}
	return t.Goto(step)
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
	yes := "register.yes"
	if t.Count("wait") > 0 {
		yes = "register.yes_wait"
	}
	t.Offer(Option{ID: "yes", Label: yes, Wide: true},
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

// takeSeat registers her, has her wait where she wants that, or says why neither
// can be.
func takeSeat(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	wait := t.Count("wait") > 0 || training.Approval
	if training.Open(t.Now) && training.Free() == 0 && !wait {
		return t.Goto("full") // nobody new is kept for nothing
	}
	who, err := t.registrant()
	if err != nil {
		return err
	}
	if who.ID == "" && training.Open(t.Now) {
		if who, err = t.newcomerOf(who); err != nil {
			return err
		}
	}
	r := &store.Registration{Training: training.ID, Member: who.ID, Children: t.Count("children")}
	if who.ID != t.Member.ID {
		r.By = t.Member.ID
	}
	var entry *store.Entry
	if wait {
		training, entry, err = t.Enter(t.Member.ID, r)
	} else {
		training, err = t.Register(r)
	}
	switch {
	case errors.Is(err, store.ErrOver):
		t.Say("register.over")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrByInvitation):
		t.Say("invitation.only")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrRegistered):
		if err := t.sayStanding(training, r, who); err != nil {
			return err
		}
		return t.End()
	case err != nil:
		return err
	case entry != nil:
		return t.sayEntered(training, r, who)
	}
	t.sayDone(training, r, who)
	if err := t.sayNext(training); err != nil {
		return err
	}
	return t.End()
}

// askFull asks whether she wants to wait, when the last seat has gone while she
// was answering.
func askFull(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	t.Say("register.just_full", "n", training.Waiting+1)
	t.Offer(Option{ID: "wait", Label: "register.wait", Wide: true}, Pick("list", "register.see_others"))
	return nil
}

func takeFull(t *Turn) error {
	switch t.Chosen() {
	case "wait":
		t.Set("wait", 1)
		return takeSeat(t)
	case "list":
		return t.Start("register", nil)
	}
	return t.Again("engine.unclear")
}

// sayDone says that who has a seat.
func (t *Turn) sayDone(training *store.Training, r *store.Registration, who *store.Member) {
	id := "register.done"
	if who.ID != t.Member.ID {
		id = "register.done_other"
	}
	t.seated = &seat{training, r, who}
	t.Say(id, "name", who.Name, "code", r.Code, "training", training.Name.In(t.Language),
		"when", t.When(t.Local(training.Start)), "place", training.Place)
}

// sayNext says when she will hear of the training again.
func (t *Turn) sayNext(training *store.Training) error {
	rule, last, err := t.nextReminder(training)
	if err != nil {
		return err
	}
	if rule != "none" && training.Start.Sub(last) != store.SoonTime {
		rule = "early" // in the night nobody is reminded
	}
	t.Say("register.next_"+rule, "time", t.moment(last), "link", t.Page("/e/"+training.Code))
	return nil
}

// sayEntered says that who waits now, and for what.
func (t *Turn) sayEntered(training *store.Training, r *store.Registration, who *store.Member) error {
	if err := t.sayStanding(training, r, who); err != nil {
		return err
	}
	if r.State == store.Asked {
		if err := t.planAsked(training); err != nil {
			return err
		}
	}
	t.Say("register.tell_you")
	return t.End()
}

// standing is what is said of a registration that stands, to her and to the one
// who registered her.
var standing = map[store.State]struct{ hers, other string }{
	store.Held:    {"register.have", "register.have_other"},
	store.Asked:   {"register.asked", "register.asked_other"},
	store.Waiting: {"register.waiting", "register.waiting_other"},
	store.Offered: {"register.offered", "register.offered_other"},
	store.Invited: {"invitation.waits", "invitation.waits_other"},
}

// sayStanding says where r, which is that of who, stands.
func (t *Turn) sayStanding(training *store.Training, r *store.Registration, who *store.Member) error {
	n := 0
	if r.State == store.Waiting {
		e, err := t.Entry(training.ID, r.Entry)
		if err != nil {
			return err
		}
		if n, err = t.Ahead(e); err != nil {
			return err
		}
	}
	id := standing[r.State].hers
	if who.ID != t.Member.ID {
		id = standing[r.State].other
	}
	t.Say(id, "name", who.Name, "training", training.Name.In(t.Language), "when", t.When(t.Local(training.Start)), "n", n+1)
	return nil
}
