package tally

// This file hides the cells of cross tables. The attacker of whom it thinks knows the table as it is shown,
// the figures of both questions, and that people come in whole numbers, and does all the sums there are.
//
// A table is a network: people flow from a source to their row, from there to their column, and on to a
// sink, and what is shown says how many may take each way at least and at most. What an attacker can find
// out about a cell is then the least and the most that can flow through it, and in a network these are
// whole numbers, with every number between them possible (Ford and Fulkerson). So there is no guessing
// here: a hidden cell whose flow can be each of 0 to 4 is hidden.
//
// Cells below Few are hidden first. While one of them cannot take one of its values, the largest cell that
// is still exact joins it, of its row first, then of its column, then of the table. Each cell that joins makes
// the others freer, never less free; so one way through the cells suffices. If none is left to join,
// the table is not shown.

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
	for i, row := range counts {
		for j, n := range row {
			known := exact(n)
			if n < Few {
				known = Span{0, Few - 1}
			}
			note(w.add(2+i, 2+len(rows)+j, known, n), known)
		}
	}
	for _, i := range hidden {
		for !w.keeps(i) {
			next := w.largest(first, i)
			if next < 0 {
				return nil, false
			}
			w.paths[next].low, w.paths[next].high = Few, sum
		}
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

// largest finds the exact cell that joins the path i; -1 if there is none.
func (w *network) largest(first, i int) int {
	best, near := -1, 0
	for j := first; j < len(w.paths); j++ {
		p := w.paths[j]
		if p.low != p.high {
			continue
		}
		n := 1
		if p.from == w.paths[i].from || p.from == w.paths[i].to {
			n = 3
		} else if p.to == w.paths[i].to || p.to == w.paths[i].from {
			n = 2
		}
		if best < 0 || n > near || n == near && p.flow > w.paths[best].flow {
			best, near = j, n
		}
	}
	return best
}

// hideCrossMany is hideCross for columns of which one person may be in several; people are those of each
// row. For each column the people of a row are either in it or not: a table of its own. Between the columns there
// is one connection: that everybody is in one of them. Where a row's cells could not hold its people
// otherwise, those that were exact are shown as no more than large.
func hideCrossMany(counts [][]int, people []int, rows, columns []Span) ([][]Span, bool) {
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
		if covered(shown[i], known.High) {
			continue
		}
		for j, s := range shown[i] {
			if !s.Small() {
				shown[i][j] = Span{min(s.Low, Few), known.High}
			}
		}
		if !covered(shown[i], known.High) {
			return nil, false
		}
	}
	return shown, true
}
