package tally

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// An attacker knows a table as it is shown, its margins, and how many people there are. She tries out all
// tables, without the network by which they were hidden, and keeps for each cell the values that occur.
type attacker struct {
	cells         [][]Span
	rows, columns []Span
	people        int
	ends          map[state]bool // whether the rows from here on can be filled in some way
	sums          []map[int]bool // the people that each row can have
}

// A state is a row, and what the rows above it have put into the columns: at most three.
type state struct {
	row     int
	columns [3]int
}

// vectors calls f with all ways in which a row can be filled.
func (a *attacker) vectors(row int, f func([3]int)) {
	var v [3]int
	var fill func(column, sum int)
	fill = func(column, sum int) {
		if column == len(a.columns) {
			if sum >= a.rows[row].Low && sum <= a.rows[row].High {
				f(v)
			}
			return
		}
		s := a.cells[row][column]
		for n := s.Low; n <= s.High && sum+n <= a.rows[row].High; n++ {
			v[column] = n
			fill(column+1, sum+n)
		}
	}
	fill(0, 0)
}

func (s state) with(v [3]int) state {
	s.row++
	for i, n := range v {
		s.columns[i] += n
	}
	return s
}

func (a *attacker) possible(s state) bool {
	if s.row == len(a.rows) {
		sum := 0
		for i, known := range a.columns {
			if s.columns[i] < known.Low || s.columns[i] > known.High {
				return false
			}
			sum += s.columns[i]
		}
		return sum == a.people
	}
	if ok, known := a.ends[s]; known {
		return ok
	}
	for i, known := range a.columns {
		if s.columns[i] > known.High {
			return false
		}
	}
	found := false
	a.vectors(s.row, func(v [3]int) { found = found || a.possible(s.with(v)) })
	a.ends[s] = found
	return found
}

// values are those that each cell can have.
func (a *attacker) values() [][]map[int]bool {
	a.ends = map[state]bool{}
	all := make([][]map[int]bool, len(a.rows))
	now := map[state]bool{{}: true}
	a.sums = make([]map[int]bool, len(a.rows))
	for i := range a.rows {
		a.sums[i] = map[int]bool{}
		all[i] = make([]map[int]bool, len(a.columns))
		for j := range all[i] {
			all[i][j] = map[int]bool{}
		}
		next := map[state]bool{}
		for s := range now {
			a.vectors(i, func(v [3]int) {
				if to := s.with(v); next[to] || a.possible(to) {
					next[to] = true
					a.sums[i][v[0]+v[1]+v[2]] = true
					for j := range all[i] {
						all[i][j][v[j]] = true
					}
				}
			})
		}
		now = next
	}
	return all
}

// table is a random one with many small cells.
func table(t *rapid.T, rows, columns, most int) [][]int {
	counts := make([][]int, rows)
	for i := range counts {
		for range columns {
			counts[i] = append(counts[i], rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(0, most)).Draw(t, "n"))
		}
	}
	return counts
}

func marginsOf(counts [][]int) (rows, columns []int) {
	rows, columns = make([]int, len(counts)), make([]int, len(counts[0]))
	for i, row := range counts {
		for j, n := range row {
			rows[i] += n
			columns[j] += n
		}
	}
	return rows, columns
}

