package form

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chihai/flows/form/xpath"

	"pgregory.net/rapid"
)

func TestExtent(t *testing.T) {
	for name, tt := range map[string]struct {
		md   string
		want Extent
	}{
		"nothing decides": {`
| survey | type | name | label |
| | note | a | A |
| | text | b | B |
| | integer | c | C |`, Extent{Shortest: 2, Longest: 2, Expected: 2, Exact: true, Time: time.Minute}},
		"consent, and two that do not know of each other": {`
| survey | type | name | label | relevant | required |
| | select_one yn | ok | OK? | | yes |
| | begin group | g | G | ${ok} = 'y' | |
| | select_one yn | b | B | | |
| | text | b2 | B2 | ${b} = 'y' | |
| | select_multiple yn | c | C | | |
| | text | c2 | C2 | selected(${c}, 'y') | |
| | end group | | | | |
| choices | list_name | name | label |
| | yn | y | Yes |
| | yn | n | No |`, Extent{Shortest: 1, Longest: 5, Expected: 1 + 0.5*(1+0.5+1+2.0/3), Exact: true, Time: 63333333333}},
		"a count within bounds": {`
| survey | type | name | label | repeat_count | constraint | required |
| | integer | n | N | | . >= 0 and . <= 3 | yes |
| | begin repeat | r | R | ${n} | | |
| | select_one yn | x | X | | | |
| | select_one yn | y | Y | | | |
| | end repeat | | | | | |
| choices | list_name | name | label |
| | yn | y | Yes |`, Extent{Shortest: 1, Longest: 7, Expected: 4, Exact: true, Time: 80 * time.Second}},
		"a count without bounds": {`
| survey | type | name | label | repeat_count |
| | integer | n | N | |
| | begin repeat | r | R | ${n} |
| | integer | x | X | |
| | end repeat | | | |`, Extent{Shortest: 1, Longest: 4, Expected: 2.2, Time: 44 * time.Second}},
		"a repeat that she ends": {`
| survey | type | name | label | relevant |
| | begin repeat | r | R | |
| | select_one yn | x | X | |
| | text | y | Y | ${x} = 'y' |
| | end repeat | | | |
| choices | list_name | name | label |
| | yn | y | Yes |
| | yn | n | No |`, Extent{Shortest: 0, Longest: 4, Expected: 2.25, Exact: true, Endless: true, Time: 60 * time.Second}},
		"numbers lie between the constants": {`
| survey | type | name | label | relevant |
| | integer | age | A | |
| | text | x | X | ${age} >= 18 |
| | text | y | Y | ${age} > 60 |`, Extent{Shortest: 1, Longest: 3, Expected: 2, Exact: true, Time: 60 * time.Second}},
		"the rows of a matrix are questions": {`
| survey | type | name | label | appearance |
| | begin group | m | M | table-list |
| | select_one s | a | A | |
| | select_one s | b | B | |
| | select_one s | c | C | |
| | end group | | | |
| choices | list_name | name | label |
| | s | 1 | Yes |
| | s | 2 | No |`, Extent{Shortest: 3, Longest: 3, Expected: 3, Exact: true, Time: time.Minute}},
	} {
		got := logicOf(t, tt.md).Extent()
		if math.Abs(got.Expected-tt.want.Expected) > 1e-9 || (got.Time-tt.want.Time).Abs() > time.Millisecond {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
		got.Expected, got.Time = tt.want.Expected, tt.want.Time
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// A tramp goes all ways through a form, one question after another, whatever it decides; of choices each, of
// several each set.
type tramp struct {
	*ways
	left int // of steps
}

func (b *tramp) goOn(w *Walk) (total measured, ok bool) {
	i := b.at(w, nil, true, 0)
	if i < 0 {
		all := make([]bool, len(b.rules))
		for i := range all {
			all[i] = true
		}
		return (&measurer{ways: b.ways}).count(w, all), true
	}
	q := w.steps[i].rule.item.Question
	if q != nil && b.classes[w.steps[i].rule] == nil && q.Kind.Selects() {
		names := b.logic.form.domain(q).Choices
		var each []xpath.Class
		for set := 1; set < 1<<len(names); set++ {
			var some []string
			for k, n := range names {
				if set&(1<<k) != 0 {
					some = append(some, n)
				}
			}
			if q.Kind == SelectMultiple || len(some) == 1 {
				each = append(each, xpath.Class{Answer: strings.Join(some, " "), Weight: 1})
			}
		}
		b.classes[w.steps[i].rule] = each
	}
	all := b.after(w, i)
	if len(all) == 0 {
		return measured{}, false
	}
	for k, one := range all {
		if b.left--; b.left < 0 {
			return measured{}, false
		}
		sub, ok := b.goOn(one.walk)
		if !ok {
			return measured{}, false
		}
		total = total.or(sub, one.weight, k == 0)
	}
	return total, true
}

// TestExtentAgainstAllWays: what is counted apart and added is what one finds who goes every way.
func TestExtentAgainstAllWays(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		m := &formMaker{t: t}
		m.item(0)
		for range rapid.IntRange(1, 4).Draw(t, "items") {
			m.item(1)
		}
		f := m.form()
		l, err := NewLogic(f)
		if err != nil {
			t.Fatal(err)
		}
		b := &tramp{newWays(l), 3000}
		want, ok := b.goOn(l.Walk(l.Begin(proofDay, 1, nil), b.setting))
		if !ok {
			return
		}
		got := l.Extent()
		if got.Shortest != want.shortest || got.Longest != want.longest || math.Abs(got.Expected-want.expected) > 1e-6 {
			t.Fatalf("%+v, but going all ways gives %+v\n%q", got, want, m.rows)
		}
		compared++
	})
	t.Logf("%d forms compared", compared)
	if compared < 5 {
		t.Errorf("only %d forms compared", compared)
	}
}

// TestExtentOthers: the extent of every form of others is found in bounded time.
func TestExtentOthers(t *testing.T) {
	forms, exact := 0, 0
	var longest time.Duration
	began := time.Now()
	for name, l := range logicsOfOthers(t) {
		start := time.Now()
		e := l.Extent()
		if took := time.Since(start); took > longest {
			longest = took
		}
		forms++
		if e.Exact {
			exact++
		}
		if e.Shortest > e.Longest || e.Expected > float64(e.Longest)+1e-6 || e.Expected < float64(e.Shortest)-1e-6 {
			t.Errorf("%s: %+v", name, e)
		}
		t.Logf("%+v %s %s", e, time.Since(start).Round(time.Millisecond), name)
	}
	t.Logf("%d forms, %d of them exactly, in %s, the longest %s", forms, exact, time.Since(began).Round(time.Millisecond), longest.Round(time.Millisecond))
}

// logicsOfOthers are the forms of others that read without an error.
func logicsOfOthers(t *testing.T) map[string]*Logic {
	all := map[string]*Logic{}
	for _, m := range load[manifestForm](t, "manifest.json") {
		raw, err := os.ReadFile(filepath.Join(corpus(t), m.File))
		if err != nil {
			t.Fatal(err)
		}
		w, found := Open(strings.TrimSuffix(filepath.Base(m.File), ".xlsx"), raw)
		if w == nil || Broken(found) {
			continue
		}
		f, found := Read(w)
		if f == nil || Broken(found) {
			continue
		}
		if l, err := NewLogic(f); err == nil {
			all[m.File] = l
		}
	}
	return all
}

func TestExtentWords(t *testing.T) {
	for _, tt := range []struct {
		extent Extent
		want   string
	}{
		{Extent{7, 18, 12.3, false, true, 290 * time.Second}, "7 đến 18 câu, thường khoảng 12 câu, chừng 5 phút"},
		{Extent{3, 3, 3, false, true, time.Second}, "3 câu, chừng 1 phút"},
		{Extent{2, 6, 3.6, true, false, 80 * time.Second}, "từ 2 câu trở lên, thường khoảng 4 câu, chừng 1 phút (ước lượng)"},
		{Extent{}, "Phiếu không hỏi câu nào."},
	} {
		if got := tt.extent.Words(words(t).In("vi", "")); got != tt.want {
			t.Errorf("%+v is said as %q, want %q", tt.extent, got, tt.want)
		}
	}
}
