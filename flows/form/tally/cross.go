package tally

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of [New] about a pair.
var (
	ErrUnknown = errors.New("no such question")
	// ErrCrossed is returned for what cannot be crossed: questions in repeats, those that only some are
	// asked, numbers and texts, rows of which one person may be in several, a question with itself.
	ErrCrossed = errors.New("cannot be crossed")
)

// MaxCells is how many cells a cross table may have: a hundred communes and ten choices.
const MaxCells = 1_000

// A Cross is what may be known of two questions together.
type Cross struct {
	Rows, Columns *Figure
	Kind          Kind // Counts, or Many where one person may be in several columns, or Nothing
	// Cells are by row and column as the bars of the figures are; behind the last row is one for the people
	// without an answer, unless there are none, and behind the last column, unless Kind is Many.
	Cells [][]Span
}

// A cross counts the people in each pair of choices.
type cross struct {
	pair          Pair
	rows, columns *counter
	counts        [][]int // by row and column; the first of each is the people without an answer
}

// Crossable reports whether a question may stand in a [Pair]. As rows it must have one choice each.
func (t *Tally) Crossable(name string, asRows bool) bool {
	c := t.counter(name)
	return c != nil && !c.repeats && !c.link.conditional && !c.link.filtered &&
		(c.sort == choice || c.sort == month || c.sort == choices && !asRows)
}

func (t *Tally) newCross(p Pair) (*cross, error) {
	for _, name := range []string{p.Rows, p.Columns} {
		if t.counter(name) == nil {
			return nil, fmt.Errorf("%w: %s", ErrUnknown, name)
		}
	}
	if !t.Crossable(p.Rows, true) || !t.Crossable(p.Columns, false) || p.Rows == p.Columns {
		return nil, fmt.Errorf("%s and %s: %w", p.Rows, p.Columns, ErrCrossed)
	}
	return &cross{pair: p, rows: t.counter(p.Rows), columns: t.counter(p.Columns)}, nil
}

// take counts the response that the two counters have just taken.
func (x *cross) take() {
	row := 0
	if len(x.rows.now) > 0 {
		row = 1 + x.rows.now[0]
	}
	if len(x.columns.now) == 0 {
		x.add(row, 0)
	}
	for _, column := range x.columns.now {
		x.add(row, 1+column)
	}
}

func (x *cross) add(row, column int) {
	for row >= len(x.counts) {
		x.counts = append(x.counts, nil)
	}
	for column >= len(x.counts[row]) {
		x.counts[row] = append(x.counts[row], 0)
	}
	x.counts[row][column]++
}

// Cross is what may be known of a pair that was asked for; nil for another. It is Nothing where one of the
// questions alone is, or where the table could not be hidden well enough, or has more than [MaxCells].
func (t *Tally) Cross(p Pair) *Cross {
	i := slices.IndexFunc(t.crosses, func(x *cross) bool { return x.pair == p })
	if i < 0 {
		return nil
	}
	x := t.crosses[i]
	c := &Cross{Rows: t.Figure(p.Rows), Columns: t.Figure(p.Columns)}
	if c.Rows.Kind == Nothing || c.Columns.Kind == Nothing || len(x.rows.names)*len(x.columns.names) > MaxCells {
		return c
	}
	rows, columns := c.Rows.margins(), c.Columns.margins()
	if c.Columns.Kind == Many {
		columns = columns[:len(c.Columns.Bars)]
	}
	counts := x.ordered()[:len(rows)] // nobody is in what the margins leave out
	for i := range counts {
		counts[i] = counts[i][:len(columns)]
	}
	ok := false
	if c.Columns.Kind == Many {
		c.Cells, ok = hideCrossMany(counts, x.rows.partition(t.n)[:len(rows)], rows, columns, c.Columns.Left)
	} else {
		c.Cells, ok = hideCross(counts, rows, columns)
	}
	if ok {
		c.Kind = c.Columns.Kind
	} else {
		c.Cells = nil
	}
	return c
}

// margins are the spans of the bars, and of those without an answer, if any.
func (f *Figure) margins() []Span {
	var all []Span
	for _, b := range f.Bars {
		all = append(all, b.People)
	}
	if f.Left != (Span{}) {
		all = append(all, f.Left)
	}
	return all
}

// ordered is the counts in the order of the bars, those without an answer behind the others.
func (x *cross) ordered() [][]int {
	rows, columns := x.rows.places(), x.columns.places()
	all := make([][]int, len(rows)+1)
	for i := range all {
		all[i] = make([]int, len(columns)+1)
	}
	place := func(places []int, i int) int {
		if i == 0 {
			return len(places)
		}
		return places[i-1]
	}
	for i, row := range x.counts {
		for j, n := range row {
			all[place(rows, i)][place(columns, j)] += n
		}
	}
	return all
}

// partition is the people in each bar, and behind them those without an answer.
func (c *counter) partition(n int) []int {
	var all []int
	for _, b := range c.bins() {
		all = append(all, b.count)
	}
	return append(all, n-total(all))
}

// places says of each choice which bar it is.
func (c *counter) places() []int {
	at := map[string]int{}
	for i, b := range c.bins() {
		at[b.name] = i
	}
	all := make([]int, len(c.names))
	for i, n := range c.names {
		p, ok := at[n]
		if !ok && c.sort == month {
			p = at[n[:len("2026")]] // so many months that they are shown by year
		}
		all[i] = p
	}
	return all
}