// No subtraction brings a hidden cell back: the attacker finds all five values possible in each.
func TestHideCross(t *testing.T) {
	shownTables, hiddenCells, exactCells := 0, 0, 0
	one := func(t *rapid.T) {
		size := rapid.SampledFrom([][3]int{{2, 2, 30}, {3, 2, 18}, {5, 2, 12}, {2, 3, 10}, {3, 3, 8}}).Draw(t, "size")
		counts := table(t, size[0], size[1], size[2])
		r, c := marginsOf(counts)
		rows, ok1 := Hide(r)
		columns, ok2 := Hide(c)
		if !ok1 || !ok2 {
			return
		}
		shown, ok := hideCross(counts, rows, columns)
		if !ok {
			return
		}
		shownTables++
		a := &attacker{cells: shown, rows: rows, columns: columns, people: total(r)}
		values := a.values()
		for i, row := range shown {
			if rows[i].Small() && len(a.sums[i]) != Few {
				t.Fatalf("%v is shown as %v with the margins %v, %v: row %d can only have %v", counts, shown, rows, columns, i, a.sums[i])
			}
			for j, s := range row {
				n := counts[i][j]
				if n < s.Low || n > s.High || s.Exact() && n < Few {
					t.Fatalf("%v is shown as %v", counts, shown)
				}
				if s.Exact() {
					exactCells++
				}
				if !s.Small() {
					continue
				}
				hiddenCells++
				if len(values[i][j]) != Few {
					t.Fatalf("%v is shown as %v with the margins %v, %v: cell %d, %d can only be %v", counts, shown, rows, columns, i, j, values[i][j])
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 8 {
			one(t)
		}
	})
	t.Logf("%d tables shown: %d cells hidden, %d exact", shownTables, hiddenCells, exactCells)
	if hiddenCells == 0 || exactCells == 0 {
		t.Error("nothing was compared")
	}
}

// The attacker is one who finds what is there to find: without complementary suppression she wins.
func TestAttacker(t *testing.T) {
	small := Span{0, 4}
	a := &attacker{
		cells: [][]Span{{exact(17), small}, {exact(10), exact(10)}},
		rows:  []Span{exact(20), exact(20)}, columns: []Span{exact(27), exact(13)}, people: 40,
	}
	if got := fmt.Sprint(a.values()[0][1]); got != "map[3:true]" {
		t.Errorf("the attacker finds %s, want 3", got)
	}
	counts := [][]int{{17, 3}, {10, 10}}
	shown, ok := hideCross(counts, a.rows, a.columns)
	if want := "[[{16 20} {0 4}] [{7 11} {9 13}]]"; !ok || fmt.Sprint(shown) != want {
		t.Errorf("%v is shown as %v, want %s", counts, shown, want)
	}
}

// Everybody of a group says the same: that is not shown.
func TestGroupThatAgrees(t *testing.T) {
	counts := [][]int{{20, 0}, {30, 40}}
	shown, ok := hideCross(counts, []Span{exact(20), exact(70)}, []Span{exact(50), exact(40)})
	if !ok || shown[0][0].Exact() || shown[0][1] != (Span{0, 4}) {
		t.Errorf("%v is shown as %v", counts, shown)
	}
}

// TestHideCrossFromWhoKnowsTheRules measures what hideCross does not promise: an attacker who also tries
// out what the program would show of every other table. She must never be left with one value.
func TestHideCrossFromWhoKnowsTheRules(t *testing.T) {
	worlds := map[string][]map[int]bool{}
	small := map[string][]bool{}
	for n := 10; n <= 24; n++ {
		partitions(n, 4, func(cells []int) {
			counts := [][]int{{cells[0], cells[1]}, {cells[2], cells[3]}}
			r, c := marginsOf(counts)
			rows, ok1 := Hide(r)
			columns, ok2 := Hide(c)
			if !ok1 || !ok2 {
				return
			}
			shown, ok := hideCross(counts, rows, columns)
			if !ok {
				return
			}
			key := fmt.Sprint(n, rows, columns, shown)
			if worlds[key] == nil {
				for i := range 4 {
					worlds[key] = append(worlds[key], map[int]bool{})
					small[key] = append(small[key], shown[i/2][i%2].Small())
				}
			}
			for i := range 4 {
				worlds[key][i][cells[i]] = true
			}
		})
	}
	left := map[int]int{}
	for key, w := range worlds {
		for i, seen := range w {
			if small[key][i] {
				left[len(seen)]++
			}
		}
	}
	t.Logf("hidden cells by the number of values that remain: %v", left)
	if left[1] > 0 || left[5] == 0 {
		t.Error("a hidden cell is betrayed by how the table was hidden")
	}
}

// Where people may be in several columns, the attacker tries out how many of each row were in one, in the
// other, in both and in none.
func TestHideCrossMany(t *testing.T) {
	hiddenCells := 0
	one := func(t *rapid.T) {
		var counts [][]int
		var people []int
		margin, n := make([]int, 3), 0
		for range 2 {
			var kinds [4]int // in the first, the second, both, none
			for i, most := range []int{6, 6, 20, 8} {
				kinds[i] = rapid.IntRange(0, most).Draw(t, "n")
			}
			counts = append(counts, []int{kinds[0] + kinds[2], kinds[1] + kinds[2]})
			people = append(people, total(kinds[:]))
			n += total(kinds[:])
			for j, c := range []int{kinds[0] + kinds[2], kinds[1] + kinds[2], kinds[3]} {
				margin[j] += c
			}
		}
		rows, ok1 := Hide(people)
		columns, ok2 := hideMany(margin, 2, n)
		if !ok1 || !ok2 {
			return
		}
		left := columns[2]
		columns = columns[:2]
		shown, ok := hideCrossMany(counts, people, rows, columns, left)
		if !ok {
			return
		}
		var ways [2]map[[4]int]bool // the first, the second, none, people
		for i := range ways {
			ways[i] = map[[4]int]bool{}
			s := shown[i]
			for a := s[0].Low; a <= s[0].High; a++ {
				for b := s[1].Low; b <= s[1].High; b++ {
					for both := 0; both <= min(a, b); both++ {
						for out := range left.High + 1 {
							if all := a + b - both + out; all >= rows[i].Low && all <= rows[i].High {
								ways[i][[4]int{a, b, out, all}] = true
							}
						}
					}
				}
			}
		}
		seen := [2][2]map[int]bool{{{}, {}}, {{}, {}}}
		for first := range ways[0] {
			for second := range ways[1] {
				out := first[2] + second[2]
				fits := first[3]+second[3] == n && out >= left.Low && out <= left.High
				for j, m := range columns {
					fits = fits && first[j]+second[j] >= m.Low && first[j]+second[j] <= m.High
				}
				for j := range columns {
					if fits {
						seen[0][j][first[j]], seen[1][j][second[j]] = true, true
					}
				}
			}
		}
		for i, row := range shown {
			for j, s := range row {
				c := counts[i][j]
				if c < s.Low || c > s.High || s.Exact() && (c < Few || people[i]-c < Few) {
					t.Fatalf("%v of %v is shown as %v", counts, people, shown)
				}
				if c >= Few && people[i]-c >= Few {
					continue
				}
				hiddenCells++ // few are in it, or few are not
				if len(seen[i][j]) < Few-1 {
					t.Fatalf("%v of %v is shown as %v with %v, %v: cell %d, %d can only be %v", counts, people, shown, rows, columns, i, j, seen[i][j])
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			one(t)
		}
	})
	t.Logf("%d cells hidden", hiddenCells)
	if hiddenCells == 0 {
		t.Error("nothing was hidden")
	}
}
