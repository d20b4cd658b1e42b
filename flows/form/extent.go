package form

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"chihai/locales"
)

// An Extent is how many questions a form asks of one person: those that are counted as "Câu n/m". Notes
// and headings are none, each row of a matrix is one, and so is each question in each instance of a repeat.
type Extent struct {
	Shortest int     `json:"shortest"`
	Longest  int     `json:"longest"`
	Expected float64 `json:"expected"` // on average, as told at [Logic.Extent]

	// Endless says that a repeat has no count: somebody may go on for ever. Longest is then with two
	// instances of each such repeat.
	Endless bool `json:"endless,omitzero"`

	// Exact says that nothing was guessed. Otherwise there may be a shorter way and a longer one than those that
	// were found; that is so where the way depends on sums, texts, the day or the rows of a file, or where there
	// are too many ways to go them all.
	Exact bool `json:"exact,omitzero"`

	// Time is what the expected number of questions takes, estimated: 20 seconds where one taps or gives a
	// number or a date, 40 where one writes, speaks, sends a file or puts things in order.
	Time time.Duration `json:"time,omitzero"`
}

// Minutes is the estimated time in whole minutes, at least one.
func (e Extent) Minutes() int { return max(1, int(e.Time.Round(time.Minute)/time.Minute)) }

const (
	// mostInstances is with how many instances a repeat without a count is looked at.
	mostInstances = 2

	// mostWork bounds how long a form is looked at: items computed anew, in all. It is some tenths of a second, where the repeats are large a second.
	mostWork = 600_000

	// strolls are how many respondents are drawn where not all ways can be gone.
	strolls = 200

	// mostSteps is how many questions one of them answers at most.
	mostSteps = 2000
)

// Extent finds the shortest and the longest way through the form, and the expected one.
//
// It goes all ways. Questions that decide nothing are not answered for that; answers that no condition tells
// apart are tried once; what does not depend on each other is counted apart and added. For the shortest and
// the longest way a question that need not be answered may also be skipped, and a repeat without a count has
// none, one or two instances.
//
// For the expected way she answers all that she is asked. Each choice is as likely as the others, and of
// several choices each set; of numbers and dates each constant that a condition compares with, and each
// stretch between them; a repeat without a count has one instance or two.
func (l *Logic) Extent() Extent {
	m := &measurer{ways: newWays(l), known: map[string]measured{}}
	all := make([]bool, len(m.rules))
	for i := range all {
		all[i] = true
	}
	w := l.Walk(l.Begin(proofDay, 1, nil), m.setting)
	total := measured{exact: true}
	parts := m.split(w, all)
	for i, part := range parts {
		m.limit = m.work + (mostWork-m.work)/(len(parts)-i)
		one, ok := m.part(w, part, 0)
		if !ok {
			one = m.stroll(w, part)
		}
		total = total.plus(one)
	}
	return Extent{
		Shortest: total.shortest, Longest: total.longest, Expected: total.expected, Endless: total.endless, Exact: total.exact,
		Time: time.Duration(total.seconds * float64(time.Second)),
	}
}

// A measured is the extent of some items.
type measured struct {
	shortest, longest int
	expected, seconds float64
	endless, exact    bool
}

// plus is both: they do not depend on each other.
func (a measured) plus(b measured) measured {
	return measured{a.shortest + b.shortest, a.longest + b.longest, a.expected + b.expected, a.seconds + b.seconds, a.endless || b.endless, a.exact && b.exact}
}

// or is one or the other, the other with a weight that is to be added.
func (a measured) or(b measured, weight float64, first bool) measured {
	if first {
		a.shortest, a.longest, a.exact = b.shortest, b.longest, true
	}
	return measured{
		min(a.shortest, b.shortest), max(a.longest, b.longest), a.expected + weight*b.expected, a.seconds + weight*b.seconds,
		a.endless || b.endless, a.exact && b.exact,
	}
}

// A measurer goes the ways through one form.
type measurer struct {
	*ways
	known map[string]measured // by the items and all that decides about them
	limit int                 // of work
}

// whole measures items in parts that do not depend on each other; false if it takes too long.
func (m *measurer) whole(w *Walk, scope []bool, depth int) (measured, bool) {
	total := measured{exact: true}
	for _, part := range m.split(w, scope) {
		one, ok := m.part(w, part, depth)
		if !ok {
			return measured{}, false
		}
		total = total.plus(one)
	}
	return total, true
}

