package form

import (
	"cmp"
	"slices"
	"strings"
)

// A Workbook is what a reader of forms sees of a spreadsheet: sheets of text cells, in their order.
type Workbook struct {
	Name   string // of the form, where the workbook gives none; empty: "data"
	Sheets []*Sheet
}

// A Sheet is one header line and the lines of data below it. Cells that say nothing are left out.
type Sheet struct {
	Name   string
	Hidden bool // from the eyes of whoever opens the workbook; it is read all the same
	Header []Cell
	Rows   []Row
}

// A Row is one line of data.
type Row struct {
	Number int    // in the sheet, from 1; the header line is 1
	Cells  []Cell // in the order of columns
}

// A Cell is one text that somebody wrote, trimmed and never empty.
type Cell struct {
	Column int // from 1, which is A
	Text   string
}

// Where a sheet ends, as pyxform has it (xls2json_backends.py): stray formats and notes far out are
// no data.
const (
	headerGap = 20 // empty columns within the header line; one more ends it
	dataGap   = 60 // empty rows within the data; one more ends them

	maxColumns = 1000 // ours: headings beyond are not read
)

// NewSheet makes a sheet from a table whose first line is the header. Lines are numbered from 1 as
// they come; a nil line is an empty one.
func NewSheet(name string, table [][]string) *Sheet {
	b := newSheetBuilder(name)
	for i, line := range table {
		var cells []Cell
		for j, text := range line {
			if text = cellText(text); text != "" {
				cells = append(cells, Cell{j + 1, text})
			}
		}
		if !b.row(i+1, cells) {
			break
		}
	}
	return b.sheet
}

// Sheet finds a sheet without regard to case and spaces around its name; nil if there is none. The
// first of two such wins.
func (w *Workbook) Sheet(name string) *Sheet {
	for _, s := range w.Sheets {
		if strings.EqualFold(strings.TrimSpace(s.Name), name) {
			return s
		}
	}
	return nil
}

// only is the one sheet of a workbook that has no other, but for our own; nil if it has several, or if
// it is another sheet of a form.
func (w *Workbook) only() *Sheet {
	var only *Sheet
	for _, s := range w.Sheets {
		switch {
		case ownSheet(s.Name):
		case only != nil || slices.Contains(formSheets[:], strings.ToLower(s.Name)):
			return nil
		default:
			only = s
		}
	}
	return only
}

// names are the sheets in the order in which their findings are told.
func (w *Workbook) names() []string {
	var names []string
	for _, s := range w.Sheets {
		names = append(names, s.Name)
	}
	return names
}

// Text is what the row says in a column, or "".
func (r Row) Text(column int) string {
	i, ok := slices.BinarySearchFunc(r.Cells, column, func(c Cell, column int) int { return cmp.Compare(c.Column, column) })
	if !ok {
		return ""
	}
	return r.Cells[i].Text
}

// Address writes a column and a row as a spreadsheet does: Address(3, 17) is "C17". A row of 0
// gives the column's letters alone.
func Address(column, row int) string {
	var letters []byte
	for ; column > 0; column = (column - 1) / 26 {
		letters = append([]byte{byte('A' + (column-1)%26)}, letters...)
	}
	if row == 0 {
		return string(letters)
	}
	return string(letters) + decimal(row)
}

// A sheetBuilder takes lines in order and knows where the sheet ends.
type sheetBuilder struct {
	sheet  *Sheet
	heads  map[int]bool // columns that have a heading; cells below others are notes of the author
	last   int          // the last row that said something
	headed bool
}

func newSheetBuilder(name string) *sheetBuilder {
	return &sheetBuilder{sheet: &Sheet{Name: name}, heads: map[int]bool{}, last: 1}
}

// row takes line number n, which is larger than those before, and reports whether more is wanted.
func (b *sheetBuilder) row(n int, cells []Cell) bool {
	if !b.headed {
		b.headed = true
		if n > 1 { // the first line is empty: a sheet without a header
			return false
		}
		last := 0
		for _, c := range cells {
			if c.Column-last-1 > headerGap {
				break
			}
			if len(b.heads) == maxColumns {
				break
			}
			last = c.Column
			c.Text = collapse(c.Text)
			b.sheet.Header = append(b.sheet.Header, c)
			b.heads[c.Column] = true
		}
		return last > 0
	}
	if n-b.last-1 > dataGap {
		return false
	}
	kept := make([]Cell, 0, len(cells))
	for _, c := range cells {
		if b.heads[c.Column] {
			kept = append(kept, c)
		}
	}
	if len(kept) > 0 {
		b.sheet.Rows = append(b.sheet.Rows, Row{n, kept})
		b.last = n
	}
	return true
}

// cellText is a text as pyxform takes it from a cell: without spaces around it, and with plain
// spaces for those that do not break.
func cellText(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " "))
}

// collapse makes one space of several. Line breaks stay: labels have them.
func collapse(s string) string {
	if !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' && space {
			continue
		}
		space = r == ' '
		b.WriteRune(r)
	}
	return b.String()
}

// straighten replaces the quotation marks that word processors make: in an expression they are
// syntax errors, and pyxform replaces them too.
func straighten(s string) string {
	if !strings.ContainsAny(s, "‘’“”") {
		return s
	}
	return strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`).Replace(s)
}
