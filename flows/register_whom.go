package flows

import (
	"chihai/store"
)

// Whom she registers: herself, somebody to whom she passes messages on already,
// or somebody new.

// maxOthers is how many women without a chat of their own somebody who is
// neither staff nor a facilitator can register: enough for a family and the
// neighbours, too few to take all seats with invented people.
const maxOthers = 10

// registersMany says, when it is so, that she registers so many others that
// staff must do it, and shows the training again.
func (t *Turn) registersMany() (bool, error) {
	n := 0
	for _, err := range t.RelayedBy(t.Member.ID) {
		if err != nil {
			return false, err
		}
		if n++; n == maxOthers {
			break
		}
	}
	if n < maxOthers {
		return false, nil
	}
	for _, role := range []store.Role{store.Staff, store.Facilitator} {
		if ok, err := t.Holds(role, "*"); err != nil || ok {
			return false, err
		}
	}
	t.Say("register.too_many", "n", n)
	return true, t.Stay()
}

// someoneNew is the note "for" while she registers somebody who is not kept yet;
// what is known of her stands in the note "draft".
const someoneNew = "new"

// askWhom offers those to whom she passes messages on already, so that she does
// not type them in again.
func askWhom(t *Turn) error {
	t.Set("for", someoneNew)
	skip, n := t.Count("whom"), 0
	names := map[string]bool{}
	for o, err := range t.RelayedBy(t.Member.ID) {
		if err != nil {
			return err
		}
		if n++; n > skip && n <= skip+unitPage {
			t.Offer(PickText(o.ID, unlike(names, o.Name)))
		}
		if n > skip+unitPage {
			break
		}
	}
	if n == 0 {
		return t.Call("profile", profileNote{Other: true, Consent: true})
	}
	t.Say("register.whom")
	if n > skip+unitPage {
		t.Offer(Pick("more", "register.more"))
	} else if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	t.Offer(Pick(someoneNew, "register.someone_new"))
	return nil
}

func takeWhom(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "more":
		t.Set("whom", t.Count("whom")+unitPage)
		return t.Stay()
	case "first":
		t.Forget("whom")
		return t.Stay()
	case someoneNew:
		return t.Call("profile", profileNote{Other: true, Consent: true})
	default:
		t.Set("for", id)
		return nil
	}
}

// askWho asks for what is missing of the woman herself. The profile of somebody
// else was just made: it is the result of the flow that was called.
func askWho(t *Turn) error {
	t.heardProfile()
	if t.Note("for") == "" && !known(t.Member) {
		return t.Call("profile", profileNote{Consent: true})
	}
	if t.Note("for") != "" && t.Member.Name == "" {
		who, err := t.registrant()
		if err != nil {
			return err
		}
		if who.Phone == "" { // staff reach her through the one who registers her
			t.Say("register.relay_who", "name", who.Name)
			return t.Call("profile", profileNote{Consent: true})
		}
	}
	return nil
}

// askChanged takes what was changed and shows it.
func askChanged(t *Turn) error {
	t.heardProfile()
	return t.Goto("check")
}

// heardProfile writes down what the flow profile returned of somebody who is not
// kept yet.
func (t *Turn) heardProfile() {
	var d draft
	if t.Note("for") == someoneNew && t.Get("profile", &d) {
		t.Set("draft", d)
	}
}

// registrant is who gets the seat: she herself, or the one she registers, who
// has no ID while she is not kept yet.
func (t *Turn) registrant() (*store.Member, error) {
	switch id := t.Note("for"); id {
	case "":
		return t.Member, nil
	case someoneNew:
		var d draft
		t.Get("draft", &d)
		return d.member(), nil
	default:
		return t.Tx.Member(id)
	}
}

// newcomerOf keeps somebody who has no chat of her own, as she was described. She
// is told things by the one who registers her, in her language.
func (t *Turn) newcomerOf(described *store.Member) (*store.Member, error) {
	m, err := t.NewMember()
	if err != nil {
		return nil, err
	}
	m.Name, m.Area, m.Phone = described.Name, described.Area, described.Phone
	m.Language, m.Consent = t.Member.Language, t.Now
	return m, t.SetRelay(m, t.Member.ID)
}
