package form

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A formMaker draws a form that asks about itself: groups, repeats in repeats, conditions, constraints,
// calculations, choices that depend on answers. Every expression reads what stands before it, so that
// there are no circles.
type formMaker struct {
	t       *rapid.T
	rows    [][]string
	known   []madeItem // what an expression may read
	count   int
	repeats []string // around the present row
	bare    bool     // right below a repeat
}

// A madeItem is something to be read.
type madeItem struct {
	name, kind string
	around     []string
}

var madeColumns = []string{"type", "name", "label::Tiếng Việt (vi)", "label::English (en)", "relevant", "constraint", "required", "calculation", "choice_filter", "repeat_count"}

func (m *formMaker) name(kind string) string {
	m.count++
	return kind + strconv.Itoa(m.count)
}

func (m *formMaker) row(cells map[string]string) {
	row := make([]string, len(madeColumns))
	for i, c := range madeColumns {
		row[i] = cells[strings.TrimSuffix(c, "::Tiếng Việt (vi)")]
		if c == "label::English (en)" && cells["label"] != "" {
			row[i] = "E " + cells["label"]
		}
	}
	m.rows = append(m.rows, row)
}

func (m *formMaker) one(of ...string) string { return rapid.SampledFrom(of).Draw(m.t, "one") }

func (m *formMaker) chance(percent int) bool {
	return rapid.IntRange(1, 100).Draw(m.t, "chance") <= percent
}

// condition is something about what is known; "" if nothing is.
func (m *formMaker) condition(depth int) string {
	if len(m.known) == 0 {
		return ""
	}
	if depth > 0 && m.chance(30) {
		a, b := m.condition(depth-1), m.condition(depth-1)
		return "(" + a + ") " + m.one("and", "or") + " (" + b + ")"
	}
	k := rapid.SampledFrom(m.known).Draw(m.t, "known")
	ref := "${" + k.name + "}"
	switch k.kind {
	case "integer":
		return m.one(ref+" > 2", "not("+ref+" > 1)", ref+" = ''", "sum("+ref+") < 6", "count-non-empty("+ref+") > 1", ref+" != 3")
	case "calculate":
		return m.one(ref+" >= 3", ref+" = ''", "string-length("+ref+") > 2")
	case "one":
		return m.one(ref+" = 'a1'", ref+" != 'b2'", "selected("+ref+", 'other')", "jr:choice-name("+ref+", '"+ref+"') = 'Hai'")
	case "many":
		return m.one("selected("+ref+", 'a2')", "count-selected("+ref+") > 1", "not(selected("+ref+", 'a3'))")
	case "repeat":
		return m.one("count("+ref+") > 1", "count("+ref+") = 0")
	}
	return m.one(ref+" = 'x'", ref+" != ''", "string-length("+ref+") > 1")
}

// calculation is a value of what is known.
func (m *formMaker) calculation() string {
	k := rapid.SampledFrom(m.known).Draw(m.t, "known")
	ref := "${" + k.name + "}"
	switch {
	case k.kind == "repeat":
		return "count(" + ref + ") * 2"
	case len(k.around) > 0 && m.chance(40):
		args := ""
		for _, r := range k.around {
			args += ", ${" + r + "}, " + m.one("1", "2")
		}
		return "concat(indexed-repeat(" + ref + args + "), '!')"
	case k.kind == "one" && m.chance(50):
		return "jr:choice-name(" + ref + ", '" + ref + "')"
	case m.bare && m.chance(30):
		return "position(..) + 1"
	}
	return m.one(ref+" + 1", "sum("+ref+")", "concat("+ref+", '-')", "coalesce("+ref+", 0)", "if("+or(m.condition(1), "true()")+", 1, "+ref+")")
}

func (m *formMaker) items(depth int) {
	for range rapid.IntRange(1, 5).Draw(m.t, "items") {
		m.item(depth)
	}
}

