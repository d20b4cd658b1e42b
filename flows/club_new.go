package flows

import (
	"chihai/store"
)

// clubNew makes a club. Its name and school are asked; the school year follows
// from the day, and the area from her role where that leaves no choice.
func clubNew() *Flow {
	return &Flow{
		Name:  "club_new",
		Title: "club_new.title",
		Role:  store.Facilitator,
		Steps: []Step{
			{Name: "kind", Ask: askClubKind, Take: takeClubKind},
			{Name: "name", Ask: askClubName, Take: takeClubName, Free: true},
			{Name: "school", Ask: askSchool, Take: takeSchool, Free: true},
			{Name: "area", Ask: askClubArea},
			{Name: "made", Ask: makeClub},
		},
	}
}

const (
	leastClubName = 3
	mostClubName  = 60
)

func askClubKind(t *Turn) error {
	t.Say("club_new.kind")
	t.Offer(Option{ID: string(store.Pupils), Label: "club_new.pupils", Wide: true}, Option{ID: string(store.Grown), Label: "club_new.grown", Wide: true})
	return nil
}

func takeClubKind(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	t.Set("kind", t.Chosen())
	return nil
}

func askClubName(t *Turn) error {
	t.Say("club_new.name")
	if t.Note("kind") == string(store.Pupils) {
		t.Offer(Option{ID: "usual", Label: "club_new.usual", Wide: true})
	}
	return nil
}

func takeClubName(t *Turn) error {
	words := t.Words()
	if t.Chosen() == "usual" {
		words = t.T("club_new.usual")
	}
	name, ok := oneLine(words, leastClubName, mostClubName)
	if !ok {
		return t.Again("club_new.name_again", "most", mostClubName)
	}
	if word := revealing(name); word != "" && t.Note("doubt") != name {
		t.Set("doubt", name)
		return t.Again("club_new.doubt", "word", word)
	}
	t.Set("name", name)
	t.About(name)
	return nil
}

func askSchool(t *Turn) error {
	if t.Note("kind") != string(store.Pupils) {
		return t.Next()
	}
	t.Say("club_new.school")
	return nil
}

func takeSchool(t *Turn) error {
	school, ok := oneLine(t.Words(), leastClubName, mostClubName)
	if !ok {
		return t.Again("club_new.school_again", "most", mostClubName)
	}
	t.Set("school", school)
	return nil
}

// askClubArea asks where the club meets, unless her role leaves only one unit.
func askClubArea(t *Turn) error {
	scopes, err := t.Scopes(store.Facilitator)
	if err != nil {
		return err
	}
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	if len(scopes) == 1 && tree.Leaf(scopes[0], t.Now) {
		t.Set("area", scopes[0])
		return nil
	}
	note := areaNote{Any: true}
	if len(scopes) == 1 {
		note.Top = scopes[0]
	}
	return t.Call("area", note)
}

func makeClub(t *Turn) error {
	area := t.Note("area")
	if ok, err := t.Holds(store.Facilitator, area); err != nil {
		return err
	} else if !ok {
		t.Say("club_new.not_yours")
		return t.Goto("area")
	}
	c := &store.Club{
		Kind: store.ClubKind(t.Note("kind")), Name: t.Note("name"), School: t.Note("school"), Area: area,
		Facilitator: t.Member.ID, By: t.Member.ID,
	}
	if c.Kind == store.Pupils {
		c.Year = store.SchoolYear(t.Local(t.Now))
	}
	if err := t.AddClub(c); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "add club", c.ID); err != nil {
		return err
	}
	t.Say("club_new.made")
	return t.Start("club_one", clubNote{Club: c.ID, Share: true})
}
