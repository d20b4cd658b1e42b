package form

import (
	"slices"
	"strings"
)

// Read makes a form of a workbook by the rules of pyxform 4.5.0 and returns all that it found, not
// only the first. The form is nil if there is no survey sheet; if a finding is an error, it is what
// could be understood and must not be asked.
func Read(w *Workbook) (*Form, []Finding) {
	r := &reader{
		book:   w,
		fs:     &findings{},
		form:   &Form{Places: Places{}},
		lists:  map[listKey]int{},
		types:  map[string]typeEntry{},
		names:  map[string]int{},
		spaced: map[string]bool{},
	}
	for _, t := range types() {
		r.types[t.name] = t
	}
	r.read()
	if r.survey.sheet == nil {
		r.form = nil
	}
	return r.form, r.fs.done(w.names())
}

// A reader holds what is known while a workbook is read.
type reader struct {
	book *Workbook
	fs   *findings
	form *Form

	survey, choices, external, settings, entities header
	clean                                         bool // several spaces are one
	duplicates                                    bool // a list may have a choice twice

	lists map[listKey]int // index into form.Lists
	types map[string]typeEntry
	names map[string]int // how often a name occurs in the survey

	guesses int // names that were guessed

	stack    []*frame
	repeats  map[string]bool // names of repeats
	table    tableList
	pointers []pointer
	froms    []from
	uses     []selectUse
	sources  []source
	shapes   []shape
	datasets map[string]*dataset
	spaced   map[string]bool // lists whose names with spaces were told
}

type listKey struct {
	name     string
	external bool
}

func (r *reader) read() {
	sheet := r.book.Sheet("survey")
	if only := r.book.only(); sheet == nil && only != nil {
		sheet = only // the only sheet is the survey, whatever its name
	}
	if sheet == nil || len(sheet.Header) == 0 {
		r.optional("survey") // says if one is named almost so
		r.fs.add("", "", SheetMissing)
		return
	}
	r.readSettings()
	r.survey = readHeader(sheet, surveyColumns(), r.fs)
	r.readLists()
	r.readLanguages()
	r.readEntities()
	r.readSurvey()
	r.checkReferences()
	r.checkPointers()
	r.checkFroms()
	r.checkDatasets()
	r.checkSources()
	r.checkSearches()
	r.checkShapes()
	r.keepPlace("survey", r.survey)
	r.keepPlace("choices", r.choices)
	r.keepPlace("external_choices", r.external)
	r.keepPlace("settings", r.settings)
}

// optional finds a sheet that a form need not have, and says if one is named almost so.
func (r *reader) optional(name string) *Sheet {
	if s := r.book.Sheet(name); s != nil {
		return s
	}
	if similar := r.similar(name); similar != "" {
		r.fs.add(similar, "", SheetMisspelt, "sheet", name)
	}
	return nil
}

// similar is a sheet whose name is at most two letters from the one that is missing. An underscore
// in front says that it is meant so.
func (r *reader) similar(name string) string {
	for _, s := range r.book.Sheets {
		low := strings.ToLower(strings.TrimSpace(s.Name))
		if !slices.Contains(formSheets[:], low) && !strings.HasPrefix(low, "_") && nearby(low, name, 2) {
			return s.Name
		}
	}
	return ""
}

// readLanguages collects the languages of the form, the default one first if no column names it.
func (r *reader) readLanguages() {
	names := r.survey.languages()
	for _, n := range r.choices.languages() {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if d := r.form.DefaultLanguage; d != "" && !slices.Contains(names, d) {
		names = append([]string{d}, names...)
	}
	for _, n := range names {
		r.form.Languages = append(r.form.Languages, LanguageNamed(n))
	}
}

func (r *reader) keepPlace(role string, h header) {
	if h.sheet == nil {
		return
	}
	kept := map[string]string{}
	for _, c := range h.columns {
		key := strings.TrimPrefix(c.key, "media::")
		if c.lang != "" {
			key += "::" + c.lang
		}
		kept[key] = Address(c.at, 0)
	}
	r.form.Places[role] = Place{h.sheet.Name, kept}
}

// line puts a row under its header.
func (r *reader) line(h *header, row Row) line {
	return line{header: h, row: row, clean: r.clean}
}

// texts is what a row says in all languages of a column.
func (r *reader) texts(l line, key string) Text {
	return l.texts(key).settle(r.form.DefaultLanguage)
}

func (r *reader) media(l line) map[string]Text {
	m := l.media()
	for k, t := range m {
		m[k] = t.settle(r.form.DefaultLanguage)
	}
	return m
}

// nearby reports whether two words differ by at most most insertions, deletions and replacements.
func nearby(a, b string, most int) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 || len(x)-len(y) > most || len(y)-len(x) > most {
		return false
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			cost := before
			if x[i] != y[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)] <= most
}
