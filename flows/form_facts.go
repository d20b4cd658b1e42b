package flows

import (
	"bytes"

	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json/jsontext"
)

// This file says what is told of a form before it is kept: how long it is, and
// what it changes.

// FormFacts are what is told of a form besides its title.
type FormFacts struct {
	Questions int      `json:"questions"`          // that it holds
	Shortest  int      `json:"shortest,omitzero"`  // that are asked at least
	Longest   int      `json:"longest,omitzero"`   // and at most; 0: it is not known, or there is no bound
	Expected  int      `json:"expected,omitzero"`  // and probably; 0: it is not known
	Seconds   int      `json:"seconds,omitzero"`   // for which that takes, estimated
	Languages []string `json:"languages,omitzero"` // codes of those it is written in, as far as they have one
}

// formFacts are the facts of a form.
func formFacts(f *form.Form) FormFacts {
	var facts FormFacts
	for q := range f.Questions() {
		if q.Kind.Asked() {
			facts.Questions++
		}
	}
	for _, l := range f.Languages {
		if l.Code != "" {
			facts.Languages = append(facts.Languages, l.Code)
		}
	}
	return facts
}

// formChanges says what a form changes about an older one: how grave that is, in
// lines for her who sent it, and as it is kept. The grade is empty when nothing
// changed.
func formChanges(old, f *form.Form, _ *locales.Printer) (grade store.FormGrade, lines []string, raw jsontext.Value) {
	bare := *old
	bare.Name = f.Name // that of the root comes from the file's name, if the workbook gives none
	was, err := form.Encode(&bare)
	if err != nil {
		return store.Breaking, nil, nil
	}
	now, err := form.Encode(f)
	if err != nil || !bytes.Equal(was, now) {
		return store.Breaking, nil, nil
	}
	return "", nil, nil
}

// formChangeLines says what a version that is kept has changed, in the language of
// p. It is nil where that is not known.
func formChangeLines(jsontext.Value, *locales.Printer) []string { return nil }
