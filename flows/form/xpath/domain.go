package xpath

import "slices"

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
				u.arbitrary = u.arbitrary || !asTruth(c.Expr.root, n)
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
func asTruth(root, n Node) bool {
	if root == n {
		return true
	}
	switch r := root.(type) {
	case *Operation:
		return (r.Op == And || r.Op == Or) && (asTruth(r.X, n) || asTruth(r.Y, n))
	case *Call:
		switch r.Name {
		case "not", "boolean", "if":
			return slices.ContainsFunc(r.Args, func(arg Node) bool { return asTruth(arg, n) })
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
