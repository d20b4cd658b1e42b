package flows

import (
	"slices"

	"chihai/store"
)

const (
	mostPlace    = 150 // letters
	mostAudience = 150
)

func askPlace(t *Turn, d *store.Training) error {
	if !d.Start.IsZero() && d.End.After(d.Start) { // "7h" may have been taken for the evening
		t.SayText(t.span(d.Start, d.End))
	}
	t.Say("training.place_ask")
	return nil
}

func takePlace(t *Turn, d *store.Training) error {
	place, ok := oneLine(t.Words(), 3, mostPlace)
	if !ok {
		return t.Again("training.place_again", "most", mostPlace)
	}
	if !t.guarded("place", place) {
		d.Place = place
	}
	return nil
}

// askTrainingArea asks for whom in the country it is: one of the areas that are
// hers, or a unit in them. Who has one commune is not asked.
func askTrainingArea(t *Turn, d *store.Training) error {
	own, err := t.ownAreas()
	if err != nil {
		return err
	}
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	if len(own) == 1 && tree.Leaf(own[0].Code, t.Now) {
		if t.checked() {
			t.Say("training.area_only", "area", own[0].Name)
		}
		d.Area = own[0].Code
		return t.onwardFrom(d, "area")
	}
	t.Say("training.area_ask")
	for _, a := range own[:min(len(own), areaButtons)] {
		t.Offer(PickText(a.Code, t.T("training.area_all", "area", a.Name)))
	}
	t.Offer(Option{ID: "part", Label: "training.area_part", Wide: true})
	return nil
}

// areaButtons is how many of her areas are offered at most; she can name any.
const areaButtons = 6

// ownAreas are the units for which she is staff now, the whole of the Union's
// for one who is everywhere.
func (t *Turn) ownAreas() ([]*store.Area, error) {
	scopes, err := t.Scopes(store.Staff)
	if err != nil {
		return nil, err
	}
	settings, err := t.Settings()
	if err != nil {
		return nil, err
	}
	tree, err := t.Areas()
	if err != nil {
		return nil, err
	}
	var own []*store.Area
	for _, code := range scopes {
		if code == "" {
			code = settings.Top
		}
		if a := tree.Area(code); a != nil && !slices.Contains(own, a) {
			own = append(own, a)
		}
	}
	return own, nil
}

func takeTrainingArea(t *Turn, d *store.Training) error {
	if id := t.Chosen(); id != "part" && id != "" {
		d.Area = id
		return nil
	}
	t.Forget("area")
	note := areaNote{Any: true}
	own, err := t.ownAreas()
	if err != nil {
		return err
	}
	if len(own) == 1 {
		note.Top = own[0].Code
	}
	return t.Call("area", note)
}

// keepTrainingArea keeps the unit that was found for her.
func keepTrainingArea(t *Turn) error {
	d, err := t.draft()
	if err != nil || d == nil {
		return err
	}
	code := t.Note("area")
	t.Forget("area")
	if code == "" { // it was answered with a button
		return nil
	}
	ok, err := t.Holds(store.Staff, code)
	if err != nil {
		return err
	}
	if !ok {
		t.Say("training.area_not_yours")
		return t.Goto("area")
	}
	d.Area = code
	return t.onwardFrom(d, "area")
}

func askAudience(t *Turn, _ *store.Training) error {
	t.Say("training.audience_ask")
	t.Offer(Pick("all", "training.audience_all"))
	return nil
}

func takeAudience(t *Turn, d *store.Training) error {
	if t.Chosen() == "all" {
		d.Audience = nil
		return nil
	}
	audience, ok := oneLine(t.Words(), 2, mostAudience)
	if !ok {
		return t.Again("training.audience_again", "most", mostAudience)
	}
	if !t.guarded("audience", audience) {
		d.Audience = store.Text{"vi": audience}
	}
	return nil
}