func (m *formMaker) item(depth int) {
	cells := map[string]string{"label": "Nhãn"}
	if m.chance(45) {
		cells["relevant"] = m.condition(1)
	}
	if depth > 0 && m.chance(30) {
		m.section(depth, cells)
		return
	}
	kind, name := m.one("integer", "integer", "text", "one", "one", "many", "calculate", "note"), ""
	name = m.name("q")
	cells["name"] = name
	if m.chance(25) && kind != "note" && kind != "calculate" {
		cells["required"] = m.one("yes", or(m.condition(0), "yes"))
	}
	switch kind {
	case "one":
		cells["type"] = m.one("select_one a", "select_one a or_other", "select_one b")
	case "many":
		cells["type"] = m.one("select_multiple a", "select_multiple b")
	case "calculate":
		if len(m.known) == 0 {
			return
		}
		cells["type"], cells["calculation"], cells["label"] = "calculate", m.calculation(), ""
	default:
		cells["type"] = kind
	}
	if strings.HasSuffix(cells["type"], " b") {
		for _, k := range m.known {
			if k.kind == "one" && len(k.around) == 0 {
				cells["choice_filter"] = "g = ${" + k.name + "} or g = ''"
			}
		}
	}
	if kind == "integer" && m.chance(40) {
		cells["constraint"] = m.one(". > 0", ". < 5", ". != 3")
		for _, k := range m.known {
			if k.kind == "integer" && len(k.around) == 0 && m.chance(30) {
				cells["constraint"] = ". >= ${" + k.name + "}"
			}
		}
	}
	m.row(cells)
	if kind != "note" {
		m.known = append(m.known, madeItem{name, kind, slices.Clone(m.repeats)})
	}
}

func (m *formMaker) section(depth int, cells map[string]string) {
	before := m.bare
	if m.chance(50) || len(m.repeats) == 2 {
		cells["type"], cells["name"] = "begin group", m.name("g")
		m.bare = false
		m.row(cells)
		m.items(depth - 1)
		m.row(map[string]string{"type": "end group"})
		m.bare = before
		return
	}
	name := m.name("r")
	cells["type"], cells["name"] = "begin repeat", name
	for _, k := range m.known {
		if k.kind == "integer" && len(k.around) == 0 && m.chance(40) {
			cells["repeat_count"] = "${" + k.name + "}"
		}
	}
	m.row(cells)
	m.known = append(m.known, madeItem{name, "repeat", slices.Clone(m.repeats)})
	m.repeats = append(m.repeats, name)
	m.bare = true
	m.items(depth - 1)
	m.repeats = m.repeats[:len(m.repeats)-1]
	m.bare = before
	m.row(map[string]string{"type": "end repeat"})
}

// drawForm is a form that Read accepts.
func drawForm(t *rapid.T) *Form {
	m := &formMaker{t: t}
	m.item(0)
	m.items(3)
	return m.form()
}

// form is what was drawn.
func (m *formMaker) form() *Form {
	choices := [][]string{
		{"list_name", "name", "label::Tiếng Việt (vi)", "label::English (en)", "g"},
		{"a", "a1", "Một", "One", ""}, {"a", "a2", "Hai", "Two", ""}, {"a", "a3", "Ba", "Three", ""},
		{"b", "b1", "Bê", "Bee", "a1"}, {"b", "b2", "Hai", "Two", "a2"}, {"b", "b3", "Chung", "All", ""},
	}
	w := &Workbook{Name: "data", Sheets: []*Sheet{NewSheet("survey", append([][]string{madeColumns}, m.rows...)), NewSheet("choices", choices)}}
	f, found := Read(w)
	if Broken(found) {
		m.t.Fatalf("the form that was drawn is broken: %v\n%q", found, m.rows)
	}
	return f
}

// A respondent answers at random, and keeps beside what she has said so that it can be evaluated
// directly.
type respondent struct {
	t        *rapid.T
	logic    *Logic
	walk     *Walk
	given    map[string]finalAnswer
	repeats  map[string]int
	language string
}

// value is an answer to a question: mostly one that fits.
func (p *respondent) value(q *Question) string {
	draw := func(of ...string) string { return rapid.SampledFrom(of).Draw(p.t, "value") }
	switch {
	case q.Kind == Integer:
		return draw("0", "1", "2", "3", "4", "5", "-1", "9", "nhiều")
	case q.Kind == SelectOne:
		return draw("a1", "a2", "a3", "b1", "b2", "b3", "other", "z")
	case q.Kind == SelectMultiple:
		return draw("a1", "a2", "a3", "a1 a2", "a1 a2 a3", "b1", "b2 b3", "b1 b3", "b3", "a1 a1")
	}
	return draw("x", "xy", "Lan")
}

