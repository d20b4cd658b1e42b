package form

import (
	"regexp"
	"slices"
	"strings"
)

// A Reference is one ${name} in a text or an expression.
type Reference struct {
	Name      string
	LastSaved bool // of the response before this one: ${last-saved#name}
}

// referenceLike finds whatever begins as a reference, also one that does not end; ${} is none.
var referenceLike = regexp.MustCompile(`\$\{([^}]+)\}|\$\{[^}]*$`)

// References lists the references of a text in their order; false if one of them is no proper one,
// by pyxform's rule in variable_reference.py.
func References(s string) ([]Reference, bool) {
	if !strings.Contains(s, "${") {
		return nil, true
	}
	var refs []Reference
	whole := true
	for _, m := range referenceLike.FindAllStringSubmatch(s, -1) {
		name, saved := strings.CutPrefix(m[1], "last-saved#")
		if !isNCName(name) {
			whole = false
			continue
		}
		refs = append(refs, Reference{name, saved})
	}
	return refs, whole
}

// onlyReference is the name of a text that is one reference and nothing else; else "".
func onlyReference(s string) string {
	refs, ok := References(s)
	if !ok || len(refs) != 1 || refs[0].LastSaved || s != "${"+refs[0].Name+"}" {
		return ""
	}
	return refs[0].Name
}

// checkReferences checks the references of all cells that may have some. The cells are looked at as
// they stand in the sheets, so that a finding names the cell and not what was made of it.
func (r *reader) checkReferences() {
	check := func(h *header, row Row, c column) {
		refs, ok := References(straighten(row.Text(c.at)))
		cell := Address(c.at, row.Number)
		if !ok {
			r.fs.add(h.sheet.Name, cell, ReferenceInvalid, "text", row.Text(c.at))
		}
		for i, ref := range refs {
			if !slices.Contains(refs[:i], ref) {
				r.checkReference(h.sheet.Name, cell, ref.Name)
			}
		}
	}
	if s := r.settings.sheet; s != nil && len(s.Rows) > 0 {
		for _, c := range r.settings.columns {
			check(&r.settings, s.Rows[0], c)
		}
	}
	for _, row := range r.survey.sheet.Rows {
		for _, c := range r.survey.columns {
			if c.key != "type" && c.key != "name" && c.key != "trigger" {
				check(&r.survey, row, c)
			}
		}
	}
	if s := r.entities.sheet; s != nil {
		for _, row := range s.Rows {
			for _, c := range r.entities.columns {
				if c.key != "list_name" && c.key != "repeat" {
					check(&r.entities, row, c)
				}
			}
		}
	}
	if s := r.choices.sheet; s != nil {
		for _, row := range s.Rows {
			for _, c := range r.choices.columns {
				if c.key == "label" || strings.HasPrefix(c.key, "media::") {
					check(&r.choices, row, c)
				}
			}
		}
	}
}

func (r *reader) checkReference(sheet, cell, name string) {
	switch n := r.names[name]; {
	case n == 0:
		r.unknown(sheet, cell, name)
	case n > 1:
		r.fs.add(sheet, cell, ReferenceAmbiguous, "name", name)
	}
}

func (r *reader) unknown(sheet, cell, name string) {
	if similar := r.similarName(name); similar != "" {
		r.fs.add(sheet, cell, ReferenceMisspelt, "name", name, "similar", similar)
		return
	}
	r.fs.add(sheet, cell, ReferenceUnknown, "name", name)
}

// similarName is a name of the survey that somebody may have meant. It is looked for a few times
// only: a form in which hundreds of names are wrong is wrong for another reason.
func (r *reader) similarName(name string) string {
	if r.guesses++; r.guesses > 40 {
		return ""
	}
	best := ""
	for n := range r.names {
		if (strings.EqualFold(n, name) || nearby(n, name, 2)) && (best == "" || n < best) {
			best = n
		}
	}
	return best
}

// A pointer is a trigger that names another question.
type pointer struct {
	from, to string
	cell     string
}

// readTrigger reads the names of a trigger column: references with commas between them.
func (r *reader) readTrigger(l line, name string) []string {
	text := l.text("trigger")
	if text == "" {
		return nil
	}
	cell := l.cell("trigger")
	if len(text) < 3 || !strings.Contains(text, "${") {
		r.fs.add(r.survey.sheet.Name, cell, ReferenceInvalid, "text", text)
		return nil
	}
	var names []string
	for part := range strings.SplitSeq(text, ",") {
		refs, ok := References(part)
		switch {
		case !ok:
			r.fs.add(r.survey.sheet.Name, cell, ReferenceInvalid, "text", text)
		case len(refs) > 1:
			r.fs.add(r.survey.sheet.Name, cell, ReferenceList, "text", text)
		}
		for _, ref := range refs {
			names = append(names, ref.Name)
			r.pointers = append(r.pointers, pointer{name, ref.Name, cell})
		}
	}
	return names
}

// checkPointers checks that triggers name questions, and such as people see: what is only computed
// triggers nothing.
func (r *reader) checkPointers() {
	if len(r.pointers) == 0 {
		return
	}
	questions := map[string]*Question{}
	for q := range r.form.Questions() {
		questions[q.Name] = q
	}
	for _, p := range r.pointers {
		switch q := questions[p.to]; {
		case q == nil:
			r.unknown(r.survey.sheet.Name, p.cell, p.to)
		case unseen(q):
			r.fs.add(r.survey.sheet.Name, p.cell, TriggerUnseen, "name", p.to)
		}
	}
}

// unseen reports whether a question is computed and says nothing, so that nobody sees it.
func unseen(q *Question) bool {
	return (q.Calculation != "" || len(q.Trigger) > 0) && len(q.Label) == 0 && len(q.Hint) == 0
}
