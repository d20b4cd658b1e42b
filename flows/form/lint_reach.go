package form

import (
	"slices"
	"strconv"
	"strings"

	"chihai/flows/form/xpath"
)

// Bounds of what is proved. A proof takes a tenth of a second at worst, mostly far less.
const (
	maxProofs     = 200
	maxConditions = 8  // in one proof; what lies further away is rarely what decides
	maxNesting    = 20 // groups around what is looked at; nobody has more
)

// reach proves, where it can, that questions are never asked and that no answer satisfies a
// constraint.
func (l *linter) reach() {
	p := newProver(l)
	dead := map[*Group]bool{} // groups that are never reached: what is in them is not told again
	for it, around := range l.form.All() {
		if len(around) > maxNesting || slices.ContainsFunc(around, func(o Item) bool { return dead[o.Body()] }) {
			continue
		}
		if len(conditionsOf(it)) > 0 && p.impossible(it, around, "") {
			l.say(it.Row(), "relevant", Unreachable, "name", it.Name())
			if b := it.Body(); b != nil {
				dead[b] = true
			}
			continue
		}
		if q := it.Question; q != nil && q.Constraint != "" && p.impossible(it, around, q.Constraint) {
			l.say(it.Row(), "constraint", ConstraintImpossible, "name", q.Name)
		}
	}
}

// A place is an item and the groups around it.
type place struct {
	item      Item
	around    []Item
	ambiguous bool // more than one item has the name
}

// A prover collects what must hold for an item to be reached.
type prover struct {
	linter  *linter
	places  map[string]place
	domains map[string]xpath.Domain
	proofs  int
	known   map[string]bool // by the conditions of a proof: whether they are impossible
}

// newProver finds where everything stands. The expressions of the form must have been parsed.
func newProver(l *linter) *prover {
	p := &prover{linter: l, places: map[string]place{}, domains: map[string]xpath.Domain{}, known: map[string]bool{}}
	for it, around := range l.form.All() {
		if len(around) > maxNesting {
			continue
		}
		if _, twice := p.places[it.Name()]; twice {
			p.places[it.Name()] = place{ambiguous: true}
			continue
		}
		p.places[it.Name()] = place{item: it, around: slices.Clone(around)}
	}
	return p
}

// impossible reports whether no answers let the item be reached and, with a constraint, satisfy it.
// The conditions of questions that decide it count as well: an answer is only there where it is
// asked for.
func (p *prover) impossible(it Item, around []Item, constraint string) bool {
	conditions, domain, key := p.gather(it, around, constraint, false)
	if is, ok := p.known[key]; ok {
		return is
	}
	if p.proofs++; p.proofs > maxProofs {
		return false
	}
	is := xpath.Satisfy(domain, conditions...).Verdict == xpath.Impossible
	p.known[key] = is
	return is
}

// gather lists what must hold for an item to be reached, and with a constraint to be answered; fails asks
// for the opposite of the item's own condition. key names all that is proved: many questions stand under the
// same conditions.
func (p *prover) gather(it Item, around []Item, constraint string, fails bool) (conditions []xpath.Condition, domain func(string) xpath.Domain, _ string) {
	var key strings.Builder
	for _, o := range around {
		if o.Repeat != nil {
			key.WriteString(o.Name() + "\n")
		}
	}
	seen := map[string]bool{it.Name(): true}
	var ask []string // questions whose own conditions are still to be added
	add := func(text, self, when string) {
		x := p.linter.parsed[text]
		if x == nil {
			return
		}
		conditions = append(conditions, xpath.Condition{Expr: x, Self: self, When: when})
		key.WriteString(self + "\x00" + when + "\x00" + text + "\n")
		for _, m := range x.Questions() {
			if !seen[m.Name] {
				seen[m.Name] = true
				ask = append(ask, m.Name)
			}
		}
	}
	if constraint != "" {
		add(constraint, it.Name(), "")
	} else {
		for _, o := range append([]Item{it}, around...) {
			for _, e := range conditionsOf(o) {
				add(e, "", "")
				if n := len(conditions); n == 1 && fails {
					conditions[0].Not = true
				}
			}
		}
	}
	for len(ask) > 0 && len(conditions) < maxConditions {
		name := ask[0]
		ask = ask[1:]
		at, ok := p.places[name]
		if !ok || at.ambiguous || at.item.Question == nil || p.inside(at, around) {
			continue
		}
		for _, o := range append([]Item{at.item}, at.around...) {
			for _, e := range conditionsOf(o) {
				add(e, "", name)
			}
		}
	}
	domain = func(name string) xpath.Domain {
		at, ok := p.places[name]
		if !ok || at.ambiguous || at.item.Question == nil || p.inside(at, around) {
			return xpath.Domain{}
		}
		d := p.domain(at)
		if constraint != "" && name == it.Name() {
			d.Unanswered = false // a constraint is for answers
		}
		return d
	}
	return conditions, domain, key.String()
}

// conditionsOf are the conditions under which an item is reached.
func conditionsOf(it Item) []string {
	if it.Question != nil {
		if it.Question.Relevant == "" {
			return nil
		}
		return []string{it.Question.Relevant}
	}
	if it.Body().Relevant == "" {
		return nil
	}
	return []string{it.Body().Relevant}
}

// inside reports whether a place is in a repeat that is not around the item that is looked at: it
// then has as many answers as the repeat has instances.
func (p *prover) inside(at place, around []Item) bool {
	return slices.ContainsFunc(at.around, func(o Item) bool {
		return o.Repeat != nil && !slices.ContainsFunc(around, func(r Item) bool { return r.Repeat == o.Repeat })
	})
}

// domain is what a question can be answered with.
func (p *prover) domain(at place) xpath.Domain {
	q := at.item.Question
	if d, ok := p.domains[q.Name]; ok {
		return d
	}
	d := p.linter.form.domain(q)
	d.Unanswered = q.Required != "true()" || q.Relevant != "" || slices.ContainsFunc(at.around, func(o Item) bool { return o.Body().Relevant != "" })
	// A default, a calculation or a trigger may put an answer there that the question does not offer.
	if q.Default != "" || q.Calculation != "" || len(q.Trigger) > 0 {
		d = xpath.Domain{}
	}
	p.domains[q.Name] = d
	return d
}

// domain is what a question can be answered with, if nothing but the answers to it count.
func (f *Form) domain(q *Question) xpath.Domain {
	var d xpath.Domain
	list := f.List(q)
	switch q.Kind {
	case SelectOne, SelectMultiple:
		if list == nil {
			break
		}
		d.Of = xpath.OneOf
		if q.Kind == SelectMultiple {
			d.Of = xpath.SomeOf
		}
		for _, c := range list.Choices {
			d.Choices = append(d.Choices, c.Name)
		}
	case Integer:
		d.Of = xpath.WholeNumber
	case Decimal:
		d.Of = xpath.DecimalNumber
	case Range:
		d.Of = xpath.DecimalNumber
		least, err1 := strconv.ParseFloat(q.Parameters["start"], 64)
		most, err2 := strconv.ParseFloat(q.Parameters["end"], 64)
		if err1 == nil && err2 == nil {
			least, most = min(least, most), max(least, most)
			d.Least, d.Most = &least, &most
		}
	case Date:
		d.Of = xpath.DateAnswer
	case TextAnswer:
		d.Of = xpath.FreeText
	}
	return d
}
