package form

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestProofsHostile: forms made to hang are measured, and covered, in bounded time, and nothing overflows.
func TestProofsHostile(t *testing.T) {
	choice := func(name, relevant string) Item {
		return Item{Question: &Question{Name: name, Kind: SelectOne, Type: "select_one l", List: "l", Label: Text{"": name}, Relevant: relevant}}
	}
	many := func(n int, relevant func(i int) string) []Item {
		var items []Item
		for i := range n {
			items = append(items, choice(fmt.Sprintf("q%d", i), relevant(i)))
		}
		return items
	}
	deep := []Item{choice("q", "")}
	for i := range 1000 {
		deep = []Item{{Group: &Group{Name: fmt.Sprintf("g%d", i), Relevant: "true()", Items: deep}}}
	}
	bomb := []Item{choice("q", ""), choice("x", "${q} = '1'")}
	for i := range 5 {
		bomb = []Item{{Repeat: &Repeat{Group{Name: fmt.Sprintf("r%d", i), Items: bomb}, "1000"}}}
	}
	open := []Item{choice("q", ""), choice("x", "${q} = '1'")}
	for i := range 5 {
		open = []Item{{Repeat: &Repeat{Group: Group{Name: fmt.Sprintf("r%d", i), Items: open}}}}
	}
	all := func(i int) string {
		var parts []string
		for k := range i {
			parts = append(parts, fmt.Sprintf("${q%d} = '1'", k))
		}
		return strings.Join(parts, " or ")
	}
	for name, items := range map[string][]Item{
		"each on the one before":   many(1000, func(i int) string { return strings.Repeat(fmt.Sprintf("${q%d} = '1'", i-1), min(i, 1)) }),
		"each on all before":       many(60, all),
		"each on the one behind":   many(200, func(i int) string { return fmt.Sprintf("${q%d} = '1'", (i+1)%200) }),
		"each on itself":           many(200, func(i int) string { return fmt.Sprintf("${q%d} = '1'", i) }),
		"groups in each other":     deep,
		"repeats in repeats":       bomb,
		"repeats that she ends":    open,
		"a condition of 500 parts": append(many(1000, func(int) string { return "" }), choice("end", all(500))),
	} {
		f := &Form{ID: "f", Items: items, Lists: []List{{Name: "l", Choices: []Choice{{Name: "1"}, {Name: "2"}, {Name: "3"}}}}}
		l, err := NewLogic(f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		start := time.Now()
		e := l.Extent()
		measured := time.Since(start)
		_, cover := l.Respondents(0, settingAt("vi").Clock)
		covered := time.Since(start) - measured
		t.Logf("%s: %+v in %s, %d of %d branches in %s", name, e, measured.Round(time.Millisecond), cover.Taken, cover.Branches, covered.Round(time.Millisecond))
		if e.Shortest > e.Longest || e.Longest < 0 || measured+covered > 2*time.Minute {
			t.Errorf("%s: %+v in %s, covered in %s", name, e, measured, covered)
		}
	}
}
