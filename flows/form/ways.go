package form

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"time"

	"chihai/flows/form/xpath"
)

// This file knows which answers decide what else is asked, and which few of them stand for all. It is the
// ground of [Logic.Extent] and of [Logic.Respondents].

// A ways is a form's logic, looked at from above.
type ways struct {
	logic   *Logic
	setting Setting
	rules   []*rule       // all, in the order of the form
	id      map[*rule]int // their places in rules
	owner   []int         // the outermost repeat around each, or itself: a repeat is never taken apart

	asks    [][]*rule // what decides whether an item is asked, and how often
	takes   [][]*rule // what decides which answers it takes, or what it computes
	decides []bool    // whether anything else is asked, or answered, by what it holds
	uses    [][]usage // which expressions look at it

	work int // items computed anew, so far

	classes map[*rule][]xpath.Class
	inexact map[*rule]bool // it is not only told apart by its classes
}

// A usage is an expression that looks at a question.
type usage struct {
	x     *xpath.Expr
	self  string // the question whose answer "." is; "" for none
	value bool   // more of it matters than whether it is true
	count bool   // it counts a repeat
}

// proofDay is the day on which forms that ask for today are looked at, so that a file always looks the
// same.
var proofDay = time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC)

func newWays(l *Logic) *ways {
	s := &ways{logic: l, id: map[*rule]int{}, classes: map[*rule][]xpath.Class{}, inexact: map[*rule]bool{}}
	s.setting = Setting{Clock: xpath.Clock{Now: proofDay, Zone: time.FixedZone("", 7*60*60)}, Files: map[string][]xpath.Row{}}
	s.list(l.rules, -1)
	s.asks, s.takes, s.decides = make([][]*rule, len(s.rules)), make([][]*rule, len(s.rules)), make([]bool, len(s.rules))
	s.uses = make([][]usage, len(s.rules))
	for i, r := range s.rules {
		s.asks[i] = slices.Concat(s.read(r, r.relevant, false), s.read(r, r.readOnly, false), s.read(r, r.count, true))
		s.takes[i] = slices.Concat(s.read(r, r.calculation, true), s.read(r, r.preset, true), s.read(r, r.filter, true),
			s.read(r, r.required, false), s.read(r, r.constraint, false))
		q := r.item.Question
		if q == nil {
			continue
		}
		for _, name := range append(slices.Clone(r.triggers), q.From) {
			if to := l.named(name); to != nil && name != "" {
				s.takes[i] = append(s.takes[i], to)
			}
		}
		if q.File != "" {
			s.standIn(q)
		}
	}
	var open []*rule
	for _, all := range s.asks {
		open = append(open, all...)
	}
	for len(open) > 0 {
		i := s.id[open[0]]
		open = open[1:]
		if !s.decides[i] {
			s.decides[i] = true
			open = append(open, s.takes[i]...)
		}
	}
	return s
}

// read notes what an expression of r looks at, and lists it.
func (s *ways) read(r *rule, x *xpath.Expr, value bool) []*rule {
	all := s.logic.reads(r, x)
	u := usage{x: x, value: value, count: x != nil && x == r.count}
	if x != nil && x == r.constraint {
		u.self = r.name
		s.uses[s.id[r]] = append(s.uses[s.id[r]], u)
	}
	for _, to := range all {
		if to != r || x != r.constraint {
			s.uses[s.id[to]] = append(s.uses[s.id[to]], u)
		}
	}
	return all
}

func (s *ways) list(rules []*rule, owner int) {
	for _, r := range rules {
		i := len(s.rules)
		s.id[r] = i
		s.rules = append(s.rules, r)
		o := owner
		if o < 0 {
			o = i
		}
		s.owner = append(s.owner, o)
		if r.inner == nil && owner < 0 {
			s.list(r.rules, -1)
		} else {
			s.list(r.rules, o)
		}
	}
}

// standIn gives a file that the form names a few rows: which ones it really has, nobody knows here.
func (s *ways) standIn(q *Question) {
	value := or1(q.Parameters["value"], "name")
	label := or1(q.Parameters["label"], "label")
	var rows []xpath.Row
	for _, n := range [...]string{"1", "2", "3"} {
		rows = append(rows, Record{"name": n, "label": n, value: n, label: n})
	}
	s.setting.Files[q.File] = rows
}

