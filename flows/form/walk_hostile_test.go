package form

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestWalkHostile: forms in which items wait for each other, and forms that grow without measure, are
// answered to their end.
func TestWalkHostile(t *testing.T) {
	text := func(name, relevant string) Item {
		return Item{Question: &Question{Name: name, Kind: TextAnswer, Type: "text", Label: Text{"": name}, Relevant: relevant}}
	}
	calc := func(name, calculation string) Item {
		return Item{Question: &Question{Name: name, Kind: Calculate, Type: "calculate", Calculation: calculation}}
	}
	chain := func(n int, of string) []Item {
		items := []Item{text("q", ""), calc("c0", "${q}"), calc("c1", "${q}")}
		for i := 2; i < n; i++ {
			items = append(items, calc(fmt.Sprintf("c%d", i), fmt.Sprintf(of, i-1, i-2)))
		}
		return append(items, text("end", fmt.Sprintf("${c%d} != ''", n-1)))
	}
	deep := []Item{text("q", "")}
	for i := range 3000 {
		deep = []Item{{Group: &Group{Name: fmt.Sprintf("g%d", i), Relevant: "true()", Items: deep}}}
	}
	bomb := []Item{text("q", "")}
	for i := range 5 {
		bomb = []Item{{Repeat: &Repeat{Group{Name: fmt.Sprintf("r%d", i), Items: bomb}, "1000"}}}
	}
	for _, tt := range []struct {
		name  string
		items []Item
		value string
		asked int // questions at the end, at least
	}{
		{"relevant in a circle", []Item{text("a", "${b} = 'x'"), text("b", "${a} = 'x'"), text("c", "")}, "x", 1},
		{"relevant by itself", []Item{text("a", "${a} = 'x'"), text("b", "")}, "x", 1},
		{"calculations in a circle", []Item{calc("a", "${b} + 1"), calc("b", "${a} + 1"), text("q", "${a} != 3")}, "x", 1},
		{"a repeat that counts itself", []Item{{Repeat: &Repeat{Group{Name: "r", Items: []Item{text("q", "")}}, "count(${r}) + 1"}}, text("z", "")}, "x", 1},
		{"calculations that branch", chain(400, "coalesce(${c%d}, ${c%d})"), "x", 2},
		{"texts that double", chain(60, "concat(${c%d}, ${c%d})"), strings.Repeat("ơ", 2000), 2},
		{"a long chain", chain(5000, "if(${c%d} = '', '', ${c%d})"), "x", 2},
		{"3,000 groups in each other", deep, "x", 1},
		{"repeats in repeats of 1,000", bomb, "x", 1},
		{"mistakes in evaluation", []Item{text("a", "date('x') > 1"), calc("b", "date('x')"), text("c", "${b} = ''")}, "x", 2},
	} {
		l, err := NewLogic(&Form{ID: "f", Items: tt.items})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		began := time.Now()
		w := begin(l)
		for range 5 {
			s, ok := w.Next()
			if !ok {
				break
			}
			if s.Of < s.Number {
				t.Errorf("%s: question %d of %d", tt.name, s.Number, s.Of)
			}
			if err := w.Answer(s.Path, tt.value); err != nil {
				t.Errorf("%s: %v", tt.name, err)
				break
			}
			w = again(t, w, w.setting)
		}
		if n := len(w.Paths(Ask)); n < tt.asked || n > maxAnswerCells {
			t.Errorf("%s: %d questions are asked, want %d", tt.name, n, tt.asked)
		}
		for path, a := range w.Response().Answers {
			if len(a.Value) > MaxText {
				t.Errorf("%s: %s keeps %d bytes", tt.name, path, len(a.Value))
			}
		}
		t.Logf("%s: %s", tt.name, time.Since(began).Round(time.Millisecond))
	}
}
