package form

import (
	"maps"
	"slices"
	"strings"
)

// A dataset is one list of entities that a form declares: a list that several forms share. A form
// that writes to one can be asked here; the writing is left out, which its author is told. The sheet
// is read for the mistakes that ODK would refuse, but those in how its lists share the form's
// groups where there is more than one.
type dataset struct {
	saved map[string]int // the row that fills a property
	used  []use
}

// A use is a question that a dataset reads or is filled by.
type use struct {
	name  string
	cell  string
	saves bool
}

func entityColumns() []columnKind {
	return []columnKind{
		{"list_name", false, []string{"dataset"}},
		{"label", false, nil},
		{"entity_id", false, nil},
		{"create_if", false, nil},
		{"update_if", false, nil},
		{"repeat", false, nil},
	}
}

// readEntities reads the entities sheet.
func (r *reader) readEntities() {
	s := r.optional("entities")
	if s == nil || len(s.Rows) == 0 {
		return
	}
	r.entities = readHeader(s, entityColumns(), r.fs)
	r.datasets = map[string]*dataset{}
	r.fs.add(s.Name, "", EntitiesIgnored)
	for _, row := range s.Rows {
		l := r.line(&r.entities, row)
		say := func(column string, code Code, pairs ...string) { r.fs.add(s.Name, l.cell(column), code, pairs...) }
		for _, k := range slices.Sorted(maps.Keys(l.others())) {
			say(k, EntityColumn, "column", k)
		}
		name, id, label := l.text("list_name"), l.text("entity_id"), l.text("label")
		create, update := l.text("create_if"), l.text("update_if")
		switch {
		case name == "":
			say("list_name", EntityNameMissing)
		case r.datasets[name] != nil:
			say("list_name", EntityTwice, "name", name)
		case !isName(name) || strings.Contains(name, ".") || strings.HasPrefix(name, "__"):
			say("list_name", EntityName, "name", name)
		}
		switch {
		case update != "" && id == "":
			say("entity_id", EntityIDMissing, "name", name)
		case create != "" && id != "" && update == "":
			say("update_if", EntityUpdateMissing, "name", name)
		case id == "" && label == "":
			say("label", EntityLabelMissing, "name", name)
		}
		d := &dataset{saved: map[string]int{}}
		if name != "" {
			r.datasets[name] = d
		}
		for _, c := range []string{"label", "entity_id", "create_if", "update_if"} {
			refs, _ := References(l.text(c))
			for _, ref := range refs {
				d.used = append(d.used, use{ref.Name, l.cell(c), false})
			}
		}
	}
}

// checkSaveTo checks what a row of the survey saves to a dataset.
func (r *reader) checkSaveTo(l line, typ, name string) {
	to := l.text("save_to")
	if to == "" {
		return
	}
	list, property, prefixed := strings.Cut(to, "#")
	if !prefixed {
		list, property = "", to
		if len(r.datasets) == 1 {
			list = slices.Sorted(maps.Keys(r.datasets))[0]
		}
	}
	d := r.datasets[list] // nil for ""
	low := strings.ToLower(property)
	switch {
	case r.datasets == nil:
		r.say(l, "save_to", SaveToAlone)
	case typeBegin.MatchString(typ) || typeEnd.MatchString(typ):
		r.say(l, "save_to", SaveToGroup)
	case strings.Contains(property, "#"):
		r.say(l, "save_to", SaveToMalformed, "text", to)
	case !prefixed && d == nil:
		r.say(l, "save_to", SaveToPrefix, "text", to)
	case d == nil:
		r.say(l, "save_to", SaveToUnknown, "list", list)
	case !isName(property) || strings.HasPrefix(property, "__") || low == "name" || low == "label":
		r.say(l, "save_to", SaveToName, "name", property)
	case d.saved[property] > 0:
		r.say(l, "save_to", SaveToTwice, "name", property, "row", decimal(d.saved[property]))
	default:
		r.say(l, "save_to", SaveToIgnored)
		d.saved[property] = l.row.Number
		d.used = append(d.used, use{name, l.cell("save_to"), true})
	}
}

// checkDatasets checks that one entity is made at one place: its questions stand in one repeat, and
// those that it only reads in that one or around it.
func (r *reader) checkDatasets() {
	if len(r.datasets) == 0 {
		return
	}
	repeats := map[string][]string{} // the repeats around a question, outermost first
	for it, around := range r.form.All() {
		var path []string
		for _, o := range around {
			if o.Repeat != nil {
				path = append(path, o.Name())
			}
		}
		repeats[it.Name()] = path
	}
	for _, name := range slices.Sorted(maps.Keys(r.datasets)) {
		var at []string
		saved := false
		uses := r.datasets[name].used
		// Those that fill it decide where it is made.
		slices.SortStableFunc(uses, func(a, b use) int {
			switch {
			case a.saves == b.saves:
				return 0
			case a.saves:
				return -1
			}
			return 1
		})
		for _, u := range uses {
			path := repeats[u.name]
			short, long := path, at
			if len(short) > len(long) {
				short, long = long, short
			}
			apart := !slices.Equal(short, long[:len(short)])
			if apart || u.saves && saved && len(path) != len(at) {
				sheet := r.entities.sheet.Name
				if u.saves {
					sheet = r.survey.sheet.Name
				}
				r.fs.add(sheet, u.cell, EntityApart, "name", name, "question", u.name)
				break
			}
			at, saved = long, saved || u.saves
		}
	}
}
