package flows

import "chihai/store"

// A doubt is a text that may reveal too much, until she has thought again.
type doubt struct {
	Field string `json:"field"`
	Text  string `json:"text"`
	Word  string `json:"word"` // the one that reveals
}

// guarded goes to a second question when text, meant for field, may reveal too
// much of who takes part. It says whether it did.
func (t *Turn) guarded(field, text string) bool {
	word := revealing(text)
	if word == "" {
		return false
	}
	t.Set("doubt", doubt{field, text, word})
	t.Goto("doubt")
	return true
}

func askDoubt(t *Turn) error {
	d, err := t.draft()
	if err != nil || d == nil {
		return err
	}
	var n doubt
	t.Get("doubt", &n)
	t.Say("training.doubt", "word", n.Word)
	if n.Field == "name" {
		t.Offer(PickText("suggested", t.suggestedName(d.Kind)["vi"]),
			Option{ID: "official", Label: "training.doubt_official", Wide: true})
	}
	t.Offer(Option{ID: "keep", Label: "training.doubt_keep", Wide: true})
	return nil
}

func takeDoubt(t *Turn) error {
	d, err := t.draft()
	if err != nil || d == nil {
		return err
	}
	var n doubt
	t.Get("doubt", &n)
	switch t.Chosen() {
	case "keep":
		switch n.Field {
		case "name":
			t.rename(d, n.Text)
		case "km":
			translate(d, n.Text)
		case "place":
			d.Place = n.Text
		case "audience":
			d.Audience = store.Text{"vi": n.Text}
		}
		if err := t.Log(t.Member.ID, "keep revealing word", d.ID); err != nil {
			return err
		}
		return t.onwardFrom(d, n.Field)
	case "official":
		d.Official = n.Text
		t.Set("draft", d)
		t.Say("training.doubt_moved")
		return t.Goto("name")
	}
	for _, f := range trainingFields() {
		if f.name != n.Field {
			continue
		}
		if err := f.take(t, d); err != nil || t.move.kind != none {
			return err
		}
		return t.onwardFrom(d, f.name)
	}
	return t.Goto("check")
}

// onwardFrom is onward from a step that does not stand in the row of fields.
func (t *Turn) onwardFrom(d *store.Training, field string) error {
	if err := t.onward(d, field); err != nil || t.move.kind != next {
		return err
	}
	fields := trainingFields()
	for i, f := range fields[:len(fields)-1] {
		if f.name == field {
			return t.Goto(fields[i+1].name)
		}
	}
	return t.Goto("check")
}
