package responses

import (
	"io"
	"math"

	"chihai/bot/export/sav"
)

// spss writes a file of SPSS, or a zip of one for each table.
func (w *writing) spss(out io.Writer) error {
	return w.measured(out, ".sav", w.spssTable)
}

// measured writes a file, or a zip of several, of a format that wants to know sizes in advance.
func (w *writing) measured(out io.Writer, ending string, write func(io.Writer, *table) error) error {
	w.at.Passes = 1 + len(w.tables)
	if err := w.measure(); err != nil {
		return err
	}
	return w.zipped(out, ending, write)
}

func (w *writing) spssTable(out io.Writer, t *table) error {
	f := &sav.File{Label: cut(w.dataset.Title, sav.MaxFileLabel, math.MaxInt), Created: w.dataset.Made.In(w.zone), Cases: t.total}
	for _, c := range t.columns {
		f.Variables = append(f.Variables, w.spssVariable(c))
	}
	s, err := sav.NewWriter(out, f)
	if err != nil {
		return err
	}
	err = w.pass(func(of *table, r *record) error {
		if of != t {
			return nil
		}
		for i, v := range w.fill(t, r) {
			c := t.columns[i]
			if c.holdsText() {
				s.Text(v.code())
				continue
			}
			x := sav.Missing
			switch v.state {
			case given:
				if y, ok := c.value(v, w.zone, sav.Seconds); ok {
					x = y
				}
			case skipped:
				x = skippedNumber
			case refused:
				x = refusedNumber
			}
			s.Number(x)
		}
		return s.Err()
	})
	if err != nil {
		return err
	}
	return s.Close()
}

func (w *writing) spssVariable(c *column) sav.Variable {
	v := sav.Variable{Name: c.short, Label: cut(c.title, sav.MaxLabel, math.MaxInt), Measure: sav.Nominal}
	if c.holdsText() {
		v.Width = min(max(c.width, 1), sav.MaxText)
		return v
	}
	switch c.kind {
	case date:
		v.Format, v.Measure = sav.Date, sav.Scale
	case datetime:
		v.Format, v.Measure = sav.DateTime, sav.Scale
	case coded:
	default:
		if c.part < 0 {
			v.Measure = sav.Scale
		}
		if !c.whole {
			v.Format = sav.Decimal
		}
	}
	if c.field == nil {
		return v
	}
	for _, l := range w.valueLabels(c) {
		v.Values = append(v.Values, sav.Value{Number: float64(l.number), Label: cut(l.label, sav.MaxValueLabel, math.MaxInt)})
	}
	v.Missing = []float64{skippedNumber, refusedNumber}
	v.Values = append(v.Values,
		sav.Value{Number: skippedNumber, Label: cut(w.words.T("responses.skipped"), sav.MaxValueLabel, math.MaxInt)},
		sav.Value{Number: refusedNumber, Label: cut(w.words.T("responses.refused"), sav.MaxValueLabel, math.MaxInt)})
	return v
}

// A valueLabel is a number that has a label.
type valueLabel struct {
	number int
	label  string
}

// valueLabels are those of the answers in a column of numbers; none for plain numbers.
func (w *writing) valueLabels(c *column) []valueLabel {
	var all []valueLabel
	switch {
	case c.kind == coded:
		for _, o := range c.field.choices {
			all = append(all, valueLabel{o.number, o.label})
		}
	case c.flag():
		all = []valueLabel{{0, w.words.T("responses.unchosen")}, {1, w.words.T("responses.chosen")}}
	}
	return all
}
