package responses

import (
	"io"
	"math"
	"strconv"

	"chihai/bot/export/dta"
)

// The letters of Stata's missing values.
const (
	skippedLetter = 's'
	refusedLetter = 'r'
)

// flagSet is the name of the labels of 0 and 1. No variable can have it.
const flagSet = "_chosen"

// stata writes a file of Stata, or a zip of one for each table.
func (w *writing) stata(out io.Writer) error {
	return w.measured(out, ".dta", w.stataTable)
}

func (w *writing) stataTable(out io.Writer, t *table) error {
	f := &dta.File{Label: cut(w.dataset.Title, math.MaxInt, dta.MaxLabel), Created: w.dataset.Made.In(w.zone), Observations: t.total}
	for _, c := range t.columns {
		w.stataVariable(f, c)
	}
	s, err := dta.NewWriter(out, f)
	if err != nil {
		return err
	}
	err = w.pass(func(of *table, r *record) error {
		if of != t {
			return nil
		}
		for i, v := range w.fill(t, r) {
			w.stataCell(s, t.columns[i], v)
		}
		return s.Err()
	})
	if err == nil && f.LongTexts > 0 {
		err = w.stataLong(s, f, t)
	}
	if err != nil {
		return err
	}
	return s.Close()
}

func (w *writing) stataCell(s *dta.Writer, c *column, v cell) {
	if c.holdsText() {
		s.Text(v.code())
		return
	}
	switch v.state {
	case given:
		moment := dta.Days
		if c.kind == datetime {
			moment = dta.Milliseconds
		}
		if x, ok := c.value(v, w.zone, moment); ok {
			s.Number(x)
			return
		}
		s.Missing(0)
	case skipped:
		s.Missing(skippedLetter)
	case refused:
		s.Missing(refusedLetter)
	default:
		s.Missing(0)
	}
}

// stataLong goes through the responses once more for the texts that stand behind the numbers.
func (w *writing) stataLong(s *dta.Writer, f *dta.File, t *table) error {
	w.at.Passes++
	return w.pass(func(of *table, r *record) error {
		if of != t {
			return nil
		}
		for i, v := range w.fill(t, r) {
			if text := v.code(); f.Variables[i].Kind == dta.LongText && text != "" {
				s.Long(i, r.index, text)
			}
		}
		return s.Err()
	})
}

// stataVariable adds a variable and the labels of its values.
func (w *writing) stataVariable(f *dta.File, c *column) {
	v := dta.Variable{Name: c.short, Label: cut(c.title, math.MaxInt, dta.MaxLabel)}
	switch {
	case c.holdsText() && c.width > dta.MaxText:
		v.Kind = dta.LongText
		f.LongTexts += c.longTexts
		f.LongBytes += c.longBytes
	case c.holdsText():
		v.Width = max(c.width, 1)
	case c.kind == date:
		v.Kind, v.Format = dta.Long, "%td"
	case c.kind == datetime:
		v.Kind, v.Format = dta.Double, "%tc"
	case c.kind == coded:
		least, most := 0, 0
		for _, o := range c.field.choices {
			least, most = min(least, o.number), max(most, o.number)
		}
		v.Kind = smallest(float64(least), float64(most))
	case !c.some:
		v.Kind = dta.Byte
	case !c.whole:
		v.Kind = dta.Double
	default:
		v.Kind = smallest(c.least, c.most)
	}
	if labels := w.valueLabels(c); len(labels) > 0 {
		v.Set = c.short
		if c.flag() {
			v.Set = flagSet
		}
		w.stataSet(f, v.Set, labels)
	}
	f.Variables = append(f.Variables, v)
}

// stataSet adds labels under a name, once. Labels that stand twice get their number behind them: readers
// that make categories of them take none twice.
func (w *writing) stataSet(f *dta.File, name string, labels []valueLabel) {
	for _, s := range f.Sets {
		if s.Name == name {
			return
		}
	}
	set := dta.Set{Name: name}
	seen := map[string]bool{}
	for _, l := range labels {
		label := cut(l.label, dta.MaxValueLabel-16, math.MaxInt)
		if seen[label] {
			label += " (" + strconv.Itoa(l.number) + ")"
		}
		seen[label] = true
		set.Values = append(set.Values, dta.Value{Number: int32(l.number), Label: label}) // #nosec G115 -- numbers of choices fit
	}
	set.Values = append(set.Values,
		dta.Value{Missing: skippedLetter, Label: w.words.T("responses.skipped")},
		dta.Value{Missing: refusedLetter, Label: w.words.T("responses.refused")})
	f.Sets = append(f.Sets, set)
}

// smallest is the smallest kind that holds whole numbers between two.
func smallest(least, most float64) dta.Kind {
	switch {
	case least >= dta.MinByte && most <= dta.MaxByte:
		return dta.Byte
	case least >= dta.MinInt && most <= dta.MaxInt:
		return dta.Int
	case least >= dta.MinLong && most <= dta.MaxLong:
		return dta.Long
	}
	return dta.Double
}
