package flows

import (
	"slices"
	"strings"

	"chihai/locales"
	"chihai/store"
)

// people is for a phone that several women use. It shows who they are, lets the
// one who holds it say who she is, and adds and removes people. Each has her
// own talk, language and registrations.
func people() *Flow {
	return &Flow{
		Name:     "people",
		Triggers: []string{"people.change"},
		Steps: []Step{
			{Name: "who", Ask: askWhoSpeaks, Take: takeWhoSpeaks},
			{Name: "add", Ask: askAddPerson, Take: takeAddPerson},
			{Name: "remove", Ask: askRemovePerson, Take: takeRemovePerson},
			{Name: "sure", Ask: askRemoveSure, Take: takeRemoveSure},
		},
	}
}

// maxPeople is how many can share a phone: a household, not a village.
const maxPeople = 8

func askWhoSpeaks(t *Turn) error {
	persons, err := t.persons()
	if err != nil {
		return err
	}
	if len(persons) == 1 {
		t.Say("people.one", "name", persons[0].name)
	} else {
		var names []string
		for _, p := range persons {
			if p.ID == t.Member.ID {
				p.name = t.T("people.speaking", "name", p.name)
			}
			names = append(names, "• "+p.name)
		}
		t.Say("people.who", "names", strings.Join(names, "\n"))
	}
	for _, p := range persons {
		if p.ID != t.Member.ID {
			t.Offer(PickText(p.ID, p.name))
		}
	}
	if len(persons) < maxPeople {
		t.Offer(Pick("add", "people.add"))
	}
	if len(persons) > 1 {
		t.Offer(Pick("remove", "people.remove"))
	}
	return nil
}

func takeWhoSpeaks(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "add", "remove":
		return t.Goto(id)
	default:
		m, err := t.person(id)
		if err != nil || m == nil {
			return err
		}
		return t.SpeakAs(m)
	}
}

func askAddPerson(t *Turn) error {
	t.Say("people.add_sure")
	t.Offer(Pick("yes", "people.add_yes"), Pick("no", "answer.no"))
	return nil
}

func takeAddPerson(t *Turn) error {
	switch t.Chosen() {
	case "yes":
		m, err := t.NewMember()
		if err != nil {
			return err
		}
		t.Say("people.hand_over")
		return t.SpeakAs(m)
	case "no":
		return t.Goto("who")
	}
	return t.Again("engine.unclear")
}

func askRemovePerson(t *Turn) error {
	persons, err := t.persons()
	if err != nil {
		return err
	}
	if len(persons) < 2 { // her own data she deletes in the settings
		return t.Goto("who")
	}
	t.Say("people.remove_who")
	for _, p := range persons {
		t.Offer(PickText(p.ID, p.name))
	}
	return nil
}

func takeRemovePerson(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	t.Set("remove", t.Chosen())
	return nil
}

func askRemoveSure(t *Turn) error {
	m, err := t.person(t.Note("remove"))
	if err != nil || m == nil {
		return err
	}
	name := t.nameOnPhone(m)
	switch empty, err := t.unknown(m); {
	case err != nil:
		return err
	case empty:
		t.Say("people.remove_empty", "name", name)
	case len(m.Contacts) == 1:
		t.Say("people.remove_only", "name", name)
	default:
		t.Say("people.remove_sure", "name", name)
	}
	t.Offer(Pick("yes", "people.remove_yes"), Pick("no", "answer.no"))
	return nil
}

// takeRemoveSure takes a person from the phone. What is kept of her stays as it
// is, unless there is nothing and no other phone by which she could come back.
func takeRemoveSure(t *Turn) error {
	switch t.Chosen() {
	case "":
		return t.Again("engine.unclear")
	case "no":
		return t.Goto("who")
	}
	gone, err := t.person(t.Note("remove"))
	if err != nil || gone == nil {
		return err
	}
	empty, err := t.unknown(gone)
	if err != nil {
		return err
	}
	name := t.nameOnPhone(gone)
	if gone.ID == t.Member.ID {
		id := t.Contact.Members[slices.IndexFunc(t.Contact.Members, func(id string) bool { return id != gone.ID })]
		next, err := t.Tx.Member(id)
		if err != nil {
			return err
		}
		if err := t.SpeakAs(next); err != nil {
			return err
		}
	} else if err := t.Goto("who"); err != nil {
		return err
	}
	t.Say("people.removed", "name", name)
	if empty {
		return t.DeleteMember(gone, t.Contact)
	}
	return t.Part(t.Contact, gone)
}

// A person is one of those who use a phone, with the name by which the others
// know her.
type person struct {
	*store.Member
	name string
}

// persons returns those who use the phone, in the order in which they came. No
// two have the same name.
func (t *Turn) persons() ([]person, error) {
	var persons []person
	for _, id := range t.Contact.Members {
		m, err := t.Tx.Member(id)
		if err != nil {
			return nil, err
		}
		persons = append(persons, person{m, locales.Capital(t.nameOnPhone(m))})
	}
	given := map[string]int{}
	for _, p := range persons {
		given[p.name]++
	}
	taken := map[string]bool{}
	for i := range persons {
		p := &persons[i]
		if p.Name != "" && given[p.name] > 1 {
			p.name = cut(p.Name, mostGiven)
		}
		p.name = unlike(taken, p.name)
	}
	return persons, nil
}

// person returns the member id if she uses the phone. If she does not any more,
// the list is shown again, and the result is nil.
func (t *Turn) person(id string) (*store.Member, error) {
	if !slices.Contains(t.Contact.Members, id) {
		return nil, t.Goto("who")
	}
	if id == t.Member.ID {
		return t.Member, nil
	}
	return t.Tx.Member(id)
}

// nameOnPhone is what one of those who use a phone is called to the others: her
// given name, or that she has not told it yet.
func (t *Turn) nameOnPhone(m *store.Member) string {
	if name := givenName(m.Name); name != "" {
		return cut(name, mostGiven)
	}
	return t.T("people.nobody")
}

// unknown says whether nothing of m is lost when she is deleted: she has told no
// name, registered for nothing and nobody, asked to join no club, has no role and
// no other phone.
func (t *Turn) unknown(m *store.Member) (bool, error) {
	if m.Name != "" || m.Granted || len(m.Contacts) > 1 {
		return false, nil
	}
	some := false
	for _, err := range t.RegistrationsOf(m.ID) {
		if err != nil {
			return false, err
		}
		some = true
	}
	for _, err := range t.RelayedBy(m.ID) {
		if err != nil {
			return false, err
		}
		some = true
	}
	for _, err := range t.MembershipsOf(m.ID) {
		if err != nil {
			return false, err
		}
		some = true
	}
	return !some, nil
}
