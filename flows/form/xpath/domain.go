package xpath

import (
	"math"
	"slices"
	"strings"
)

// A Domain is what a question can be answered with.
type Domain struct {
	Of DomainKind

	// Choices are the names of the choices, for OneOf and SomeOf.
	Choices []string

	// Least and Most bound a WholeNumber or DecimalNumber; nil means no bound.
	Least, Most *float64

	// Unanswered says that the question may also stay without an answer: because
	// it is not required, or not asked.
	Unanswered bool
}

// A DomainKind is a kind of answers.
type DomainKind int

// The kinds of answers. Numbers and dates are taken as they are kept: without
// leading zeros, plus signs or spaces.
const (
	AnyAnswer     DomainKind = iota // nothing is known
	OneOf                           // one of Choices
	SomeOf                          // one or more of Choices, separated by spaces
	WholeNumber                     // an integer
	DecimalNumber                   // any number
	DateAnswer                      // a date without a time
	FreeText                        // any text
)

const (
	// smallRange is the most numbers a bounded WholeNumber is tried with one by
	// one, which decides every use of it and not only comparisons with constants.
	smallRange = 200

	// mostCombined is the most combinations of choices that a SomeOf is tried
	// with.
	mostCombined = 4096

	// mostDecided is the largest number, up or down, that an answer may be compared
	// with; beyond it the numbers beside each other are no longer told apart.
	mostDecided = 1e15
)

// A use is how conditions use a question: what it is compared with, and whether
// it is used in any other way.
type use struct {
	domain     Domain
	constants  []Value // that it is compared with by = and !=, or asked for by selected
	bounds     []Value // that it is compared with in any way
	counted    bool    // by count-selected
	arbitrary  bool    // in a way that the list above does not hold
	candidates []string
	all        bool // the candidates are all answers there are
}

// study notes how one condition uses questions.
func (s *search) study(c Condition, domain func(string) Domain) {
	know := func(name string) *use {
		u := s.uses[name]
		if u == nil {
			u = &use{domain: domain(name)}
			s.uses[name] = u
			s.order = append(s.order, name)
		}
		return u
	}
	Walk(c.Expr.root, func(n Node) bool {
		if a, ok := atomOf(n, c.Self); ok {
			u := know(a.question)
			switch {
			case !a.fits(u.domain.Of):
				u.arbitrary = true
			case a.counted:
				u.counted = true
			case a.op == Equal || a.op == Unequal:
				u.constants = append(u.constants, a.constant)
				u.bounds = append(u.bounds, a.constant)
			default:
				u.bounds = append(u.bounds, a.constant)
			}
			return false
		}
		if path, ok := n.(*Path); ok {
			if name, ok := variable(path, c.Self); ok {
				u := know(name)
				u.arbitrary = u.arbitrary || !s.asTruth(c.Expr.root, n)
			}
		}
		return true
	})
	if c.When != "" {
		know(c.When)
	}
}

// asTruth reports whether n is used in root only as true or false, which for an
// answer means whether it was given.
func (s *search) asTruth(root, n Node) bool {
	if root == n {
		return true
	}
	switch r := root.(type) {
	case *Operation:
		return (r.Op == And || r.Op == Or) && (s.asTruth(r.X, n) || s.asTruth(r.Y, n))
	case *Call:
		switch r.Name {
		case "not", "boolean", "if":
			return slices.ContainsFunc(r.Args, func(arg Node) bool { return s.asTruth(arg, n) })
		}
	}
	return false
}

// mark notes the parts of a condition that its candidates do not decide: those
// that use a question in another way than by an atom, unless its candidates are
// all its answers.
func (s *search) mark(n Node, self string) (exact bool) {
	exact = true
	if a, ok := atomOf(n, self); ok {
		u := s.uses[a.question]
		exact = u.all || a.fits(u.domain.Of)
	} else {
		switch n := n.(type) {
		case *Path:
			name, ok := variable(n, self)
			exact = ok && (s.uses[name].all || !s.uses[name].arbitrary)
		case *Call:
			exact = n.function == nil || !n.function.volatile
			for _, arg := range n.Args {
				exact = s.mark(arg, self) && exact
			}
		case *Negation:
			exact = s.mark(n.X, self)
		case *Operation:
			x, y := s.mark(n.X, self), s.mark(n.Y, self)
			exact = x && y
		}
	}
	if !exact {
		s.inexact[n] = true
	}
	return exact
}

