package xpath

import (
	"errors"
	"maps"
	"math/rand/v2"
)

const (
	// MaxTries is how many answers, put to one question after another, a proof
	// tries before it gives up; fewer where its conditions are so long that it
	// would take more than some tenths of a second.
	MaxTries = 10_000

	// mostVisited is how many nodes of conditions a proof visits, about.
	mostVisited = 1_000_000
)

// A Condition is an expression that must be true.
type Condition struct {
	Expr *Expr

	// Self is the question whose answer "." is; "" where there is none.
	Self string

	// When is a question without whose answer the condition does not matter: with
	// the relevant of that question it says that the question is only answered
	// where it is asked. "" means that the condition always matters.
	When string

	// Not asks for the opposite: that Expr is false.
	Not bool
}

// A Verdict is what is known about conditions together.
type Verdict int

// The verdicts.
const (
	Unknown    Verdict = iota // neither proved nor refuted within [MaxTries]
	Possible                  // there are answers that make all of them true
	Impossible                // no answers do
)

// String names the verdict in English.
func (v Verdict) String() string {
	return [...]string{"unknown", "possible", "impossible"}[v]
}

// A Proof is a Verdict and, if that is Possible, answers that show it. Questions
// that do not matter are not among them.
type Proof struct {
	Verdict Verdict
	Example map[string]string
}

// Satisfy looks for answers that make all conditions true together. domain says
// what a question can be answered with; for one that it does not know, and for
// one that has several answers where the conditions stand (in a repeat seen from
// outside), it gives the zero Domain.
//
// A verdict other than Unknown is certain. It is found where questions are
// choices, or are compared with constants; what depends on anything else (the
// time, chance, lists, labels, other texts) is taken as neither true nor false.
func Satisfy(domain func(question string) Domain, conditions ...Condition) Proof {
	s := search{conditions: conditions, uses: map[string]*use{}, inexact: map[Node]bool{}, answers: map[string]string{}}
	for _, c := range conditions {
		s.study(c, domain)
	}
	for _, name := range s.order {
		if u := s.uses[name]; u.domain.Of != AnyAnswer {
			u.candidates, u.all = u.answers()
		}
	}
	size := 1
	for _, c := range conditions {
		s.mark(c.Expr.root, c.Self)
		Walk(c.Expr.root, func(Node) bool { size++; return true })
	}
	s.limit = min(MaxTries, mostVisited/size)
	found := s.try(0)
	switch {
	case found:
		return Proof{Verdict: Possible, Example: maps.Clone(s.answers)}
	case s.open || s.tries > s.limit:
		return Proof{Verdict: Unknown}
	}
	return Proof{Verdict: Impossible}
}

// A search puts one answer after another to the questions, in the order in which
// the conditions name them, and goes back as soon as a condition is false
// whatever the rest is answered.
type search struct {
	conditions []Condition
	uses       map[string]*use
	order      []string          // the questions by first use
	inexact    map[Node]bool     // parts that a candidate does not decide for its whole class
	answers    map[string]string // so far
	tries      int
	limit      int  // of tries
	open       bool // some answers were neither right nor wrong
}

// try answers the questions from the i-th on and reports whether all conditions
// are then true; the answers stay.
func (s *search) try(i int) bool {
	if s.tries++; s.tries > s.limit {
		return false
	}
	switch s.all(s.truth) {
	case isFalse:
		return false
	case isTrue:
		return true
	}
	for i < len(s.order) && len(s.uses[s.order[i]].candidates) == 0 {
		i++
	}
	if i == len(s.order) {
		if s.all(s.concrete) == isTrue {
			return true
		}
		s.open = true
		return false
	}
	name := s.order[i]
	for _, answer := range s.uses[name].candidates {
		s.answers[name] = answer
		if s.try(i + 1) {
			return true
		}
	}
	delete(s.answers, name)
	return false
}

// A truth is true, false, or not known.
type truth int

