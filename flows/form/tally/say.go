package tally

import (
	"math"
	"strings"
	"time"

	"chihai/flows/form"
	"chihai/locales"
)

// Words say figures in one language.
type Words struct {
	*locales.Printer
	Form *form.Form
	Area func(id string) string // the name of an area
}

// Question is the text of a question; of [Areas], a word for them.
func (w Words) Question(q *form.Question) string {
	if q.Name == Areas {
		return w.T("figure.areas")
	}
	if text := w.Form.In(q.Label, w.Language); text != "" {
		return text
	}
	return q.Name
}

// Bar is the label of a bar of a figure.
func (w Words) Bar(f *Figure, b Bar) string {
	switch {
	case f.Classes:
		return w.class(f.Question, b)
	case b.Name == "":
		return w.T("figure.others")
	case f.Question.Name == Areas:
		return w.Area(b.Name)
	case f.Question.Kind == form.Acknowledge:
		return w.T("figure.read")
	case f.Question.Kind == form.Date || f.Question.Kind == form.DateTime:
		if m, err := time.Parse("2006-01", b.Name); err == nil {
			return m.Format("1/2006")
		}
		return b.Name
	}
	if l := w.Form.List(f.Question); l != nil {
		for _, c := range l.Choices {
			if c.Name == b.Name {
				if text := w.Form.In(c.Label, w.Language); text != "" {
					return text
				}
			}
		}
	}
	return b.Name
}

// class names one; whole numbers by the first and the last that belong to it.
func (w Words) class(q *form.Question, b Bar) string {
	switch whole := q.Kind == form.Integer; {
	case math.IsInf(b.Low, -1) && math.IsInf(b.High, 1):
		return w.T("figure.answered")
	case math.IsInf(b.Low, -1):
		return w.T("figure.class_below", "high", w.decimal(b.High))
	case math.IsInf(b.High, 1):
		return w.T("figure.class_from", "low", w.decimal(b.Low))
	case whole && b.High == b.Low+1:
		return w.decimal(b.Low)
	case whole:
		return w.T("figure.span", "low", w.decimal(b.Low), "high", w.decimal(b.High-1))
	}
	return w.T("figure.class_between", "low", w.decimal(b.Low), "high", w.decimal(b.High))
}

// decimal writes a number with the comma of Vietnamese and Khmer, or the point of English.
func (w Words) decimal(x float64) string {
	if whole := math.Trunc(x); whole == x && math.Abs(x) < 1e15 {
		return w.Number(int(x))
	}
	text := decimal(x)
	if w.Language != "en" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// People says a span of people.
func (w Words) People(s Span) string {
	switch {
	case s.Exact():
		return w.Number(s.Low)
	case s.Small():
		return w.T("figure.few", "most", Few)
	}
	return w.T("figure.span", "low", w.Number(s.Low), "high", w.Number(s.High))
}

// Value says what a bar shows: people with their share, or a share alone.
func (w Words) Value(f *Figure, b Bar) string {
	switch {
	case b.Hidden:
		return w.T("figure.few", "most", Few)
	case f.Kind == Shares:
		return w.T("figure.share_about", "share", b.Share)
	case f.Base.Low == 0:
		return w.People(b.People)
	}
	return w.T("figure.value", "people", w.People(b.People), "share", b.Share)
}

// Base says of how many people, or of what, a figure is.
func (w Words) Base(f *Figure) string {
	switch {
	case f.Kind == Nothing:
		return w.T("figure.nothing", "most", Few)
	case f.Kind == Shares && f.Each:
		return w.T("figure.base_each")
	case f.Kind == Shares:
		return w.T("figure.base_hidden")
	case f.Base.Exact() && f.Base.Low == f.Total:
		return w.T("figure.base", "people", w.Number(f.Total))
	}
	return w.T("figure.base_of", "people", w.People(f.Base), "asked", f.Total)
}

// Notes are what else there is to say below a figure, in lines.
func (w Words) Notes(f *Figure) []string {
	var all []string
	if f.Kind == Many {
		all = append(all, w.T("figure.many"))
	}
	if f.Summary {
		all = append(all, w.T("figure.summary", "mean", w.decimal(f.Mean), "median", w.decimal(f.Median)))
	}
	return all
}

// Lines say a figure for a chat: the question, the base, a line for each bar.
func (w Words) Lines(f *Figure) []string {
	all := []string{w.Question(f.Question), w.Base(f)}
	for _, b := range f.Bars {
		all = append(all, w.T("figure.line", "label", w.Bar(f, b), "value", w.Value(f, b)))
	}
	if f.Kind != Nothing && f.Left.High > 0 {
		all = append(all, w.T("figure.line", "label", w.T("figure.left"), "value", w.People(f.Left)))
	}
	return append(all, w.Notes(f)...)
}

// CrossLines say a cross table for a chat, where a wide table has no room: each row's cells stand in lines
// below it.
func (w Words) CrossLines(c *Cross) []string {
	all := []string{w.T("figure.cross", "rows", w.Question(c.Rows.Question), "columns", w.Question(c.Columns.Question))}
	if c.Kind == Nothing {
		return append(all, w.T("figure.cross_nothing", "most", Few))
	}
	table := w.Table(c)
	for _, row := range table[1:] {
		all = append(all, "", w.T("figure.line", "label", row[0], "value", row[len(row)-1]))
		for j, value := range row[1 : len(row)-1] {
			all = append(all, w.T("figure.cell", "label", table[0][1+j], "value", value))
		}
	}
	return append(all, w.Notes(c.Columns)...)
}

// Table is a cross table in rows of cells, the first of which is the head; the last column is how many
// people are in the row. It is nil for Nothing.
func (w Words) Table(c *Cross) [][]string {
	if c.Kind == Nothing {
		return nil
	}
	head := append([]string{""}, w.head(c.Columns)[:len(c.Cells[0])]...)
	all := [][]string{append(head, w.T("figure.total"))}
	margins := c.Rows.margins()
	for i, label := range w.head(c.Rows) {
		row := []string{label}
		for _, s := range c.Cells[i] {
			row = append(row, w.People(s))
		}
		all = append(all, append(row, w.People(margins[i])))
	}
	return all
}

// head is the labels of the bars of a figure, and of those without an answer, if any.
func (w Words) head(f *Figure) []string {
	var all []string
	for _, b := range f.Bars {
		all = append(all, w.Bar(f, b))
	}
	if f.Left != (Span{}) {
		all = append(all, w.T("figure.left"))
	}
	return all
}

// StopLines say where people left off.
func (w Words) StopLines(stops []Stop) []string {
	if len(stops) == 0 {
		return []string{w.T("figure.stops_nothing", "most", Few)}
	}
	all := []string{w.T("figure.stops")}
	for _, s := range stops {
		label := w.T("figure.stops_few")
		if s.Question != nil {
			label = w.Question(s.Question)
		}
		all = append(all, w.T("figure.line", "label", label, "value", w.People(s.People)))
	}
	return all
}