// allowed reports whether the direct evaluation takes an answer: its form, what is offered, and that
// it stands once everything is computed anew.
func (p *respondent) allowed(path string, a finalAnswer) bool {
	now := p.final()
	n, ok := now.node(path)
	if !ok {
		return false
	}
	if q := n.item.Question; a.state == Answered {
		names := strings.Fields(a.value)
		offered := now.offers(n)
		if _, err := strconv.Atoi(a.value); q.Kind == Integer && err != nil {
			return false
		}
		if q.Kind.Selects() {
			for i, c := range names {
				if !slices.Contains(offered, c) || slices.Contains(names[:i], c) {
					return false
				}
			}
		}
	}
	given := maps.Clone(p.given)
	given[path] = a
	return finalOf(p.logic.form, given, p.repeats, p.language).stands(path)
}

func (p *respondent) final() *final { return finalOf(p.logic.form, p.given, p.repeats, p.language) }

// give gives an answer to the walk and notes it if the walk takes it.
func (p *respondent) give(path string, a finalAnswer) bool {
	var err error
	switch a.state {
	case Skipped:
		err = p.walk.Skip(path)
	case Declined:
		err = p.walk.Decline(path)
	default:
		err = p.walk.Answer(path, a.value)
	}
	if want := p.allowed(path, a); (err == nil) != want {
		p.t.Fatalf("%s %s %q: %v, but the direct evaluation says %v", path, a.state, a.value, err, want)
	}
	if err == nil {
		p.given[path] = a
	}
	return err == nil
}

// check compares the walk with the direct evaluation, which also tells what she has said no more.
func (p *respondent) check() {
	e := p.final()
	want := e.kept()
	got := map[string]finalAnswer{}
	for path, a := range p.walk.Response().Answers {
		got[path] = finalAnswer{a.State, a.Value}
	}
	if !maps.Equal(got, want) {
		p.t.Fatalf("the walk has\n%v\nthe direct evaluation\n%v", got, want)
	}
	maps.DeleteFunc(want, func(_ string, a finalAnswer) bool { return a.state == Computed })
	p.given = want
	instances := map[string]bool{}
	for _, n := range e.nodes {
		instances[n.path] = true
	}
	maps.DeleteFunc(p.repeats, func(path string, n int) bool {
		// The path of an open repeat lives as long as something answers for it in the walk.
		return !slices.Contains(p.walk.Paths(More), path)
	})
	s, ok := p.walk.Next()
	switch {
	case !ok:
		if p.walk.later != 0 {
			p.t.Fatalf("nothing is next, though %d questions may come", p.walk.later)
		}
		for _, n := range e.nodes {
			if _, asked := e.node(n.path); asked {
				if _, has := p.given[n.path]; !has || !e.stands(n.path) {
					p.t.Fatalf("nothing is next, though %s is open", n.path)
				}
			}
		}
	case s.Kind == Ask:
		if _, asked := e.node(s.Path); !asked {
			p.t.Fatalf("%s is next, though it is not relevant", s.Path)
		}
		if s.Number < 1 || s.Of < s.Number {
			p.t.Fatalf("%s is question %d of %d", s.Path, s.Number, s.Of)
		}
	}
	for path := range p.given {
		if _, ok := p.walk.At(path); !ok {
			p.t.Fatalf("the answer to %s cannot be changed", path)
		}
	}
}

// restart keeps the response and takes it up again.
func (p *respondent) restart() {
	b, err := EncodeResponse(p.walk.Response())
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := DecodeResponse(b)
	if err != nil {
		p.t.Fatal(err)
	}
	p.walk = p.logic.Walk(r, settingAt(p.language))
}

// forward does what the next step asks for; false at the end, or where no answer helps.
func (p *respondent) forward() bool {
	s, ok := p.walk.Next()
	if !ok {
		return false
	}
	switch s.Kind {
	case Show, Head:
		return p.walk.Pass(s.Path)
	case More:
		if p.repeats[s.Path] < 3 && rapid.Bool().Draw(p.t, "more") {
			p.add(s.Path)
			return true
		}
		return p.walk.Done(s.Path) == nil
	}
	return p.tries(s) || p.give(s.Path, finalAnswer{state: rapid.SampledFrom([]State{Skipped, Declined}).Draw(p.t, "state")})
}

