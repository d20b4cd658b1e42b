package tally

import "chihai/flows/form"

// A link says what the number of people who are asked a question tells about other questions.
type link struct {
	conditional bool           // not everybody is asked
	on          *form.Question // on whose answer alone that depends; nil: on several, or on what is not counted
	filtered    bool           // what can be chosen depends on other answers
}

// linkOf reads the conditions of a question and of what is around it.
func linkOf(f *form.Form, q *form.Question, around []form.Item) link {
	conditions := []string{q.Relevant}
	for _, it := range around {
		conditions = append(conditions, it.Body().Relevant)
	}
	l := link{filtered: q.ChoiceFilter != "" || q.From != ""}
	on, plain := map[*form.Question]bool{}, true
	for _, c := range conditions {
		if c == "" {
			continue
		}
		l.conditional = true
		plain = lookAt(f, c, on, map[string]bool{}) && plain
	}
	if plain && len(on) == 1 {
		for q := range on {
			l.on = q
		}
	}
	return l
}

// lookAt adds the questions that an expression looks at, through calculations too. It is false where the
// expression looks at something else, or at nothing that it names with ${}.
func lookAt(f *form.Form, expression string, on map[*form.Question]bool, seen map[string]bool) bool {
	refs, ok := form.References(expression)
	if !ok || len(refs) == 0 {
		return false
	}
	for _, r := range refs {
		q := f.Question(r.Name)
		switch {
		case q == nil || r.LastSaved:
			return false
		case q.Kind.Asked():
			on[q] = true
		case q.Calculation == "" || seen[r.Name]:
			return false
		default:
			seen[r.Name] = true
			if !lookAt(f, q.Calculation, on, seen) {
				return false
			}
		}
	}
	return true
}
