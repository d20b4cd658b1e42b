package flows

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

const (
	peoplePage = 10    // people in one message
	listMost   = 1_000 // more people are shown in a workbook only: reading all of them for a page holds others up
)

// A participant is who holds a seat.
type participant struct {
	registration *store.Registration
	member       *store.Member
	relay        *store.Member // who passes messages on to her, or nil
	unreached    bool          // no message gets to her
}

// participants are those who hold a seat in the training, by given name.
func (t *Turn) participants(training string) ([]participant, error) {
	return t.people(t.Holders(training))
}

// people are those of the registrations, by given name.
func (t *Turn) people(registrations iter.Seq2[*store.Registration, error]) ([]participant, error) {
	var all []participant
	for r, err := range registrations {
		if err != nil {
			return nil, err
		}
		m, err := t.Tx.Member(r.Member)
		if err != nil {
			return nil, err
		}
		_, relay, err := t.Reach(m)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		all = append(all, participant{r, m, relay, err != nil})
	}
	order := locales.NameOrder()
	slices.SortStableFunc(all, func(a, b participant) int { return order(a.member.Name, b.member.Name) })
	return all, nil
}

// sayToll says what everyone registered will be told, how many of them that
// reaches, and how many she must ring.
func (t *Turn) sayToll(training *store.Training, text string) error {
	reached, unreached, err := t.reach(training)
	if err != nil {
		return err
	}
	if reached > 0 {
		told := "training.told"
		if training.ByInvitation {
			told = "invite.told"
		}
		t.Say(told, "n", reached)
		t.Say("training.told_text", "text", text)
	}
	if unreached > 0 {
		t.Say("training.unreached", "n", unreached)
	}
	return nil
}

// sayTelling says that they are told at at, which is now or in the morning.
func (t *Turn) sayTelling(training *store.Training, at time.Time) error {
	reached, _, err := t.reach(training)
	if err != nil || reached == 0 {
		return err
	}
	if at.After(t.Now) {
		t.Say("training.telling_later", "n", reached, "time", t.moment(at))
		return nil
	}
	t.Say("training.telling", "n", reached)
	return nil
}

// concerns says whether somebody is to be told when the training changes: with
// guests that may be those alone who have not answered in time.
func (t *Turn) concerns(training *store.Training) (bool, error) {
	if training.Concerns() > 0 || !training.ByInvitation {
		return training.Concerns() > 0, nil
	}
	for _, err := range t.Concerned(training.ID) {
		return err == nil, err
	}
	return false, nil
}

// sayNobodyTold says that nobody is concerned.
func (t *Turn) sayNobodyTold(training *store.Training) {
	if training.ByInvitation {
		t.Say("invite.told_nobody")
	} else {
		t.Say("training.told_nobody")
	}
}

// reach counts those who hold a seat or wait for one and get messages, and those
// who do not.
// Where there are very many, all count as reached: looking each of them up
// would hold others up.
func (t *Turn) reach(training *store.Training) (reached, unreached int, err error) {
	if n := training.Concerns(); n > listMost {
		return n, 0, nil
	}
	people, err := t.people(t.Concerned(training.ID))
	for _, p := range people {
		if p.unreached {
			unreached++
		}
	}
	return len(people) - unreached, unreached, err
}

// askPeople shows a page of those registered. It is edited in place as she
// turns the pages.
func askPeople(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	people, err := t.participants(training.ID)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		t.Say("training.list_none")
		return t.Goto("one")
	}
	pages := (len(people) + peoplePage - 1) / peoplePage
	page := min(t.Count("page"), pages-1)
	t.Say("training.list_head", "training", training.Name["vi"], "people", len(people), "page", page+1, "pages", pages)
	var lines []string
	for i := page * peoplePage; i < min(len(people), (page+1)*peoplePage); i++ {
		line, err := t.personLine(people[i])
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, line))
	}
	t.SayText(strings.Join(lines, "\n"))
	if page > 0 {
		t.OfferInline(Pick("before", "training.list_before"))
	}
	if page+1 < pages {
		t.OfferInline(Pick("after", "training.list_after"))
	}
	t.OfferInline(Pick("one", "training.see"))
	return nil
}

func takePeople(t *Turn) error {
	switch t.Chosen() {
	case "before":
		t.Set("page", max(0, t.Count("page")-1))
		return t.Stay()
	case "after":
		t.Set("page", t.Count("page")+1)
		return t.Stay()
	case "one":
		return t.Goto("one")
	}
	return t.Again("engine.unclear")
}

// personLine is a participant in one line: name, commune, telephone.
func (t *Turn) personLine(p participant) (string, error) {
	area, err := t.areaName(p.member.Area)
	if err != nil {
		return "", err
	}
	parts := []string{p.member.Name, area}
	switch {
	case p.member.Phone != "":
		parts = append(parts, locales.Phone(p.member.Phone))
	case p.relay != nil:
		parts = append(parts, t.T("training.list_relay", "name", p.relay.Name), locales.Phone(p.relay.Phone))
	}
	if p.registration.Children > 0 {
		parts = append(parts, t.T("training.list_children", "n", p.registration.Children))
	}
	if p.unreached {
		parts = append(parts, t.T("training.list_unreached"))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", "), nil
}
