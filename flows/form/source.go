package form

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A source is data beside the survey that expressions look things up in: a file, or a list of
// choices. In an XForm they share one space of names, the ids of instances.
type source struct {
	id, uri  string // the uri is empty for a list of choices
	external bool   // declared by a row of its own
	cell     string
}

// pulldata finds the file that a call of pulldata names, and search the function of that name in an
// appearance.
var (
	pulldata = regexp.MustCompile(`pulldata\s*\(\s*(.*?),`)
	search   = regexp.MustCompile(`search\(.*?\)`)
)

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
	r.notePulled(l)
}

// notePulled collects the files in which the expressions of a row look things up.
func (r *reader) notePulled(l line) {
	for _, column := range []string{"calculation", "constraint", "read_only", "required", "relevant", "choice_filter", "default"} {
		for _, m := range pulldata.FindAllStringSubmatch(l.text(column), -1) {
			id := strings.TrimSpace(strings.NewReplacer("'", "", `"`, "").Replace(m[1]))
			r.sources = append(r.sources, source{id, "jr://file-csv/" + id + ".csv", false, l.cell(column)})
		}
	}
}

// A selectUse is a question that offers a list of the choices sheet.
type selectUse struct {
	name, list, cell string
	search           bool // a search in a file takes the list's place
}

// checkSearches checks that a list is either searched for in a file by all its questions, or by none.
func (r *reader) checkSearches() {
	plain := map[string]string{}
	for _, u := range r.uses {
		if !u.search && plain[u.list] == "" {
			plain[u.list] = u.name
		}
	}
	for _, u := range r.uses {
		if u.search && plain[u.list] != "" {
			r.fs.add(r.survey.sheet.Name, u.cell, SearchShared, "name", u.name, "other", plain[u.list], "list", u.list)
		}
	}
}

// searched reports whether a list is only searched for, so that it has no name among the sources.
func (r *reader) searched(list string) bool {
	return slices.ContainsFunc(r.uses, func(u selectUse) bool { return u.search && u.list == list })
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
		if s, ok := first[list.Name]; ok && !list.External && !r.searched(list.Name) {
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
