package form

import (
	"path"
	"regexp"
	"strings"
)

// A source is data beside the survey that expressions look things up in: a file, or a list of
// choices. In an XForm they share one space of names, the ids of instances.
type source struct {
	id, uri  string // the uri is empty for a list of choices
	external bool   // declared by a row of its own
	cell     string
}

// pulldata finds the file that a call of pulldata names.
var pulldata = regexp.MustCompile(`pulldata\s*\(\s*['"]?([^'",)]*)`)

// noteSources collects the sources that a question brings along.
func (r *reader) noteSources(l line, q *Question) {
	note := func(id, uri, column string, external bool) {
		r.sources = append(r.sources, source{id, uri, external, l.cell(column)})
	}
	switch q.Type {
	case "xml-external":
		note(q.Name, "jr://file/"+q.Name+".xml", "name", true)
	case "csv-external":
		note(q.Name, "jr://file-csv/"+q.Name+".csv", "name", true)
	}
	if s, ok := parseSelect(q.Type); ok && s.kind != SelectExternal {
		switch ext := fileExtension(s.list); ext {
		case "":
		case ".csv":
			note(strings.TrimSuffix(s.list, ext), "jr://file-csv/"+s.list, "type", false)
		default:
			note(strings.TrimSuffix(s.list, ext), "jr://file/"+s.list, "type", false)
		}
	}
	for _, e := range []struct{ column, text string }{
		{"calculation", q.Calculation}, {"constraint", q.Constraint}, {"read_only", q.ReadOnly}, {"required", q.Required},
		{"relevant", q.Relevant}, {"choice_filter", q.ChoiceFilter}, {"default", q.Default},
	} {
		if m := pulldata.FindStringSubmatch(e.text); m != nil {
			if id := strings.TrimSpace(m[1]); id != "" {
				note(id, "jr://file-csv/"+id+".csv", e.column, false)
			}
		}
	}
}

// checkSources checks that no two sources have one name, unless they are the same file.
func (r *reader) checkSources() {
	if len(r.sources) == 0 {
		return
	}
	sheet := r.survey.sheet.Name
	first := map[string]source{}
	for _, s := range r.sources {
		f, seen := first[s.id]
		switch {
		case !seen:
			first[s.id] = s
		case f.external && s.external:
			r.fs.add(sheet, s.cell, SourceTwice, "name", s.id)
		case f.uri != s.uri:
			r.fs.add(sheet, s.cell, SourceClash, "name", s.id, "other", path.Base(f.uri))
		}
	}
	for _, list := range r.form.Lists {
		if s, ok := first[list.Name]; ok && !list.External {
			r.fs.add(sheet, s.cell, SourceClash, "name", list.Name, "other", "choices")
		}
	}
}

// A shape is a map question that names where its map comes from.
type shape struct{ target, cell string }

// checkShapes checks that those name a list, a file or a repeat.
func (r *reader) checkShapes() {
	for _, s := range r.shapes {
		if n := onlyReference(s.target); n != "" && r.repeats[n] {
			continue
		}
		if r.list(s.target, false) != nil || r.datasets[s.target] != nil {
			continue
		}
		named := false
		for _, o := range r.sources {
			named = named || o.id == s.target && (o.external || !strings.HasSuffix(o.uri, ".csv") || r.selectsFile(o))
		}
		if !named {
			r.fs.add(r.survey.sheet.Name, s.cell, ParameterValue, "key", "reference-geometry", "value", s.target, "want", "a list, a file, ${repeat}")
		}
	}
}

// selectsFile reports whether a source is the file of a select, and not one that only an expression
// names.
func (r *reader) selectsFile(s source) bool {
	for q := range r.form.Questions() {
		if q.File != "" && "jr://file-csv/"+q.File == s.uri {
			return true
		}
	}
	return false
}