// part measures items that depend on each other: it answers the first question that decides, in every way.
func (m *measurer) part(w *Walk, scope []bool, depth int) (measured, bool) {
	i := m.at(w, scope, false, 0)
	if i < 0 {
		return m.count(w, scope), true
	}
	key := m.key(w, scope)
	if known, ok := m.known[key]; ok && key != "" {
		return known, true
	}
	if depth > mostSteps {
		return measured{}, false
	}
	all := m.after(w, i)
	if m.work += (len(all) + 1) * (len(m.rules) + w.cells); m.work > m.limit {
		return measured{}, false
	}
	if len(all) == 0 { // nobody gets further
		stuck := m.count(w, scope)
		stuck.exact = false
		return stuck, true
	}
	var total measured
	for k, one := range all {
		sub, ok := m.whole(one.walk, scope, depth+1)
		if !ok {
			return measured{}, false
		}
		sub.exact = sub.exact && !one.open
		sub.endless = sub.endless || one.reply.Kind == More && one.reply.Instances > 0 && sub.longest > 0
		total = total.or(sub, one.weight, k == 0)
	}
	if key != "" {
		m.known[key] = total
	}
	return total, true
}

// count counts the questions in a scope that are asked now.
func (m *measurer) count(w *Walk, scope []bool) measured {
	c := measured{exact: true}
	for _, s := range w.steps {
		if s.kind != Ask || !scope[m.id[s.rule]] {
			continue
		}
		c.shortest++
		c.seconds += s.rule.item.Question.Kind.seconds()
	}
	c.longest, c.expected = c.shortest, float64(c.shortest)
	return c
}

// seconds is how long such a question takes.
func (k Kind) seconds() float64 {
	switch k {
	case TextAnswer, Rank, Image, Audio, Video, File, Point, Trace, Shape, Barcode:
		return 40
	}
	return 20
}

// stroll measures items by chance, where going all ways takes too long.
func (m *measurer) stroll(w *Walk, scope []bool) measured {
	chance := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same form has the same extent
	var total measured
	most := m.work + mostWork/4
	n := 0
	for ; n < strolls && (n == 0 || m.work < most); n++ {
		at, endless := w, false
		for range mostSteps {
			i := m.at(at, scope, false, 0)
			if i < 0 || m.work > most {
				break
			}
			one, ok := m.draw(at, i, chance)
			if !ok {
				break
			}
			endless = endless || one.reply.Kind == More && one.reply.Instances > 0
			at = one.walk
		}
		sub := m.count(at, scope)
		sub.endless = endless
		total = total.or(sub, 1, n == 0)
	}
	total.expected /= float64(n)
	total.seconds /= float64(n)
	for _, longer := range [...]bool{true, false} {
		if one, whole := m.lean(w, scope, longer); whole || longer { // half a way is no shortest one
			total = total.or(one, 0, false)
		}
	}
	total.exact = false
	return total
}

// lean measures the way on which each answer asks for as many, or as few, further questions as it can;
// false if it did not come to the end.
func (m *measurer) lean(w *Walk, scope []bool, longer bool) (measured, bool) {
	most := m.work + mostWork/4
	at := w
	for range mostSteps {
		i := m.at(at, scope, false, 0)
		if i < 0 {
			return m.count(at, scope), true
		}
		all := m.after(at, i)
		if len(all) == 0 || m.work > most {
			break
		}
		best := all[0].walk
		for _, one := range all[1:] {
			if more := one.walk.asked + one.walk.later - best.asked - best.later; longer && more > 0 || !longer && more < 0 {
				best = one.walk
			}
		}
		at = best
	}
	return m.count(at, scope), false
}

// key says everything on which the extent of a scope depends; "" if it is not worth it.
func (m *measurer) key(w *Walk, scope []bool) string {
	var b strings.Builder
	f := m.settled(w)
	seen := map[*rule]bool{}
	for i, r := range m.rules {
		if !scope[i] {
			continue
		}
		if m.owner[i] != i || r.inner != nil {
			return "" // there are more of it than one
		}
		b.WriteString(decimal(i))
		switch {
		case w.relevant(w.root, r):
			b.WriteByte('+')
		case w.reachable(w.root, r):
			b.WriteByte('?')
		default:
			b.WriteByte('-')
		}
		for _, all := range [][]*rule{{r}, m.asks[i], m.takes[i]} {
			for _, x := range all {
				if k := m.id[x]; !seen[x] && f.fixed(k) {
					seen[x] = true
					b.WriteString("\x00" + decimal(k) + "\x00")
					if m.owner[k] == k && x.inner == nil {
						b.WriteString(w.said(w.root, x))
						continue
					}
					return ""
				}
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Words says the extent to staff: "7 đến 18 câu, thường khoảng 12 câu, chừng 5 phút".
func (e Extent) Words(p *locales.Printer) string {
	args := []any{"n", e.Shortest, "least", e.Shortest, "most", e.Longest, "usual", int(math.Round(e.Expected)), "minutes", e.Minutes()}
	var words string
	switch {
	case e.Longest == 0:
		return p.T("extent.none")
	case e.Endless:
		words = p.T("extent.endless", args...)
	case e.Shortest == e.Longest:
		words = p.T("extent.same", args...)
	default:
		words = p.T("extent.between", args...)
	}
	if !e.Exact {
		words = p.T("extent.guessed", "words", words)
	}
	return words
}
