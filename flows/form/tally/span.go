package tally

// A Span is what is said of a number of people: it is at least Low and at most High. Every value between
// them agrees with all that is said beside it.
type Span struct{ Low, High int }

// Exact reports whether the number is said as it is.
func (s Span) Exact() bool { return s.Low == s.High }

// Small reports whether the number is below [Few] and hidden.
func (s Span) Small() bool { return !s.Exact() && s.High < Few }

// Middle is the number to draw and to work out shares with. It is made of what is said alone.
func (s Span) Middle() float64 { return float64(s.Low+s.High) / 2 }

func exact(n int) Span { return Span{n, n} }

// Hide says of people who are divided into cells what may be known when their sum is; each person is in
// one cell. It is for every table of campaigns, such as responses by area. False: nothing may be said but
// the sum, and not even that if it is below [Few].
func Hide(counts []int) ([]Span, bool) { return hide(counts, -1) }

// hide is [Hide] with one cell, left, for the people who gave no answer: it may be said that there are
// none, and the cell is not hidden then. left is -1 where no cell is of that kind.
//
// Each hidden cell must keep every value it is shown with, also for somebody who knows these rules and
// tries out which counts would lead to what she sees. So the rules look at nothing but what she sees
// anyway: which cells are small, the exact counts, and the sum of what is not exact.
//
//  1. Cells below Few are hidden: 0 to 4 (left: 1 to 4). Let their true sum be s, which is between the sums L
//     and U of their bounds.
//  2. Nothing else is hidden if s leaves each of them all its values.
//  3. Otherwise large cells join them, in an order that does not depend on the counts: those without an
//     answer, then from the last choice to the first. They join until the joined ones B and the hidden
//     ones are together at least Few·|B|+U+1. Then s may be anything from L to U: the last of B makes up for
//     it, and those before it may always have been too small to end the search.
//  4. If all have joined and are still too few, nothing is shown.
//
// Of a joined cell the span is shown that follows: the earlier ones have at most Few+U−L people, for the
// search would have ended; the last has the rest.
func hide(counts []int, left int) ([]Span, bool) {
	shown := make([]Span, len(counts))
	low, high, sum := 0, 0, 0
	var small []int
	for i, n := range counts {
		shown[i] = exact(n)
		if n >= Few || i == left && n == 0 {
			continue
		}
		shown[i] = Span{0, Few - 1}
		if i == left {
			shown[i].Low = 1
		}
		low, high, sum = low+shown[i].Low, high+shown[i].High, sum+n
		small = append(small, i)
	}
	if total(counts) < Few {
		return nil, false
	}
	if free(shown, small, sum, low, high) {
		return shown, true
	}
	joined := 0
	for _, i := range order(len(counts), left) {
		n := counts[i]
		if n < Few {
			continue
		}
		before := Few * joined
		joined++
		sum += n
		if sum >= Few*joined+high+1 {
			shown[i] = Span{sum - before - high, sum - before - low}
			return shown, true
		}
		shown[i] = Span{Few, Few + high - low}
	}
	return nil, false
}

// free reports whether hidden cells whose sum is known keep all their values.
func free(shown []Span, small []int, sum, low, high int) bool {
	for _, i := range small {
		s := shown[i]
		if sum < s.High+low-s.Low || sum > s.Low+high-s.High {
			return false
		}
	}
	return true
}

// order is the one in which large cells join.
func order(n, left int) []int {
	var all []int
	if left >= 0 {
		all = append(all, left)
	}
	for i := n - 1; i >= 0; i-- {
		if i != left {
			all = append(all, i)
		}
	}
	return all
}

func total(counts []int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}

// hideMany is hide for choices of which one person may take several: each of n people is in at least
// one of the cells, and the cell left shares nobody with others. What few have not chosen tells about those
// few, so a cell that nearly all are in is hidden too: n−4 to n.
//
// Sums do not bring a cell back here, but one thing does: whoever is in no other cell is in this one. Where
// the others cannot hold everybody, large cells are shown in tens, or only as large.
func hideMany(counts []int, left, n int) ([]Span, bool) {
	if n < Few {
		return nil, false
	}
	shown := make([]Span, len(counts))
	for i, c := range counts {
		switch {
		case i == left && c == 0:
		case c < Few:
			shown[i] = Span{0, Few - 1}
			if i == left {
				shown[i].Low = 1
			}
		case n-c < Few:
			shown[i] = Span{n - Few + 1, n}
		default:
			shown[i] = exact(c)
		}
	}
	if covered(shown, n) {
		return shown, true
	}
	const ten = 10
	for i, c := range counts {
		if s := shown[i]; s.Exact() && c >= Few {
			shown[i] = Span{max(Few, c/ten*ten), min(n, c/ten*ten+ten-1)}
		}
	}
	if covered(shown, n) {
		return shown, true
	}
	for i, c := range counts {
		if c >= Few {
			shown[i] = Span{Few, n}
		}
	}
	return shown, covered(shown, n)
}

// covered reports whether everybody can be in some cell even where one hidden cell is as small as it is
// shown to be.
func covered(shown []Span, n int) bool {
	room := 0
	for _, s := range shown {
		room += s.High
	}
	for _, s := range shown {
		if s.Small() && room-s.High+s.Low < n {
			return false
		}
	}
	return true
}
