package flows

import (
	"strings"
	"unicode/utf8"

	"chihai/store"
)

// A trainingField is one thing that staff say of a training: asked when it is
// made, and asked the same way when it is changed.
type trainingField struct {
	name string // of its step; kept in the store
	free bool
	ask  func(*Turn, *store.Training) error

	// take writes what was said into the draft. When it chooses where the talk
	// goes, the draft is not kept.
	take func(*Turn, *store.Training) error
}

// trainingFields are the fields in the order in which a new training is asked
// for.
func trainingFields() []trainingField {
	return []trainingField{
		{name: "kind", ask: askKind, take: takeKind},
		{name: "name", free: true, ask: askTrainingName, take: takeTrainingName},
		{name: "km", free: true, ask: askTranslated, take: takeTranslated},
		{name: "official", free: true, ask: askOfficial, take: takeOfficial},
		{name: "day", free: true, ask: askDay, take: takeDay},
		{name: "start", free: true, ask: askStart, take: takeStart},
		{name: "end", free: true, ask: askEnd, take: takeEnd},
		{name: "place", free: true, ask: askPlace, take: takePlace},
		{name: "area", ask: askTrainingArea, take: takeTrainingArea},
		{name: "audience", free: true, ask: askAudience, take: takeAudience},
		{name: "seats", free: true, ask: askSeats, take: takeSeats},
		{name: "children", ask: askAlong, take: takeAlong},
		{name: "listed", ask: askListed, take: takeListed},
	}
}

// trainingSteps are the steps of all fields, and those that belong to them.
func trainingSteps() []Step {
	var steps []Step
	for _, f := range trainingFields() {
		steps = append(steps, f.step())
		if f.name == "area" {
			steps = append(steps, Step{Name: "area_known", Ask: keepTrainingArea})
		}
	}
	return steps
}

// sideSteps are those to which only a choice leads.
func sideSteps() []Step {
	return []Step{
		{Name: "which", Ask: askField, Take: takeField},
		{Name: "doubt", Ask: askDoubt, Take: takeDoubt, Free: true},
	}
}

func (f trainingField) step() Step {
	return Step{
		Name: f.name, Free: f.free,
		Ask: func(t *Turn) error {
			d, err := t.draft()
			if err != nil || d == nil {
				return err
			}
			return f.ask(t, d)
		},
		Take: func(t *Turn) error {
			d, err := t.draft()
			if err != nil || d == nil {
				return err
			}
			if err := f.take(t, d); err != nil || t.move.kind != none {
				return err
			}
			return t.onward(d, f.name)
		},
	}
}

// draft is the training as it is to be: a new one, or what an existing one is
// to become. When she may not touch that one any more she is told so, and the
// result is nil.
func (t *Turn) draft() (*store.Training, error) {
	d := new(store.Training)
	t.Get("draft", d)
	if d.ID != "" {
		if now, err := t.staffTraining(d.ID); err != nil || now == nil {
			return nil, err
		}
	}
	return d, nil
}

// onward keeps the draft and goes on after field: to the next one while a new
// training is asked for, else to where all is checked.
func (t *Turn) onward(d *store.Training, field string) error {
	t.Set("draft", d)
	t.About(d.Name.In(t.Language))
	if !t.checked() {
		return t.Next()
	}
	if field == "name" && d.Name["km"] != "" { // it is the name of what it was called before
		return t.Goto("km")
	}
	return t.Goto("check")
}

// checked says whether the draft was complete and is being changed now.
func (t *Turn) checked() bool { return t.Count("checked") > 0 }

// askField asks which of the fields is to be changed.
func askField(t *Turn) error {
	d, err := t.draft()
	if err != nil || d == nil {
		return err
	}
	t.Say("training.which")
	for _, f := range trainingFields() {
		t.Offer(Pick(f.name, "training.field_"+f.name))
	}
	t.Offer(Option{ID: "check", Label: "training.no_more", Wide: true})
	return nil
}

func takeField(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	return t.Goto(t.Chosen())
}

// short offers text as a choice that needs no row of its own.
func short(id, text string) Option { return Option{ID: id, Label: text, Text: true} }

// written is what she answered at a step whose choices are ready answers.
func (t *Turn) written() string {
	if id := t.Chosen(); id != "" {
		return id
	}
	return t.Words()
}

// oneLine reads a text of one line with at least least and at most most
// letters.
func oneLine(text string, least, most int) (string, bool) {
	text = strings.Join(strings.Fields(text), " ")
	n := utf8.RuneCountInString(text)
	return text, n >= least && n <= most
}
