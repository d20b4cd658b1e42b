package responses

import (
	"math"
	"strconv"
	"time"
)

// measure goes through all responses once for what SPSS and Stata want to know before the first of
// them: how many rows there are, how long texts are, how large numbers.
func (w *writing) measure() error {
	for _, t := range w.tables {
		for _, c := range t.columns {
			c.least, c.most, c.whole, c.number = math.Inf(1), math.Inf(-1), true, true
		}
	}
	err := w.pass(func(t *table, r *record) error {
		for i, v := range w.fill(t, r) {
			if v.state != blank {
				t.columns[i].measure(v)
			}
		}
		return nil
	})
	for _, t := range w.tables {
		t.total = t.rows
	}
	return err
}

func (c *column) measure(v cell) {
	if c.kind == text || c.kind == loose {
		if s := v.code(); s != "" {
			c.width = max(c.width, len(s))
			c.longTexts++
			c.longBytes += len(s)
		}
	}
	if v.state != given || c.kind == text || c.kind == date || c.kind == datetime {
		return
	}
	if c.kind == coded {
		if _, ok := c.field.find(v.text); !ok {
			c.field.foreign(v.text)
		}
		return
	}
	x, ok := numberOf(v.text)
	if !ok {
		c.number = false
		return
	}
	c.some = true
	c.least, c.most = min(c.least, x), max(c.most, x)
	c.whole = c.whole && x == math.Trunc(x)
}

// numberOf reads a number.
func numberOf(s string) (float64, bool) {
	if len(s) > 0 && len(s) < 10 { // most are short and whole
		n := 0
		for i := range len(s) {
			d := s[i] - '0'
			if d > 9 || d == 0 && i == 0 && len(s) > 1 {
				n = -1
				break
			}
			n = 10*n + int(d)
		}
		if n >= 0 {
			return float64(n), true
		}
	}
	if !plainNumber(s) {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// holdsText reports whether SPSS and Stata keep the column as text.
func (c *column) holdsText() bool {
	return c.kind == text || c.kind == loose && (!c.number || !c.some)
}

// value is what a cell of a column of numbers has for SPSS and Stata; false for none. Times are handed
// to moment.
func (c *column) value(v cell, zone *time.Location, moment func(time.Time) float64) (float64, bool) {
	switch c.kind {
	case coded:
		k, ok := c.field.find(v.text)
		if !ok {
			return 0, false
		}
		return float64(c.field.choices[k].number), true
	case date, datetime:
		at, ok := clockOf(v.text, zone)
		if !ok {
			return 0, false
		}
		return moment(at), true
	}
	return numberOf(v.text)
}