// An atom is a question compared with a constant: ${q} > 5, selected(${q}, 'a'),
// count-selected(${q}) = 2.
type atom struct {
	question string
	op       Op
	constant Value
	selected bool
	counted  bool
}

// atomOf recognises an atom.
func atomOf(n Node, self string) (atom, bool) {
	switch n := n.(type) {
	case *Operation:
		if n.Op < Equal || n.Op > GreaterEqual {
			return atom{}, false
		}
		x, y := n.X, n.Y
		constant, ok := constantOf(y)
		if !ok {
			x, y = y, x
			if constant, ok = constantOf(y); !ok {
				return atom{}, false
			}
		}
		a := atom{op: n.Op, constant: constant}
		if call, ok := x.(*Call); ok && call.Name == "count-selected" && len(call.Args) == 1 {
			a.counted, x = true, call.Args[0]
		}
		path, ok := x.(*Path)
		if !ok {
			return atom{}, false
		}
		a.question, ok = variable(path, self)
		return a, ok
	case *Call:
		if n.Name != "selected" && n.Name != "is-selected" || len(n.Args) != 2 {
			return atom{}, false
		}
		path, ok := n.Args[0].(*Path)
		if !ok {
			return atom{}, false
		}
		a := atom{op: Equal, selected: true}
		if a.constant, ok = constantOf(n.Args[1]); !ok {
			return atom{}, false
		}
		a.question, ok = variable(path, self)
		return a, ok
	}
	return atom{}, false
}

// constantOf is the value of an expression that depends on nothing.
func constantOf(n Node) (Value, bool) {
	constant := !Volatile(n)
	Walk(n, func(n Node) bool {
		if _, ok := n.(*Path); ok {
			constant = false
		}
		return constant
	})
	if !constant {
		return Value{}, false
	}
	ev := evaluation{expr: &Expr{root: n}, env: &trial{search: &search{}}}
	v, err := ev.eval(n)
	return v, err == nil && v.kind != KindList
}

// fits reports whether the candidates for such a domain decide the atom for all
// answers that they stand for.
func (a atom) fits(of DomainKind) bool {
	equality := a.op == Equal || a.op == Unequal
	switch of {
	case OneOf:
		return equality && !a.counted && a.constant.kind != KindBoolean
	case SomeOf:
		return a.counted || a.selected || equality && a.constant.kind == KindText && !strings.Contains(a.constant.text, " ")
	case WholeNumber, DecimalNumber, DateAnswer:
		return !a.counted && !a.selected && a.constant.kind != KindBoolean
	case FreeText:
		return equality && !a.counted && !a.selected && a.constant.kind == KindText
	}
	return false
}

// answers are the candidates for a question: one answer at least for every class
// of answers that its atoms cannot tell apart. all says that they are simply all
// answers there are.
func (u *use) answers() (candidates []string, all bool) {
	switch u.domain.Of {
	case OneOf:
		candidates, all = u.oneOf()
	case SomeOf:
		candidates = u.someOf()
	case WholeNumber:
		candidates, all = u.wholeNumbers()
	case DecimalNumber:
		candidates = u.decimals()
	case DateAnswer:
		candidates = u.dates()
	case FreeText:
		candidates = u.freeTexts()
	}
	if len(candidates) == 0 {
		return nil, false // nothing stands for the answers: they stay unknown
	}
	if u.domain.Unanswered {
		candidates = append(candidates, "")
	}
	return candidates, all
}

// oneOf are the choices that are asked for and one of the others; all of them
// where the answer is used in another way too.
func (u *use) oneOf() ([]string, bool) {
	if u.arbitrary {
		return slices.Clone(u.domain.Choices), true
	}
	var mentioned []string
	other := false
	for _, choice := range u.domain.Choices {
		switch {
		case u.mentions(choice):
			mentioned = append(mentioned, choice)
		case !other:
			mentioned, other = append(mentioned, choice), true
		}
	}
	return mentioned, false
}

// mentions reports whether a choice is one of the constants, as = or selected
// would find it.
func (u *use) mentions(choice string) bool {
	return slices.ContainsFunc(u.constants, func(c Value) bool {
		return equal(textValue(choice), c, Clock{}) || isSelected(choice, c.String())
	})
}

