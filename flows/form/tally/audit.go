package tally

import "slices"

// This file hides the cells of cross tables. The attacker of whom it thinks knows the table as it is shown,
// the figures of both questions, and that people come in whole numbers, and does all the sums there are.
//
// A table is a network: people flow from a source to their row, from there to their column, and on to a
// sink, and what is shown says how many may take each way at least and at most. What an attacker can find
// out about a cell is then the least and the most that can flow through it, and in a network these are
// whole numbers, with every number between them possible (Ford and Fulkerson). So there is no guessing
// here: a hidden cell whose flow can be each of 0 to 4 is hidden.
//
// Cells below Few are hidden first. While one of them cannot take one of its values, another cell joins it,
// of its row first, then of its column, then of the table. Each cell that joins makes the others freer,
// never less free; so one way through the cells suffices. If none is left to join, the table is not shown.
//
// Two things would show more and are left out: to say a joined cell to the ten, and to take back at the end
// those that turn out to be needless. Both depend on the hidden values so much that somebody who
// knows this program finds some of them. TestHideCrossFromWhoKnowsTheRules tells.

// A path is where people flow, from a node to another.
type path struct {
	from, to  int
	low, high int // what is known of it
	flow      int
}

// A network is a table; what flows out of a node flows in.
type network struct {
	paths []path
	out   [][]int // paths by node: those that leave it, and, as −1−path, those that enter it
	came  []int   // way of the last search, by node
}

func newNetwork(nodes int) *network {
	return &network{out: make([][]int, nodes), came: make([]int, nodes)}
}

func (w *network) add(from, to int, known Span, flow int) int {
	i := len(w.paths)
	w.paths = append(w.paths, path{from, to, known.Low, known.High, flow})
	w.out[from] = append(w.out[from], i)
	w.out[to] = append(w.out[to], -1-i)
	return i
}

// reach is the most (up) or the least that can flow through a path, at most as far off as limit. What
// flows is afterwards what it was.
func (w *network) reach(i int, up bool, limit int) int {
	kept := make([]int, len(w.paths))
	for j, p := range w.paths {
		kept[j] = p.flow
	}
	p := &w.paths[i]
	for {
		room := p.high - p.flow
		from, to := p.to, p.from
		if !up {
			room = p.flow - p.low
			from, to = to, from
		}
		if up {
			room = min(room, limit-p.flow)
		} else {
			room = min(room, p.flow-limit)
		}
		if room <= 0 {
			break
		}
		moved := w.push(i, from, to, room)
		if moved == 0 {
			break
		}
		if up {
			p.flow += moved
		} else {
			p.flow -= moved
		}
	}
	found := p.flow
	for j := range w.paths {
		w.paths[j].flow = kept[j]
	}
	return found
}

// push sends up to room people from a node to another on some way that does not use the path without, and
// returns how many.
func (w *network) push(without, from, to, room int) int {
	const never = 1 << 30
	for i := range w.came {
		w.came[i] = never
	}
	w.came[from] = never + 1
	queue := []int{from}
	for len(queue) > 0 && w.came[to] == never {
		node := queue[0]
		queue = queue[1:]
		for _, way := range w.out[node] {
			next, free := w.along(way)
			if free > 0 && w.came[next] == never && way != without && way != -1-without {
				w.came[next] = way
				queue = append(queue, next)
			}
		}
	}
	if w.came[to] == never {
		return 0
	}
	for node := to; node != from; node = w.before(w.came[node]) {
		_, free := w.along(w.came[node])
		room = min(room, free)
	}
	for node := to; node != from; {
		way := w.came[node]
		if way >= 0 {
			w.paths[way].flow += room
		} else {
			w.paths[-1-way].flow -= room
		}
		node = w.before(way)
	}
	return room
}

// along is where a way leads, and how many more can go there.
func (w *network) along(way int) (next, free int) {
	if way >= 0 {
		p := w.paths[way]
		return p.to, p.high - p.flow
	}
	p := w.paths[-1-way]
	return p.from, p.flow - p.low
}

// before is where a way begins.
func (w *network) before(way int) int {
	if way >= 0 {
		return w.paths[way].from
	}
	return w.paths[-1-way].to
}

// keeps reports whether each value of a hidden path is possible.
func (w *network) keeps(i int) bool {
	p := w.paths[i]
	return w.reach(i, true, p.high) == p.high && w.reach(i, false, p.low) == p.low
}

