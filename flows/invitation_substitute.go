package flows

import (
	"chihai/store"
)

// The steps by which somebody says who comes in a guest's stead: the guest
// herself, or staff to whom she has said so. The notes are "substitute" and "as".

// mostGuestTitle is how many letters a title has at most.
const mostGuestTitle = 120

func askSubstituteName(t *Turn) error {
	t.Say("invitation.substitute_ask")
	return nil
}

func takeSubstituteName(t *Turn) error {
	name, ok := readName(t.Words())
	if !ok {
		return t.Again("profile.name_again")
	}
	t.Set("substitute", name)
	t.Forget("as")
	return nil
}

func askSubstituteTitle(t *Turn) error {
	t.Say("invitation.title_ask", "name", t.Note("substitute"))
	t.Offer(Pick("none", "invitation.title_none"))
	return nil
}

func takeSubstituteTitle(t *Turn) error {
	if t.Chosen() == "none" || t.meant("answer.no") {
		t.Forget("as")
		return nil
	}
	title, ok := readGuestTitle(t.Words())
	if !ok {
		return t.Again("invitation.title_again", "most", mostGuestTitle)
	}
	t.Set("as", title)
	return nil
}

// readGuestTitle reads what somebody is in her unit, in one line.
func readGuestTitle(text string) (string, bool) {
	return oneLine(cleanText(text, 2*mostGuestTitle), 2, mostGuestTitle)
}

// askSubstituteCheck reads back who comes in v's stead.
func (t *Turn) askSubstituteCheck(v *invited) error {
	t.Say("invitation.check", "name", guestName(t, v.member), "training", v.training.Name.In(t.Language),
		"substitute", nameAndTitle(t.Note("substitute"), t.Note("as")))
	t.Offer(Option{ID: "yes", Label: "invitation.check_yes", Wide: true}, Pick("fix", "training.fix"))
	return nil
}

// substituteInto puts into g who was named.
func (t *Turn) substituteInto(g *store.Guest) {
	g.Substitute, g.SubstituteTitle = t.Note("substitute"), t.Note("as")
}