// someOf are all combinations of the choices that are asked for, each with none
// and with some of the others: one of them is enough unless they are counted.
func (u *use) someOf() []string {
	var mentioned, others []string
	for _, choice := range u.domain.Choices {
		if u.mentions(choice) {
			mentioned = append(mentioned, choice)
		} else {
			others = append(others, choice)
		}
	}
	if !u.counted && len(others) > 1 {
		others = others[:1]
	}
	if len(mentioned) > 12 || (len(others)+1)<<len(mentioned) > mostCombined {
		return nil
	}
	var candidates []string
	for set := range 1 << len(mentioned) {
		var chosen []string
		for i, choice := range mentioned {
			if set&(1<<i) != 0 {
				chosen = append(chosen, choice)
			}
		}
		for n := range len(others) + 1 {
			if answer := strings.Join(slices.Concat(chosen, others[:n]), " "); answer != "" {
				candidates = append(candidates, answer)
			}
		}
	}
	return candidates
}

// limits are the numbers that the answer is compared with, in order, with the
// bounds of the domain. There are none if one of them is too far away.
func (u *use) limits() []float64 {
	var limits []float64
	for _, v := range u.bounds {
		if f := v.Number(Clock{}); !math.IsNaN(f) {
			limits = append(limits, f)
		}
	}
	for _, bound := range []*float64{u.domain.Least, u.domain.Most} {
		if bound != nil {
			limits = append(limits, *bound)
		}
	}
	if slices.ContainsFunc(limits, func(f float64) bool { return math.Abs(f) > mostDecided }) {
		return nil
	}
	if len(limits) == 0 {
		limits = append(limits, 0)
	}
	slices.Sort(limits)
	return slices.Compact(limits)
}

// within keeps what the domain allows, in order and each once.
func (u *use) within(numbers []float64) []float64 {
	numbers = slices.DeleteFunc(numbers, func(f float64) bool {
		return u.domain.Least != nil && f < *u.domain.Least || u.domain.Most != nil && f > *u.domain.Most
	})
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// wholeNumbers are every number of a small range, and otherwise the numbers at
// and right beside every limit.
func (u *use) wholeNumbers() (candidates []string, all bool) {
	var numbers []float64
	if least, most := u.domain.Least, u.domain.Most; least != nil && most != nil && *most-*least < smallRange {
		for f := math.Ceil(*least); f <= *most; f++ {
			numbers = append(numbers, f)
		}
		all = true
	} else {
		for _, f := range u.limits() {
			numbers = append(numbers, math.Floor(f)-1, math.Floor(f), math.Ceil(f), math.Ceil(f)+1)
		}
		numbers = u.within(numbers)
	}
	for _, f := range numbers {
		candidates = append(candidates, formatNumber(f))
	}
	return candidates, all
}

// decimals are the limits, one number between each two and one on either side.
func (u *use) decimals() (candidates []string) {
	limits := u.limits()
	if limits == nil {
		return nil
	}
	numbers := []float64{limits[0] - 1, limits[len(limits)-1] + 1}
	for i, f := range limits {
		numbers = append(numbers, f)
		if i > 0 {
			numbers = append(numbers, (limits[i-1]+f)/2)
		}
	}
	for _, f := range u.within(numbers) {
		candidates = append(candidates, formatNumber(f))
	}
	return candidates
}

// dates are the days at and right beside every limit.
func (u *use) dates() (candidates []string) {
	var c Clock
	var days []float64
	for _, f := range u.limits() {
		days = append(days, math.Floor(f)-1, math.Floor(f), math.Ceil(f), math.Ceil(f)+1)
	}
	for _, f := range u.within(days) {
		if t, ok := c.at(f); ok {
			candidates = append(candidates, c.dateValue(t).String())
		}
	}
	return candidates
}

// freeTexts are the texts that are asked for and one that is not.
func (u *use) freeTexts() []string {
	other := "…"
	var candidates []string
	for _, v := range u.constants {
		if v.text != "" {
			candidates = append(candidates, v.text)
		}
		if v.text == other {
			other += "…"
		}
	}
	slices.Sort(candidates)
	return append(slices.Compact(candidates), other)
}
