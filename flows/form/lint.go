package form

import (
	"slices"

	"chihai/flows/form/xpath"
)

// Lint looks for what pyxform lets pass and people stumble over later: in chat, in the other
// language, at the analysis. Its findings come in the order of the sheets. It expects a form that
// [Read] found no error in; of another one it says what it can.
func Lint(f *Form) []Finding {
	l := &linter{form: f, fs: &findings{}}
	l.languages()
	l.labels()
	l.choices()
	l.chat()
	l.order()
	l.expressions()
	l.reach()
	l.analysis()
	return l.fs.done(l.sheets())
}

// LintAnonymous looks for questions whose answers say who answers. It is for campaigns that promise
// not to know.
func LintAnonymous(f *Form) []Finding {
	l := &linter{form: f, fs: &findings{}}
	l.identity()
	return l.fs.done(l.sheets())
}

// A linter holds one form while it is looked at.
type linter struct {
	form    *Form
	fs      *findings
	parsed  map[string]*xpath.Expr    // by source; those with mistakes are missing
	columns map[*List]map[string]bool // what choice filters may name
}

// say adds a finding at a column of a row of the survey.
func (l *linter) say(row int, column string, code Code, pairs ...string) {
	sheet, cell := l.form.Places.At("survey", column, "", row)
	l.fs.add(sheet, cell, code, pairs...)
}

// sayChoice adds a finding at a choice, in a column and a language ("" for none).
func (l *linter) sayChoice(list List, c Choice, column, language string, code Code, pairs ...string) {
	role := "choices"
	if list.External {
		role = "external_choices"
	}
	sheet, cell := l.form.Places.At(role, column, language, c.Row)
	l.fs.add(sheet, cell, code, pairs...)
}

func (l *linter) sheets() []string {
	var names []string
	for _, role := range formSheets {
		if n := l.form.Places[role].Sheet; n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
