package flows

import (
	"errors"

	"chihai/flows/form"
	"chihai/store"

	"github.com/go-json-experiment/json/jsontext"
)

// formTry shows staff a version of a form as those who are asked will see it. What is
// answered stands in the talk's notes alone and is gone when the talk ends: nothing
// is kept and nothing is counted. It returns to the flow that called it.
func formTry() *Flow {
	d := &desk{open: openTrying, keep: keepTrying, send: endTrying, mark: "questionnaire.try_mark"}
	return &Flow{
		Name:  "form_try",
		Roles: []store.Role{store.Staff},
		Back:  d.back,
		Hear:  d.hearFile,
		Steps: append([]Step{{Name: "begin", Ask: beginTrying}}, d.steps()...),
	}
}

// A formTryNote says which version of which form is tried.
type formTryNote struct {
	Form    string `json:"form"`
	Version int    `json:"version"`
}

// mostTried is how long the answers of a preview may be, in bytes: they stand in the
// talk, which is one document.
const mostTried = 30 << 10

func beginTrying(t *Turn) error {
	var n formTryNote
	t.Get("form_try", &n)
	v, err := t.FormVersion(n.Form, n.Version)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("questionnaire.try_none")
		return t.Return(nil)
	}
	if err != nil {
		return err
	}
	l, err := t.logic(n.Form, n.Version)
	if err != nil {
		return err
	}
	data, err := form.EncodeResponse(l.Begin(t.Now, t.formSeed(), nil))
	if err != nil {
		return err
	}
	t.Set("answers", jsontext.Value(data))
	t.Say("questionnaire.try_begin", "title", v.Title)
	return t.Goto(deskGo)
}

func openTrying(t *Turn) (*sheet, error) {
	var n formTryNote
	var answers jsontext.Value
	if !t.Get("form_try", &n) || !t.Get("answers", &answers) {
		t.Say("questionnaire.try_none")
		return nil, t.Return(nil)
	}
	return t.sheetOf(n.Form, n.Version, answers)
}

func keepTrying(t *Turn, _ *sheet, data []byte) error {
	if len(data) > mostTried {
		t.options, t.said = nil, nil
		t.Say("questionnaire.try_long")
		return t.Return(nil)
	}
	t.Set("answers", jsontext.Value(data))
	return nil
}

func endTrying(t *Turn, s *sheet) error {
	t.sheet = nil
	t.sayReviewed(s)
	t.Say("questionnaire.try_end")
	return t.Return(nil)
}
