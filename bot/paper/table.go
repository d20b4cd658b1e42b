package paper

// A Table has lines around its cells. Its head stands on every page, and its
// rows are never split between pages.
type Table struct {
	Columns   []Column
	Rows      [][]string // each with a text for every column
	Head      Style
	Body      Style
	RowHeight float64 // at least, in points: room for a signature
}

// A Column is one of a [Table].
type Column struct {
	Head  string
	Share float64 // of the width of the table, against the shares of the others
	Align Align
}

const (
	cellPad  = 4   // between a line of the table and the text, in points
	hairline = 0.5 // thickness of the lines, in points
)

// Table sets t over the whole width. A text that is too wide for its cell
// shrinks and breaks as [Document.Fit] does; one that would make its row
// higher than a page shrinks until it does not.
func (f *Flow) Table(t *Table) {
	widths := t.widths(f.Width())
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = c.Head
	}
	page := f.bottom() - f.margins.Top
	head := f.row(t, heads, widths, t.Head, page/2)
	for i, texts := range t.Rows {
		r := f.row(t, texts, widths, t.Body, page-head.height)
		if i == 0 {
			f.Need(head.height + r.height)
			f.draw(head, widths)
		} else if f.Y+r.height > f.bottom() {
			f.turn()
			f.draw(head, widths)
		}
		f.draw(r, widths)
	}
	if len(t.Rows) == 0 {
		f.Need(head.height)
		f.draw(head, widths)
	}
}

// widths are those of the columns, in points.
func (t *Table) widths(whole float64) []float64 {
	sum := 0.0
	for _, c := range t.Columns {
		sum += c.Share
	}
	widths := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = whole * c.Share / sum
	}
	return widths
}

// A row is ready to be drawn.
type row struct {
	cells  []*Block
	height float64
}

// row sets a row that is at most so high, in points.
func (f *Flow) row(t *Table, texts []string, widths []float64, s Style, most float64) row {
	r := row{height: min(t.RowHeight, most)}
	for i, text := range texts {
		style := s
		if s.Align == Left {
			style.Align = t.Columns[i].Align
		}
		cell := f.doc.Fit(text, style, widths[i]-2*cellPad, most-2*cellPad)
		r.cells = append(r.cells, cell)
		r.height = max(r.height, cell.Height+2*cellPad)
	}
	return r
}

func (f *Flow) draw(r row, widths []float64) {
	x := f.Left()
	for i, cell := range r.cells {
		f.Page.Frame(x, f.Y, widths[i], r.height, hairline, Black)
		f.Page.Put(f.doc, cell, x+cellPad, f.Y+(r.height-cell.Height)/2)
		x += widths[i]
	}
	f.Y += r.height
}
