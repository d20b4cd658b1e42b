package responses

import (
	"regexp"

	"chihai/flows/form"
)

// telling are the questions of a form that an anonymous file leaves out: those that nobody answers and
// that say who or when, and whatever is computed from them.
func telling(f *form.Form) map[string]bool {
	tells := map[string]bool{}
	for q := range f.Questions() {
		switch q.Kind {
		case form.Start, form.End, form.Device, form.Audit, form.Background:
			tells[q.Name] = true
		}
	}
	for more := true; more; {
		more = false
		for q := range f.Questions() {
			if !tells[q.Name] && tellsOf(q, tells) {
				tells[q.Name], more = true, true
			}
		}
	}
	return tells
}

// clock finds the functions that give the time of day.
var clock = regexp.MustCompile(`\bnow\s*\(`)

// tellsOf reports whether what a question computes rests on what tells. An answer of an earlier response
// would join the two.
func tellsOf(q *form.Question, tells map[string]bool) bool {
	sources := []string{q.Calculation}
	if q.Dynamic {
		sources = append(sources, q.Default)
	}
	for _, s := range sources {
		if clock.MatchString(s) {
			return true
		}
		refs, whole := form.References(s)
		if !whole {
			return true
		}
		for _, r := range refs {
			if r.LastSaved || tells[r.Name] {
				return true
			}
		}
	}
	return false
}
