package form

import "strings"

// readLists reads the choices and external_choices sheets.
func (r *reader) readLists() {
	if s := r.optional("choices"); s != nil && len(s.Header) > 0 {
		r.choices = readHeader(s, choiceColumns(), r.fs)
		r.readChoices(&r.choices, false)
	}
	if s := r.optional("external_choices"); s != nil && len(s.Header) > 0 {
		r.external = readHeader(s, choiceColumns(), r.fs)
		r.readChoices(&r.external, true)
	}
}

func (r *reader) readChoices(h *header, external bool) {
	s := h.sheet
	if len(s.Rows) == 0 {
		return
	}
	if !h.has("name") {
		r.fs.add(s.Name, "1", HeaderMissing, "column", "name")
		return
	}
	for _, c := range h.columns {
		if !c.known && strings.Contains(c.key, " ") {
			r.fs.add(s.Name, Address(c.at, 1), HeaderSpaces, "heading", c.heading)
		}
	}
	seen := map[listKey]map[string]int{}
	for _, row := range s.Rows {
		l := r.line(h, row)
		l.clean = false // labels of choices keep their spaces, as in pyxform
		k := listKey{l.text("list_name"), external}
		if k.name == "" {
			continue // a note of the author
		}
		i, ok := r.lists[k]
		if !ok {
			i = len(r.form.Lists)
			r.lists[k] = i
			r.form.Lists = append(r.form.Lists, List{Name: k.name, External: external})
			seen[k] = map[string]int{}
		}
		c := Choice{Name: l.text("name"), Label: r.texts(l, "label"), Media: r.media(l), Row: row.Number, More: l.others()}
		for heading := range c.More {
			if strings.Contains(heading, " ") {
				delete(c.More, heading) // no expression can name it
			}
		}
		switch {
		case external: // pyxform looks at these no further
		case c.Name == "":
			r.fs.add(s.Name, l.cell("name"), ChoiceNameMissing, "list", k.name)
		case seen[k][c.Name] > 0 && !r.duplicates:
			r.fs.add(s.Name, l.cell("name"), ChoiceTwice, "list", k.name, "name", c.Name, "row", decimal(seen[k][c.Name]))
		}
		if len(c.Label) == 0 && !external {
			r.fs.add(s.Name, l.cell("label"), ChoiceLabelMissing, "list", k.name, "name", c.Name)
		}
		if seen[k][c.Name] == 0 {
			seen[k][c.Name] = row.Number
		}
		r.form.Lists[i].Choices = append(r.form.Lists[i].Choices, c)
	}
}

// list finds the choices of a list; nil if there is none.
func (r *reader) list(name string, external bool) *List {
	i, ok := r.lists[listKey{name, external}]
	if !ok {
		return nil
	}
	return &r.form.Lists[i]
}

// otherName is the choice that or_other adds.
const otherName = "other"

// otherList is a list with the choice of another answer at its end. It is a list of its own, so
// that questions which offer the same choices without "other" stay as they are; a list that has such
// a choice already is used as it stands.
func (r *reader) otherList(l *List) string {
	for _, c := range l.Choices {
		if c.Name == otherName {
			return l.Name
		}
	}
	name := l.Name + " or_other"
	if r.list(name, false) == nil {
		other := Choice{Name: otherName, Label: r.ours("Khác", "ផ្សេងទៀត", "Other", "其他")}
		made := List{Name: name, Choices: append(l.Choices[:len(l.Choices):len(l.Choices)], other)}
		r.lists[listKey{name, false}] = len(r.form.Lists)
		r.form.Lists = append(r.form.Lists, made)
	}
	return name
}

// ours is a text that this package says itself, in each language of the form that it has words for;
// the others get the English one, as they would from pyxform. A form without languages is taken to
// be Vietnamese.
func (r *reader) ours(vi, km, en, zh string) Text {
	words := map[string]string{"vi": vi, "km": km, "en": en, "zh": zh}
	t := Text{}
	for _, l := range r.form.Languages {
		t[l.Name] = words[l.Code]
		if t[l.Name] == "" {
			t[l.Name] = en
		}
	}
	if len(t) == 0 {
		t[""] = vi
	}
	return t
}
