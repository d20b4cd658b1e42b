package responses

import "chihai/flows/form"

// A table is the main one or that of a repeat.
type table struct {
	name     string   // of its sheet or file
	path     string   // of the repeat, without numbers
	within   []string // path of the repeat inside the instance around it, by version; "" where a version has none
	children []*table
	fields   []*field
	columns  []*column

	rows  int // of the present pass so far
	total int // of all, once it is measured
}

// A field is a question, with the columns in which its answer stands.
type field struct {
	name     string         // group/question
	question *form.Question // of the newest version that has it
	form     *form.Form     // that version
	relevant string         // its condition and those of the groups around it
	within   []string       // its path inside the instance, by version; "" where a version has none
	choices  []choice
	index    map[string]int // of a choice by its code
	plain    bool           // all codes are whole numbers as people write them
	columns  []*column

	answered, skipped, refused int // of the pass that writes
}

// A column is what a heading stands above, and what SPSS and Stata call a variable.
type column struct {
	name   string // of its heading
	short  string // in SPSS and Stata
	title  string // in the language of the file
	kind   kind
	field  *field               // nil for what nobody was asked
	part   int                  // of the field: the choice, or the part of a place; -1 is all of it
	fact   func(*record) string // of a column without a field
	width  int                  // bytes of its longest text; this and what follows is measured for SPSS and Stata
	least  float64
	most   float64
	some   bool // there are numbers
	whole  bool // all are whole numbers
	number bool // a [loose] column has nothing but numbers

	longTexts, longBytes int
}

// A kind is what the cells of a column hold.
type kind int

const (
	text    kind = iota
	loose        // whatever a calculation gives: a number where it looks like one
	whole        // numbers
	decimal      // numbers
	date
	datetime
	coded // a choice
)

// A cell is what one response says in a column.
type cell struct {
	state state
	text  string
}

// A state tells a blank from what was asked.
type state uint8

const (
	blank state = iota
	given
	skipped
	refused
)

// The codes of what has no answer, as files have them.
const (
	skippedCode   = "-97"
	refusedCode   = "-98"
	skippedNumber = -97
	refusedNumber = -98
)

// code is how a cell stands in a file without labels.
func (c cell) code() string {
	switch c.state {
	case skipped:
		return skippedCode
	case refused:
		return refusedCode
	}
	return c.text
}

// label is how a cell stands in a file with labels. Flags stay 0 and 1.
func (w *writing) label(c *column, v cell) string {
	switch v.state {
	case skipped:
		return w.words.T("responses.skipped")
	case refused:
		return w.words.T("responses.refused")
	}
	f := c.field
	if v.state == blank || f == nil || len(f.choices) == 0 || c.part >= 0 {
		return v.text
	}
	all := ""
	for i, code := range codes(f, v.text) {
		if i > 0 {
			all += "; "
		}
		if k, ok := f.find(code); ok {
			code = f.choices[k].label
		}
		all += code
	}
	return all
}

// shown is how a cell stands in a file with or without labels.
func (w *writing) shown(c *column, v cell) string {
	if w.options.Labels {
		return w.label(c, v)
	}
	return v.code()
}

// heading is that of a column with or without labels.
func (w *writing) heading(c *column) string {
	if w.options.Labels && c.field != nil {
		return c.title
	}
	return c.name
}

// flag reports whether a column says of one choice whether it was chosen.
func (c *column) flag() bool {
	return c.part >= 0 && c.field.question.Kind == form.SelectMultiple
}
