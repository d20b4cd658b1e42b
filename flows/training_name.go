package flows

import (
	"maps"
	"strings"
	"unicode"

	"chihai/locales"
	"chihai/store"
)

const (
	mostName     = 60 // letters of the neutral name: it stands on buttons and tickets
	mostOfficial = 300
)

func askKind(t *Turn, _ *store.Training) error {
	t.Say("training.kind_ask")
	for _, kind := range store.Kinds {
		t.Offer(Option{ID: string(kind), Label: "training.kind_" + string(kind), Wide: true})
	}
	return nil
}

func takeKind(t *Turn, d *store.Training) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	d.Kind = store.Kind(t.Chosen())
	return nil
}

// suggestedName is a name that reveals nothing, in every language.
func (t *Turn) suggestedName(kind store.Kind) store.Text {
	name := store.Text{}
	for _, code := range locales.Languages {
		in := t.engine.catalog.In(code, "").T("training.name_" + string(kind))
		if code == locales.Source || in != name[locales.Source] {
			name[code] = in
		}
	}
	return name
}

func askTrainingName(t *Turn, d *store.Training) error {
	t.Say("training.name_ask")
	t.Offer(PickText("suggested", t.suggestedName(d.Kind)["vi"]))
	return nil
}

func takeTrainingName(t *Turn, d *store.Training) error {
	if t.Chosen() == "suggested" {
		d.Name = t.suggestedName(d.Kind)
		return nil
	}
	name, ok := oneLine(t.Words(), 3, mostName)
	if !ok {
		return t.Again("training.name_again", "most", mostName)
	}
	if !t.guarded("name", name) {
		t.rename(d, name)
	}
	return nil
}

// rename gives d a new name of her own. A Khmer one of her own stays until it
// is asked for again; those of another name in other languages go.
func (t *Turn) rename(d *store.Training, name string) {
	km := d.Name["km"]
	d.Name = store.Text{"vi": name}
	if km != "" && km != t.suggestedName(d.Kind)["km"] {
		d.Name["km"] = km
	}
}

func askTranslated(t *Turn, d *store.Training) error {
	now := d.Name["km"]
	if now != "" && now == t.suggestedName(d.Kind)["km"] && !t.checked() { // it came with the name
		return t.Next()
	}
	t.Say("training.km_ask")
	if now != "" {
		t.Say("training.km_now", "name", now)
		t.Offer(Pick("keep", "training.km_keep"), Pick("none", "training.km_remove"))
		return nil
	}
	t.Offer(Pick("none", "training.km_none"))
	return nil
}

func takeTranslated(t *Turn, d *store.Training) error {
	switch t.Chosen() {
	case "keep":
		return nil
	case "none":
		translate(d, "")
		return nil
	}
	name, ok := oneLine(t.Words(), 2, 2*mostName)
	if !ok || !strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Khmer, r) }) {
		return t.Again("training.km_again")
	}
	if !t.guarded("km", name) {
		translate(d, name)
	}
	return nil
}

// translate gives d the Khmer name, or none.
func translate(d *store.Training, name string) {
	d.Name = maps.Clone(d.Name)
	d.Name["km"] = name
	if name == "" {
		delete(d.Name, "km")
	}
}

func askOfficial(t *Turn, d *store.Training) error {
	if d.Official != "" && !t.checked() { // she gave it when she was asked for the other
		return t.Next()
	}
	t.Say("training.official_ask")
	t.Offer(Pick("same", "training.official_same"))
	return nil
}

func takeOfficial(t *Turn, d *store.Training) error {
	if t.Chosen() == "same" {
		d.Official = ""
		return nil
	}
	name, ok := oneLine(t.Words(), 3, mostOfficial)
	if !ok {
		return t.Again("training.official_again", "most", mostOfficial)
	}
	d.Official = name
	return nil
}