// hideCross says what may be known of the cells of a table whose margins are known as rows and columns
// say. False: nothing.
func hideCross(counts [][]int, rows, columns []Span) ([][]Span, bool) {
	const source, sink = 0, 1
	w := newNetwork(2 + len(rows) + len(columns))
	sum := 0
	for _, row := range counts {
		sum += total(row)
	}
	var hidden []int // paths that must keep all their values
	note := func(i int, known Span) {
		if known.Small() {
			hidden = append(hidden, i)
		}
	}
	w.add(sink, source, exact(sum), sum)
	for i, known := range rows {
		note(w.add(source, 2+i, known, total(counts[i])), known)
	}
	for j, known := range columns {
		n := 0
		for _, row := range counts {
			n += row[j]
		}
		note(w.add(2+len(rows)+j, sink, known, n), known)
	}
	first := len(w.paths)
	margins := hidden
	hidden = nil
	for i, row := range counts {
		for j, n := range row {
			known := exact(n)
			if n < Few {
				known = Span{0, Few - 1}
			}
			note(w.add(2+i, 2+len(rows)+j, known, n), known)
		}
	}
	// Cells before margins: the cells that join for them are near, and mostly free the margins too.
	if !w.free(append(hidden, margins...), first, sum) {
		return nil, false
	}
	shown := make([][]Span, len(counts))
	for i, row := range counts {
		for j := range row {
			at := first + i*len(columns) + j
			p := w.paths[at]
			known := Span{p.low, p.high}
			if !known.Exact() && !known.Small() {
				known = Span{w.reach(at, false, 0), w.reach(at, true, sum)}
			}
			shown[i] = append(shown[i], known)
		}
	}
	return shown, true
}

// free joins cells to the hidden paths until each of these keeps all its values; false if that is in vain.
func (w *network) free(hidden []int, first, sum int) bool {
	for _, i := range hidden {
		for !w.keeps(i) {
			next := w.joining(first, i)
			if next < 0 {
				return false
			}
			w.paths[next].low, w.paths[next].high = Few, sum
		}
	}
	return true
}

// joining finds the exact cell that joins the path i; -1 if there is none. Near ones come before far ones, those
// whose other row or column can make up for them before the rest, and then large ones, of which a span
// says most.
func (w *network) joining(first, i int) int {
	open := make([]int, len(w.out)) // paths by node that are not exact
	for _, p := range w.paths {
		if p.low != p.high {
			open[p.from]++
			open[p.to]++
		}
	}
	at := w.paths[i]
	best, score := -1, [3]int{}
	for j := first; j < len(w.paths); j++ {
		p := w.paths[j]
		if p.low != p.high {
			continue
		}
		var s [3]int
		switch {
		case p.from == at.from || p.from == at.to:
			s[0], s[1] = 2, min(open[p.to], 1)
		case p.to == at.to || p.to == at.from:
			s[0], s[1] = 1, min(open[p.from], 1)
		}
		s[2] = p.flow
		if best < 0 || slices.Compare(s[:], score[:]) > 0 {
			best, score = j, s
		}
	}
	return best
}

// hideCrossMany is hideCross for columns of which one person may be in several; people are those of each
// row, and there is no column for those without an answer. For each column the people of a row are either in
// it or not: a table of its own. What connects the columns is that everybody who answered is in one of
// them. So the table is shown only where that says nothing: in each row the cells hold everybody even if
// all are as small as they are said to be. As many people without an answer as may be counted would
// connect them too: left is their span, and must be small or none.
func hideCrossMany(counts [][]int, people []int, rows, columns []Span, left Span) ([][]Span, bool) {
	if left.High >= Few {
		return nil, false
	}
	n := total(people)
	shown := make([][]Span, len(rows))
	for j, known := range columns {
		two := make([][]int, len(rows))
		for i := range two {
			two[i] = []int{counts[i][j], people[i] - counts[i][j]}
		}
		spans, ok := hideCross(two, rows, []Span{known, {n - known.High, n - known.Low}})
		if !ok {
			return nil, false
		}
		for i := range spans {
			shown[i] = append(shown[i], spans[i][0])
		}
	}
	for i, known := range rows {
		least := 0
		for _, s := range shown[i] {
			least += s.Low
		}
		if least < known.High {
			return nil, false
		}
	}
	return shown, true
}
