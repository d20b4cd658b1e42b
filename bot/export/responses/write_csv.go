package responses

import (
	"bufio"
	"io"
	"strings"
)

// csv writes RFC 4180 with a mark of UTF-8 in front, without which Excel takes it for another encoding.
func (w *writing) csv(out io.Writer) error {
	w.at.Passes = len(w.tables)
	return w.zipped(out, ".csv", w.csvTable)
}

func (w *writing) csvTable(out io.Writer, t *table) error {
	c := &commas{Writer: bufio.NewWriterSize(out, 64<<10), between: ','}
	if w.options.Semicolon {
		c.between = ';'
	}
	c.WriteString("\uFEFF")
	for _, col := range t.columns {
		c.cell(harmless(w.heading(col)))
	}
	c.endRow()
	err := w.pass(func(of *table, r *record) error {
		if of != t {
			return nil
		}
		for i, v := range w.fill(t, r) {
			c.cell(w.csvCell(t.columns[i], v))
		}
		return c.endRow()
	})
	if err != nil {
		return err
	}
	return c.Flush()
}

// csvCell is how a cell stands in CSV.
func (w *writing) csvCell(c *column, v cell) string {
	switch {
	case v.state == blank:
		return ""
	case w.options.Labels:
		v.text = w.label(c, v)
	case v.state != given:
		return v.code() // ours, not hers
	}
	switch {
	case c.kind != text && plainNumber(v.text), c.kind == date, c.kind == datetime:
		return v.text
	}
	return harmless(v.text)
}

// harmless puts an apostrophe before what a spreadsheet would take for a formula: a text that begins
// with one of = + - @, a tab or a line's end (owasp.org, "CSV Injection").
func harmless(s string) string {
	if s == "" || strings.IndexByte("=+-@\t\r\n", s[0]) < 0 {
		return s
	}
	return "'" + s
}

// commas writes cells with a sign between them.
type commas struct {
	*bufio.Writer
	between byte
	begun   bool
}

func (c *commas) cell(s string) {
	if c.begun {
		c.WriteByte(c.between)
	}
	c.begun = true
	if !special(s) {
		c.WriteString(s)
		return
	}
	c.WriteByte('"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		c.WriteString(s[:i+1])
		c.WriteByte('"')
		s = s[i+1:]
	}
	c.WriteString(s)
	c.WriteByte('"')
}

// endRow ends a row. An error of any write before shows here.
func (c *commas) endRow() error {
	c.begun = false
	_, err := c.WriteString("\r\n")
	return err
}

// special reports whether a cell must stand in quotes. Looked for one by one, the signs cost a third of the
// time of a file.
func special(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case ',', ';', '"', '\r', '\n':
			return true
		}
	}
	return false
}