func or1(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// answers are the classes of answers to a question: one of each is enough to see everything that its
// answers may lead to.
func (s *ways) answers(r *rule) []xpath.Class {
	if all, ok := s.classes[r]; ok {
		return all
	}
	var conditions []xpath.Condition
	var values []*xpath.Expr
	volatile := false
	for _, u := range s.uses[s.id[r]] {
		volatile = volatile || xpath.Volatile(u.x.Root())
		if u.value {
			values = append(values, u.x)
		} else {
			conditions = append(conditions, xpath.Condition{Expr: u.x, Self: u.self})
		}
	}
	q := r.item.Question
	d := s.logic.form.domain(q)
	if q.Kind == DateTime {
		d.Of = xpath.DateAnswer
	}
	if steps := rangeNumbers(q); steps != nil {
		d = xpath.Domain{Of: xpath.OneOf, Choices: steps}
	}
	if q.ChoiceFilter != "" { // any of the choices may be missing from those that are offered
		if itself, err := xpath.Parse("${" + r.name + "}"); err == nil {
			values = append(values, itself)
		}
	}
	all := xpath.Classes(r.name, d, conditions, values)
	for i := range all {
		if q.Kind == DateTime {
			all[i].Answer += "T12:00"
		}
	}
	if len(all) == 0 {
		all = s.specimens(q, d)
	}
	s.inexact[r] = volatile || len(s.logic.byName[r.name]) > 1
	s.classes[r] = all
	return all
}

// rangeNumbers are those of a range, if they are few; nil otherwise.
func rangeNumbers(q *Question) []string {
	if q.Kind != Range {
		return nil
	}
	const most = 64
	least, end, step := rangeBounds(q)
	if step.Sign() == 0 {
		return nil
	}
	if step.Sign() > 0 == (end.Cmp(least) < 0) {
		step = new(big.Rat).Neg(step)
	}
	var all []string
	for x := least; step.Sign() > 0 && x.Cmp(end) <= 0 || step.Sign() < 0 && x.Cmp(end) >= 0; x = new(big.Rat).Add(x, step) {
		if all = append(all, plainNumber(x)); len(all) > most {
			return nil
		}
	}
	return all
}

// specimens are answers to a question of which nothing better is known.
func (s *ways) specimens(q *Question, d xpath.Domain) []xpath.Class {
	texts := []string{"…", "Lan", "12", "1990", "0912345678", "012345678901", "an@example.vn", "ABC123"}
	day := func(ahead int) string {
		return s.setting.Clock.Now.In(s.setting.Clock.Zone).AddDate(0, 0, ahead).Format(time.DateOnly)
	}
	switch q.Kind {
	case SelectOne, SelectMultiple, SelectExternal, Rank:
		texts = append(slices.Clone(d.Choices), "1", "2", "3")
	case Integer, Decimal, Range:
		texts = []string{"0", "1", "2", "5", "18", "30", "100", "1990", "2020"}
	case Date:
		texts = []string{day(0), day(-7), day(-400), day(-7000), day(-12000), day(7), day(400)}
	case Time:
		texts = []string{"08:30", "17:00"}
	case DateTime:
		texts = []string{day(0) + "T08:30", day(-400) + "T17:00", day(7) + "T08:30"}
	case Acknowledge:
		return []xpath.Class{{Answer: "OK", Weight: 1}}
	case Point:
		texts = []string{"10.03 105.78"}
	}
	all := make([]xpath.Class, 0, len(texts))
	for _, t := range texts {
		all = append(all, xpath.Class{Answer: t, Weight: 1, Open: true})
	}
	return all
}

// A way is a walk that stands at a question, after one of the answers to it.
type way struct {
	walk   *Walk
	weight float64 // of the answer among all; 0 for what only the patient count: skipping, no instance
	reply  Reply
	open   bool // other answers may lead elsewhere
}

// at finds the first step in a scope that must be answered to see what else is asked; -1 for none. all asks
// for every step that is to be answered, deciding or not. A nil scope is the form; steps before from are not
// looked at.
func (s *ways) at(w *Walk, scope []bool, all bool, from int) int {
	for i := from; i < len(w.steps); i++ {
		p := w.steps[i]
		k := s.id[p.rule]
		if scope != nil && !scope[k] || p.kind != Ask && p.kind != More || w.done(p) {
			continue
		}
		if p.kind == More || all || s.decides[k] {
			return i
		}
	}
	return -1
}

// after tries the answers to a step; none are given if the form takes none of them.
func (s *ways) after(w *Walk, i int) []way {
	p := w.steps[i]
	var all []way
	if p.kind == More {
		for n := range mostInstances + 1 {
			all = append(all, s.instances(w, p, n))
		}
		return all
	}
	total := 0.0
	for _, some := range [...][]xpath.Class{s.candidates(w, p), s.spares(w, p)} {
		for _, a := range some {
			if one, ok := s.answer(w, p, a); ok {
				total += a.Weight
				all = append(all, one)
			}
		}
		if total > 0 {
			break
		}
	}
	if one, ok := s.skip(w, p); ok {
		if total == 0 {
			total, one.weight = 1, 1
		}
		all = append(all, one)
	}
	for i := range all {
		all[i].weight /= total
	}
	return all
}

// draw goes on by one of the answers to a step, as likely as it is; false if the form takes none.
func (s *ways) draw(w *Walk, i int, chance *rand.Rand) (way, bool) {
	p := w.steps[i]
	if p.kind == More {
		return s.instances(w, p, 1+chance.IntN(mostInstances)), true
	}
	all := slices.Clone(s.candidates(w, p))
	for len(all) > 0 {
		k := heaviest(all, chance)
		if one, ok := s.answer(w, p, all[k]); ok {
			return one, true
		}
		all = slices.Delete(all, k, k+1)
	}
	for _, a := range s.spares(w, p) {
		if one, ok := s.answer(w, p, a); ok {
			return one, true
		}
	}
	return s.skip(w, p)
}

// spares are answers to try where none of the classes is taken: a constraint asks for more than a comparison,
// such as a pattern, a sum or the day.
func (s *ways) spares(w *Walk, p step) []xpath.Class {
	r := p.rule
	if r.constraint == nil {
		return nil
	}
	all := s.specimens(r.item.Question, xpath.Domain{})
	for _, x := range s.logic.reads(r, r.constraint) {
		for _, in := range w.reach(p.in, x.level, nil, nil) {
			if v := w.said(in, x); v != "" && x != r {
				all = append(all, xpath.Class{Answer: v, Weight: 1, Open: true}) // it may have to be the same
			}
		}
	}
	return all
}

// heaviest draws one of some classes by their weights.
func heaviest(all []xpath.Class, chance *rand.Rand) int {
	total := 0.0
	for _, a := range all {
		total += a.Weight
	}
	x := chance.Float64() * total
	for k, a := range all {
		if x -= a.Weight; x < 0 {
			return k
		}
	}
	return len(all) - 1
}

// candidates are the answers to try at a question.
func (s *ways) candidates(w *Walk, p step) []xpath.Class {
	q := p.rule.item.Question
	if !q.Kind.Selects() || q.Kind != Rank && q.File == "" && q.From == "" && q.Kind != SelectExternal {
		return s.answers(p.rule)
	}
	var all []xpath.Class
	for _, a := range offeredNow(w, p) {
		all = append(all, xpath.Class{Answer: a, Weight: 1, Open: q.Kind == Rank || q.File != ""})
	}
	return all
}

// answer goes on by an answer; false if the form does not take it.
func (s *ways) answer(w *Walk, p step, a xpath.Class) (way, bool) {
	s.work += len(s.rules) + w.cells
	c := *w
	if c.Answer(p.path, a.Answer) != nil {
		return way{}, false
	}
	return way{&c, a.Weight, Reply{Path: p.path, Kind: Ask, Value: c.response.Answers[p.path].Value}, a.Open || s.inexact[p.rule]}, true
}

// skip goes on without an answer; false where one is required.
func (s *ways) skip(w *Walk, p step) (way, bool) {
	s.work += len(s.rules) + w.cells
	c := *w
	if c.Skip(p.path) != nil {
		return way{}, false
	}
	return way{walk: &c, reply: Reply{Path: p.path, Kind: Ask}}, true
}

// instances gives a repeat its number of instances.
func (s *ways) instances(w *Walk, p step, n int) way {
	s.work += len(s.rules) + w.cells
	c := *w
	c.response = w.response.clone()
	at := w.response.Repeats[p.path]
	at.Number, at.Done = n, true
	c.response.Repeats[p.path] = at
	c.settle("")
	one := way{walk: &c, weight: 1.0 / mostInstances, reply: Reply{Path: p.path, Kind: More, Instances: n}}
	if n == 0 {
		one.weight = 0
	}
	return one
}

// offeredNow are answers to a question whose choices are not the form's own, or are put in order.
func offeredNow(w *Walk, p step) []string {
	var names []string
	for _, o := range w.options(p.in, p.rule) {
		names = append(names, o.Name)
	}
	const most = 20
	switch p.rule.item.Question.Kind {
	case Rank:
		whole := ""
		for i, n := range names {
			if i > 0 {
				whole += " "
			}
			whole += n
		}
		return []string{whole}
	case SelectMultiple:
		if len(names) > 1 {
			return []string{names[0], names[0] + " " + names[1], names[len(names)-1]}
		}
	}
	return names[:min(len(names), most)]
}

// A Reply is what somebody does at one step.
type Reply struct {
	Path      string
	Kind      StepKind // Ask or More
	Value     string   // of Ask, as [Answer] tells; "" passes the question over
	Instances int      // of More: how many the repeat shall have
}