const (
	isOpen truth = iota
	isTrue
	isFalse
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

func (t truth) opposite() truth {
	switch t {
	case isTrue:
		return isFalse
	case isFalse:
		return isTrue
	}
	return isOpen
}

// both is the "and" of three-valued logic (Kleene).
func both(a, b truth) truth {
	switch {
	case a == isFalse || b == isFalse:
		return isFalse
	case a == isTrue && b == isTrue:
		return isTrue
	}
	return isOpen
}

// all is the truth of all conditions together.
func (s *search) all(judge func(n Node, at *trial) truth) truth {
	total := isTrue
	for _, c := range s.conditions {
		holds := judge(c.Expr.root, &trial{search: s, expr: c.Expr, self: c.Self})
		if c.Not {
			holds = holds.opposite()
		}
		if c.When != "" && holds != isTrue {
			if answer, ok := s.answers[c.When]; !ok {
				holds = isOpen
			} else if answer == "" {
				holds = isTrue
			}
		}
		if total = both(total, holds); total == isFalse {
			return isFalse
		}
	}
	return total
}

// truth is the truth of n for every answer that the candidates so far stand for.
func (s *search) truth(n Node, at *trial) truth {
	switch n := n.(type) {
	case *Path:
		// As true or false an answer only says whether it was given.
		if name, ok := variable(n, at.self); ok {
			answer, answered := s.answers[name]
			if !answered {
				return isOpen
			}
			return truthOf(answer != "")
		}
	case *Operation:
		switch n.Op {
		case And:
			if x := s.truth(n.X, at); x == isFalse {
				return x
			} else {
				return both(x, s.truth(n.Y, at))
			}
		case Or:
			if x := s.truth(n.X, at).opposite(); x == isFalse {
				return isTrue
			} else {
				return both(x, s.truth(n.Y, at).opposite()).opposite()
			}
		}
	case *Call:
		if n.function == nil || !n.function.fits(len(n.Args)) {
			return isOpen
		}
		switch n.Name {
		case "not":
			return s.truth(n.Args[0], at).opposite()
		case "boolean":
			return s.truth(n.Args[0], at)
		case "if":
			switch s.truth(n.Args[0], at) {
			case isTrue:
				return s.truth(n.Args[1], at)
			case isFalse:
				return s.truth(n.Args[2], at)
			}
			if x := s.truth(n.Args[1], at); x == s.truth(n.Args[2], at) {
				return x
			}
			return isOpen
		}
	}
	if s.inexact[n] {
		return isOpen
	}
	return at.evaluate(n)
}

// concrete is the truth of n for the answers as they are.
func (s *search) concrete(n Node, at *trial) truth {
	if Volatile(n) {
		return isOpen
	}
	return at.evaluate(n)
}

// errOpen ends the evaluation of what depends on more than the answers so far.
var errOpen = errors.New("not known before the form is filled in")

// A trial is the Env of a condition during a search.
type trial struct {
	*search
	expr *Expr
	self string
}

// evaluate is the truth of n, open where it depends on more than the answers so
// far.
func (t *trial) evaluate(n Node) truth {
	ev := evaluation{expr: t.expr, env: t}
	v, err := ev.eval(n)
	if err != nil {
		return isOpen
	}
	return truthOf(v.Boolean())
}

func (t *trial) Answers(path *Path, at []Index) ([]string, error) {
	name, ok := variable(path, t.self)
	answer, answered := t.answers[name]
	if !ok || !answered || len(at) > 0 {
		return nil, errOpen
	}
	return []string{answer}, nil
}

func (t *trial) Self() (string, error) {
	if answer, ok := t.answers[t.self]; ok {
		return answer, nil
	}
	return "", errOpen
}

func (t *trial) Position(*Path) (int, error)       { return 0, errOpen }
func (t *trial) Column(string) (string, bool)      { return "", false }
func (t *trial) Rows(string) ([]Row, error)        { return nil, errOpen }
func (t *trial) Label(_, _ string) (string, error) { return "", errOpen }
func (t *trial) Clock() Clock                      { return Clock{} }
func (t *trial) Random() *rand.Rand                { return rand.New(rand.NewPCG(0, 0)) } // #nosec G404 -- a proof tries answers out, and must do it alike each time

// variable is the question that a path means in a search; self is the one of ".".
func variable(path *Path, self string) (string, bool) {
	if path.Self() || path.From == Current && path.Up == 0 && len(path.Steps) == 0 {
		return self, self != ""
	}
	if path.From == LastSaved || len(path.Filters) > 0 {
		return "", false
	}
	for _, step := range path.Steps {
		if len(step.Filters) > 0 {
			return "", false
		}
	}
	return path.Question()
}
