package tally

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// partitions calls f with all ways to divide n people into k cells.
func partitions(n, k int, f func([]int)) {
	cells := make([]int, k)
	var fill func(i, rest int)
	fill = func(i, rest int) {
		if i == k-1 {
			cells[i] = rest
			f(cells)
			return
		}
		for v := 0; v <= rest; v++ {
			cells[i] = v
			fill(i+1, rest-v)
		}
	}
	fill(0, n)
}

// An attacker who knows the program and everything shown, and has tried out all tables there are,
// finds every hidden value still possible: 0 to 4, in each hidden cell.
func TestHideFromWhoKnowsTheRules(t *testing.T) {
	type world struct{ seen []map[int]bool }
	for _, tt := range []struct{ cells, most, left int }{
		{2, 60, -1}, {2, 60, 1}, {3, 44, -1}, {3, 44, 2}, {4, 28, -1}, {4, 28, 3}, {5, 20, 4},
	} {
		shown, hidden := 0, 0
		for n := range tt.most {
			worlds := map[string]*world{}
			partitions(n, tt.cells, func(counts []int) {
				spans, ok := hide(counts, tt.left)
				if !ok {
					return
				}
				shown++
				for i, s := range spans {
					if counts[i] < s.Low || counts[i] > s.High {
						t.Fatalf("%v is shown as %v", counts, spans)
					}
				}
				key := fmt.Sprint(spans)
				w := worlds[key]
				if w == nil {
					w = &world{make([]map[int]bool, len(spans))}
					for i := range spans {
						w.seen[i] = map[int]bool{}
					}
					worlds[key] = w
				}
				for i, c := range counts {
					w.seen[i][c] = true
				}
			})
			for key, w := range worlds {
				for i, seen := range w.seen {
					want := []int{0, 1, 2, 3, 4}
					if i == tt.left {
						want = want[1:]
					}
					for v := range seen {
						if v < Few && (i != tt.left || v > 0) {
							hidden++
							for _, v := range want {
								if !seen[v] {
									t.Fatalf("%d people shown as %s: cell %d cannot be %d", n, key, i, v)
								}
							}
							break
						}
					}
				}
			}
		}
		t.Logf("%d cells: %d tables shown, %d hidden cells keep all their values", tt.cells, shown, hidden)
		if shown == 0 || hidden == 0 {
			t.Error("nothing was compared")
		}
	}
}

func TestHide(t *testing.T) {
	small := Span{0, 4}
	for _, tt := range []struct {
		counts []int
		left   int
		want   []Span
	}{
		{[]int{100, 87}, -1, []Span{{100, 100}, {87, 87}}},
		{[]int{100, 87, 0}, 2, []Span{{100, 100}, {87, 87}, {0, 0}}},        // nobody left it out
		{[]int{100, 87, 3}, 2, []Span{{100, 100}, {86, 89}, {1, 4}}},        // three did
		{[]int{20, 0}, -1, []Span{{16, 20}, small}},                         // all say the same: it is not said
		{[]int{50, 2, 2, 10}, -1, []Span{{50, 50}, small, small, {10, 10}}}, // the two hide one another
		{[]int{50, 1, 2, 20}, -1, []Span{{50, 50}, small, small, {15, 23}}},
		{[]int{50, 2, 30, 40}, 3, []Span{{50, 50}, small, {30, 30}, {38, 42}}}, // those without an answer first
		{[]int{60, 3, 6}, -1, []Span{{60, 64}, small, {5, 9}}},
		{[]int{3, 1}, -1, nil},
		{[]int{5, 0}, -1, nil},
		{nil, -1, nil},
	} {
		got, ok := hide(tt.counts, tt.left)
		if !slices.Equal(got, tt.want) || ok != (tt.want != nil) {
			t.Errorf("hide(%v, %d) = %v, want %v", tt.counts, tt.left, got, tt.want)
		}
	}
}

// Of choices of which people take several, the attacker knows that everybody is in one cell, and that
// those without an answer are in no other.
func TestHideMany(t *testing.T) {
	shownTables := 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		cells := rapid.IntRange(2, 4).Draw(t, "cells")
		counts := make([]int, cells+1)
		counts[cells] = rapid.IntRange(0, min(n, 6)).Draw(t, "left")
		for range n - counts[cells] {
			set := rapid.IntRange(1, 1<<cells-1).Draw(t, "set")
			for c := range cells {
				counts[c] += set >> c & 1
			}
		}
		shown, ok := hideMany(counts, cells, n)
		if !ok {
			return
		}
		shownTables++
		for i, s := range shown {
			if counts[i] < s.Low || counts[i] > s.High {
				t.Fatalf("%v is shown as %v", counts, shown)
			}
			if !s.Small() {
				if s.Exact() && counts[i] > 0 && (counts[i] < Few || n-counts[i] < Few && i != cells) {
					t.Fatalf("%v of %d is shown as %v", counts, n, shown)
				}
				continue
			}
			for v := s.Low; v <= s.High; v++ {
				if !possible(shown, cells, n, i, v) {
					t.Fatalf("%v of %d is shown as %v: cell %d cannot be %d", counts, n, shown, i, v)
				}
			}
		}
	})
	if shownTables == 0 {
		t.Error("nothing was shown")
	}
}

// possible reports whether some table agrees with what is shown and has v people in cell i.
func possible(shown []Span, left, n, i, v int) bool {
	for out := shown[left].Low; out <= shown[left].High; out++ {
		if i == left && out != v {
			continue
		}
		in := n - out // each of them in one choice at least, and in no choice more than once
		room, ok := 0, true
		for j, s := range shown {
			if j == left {
				continue
			}
			low, high := s.Low, min(s.High, in)
			if j == i {
				low, high = max(low, v), min(high, v)
			}
			ok = ok && low <= high
			room += high
		}
		if ok && room >= in {
			return true
		}
	}
	return false
}

func TestClasses(t *testing.T) {
	var v values
	for x := range 100 {
		v.add(float64(x), x+1)
	}
	v.add(9999, 101)
	classes := v.classes()
	sum := 0
	for _, c := range classes {
		sum += c.count
	}
	if len(classes) < 4 || len(classes) > classCount || sum != 101 || classes[1].low != 20 || !math.IsInf(classes[len(classes)-1].high, 1) {
		t.Errorf("classes are %+v", classes)
	}
	if _, _, ok := v.summary(); ok {
		t.Error("a mean is said of which one number makes two thirds")
	}
	// However many different numbers there are, memory is bounded and nobody is lost.
	v = values{}
	for i := range 50_000 {
		v.add(math.Sqrt(float64(i))*1e3, i+1)
	}
	v.add(1e300, 50_001)
	v.add(-1e300, 50_002)
	sum = 0
	for _, c := range v.classes() {
		sum += c.count
	}
	if len(v.at) > mostValues || sum != 50_002 {
		t.Errorf("%d numbers in %d buckets", sum, len(v.at))
	}
}
