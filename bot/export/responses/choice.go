package responses

import (
	"strconv"

	"chihai/flows/form"
)

// A choice is one of a field, of all versions.
type choice struct {
	code   string
	label  string // in the language of the file
	in     []bool // by version
	number int    // what SPSS and Stata know it by
}

// addChoices unites the choices of all versions.
func (w *writing) addChoices(fd *field, where []*spot) {
	var orders [][]string
	lists := make([]map[string]form.Choice, len(where)) // by version
	for i, s := range where {
		if s == nil {
			continue
		}
		q := s.item.Question
		var offered []form.Choice
		if q.Kind == form.Acknowledge {
			offered = []form.Choice{{Name: "OK"}}
		} else if l := w.dataset.Forms[i].List(q); l != nil && q.Kind.Selects() {
			offered = l.Choices
		}
		lists[i] = map[string]form.Choice{}
		var order []string
		for _, c := range offered {
			if _, ok := lists[i][c.Name]; !ok {
				lists[i][c.Name] = c
				order = append(order, c.Name)
			}
		}
		orders = append(orders, order)
	}
	fd.index = map[string]int{}
	for k, code := range united(orders) {
		c := choice{code: code, label: code, in: make([]bool, len(where))}
		for i, l := range lists {
			one, ok := l[code]
			c.in[i] = ok
			if label := w.dataset.Forms[i].In(one.Label, w.words.Language); label != "" {
				c.label = label
			}
		}
		fd.index[code] = k
		fd.choices = append(fd.choices, c)
	}
	fd.numbers()
}

// numbers gives the choices the numbers by which SPSS and Stata know them: their codes if all of these
// are whole numbers and none is one of ours, else 1, 2, 3.
func (f *field) numbers() {
	f.plain = true
	for i := range f.choices {
		c := &f.choices[i]
		n, err := strconv.ParseInt(c.code, 10, 32)
		c.number = int(n)
		if err != nil || strconv.Itoa(c.number) != c.code || n == skippedNumber || n == refusedNumber || n > 2_000_000_000 || n < -2_000_000_000 {
			f.plain = false
		}
	}
	for i := range f.choices {
		if !f.plain {
			f.choices[i].number = i + 1
		}
	}
}

// find finds a choice by its code. Short lists are faster looked through than looked up.
func (f *field) find(code string) (int, bool) {
	if len(f.choices) > 8 {
		k, ok := f.index[code]
		return k, ok
	}
	for i := range f.choices {
		if f.choices[i].code == code {
			return i, true
		}
	}
	return 0, false
}

// foreign adds a choice that no version has, so that its answers are not lost.
func (f *field) foreign(code string) {
	f.index[code] = len(f.choices)
	f.choices = append(f.choices, choice{code: code, label: code, in: make([]bool, len(f.within))})
	f.numbers()
}
