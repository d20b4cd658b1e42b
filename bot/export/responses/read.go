package responses

import (
	"strconv"
	"strings"

	"chihai/flows/form"
)

// A record is one row of a table.
type record struct {
	row         *Row
	prefix      string // of the paths of its answers
	index       int    // of the row, from 1
	parent      string // the table around it
	parentIndex int
}

// A visit is called for each row of each table: a row of a table before those inside of it.
type visit func(t *table, r *record) error

// pace is after how many responses a pass looks whether it is to end, and tells how far it is.
const pace = 256

// pass goes through all responses.
func (w *writing) pass(do visit) error {
	for _, t := range w.tables {
		t.rows = 0
	}
	w.at.Pass++
	w.at.Passes = max(w.at.Passes, w.at.Pass)
	w.at.Rows = 0
	for row, err := range w.dataset.Rows() {
		if err != nil {
			return err
		}
		if w.at.Rows%pace == 0 {
			if err := w.ctx.Err(); err != nil {
				return err
			}
			w.tell(w.at)
		}
		w.at.Rows++
		if row.Version < 0 || row.Version >= len(w.dataset.Forms) {
			return errVersion
		}
		w.countInstances(row.Response)
		main := w.tables[0]
		main.rows++
		r := &w.record
		*r = record{row: row, index: main.rows}
		if err := do(main, r); err != nil {
			return err
		}
		if err := w.inside(main, r, do); err != nil {
			return err
		}
	}
	w.tell(w.at)
	return w.ctx.Err()
}

// inside goes through the rows that belong to one of t.
func (w *writing) inside(t *table, r *record, do visit) error {
	for _, c := range t.children {
		err := w.instances(c, t, r, func(one *record) error {
			c.rows++
			one.index = c.rows
			if err := do(c, one); err != nil {
				return err
			}
			return w.inside(c, one, do)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// instances goes through the instances of a repeat inside a row of the table around it.
func (w *writing) instances(c, around *table, r *record, do func(*record) error) error {
	within := c.within[r.row.Version]
	if within == "" {
		return nil
	}
	path := r.prefix + within
	for i := range w.counts[path] {
		if err := do(&record{row: r.row, prefix: path + "[" + strconv.Itoa(i+1) + "]/", parent: around.name, parentIndex: r.index}); err != nil {
			return err
		}
	}
	return nil
}

// countInstances finds how many instances each repeat of a response has. Of a repeat whose number is
// computed only the answers tell: an instance behind the last one with an answer has no row.
func (w *writing) countInstances(r *form.Response) {
	if len(w.tables) == 1 {
		return
	}
	clear(w.counts)
	for path, n := range r.Repeats {
		w.counts[path] = min(n.Number, form.MaxInstances)
		w.countAround(path)
	}
	for path := range r.Answers {
		w.countAround(path)
	}
}

// countAround notes the instances that a path goes through.
func (w *writing) countAround(path string) {
	for from := 0; ; {
		open := strings.IndexByte(path[from:], '[')
		if open < 0 {
			return
		}
		open += from
		shut := strings.IndexByte(path[open:], ']')
		if shut < 0 {
			return
		}
		from = open + shut
		if n, err := strconv.Atoi(path[open+1 : from]); err == nil && n <= form.MaxInstances {
			w.counts[path[:open]] = max(w.counts[path[:open]], n)
		}
	}
}

// fill reads the cells of a row. They hold until the next row.
func (w *writing) fill(t *table, r *record) []cell {
	if cap(w.cells) < len(t.columns) {
		w.cells = make([]cell, len(t.columns))
	}
	cells := w.cells[:len(t.columns)]
	clear(cells)
	rest := cells
	for _, f := range t.fields {
		w.read(f, r, rest[:len(f.columns)])
		rest = rest[len(f.columns):]
	}
	for i, c := range t.columns[len(cells)-len(rest):] {
		if s := c.fact(r); s != "" {
			rest[i] = cell{given, s}
		}
	}
	return cells
}

// read reads the cells of a question.
func (w *writing) read(f *field, r *record, cells []cell) {
	within := f.within[r.row.Version]
	if within == "" {
		return
	}
	if r.prefix != "" {
		within = r.prefix + within
	}
	a, ok := r.row.Response.Answers[within]
	if !ok {
		return
	}
	v := cell{state: blank, text: a.Value}
	switch a.State {
	case form.Answered, form.Computed:
		v.state = given
		if a.Value == "" {
			return
		}
	case form.Skipped:
		v = cell{state: skipped}
	case form.Declined:
		v = cell{state: refused}
	default:
		return // of a newer version of this program
	}
	cells[0] = v
	if len(cells) == 1 {
		return
	}
	if v.state != given {
		for i := range cells[1:] {
			if f.question.Kind == form.Point || f.choices[i].in[r.row.Version] {
				cells[i+1] = v
			}
		}
		return
	}
	w.found = w.found[:0]
	for part := range strings.FieldsSeq(v.text) {
		w.found = append(w.found, part)
	}
	switch f.question.Kind {
	case form.Point:
		for i, part := range w.found[:min(len(w.found), 4)] {
			cells[i+1] = cell{given, part}
		}
		return
	case form.SelectMultiple:
		for i := range cells[1:] {
			if f.choices[i].in[r.row.Version] {
				cells[i+1] = cell{given, "0"}
			}
		}
	}
	for place, code := range w.found {
		k, ok := f.find(code)
		switch {
		case !ok:
		case f.question.Kind == form.Rank:
			cells[k+1] = cell{given, strconv.Itoa(place + 1)}
		default:
			cells[k+1] = cell{given, "1"}
		}
	}
}

// codes are the choices that an answer names.
func codes(f *field, answer string) []string {
	if k := f.question.Kind; k == form.SelectMultiple || k == form.Rank {
		return strings.Fields(answer)
	}
	return []string{answer}
}

// count counts how a table's questions were answered.
func (t *table) count(cells []cell) {
	for _, f := range t.fields {
		switch cells[0].state {
		case given:
			f.answered++
		case skipped:
			f.skipped++
		case refused:
			f.refused++
		}
		cells = cells[len(f.columns):]
	}
}
