package responses

import (
	"slices"
	"strings"

	"chihai/bot/export/sheet"
	"chihai/flows/form"
)

// A spot is where a version has a question or a repeat.
type spot struct {
	key      string // by which versions know each other's
	table    string // key of the table it stands in
	name     string // its path without numbers
	within   string // its path inside the instance around it
	relevant string
	item     form.Item
	hides    bool // kept out of an anonymous file
}

// layout makes the tables of all versions.
func (w *writing) layout() []*table {
	forms := w.dataset.Forms
	versions := make([][]spot, len(forms))
	twice := map[string]bool{} // names that a version has twice in a table: only their path tells them apart
	for i, f := range forms {
		versions[i] = spots(f)
		seen := map[string]bool{}
		for _, s := range versions[i] {
			k := s.table + "\x00" + s.item.Name()
			twice[k] = twice[k] || seen[k]
			seen[k] = true
		}
	}
	orders := make([][]string, len(forms))
	for i := range versions {
		hidden := map[string]bool{}
		if w.dataset.Anonymous {
			hidden = forms[i].Telling()
		}
		for k := range versions[i] {
			s := &versions[i][k]
			s.key = s.table + "\x00" + s.item.Name()
			if twice[s.key] {
				s.key = s.table + "\x00\x00" + s.name
			}
			s.hides = s.item.Question != nil && hidden[s.item.Name()]
			orders[i] = append(orders[i], s.key)
		}
	}
	taken := map[string]bool{}
	main := &table{name: sheet.Unique(w.dataset.Name, taken), within: make([]string, len(forms))}
	tables := []*table{main}
	byKey := map[string]*table{"": main}
	for _, key := range united(orders) {
		where := make([]*spot, len(forms)) // by version
		var newest *spot
		version := 0
		for i := range versions {
			k := slices.IndexFunc(versions[i], func(s spot) bool { return s.key == key })
			if k >= 0 {
				where[i] = &versions[i][k]
				newest, version = where[i], i
			}
		}
		in := byKey[newest.table]
		within := make([]string, len(forms))
		for i, s := range where {
			if s != nil {
				within[i] = s.within
			}
		}
		if newest.item.Repeat != nil {
			t := &table{name: sheet.Unique(newest.item.Name(), taken), path: newest.name, within: within}
			byKey[newest.table+"/"+newest.item.Name()] = t
			in.children = append(in.children, t)
			tables = append(tables, t)
			continue
		}
		if slices.ContainsFunc(where, func(s *spot) bool { return s != nil && s.hides }) {
			continue
		}
		w.addField(in, newest, forms[version], where, within)
	}
	names := map[string]bool{}
	for i, t := range tables {
		w.addFacts(t, i == 0)
		for _, c := range t.columns {
			c.short = shortName(c, names)
		}
		clear(names)
	}
	return tables
}

// spots are the questions and repeats of a version in their order.
func spots(f *form.Form) []spot {
	var all []spot
	for it, around := range f.All() {
		if it.Group != nil || it.Question != nil && (it.Question.Kind == form.Note || it.Question.Kind == form.ExternalData) {
			continue
		}
		s := spot{item: it}
		var relevant []string
		for _, a := range append(slices.Clone(around), it) {
			s.name += "/" + a.Name()
			s.within += "/" + a.Name()
			if a.Repeat != nil && a.Repeat != it.Repeat {
				s.table += "/" + a.Name()
				s.within = ""
			}
			condition := ""
			if g := a.Body(); g != nil {
				condition = g.Relevant
			} else {
				condition = a.Question.Relevant
			}
			if condition != "" {
				relevant = append(relevant, condition)
			}
		}
		s.name, s.within = s.name[1:], s.within[1:]
		if s.relevant = strings.Join(relevant, ") and ("); len(relevant) > 1 {
			s.relevant = "(" + s.relevant + ")"
		}
		all = append(all, s)
	}
	return all
}

// united is one order of all: that of the last one, and what only earlier ones have behind what it
// stood behind there.
func united(orders [][]string) []string {
	var all []string
	for i, order := range slices.Backward(orders) {
		if i == len(orders)-1 {
			all = slices.Clone(order)
			continue
		}
		if slices.Equal(order, orders[i+1]) {
			continue
		}
		at := 0 // behind the last one that was found
		for _, key := range order {
			if i := slices.Index(all, key); i >= 0 {
				at = i + 1
				continue
			}
			all = slices.Insert(all, at, key)
			at++
		}
	}
	return all
}

// addField adds a question and its columns.
func (w *writing) addField(t *table, s *spot, f *form.Form, where []*spot, within []string) {
	q := s.item.Question
	fd := &field{name: s.name, question: q, form: f, relevant: s.relevant, within: within}
	all := kindOf(q)
	for _, o := range where {
		if o != nil && o.item.Question != nil {
			all = common(all, kindOf(o.item.Question))
		}
	}
	w.addChoices(fd, where)
	if all == coded && len(fd.choices) == 0 {
		all = text // the choices are elsewhere
	}
	label := f.In(q.Label, w.words.Language)
	if label == "" {
		label = s.name
	}
	add := func(name, title string, k kind, part int) {
		c := &column{name: name, title: title, kind: k, part: part, field: fd}
		fd.columns = append(fd.columns, c)
		t.columns = append(t.columns, c)
	}
	add(s.name, label, all, -1)
	same := !slices.ContainsFunc(where, func(o *spot) bool { return o != nil && o.item.Question.Kind != q.Kind })
	switch {
	case !same:
	case q.Kind == form.SelectMultiple || q.Kind == form.Rank:
		for i, c := range fd.choices {
			add(s.name+"/"+c.code, label+" – "+c.label, whole, i)
		}
	case q.Kind == form.Point:
		groups, name := "", s.name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			groups, name = name[:i+1], name[i+1:]
		}
		for i, p := range [...][2]string{
			{"_latitude", w.words.T("responses.latitude")}, {"_longitude", w.words.T("responses.longitude")},
			{"_altitude", w.words.T("responses.altitude")}, {"_precision", w.words.T("responses.precision")},
		} {
			add(groups+"_"+name+p[0], label+" – "+p[1], decimal, i)
		}
	}
	t.fields = append(t.fields, fd)
}

// kindOf is what a question's answers are.
func kindOf(q *form.Question) kind {
	switch q.Kind {
	case form.Integer:
		return whole
	case form.Decimal, form.Range:
		return decimal
	case form.SelectOne, form.SelectExternal, form.Acknowledge:
		return coded
	case form.Date, form.Today:
		return date
	case form.DateTime, form.Start, form.End:
		return datetime
	case form.Calculate, form.Hidden:
		return loose
	}
	return text
}

// common is what the answers of two versions are together.
func common(a, b kind) kind {
	switch {
	case a == b:
		return a
	case (a == whole || a == decimal) && (b == whole || b == decimal):
		return decimal
	case a == coded || b == coded, a == text || b == text, a == date || b == date, a == datetime || b == datetime:
		return text
	}
	return loose
}
