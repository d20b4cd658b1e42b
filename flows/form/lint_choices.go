package form

import "strings"

// choices looks for lists that nobody uses, and for choices that are hard to use.
func (l *linter) choices() {
	f := l.form
	used := map[listKey]bool{}
	single := map[string]bool{} // lists of which one choice is taken
	for q := range f.Questions() {
		used[listKey{q.List, q.Kind == SelectExternal}] = true
		used[listKey{strings.TrimSuffix(q.List, " or_other"), false}] = true
		used[listKey{q.Parameters["tick_labelset"], false}] = true
		used[listKey{q.Parameters["reference-geometry"], false}] = true
		single[q.List] = single[q.List] || q.Kind == SelectOne
		for _, e := range []string{q.Calculation, q.Constraint, q.Relevant, q.ChoiceFilter, q.Default, q.Required} {
			if !strings.Contains(e, "instance(") {
				continue
			}
			for _, list := range f.Lists { // looked up by an expression
				if strings.Contains(e, list.Name) {
					used[listKey{list.Name, list.External}] = true
				}
			}
		}
		if list := f.List(q); list != nil && len(list.Choices) == 1 {
			l.say(q.Row, "type", ListOfOne, "list", list.Name, "name", q.Name)
		}
	}
	for it := range f.All() {
		if it.Group != nil {
			used[listKey{it.Group.Loop, false}] = true
		}
	}
	for _, list := range f.Lists {
		if len(list.Choices) > 0 && !used[listKey{list.Name, list.External}] {
			l.sayChoice(list, list.Choices[0], "list_name", "", ListUnused, "list", list.Name)
		}
		if !single[list.Name] || list.External || isCopy(list) {
			continue
		}
		for _, c := range list.Choices {
			if strings.Contains(c.Name, " ") {
				l.sayChoice(list, c, "name", "", ChoiceSpaced, "list", list.Name, "name", c.Name)
				break // told once for the list
			}
		}
	}
}

// isCopy reports whether a list was made by or_other; what is to say of its choices is said of the
// list that its author wrote.
func isCopy(list List) bool {
	return len(list.Choices) > 0 && list.Choices[len(list.Choices)-1].Row == 0
}