// tries gives a few answers; false if none of them is taken.
func (p *respondent) tries(s Step) bool {
	for range 2 {
		if p.give(s.Path, finalAnswer{Answered, p.value(s.Question)}) {
			return true
		}
	}
	return false
}

func (p *respondent) add(path string) {
	if err := p.walk.Add(path); err != nil {
		p.t.Fatalf("add to %s: %v", path, err)
	}
	p.repeats[path]++
}

// remove takes an instance away, and moves what she said in those behind it.
func (p *respondent) remove(path string) {
	if p.repeats[path] == 0 {
		return
	}
	number := rapid.IntRange(1, p.repeats[path]).Draw(p.t, "number")
	if err := p.walk.Remove(path, number); err != nil {
		p.t.Fatalf("remove %s[%d]: %v", path, number, err)
	}
	p.repeats[path]--
	p.given = movedUp(p.given, path, number)
	p.repeats = movedUp(p.repeats, path, number)
}

func movedUp[V any](m map[string]V, repeat string, number int) map[string]V {
	behind := regexp.MustCompile(`^` + regexp.QuoteMeta(repeat) + `\[(\d+)\](/.*)$`)
	moved := map[string]V{}
	for path, v := range m {
		if g := behind.FindStringSubmatch(path); g != nil {
			k, _ := strconv.Atoi(g[1])
			if k == number {
				continue
			}
			if k > number {
				path = fmt.Sprintf("%s[%d]%s", repeat, k-1, g[2])
			}
		}
		moved[path] = v
	}
	return moved
}

// TestWalkAgainstFinal: whatever she does, and however often the program is started anew, the response
// is what a direct evaluation of her answers gives.
func TestWalkAgainstFinal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, err := NewLogic(drawForm(t))
		if err != nil {
			t.Fatal(err)
		}
		p := &respondent{t: t, logic: l, given: map[string]finalAnswer{}, repeats: map[string]int{}, language: "vi"}
		s := settingAt("vi")
		p.walk = l.Walk(l.Begin(s.Clock.Now, 3, nil), s)
		p.check()
		for range rapid.IntRange(0, 40).Draw(t, "turns") {
			paths := p.walk.Paths(Ask)
			repeats := p.walk.Paths(More)
			switch act := rapid.IntRange(0, 11).Draw(t, "act"); {
			case act <= 5:
				p.forward()
			case act == 6:
				p.walk.Back()
			case act == 7 && len(paths) > 0:
				path := rapid.SampledFrom(paths).Draw(t, "path")
				if !p.walk.Change(path) {
					t.Fatalf("%s cannot be changed", path)
				}
			case act == 8 && len(paths) > 0:
				path := rapid.SampledFrom(paths).Draw(t, "path")
				step, _ := p.walk.At(path)
				a := finalAnswer{Answered, p.value(step.Question)}
				if p.give(path, a) {
					p.check()
					before := len(p.walk.Response().Dropped)
					if p.given[path] == a && p.give(path, a) && len(p.walk.Response().Dropped) != before {
						t.Fatalf("the second tap on %s left a trace", path)
					}
				}
			case act == 9 && len(repeats) > 0:
				path := rapid.SampledFrom(repeats).Draw(t, "repeat")
				if p.repeats[path] < 3 && rapid.Bool().Draw(t, "add") {
					p.add(path)
				} else {
					p.remove(path)
				}
			case act == 10:
				p.language = rapid.SampledFrom([]string{"vi", "en", "km"}).Draw(t, "language")
				p.restart()
			default:
				p.restart()
			}
			p.check()
		}
		// The walk ends, unless an answer is required that none of hers satisfies.
		for turn := 0; ; turn++ {
			if turn == 5000 {
				t.Fatal("the walk does not end")
			}
			s, ok := p.walk.Next()
			if !p.forward() {
				if ok && (s.Kind != Ask || !s.Required && s.Refusal == nil) {
					t.Fatalf("%s leads no further", s.Path)
				}
				break
			}
			p.check()
		}
	})
}
