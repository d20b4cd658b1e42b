package flows

import (
	"strings"

	"chihai/store"
)

// clubs shows her the clubs that she belongs to or keeps together, and leads to
// each of them. Whoever has a code can type it here.
func clubs() *Flow {
	return &Flow{
		Name:     "clubs",
		Triggers: []string{"command.clubs", "menu.clubs"},
		Steps: []Step{
			{Name: "list", Ask: askClubs, Take: takeClubs},
			{Name: "list_again", Ask: func(t *Turn) error { return t.Goto("list") }},
		},
	}
}

// handoverCode is how many characters the code has by which a club is handed
// over.
const handoverCode = 12

func askClubs(t *Turn) error {
	leads, err := t.Holds(store.Facilitator, "*")
	if err != nil {
		return err
	}
	all, err := t.clubsOf(leads)
	if err != nil {
		return err
	}
	var lines []string
	labels := map[string]bool{}
	for _, c := range all {
		next, err := t.nextLine(c)
		if err != nil {
			return err
		}
		lines = append(lines, "• "+c.Name+next)
		t.Offer(PickText(c.ID, unlike(labels, t.apart(c.Name))))
	}
	if len(all) > 0 {
		t.Say("clubs.list")
		t.SayText(strings.Join(lines, "\n"))
		t.Say("clubs.code")
	} else {
		t.Say("clubs.none")
	}
	if leads {
		t.Offer(Option{ID: "new", Label: "clubs.new", Wide: true})
		if ok, err := t.readsShelf(); err != nil {
			return err
		} else if ok {
			t.Offer(Option{ID: "shelf", Label: "menu.shelf", Wide: true})
		}
	}
	return nil
}

func takeClubs(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.typedCode()
	case "new":
		return t.Start("club_new", nil)
	case "shelf":
		return t.Start("shelf", nil)
	default:
		c, err := t.Club(id)
		if err != nil {
			return ignore(err, store.ErrNotFound)
		}
		if c.Facilitator == t.Member.ID {
			return t.Call("club_one", clubNote{Club: id})
		}
		return t.Call("club_own", id)
	}
}

// typedCode takes a code that was typed beside the list: of a club, or one by
// which a club is handed over.
func (t *Turn) typedCode() error {
	words := t.Words()
	if _, ok := store.ReadClubCode(words); ok {
		return t.Start("club_join", words)
	}
	if leads, err := t.Holds(store.Facilitator, "*"); err != nil {
		return err
	} else if leads && len(store.ReadCode(words)) == handoverCode {
		return t.Start("club_take", words)
	}
	return t.Again("clubs.again")
}

// clubsOf returns the open clubs that she belongs to, after those that she keeps
// together, if she leads any.
func (t *Turn) clubsOf(leads bool) ([]*store.Club, error) {
	var all []*store.Club
	if leads {
		for c, err := range t.ClubsLed(t.Member.ID) {
			if err != nil {
				return nil, err
			}
			if c.Open() {
				all = append(all, c)
			}
		}
	}
	for m, err := range t.MembershipsOf(t.Member.ID) {
		if err != nil {
			return nil, err
		}
		if m.State != store.In {
			continue
		}
		c, err := t.Club(m.Club)
		if err != nil {
			return nil, err
		}
		if c.Open() && (c.Facilitator != t.Member.ID || !leads) {
			all = append(all, c)
		}
	}
	return all, nil
}

// nextLine is when c meets next, to stand behind its name; empty when that is
// not known.
func (t *Turn) nextLine(c *store.Club) (string, error) {
	next, err := t.NextMeetings(c, 1)
	if err != nil || len(next) == 0 {
		return "", err
	}
	return ": " + t.When(t.Local(next[0].Start)), nil
}
