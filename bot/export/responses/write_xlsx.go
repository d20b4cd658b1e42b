package responses

import (
	"fmt"
	"io"

	"chihai/bot/export/sheet"
)

// xlsx writes a workbook: a sheet for each table, the codebook, the versions.
func (w *writing) xlsx(out io.Writer) error {
	w.at.Passes = len(w.tables)
	b := sheet.NewBook(out)
	err := w.book(b)
	if closed := b.Close(); err == nil {
		err = closed
	}
	return err
}

func (w *writing) book(b *sheet.Book) error {
	for _, t := range w.tables {
		if err := t.fit(); err != nil {
			return err
		}
		head := make([]string, len(t.columns))
		widths := make([]float64, len(t.columns))
		for i, c := range t.columns {
			head[i], widths[i] = w.heading(c), 14
		}
		b.Sheet(t.name, head, widths)
		err := w.pass(func(of *table, r *record) error {
			if of != t {
				return nil
			}
			cells := w.fill(t, r)
			t.count(cells)
			for i, v := range cells {
				w.xlsxCell(b, t.columns[i], v)
			}
			b.EndRow()
			return b.Err()
		})
		if err != nil {
			return err
		}
	}
	w.codebook(b)
	w.versions(b)
	return b.Err()
}

// xlsxCell writes a cell as what it is, so that it can be counted, sorted and charted.
func (w *writing) xlsxCell(b *sheet.Book, c *column, v cell) {
	switch {
	case v.state == blank:
		b.Blank()
		return
	case w.options.Labels && (v.state != given || c.field != nil && len(c.field.choices) > 0 && c.part < 0):
		b.Text(w.label(c, v))
		return
	case v.state != given:
		if c.kind == text || c.kind == coded && !c.field.plain {
			b.Text(v.code())
		} else {
			b.Number(v.code())
		}
		return
	}
	switch c.kind {
	case whole, decimal, loose:
		if plainNumber(v.text) {
			b.Number(v.text)
			return
		}
	case coded:
		if _, ok := c.field.find(v.text); ok && c.field.plain {
			b.Number(v.text)
			return
		}
	case date, datetime:
		if at, ok := clockOf(v.text, w.zone); ok {
			if c.kind == date {
				b.Date(at)
			} else {
				b.DateTime(at)
			}
			return
		}
	}
	b.Text(v.text)
}

// fit leaves out columns of 0 and 1, those of the longest lists first, until a sheet can hold the table.
// The summary columns still have all the answers.
func (t *table) fit() error {
	for len(t.columns) > sheet.MaxColumns {
		longest := t.fields[0]
		for _, f := range t.fields {
			if len(f.columns) > len(longest.columns) {
				longest = f
			}
		}
		if len(longest.columns) == 1 {
			return fmt.Errorf("%d columns are more than a sheet can hold", len(t.columns))
		}
		var kept []*column
		for _, c := range t.columns {
			if c.field != longest || c.part < 0 {
				kept = append(kept, c)
			}
		}
		t.columns, longest.columns = kept, longest.columns[:1]
	}
	return nil
}
