package flows

import (
	"math"

	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
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

// formFacts are the facts of a form; extent is what was found of its length.
func formFacts(f *form.Form, extent form.Extent) FormFacts {
	facts := FormFacts{Shortest: extent.Shortest, Longest: extent.Longest, Expected: int(math.Round(extent.Expected)), Seconds: int(extent.Time.Seconds())}
	if extent.Endless {
		facts.Longest = 0
	}
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
func formChanges(old, f *form.Form, p *locales.Printer) (grade store.FormGrade, lines []string, raw jsontext.Value) {
	changes := form.Compare(old, f)
	if len(changes) == 0 {
		return "", nil, nil
	}
	for _, c := range changes {
		lines = append(lines, c.Words(f, p))
	}
	raw, err := json.Marshal(changes)
	if err != nil {
		raw = nil // the grade tells what matters
	}
	return store.FormGrade(form.Heaviest(changes)), lines, raw
}

// formChangeLines says what the version with that form has changed, in the language
// of p. It is nil where that is not known.
func formChangeLines(raw jsontext.Value, f *form.Form, p *locales.Printer) []string {
	var changes []form.Change
	if len(raw) == 0 || json.Unmarshal(raw, &changes) != nil {
		return nil
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.Words(f, p))
	}
	return lines
}
