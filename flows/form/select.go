package form

import "strings"

// readSelect checks a question with choices and appends it, with the one that asks which other.
func (r *reader) readSelect(l line, q *Question, s selectType) {
	ext := fileExtension(s.list)
	refs, _ := References(s.list)
	switch {
	case s.kind == SelectExternal:
		q.List = s.list
		if q.ChoiceFilter == "" {
			r.say(l, "choice_filter", ExternalUnfiltered, "name", q.Name)
		}
		if r.external.sheet == nil || len(r.external.sheet.Rows) == 0 {
			r.say(l, "type", ExternalMissing, "list", s.list)
		} else if r.list(s.list, true) == nil {
			r.say(l, "type", ListUnknown, "list", s.list)
		}
	case s.file && (ext == "" || strings.Count(strings.TrimLeft(s.list, "."), ".") != 1):
		q.File = s.list
		r.say(l, "type", FileEnding, "file", s.list)
	case ext != "" && r.list(s.list, false) == nil:
		q.File = s.list
	case len(refs) > 0 && r.list(s.list, false) == nil:
		q.From = refs[0].Name
		r.froms = append(r.froms, from{q.From, l.cell("type")})
	default:
		q.List = s.list
		if r.list(s.list, false) == nil {
			if r.choices.sheet == nil || len(r.lists) == 0 {
				r.say(l, "type", ChoicesMissing, "list", s.list)
			} else {
				r.noList(l, "type", s.list)
			}
		}
	}
	searches := search.MatchString(q.Appearance)
	switch {
	case s.kind == SelectExternal:
	case q.File != "" && searches:
		r.say(l, "appearance", SearchFile, "name", q.Name)
	case q.List != "":
		r.uses = append(r.uses, selectUse{q.Name, q.List, l.cell("appearance"), searches})
	}
	list := r.list(q.List, s.kind == SelectExternal)
	if s.kind == SelectMultiple && list != nil && !r.spaced[q.List] {
		for _, c := range list.Choices {
			if strings.Contains(c.Name, " ") {
				r.spaced[q.List] = true // told once for the list
				r.fs.add(r.choices.sheet.Name, r.choices.cell("name", c.Row), ChoiceSpaces, "list", q.List, "name", c.Name)
			}
		}
	}
	r.checkTable(l, q, s)
	r.append(Item{Question: q})
	if !s.other {
		return
	}
	switch {
	case q.ChoiceFilter != "":
		r.say(l, "choice_filter", OtherFiltered, "name", q.Name)
	case list == nil || len(list.Choices) == 0:
		r.say(l, "type", OtherWithoutChoices, "name", q.Name)
	default:
		q.List = r.otherList(list)
	}
	q.Other = q.Name + "_other"
	r.generate(l, q.Other)
	r.append(Item{Question: &Question{
		Name: q.Other, Row: q.Row, Kind: TextAnswer, Type: "text", Made: true,
		Label:    r.ours("Xin ghi rõ.", "សូមបញ្ជាក់។", "Please specify.", "请注明。"),
		Relevant: "selected(${" + q.Name + "}, '" + otherName + "')",
	}})
	if len(r.form.Languages) > 0 {
		for _, lang := range r.form.Languages {
			if lang.Code != "vi" && lang.Code != "km" && lang.Code != "en" && lang.Code != "zh" {
				r.say(l, "type", OtherUntranslated, "name", q.Name, "language", lang.Name)
			}
		}
	}
}

// checkTable checks the selects of a table: one list, no filter.
func (r *reader) checkTable(l line, q *Question, s selectType) {
	if !r.table.open {
		return
	}
	if r.table.list == "" {
		r.table.list = s.list
		if q.ChoiceFilter != "" {
			r.say(l, "choice_filter", TableFiltered, "name", q.Name)
		}
	}
	if r.table.list != s.list {
		r.say(l, "type", TableLists, "list", s.list, "other", r.table.list)
	}
}

func (r *reader) noList(l line, column, list string) {
	if similar := r.similarList(list); similar != "" {
		r.say(l, column, ListMisspelt, "list", list, "similar", similar)
		return
	}
	r.say(l, column, ListUnknown, "list", list)
}

// similarList is a list that somebody may have meant.
func (r *reader) similarList(name string) string {
	if r.guesses++; r.guesses > 40 {
		return ""
	}
	for _, l := range r.form.Lists {
		if !l.External && (strings.EqualFold(l.Name, name) || nearby(l.Name, name, 2)) {
			return l.Name
		}
	}
	return ""
}

// A from is a question whose choices are the answers to another.
type from struct{ to, cell string }

// checkFroms checks that those exist.
func (r *reader) checkFroms() {
	for _, f := range r.froms {
		r.checkReference(r.survey.sheet.Name, f.cell, f.to)
	}
}
