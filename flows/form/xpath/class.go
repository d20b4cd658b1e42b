package xpath

import (
	"math"
	"strings"
)

// A Class is answers to one question that expressions cannot tell apart, with one of them that
// stands for all.
type Class struct {
	Answer string

	// Weight is how many answers it stands for, where these can be counted: choices, sets of choices,
	// numbers of a small range. Of what has no end, each stretch between two constants that a number is
	// compared with, and each of these constants, weighs 1.
	Weight float64

	// Open says that other answers than this one may do something else: the question is used in a way
	// that no few answers decide, as in ${a} * ${b} > 100.
	Open bool
}

// mostSets is the most sets of choices that are told apart one by one.
const mostSets = 64

// Classes divides the answers to a question as far as expressions tell them apart: conditions as
// [Satisfy] takes them, and values, of which more matters than whether they are true: calculations,
// counts of repeats, filters of choices. It gives none where the domain says nothing of the answers, or
// where they are too many. [Domain.Unanswered] is not looked at.
func Classes(question string, d Domain, conditions []Condition, values []*Expr) []Class {
	s := search{uses: map[string]*use{}}
	only := func(name string) Domain {
		if name == question {
			d.Unanswered = false
			return d
		}
		return Domain{}
	}
	for _, c := range conditions {
		s.study(c, only)
	}
	for _, x := range values {
		// What is used as nothing but true or false is not seen as such here: at worst there are
		// more classes than needed.
		s.study(Condition{Expr: x}, only)
		Walk(x.root, func(n Node) bool {
			if _, ok := atomOf(n, ""); ok {
				return false
			}
			if p, ok := n.(*Path); ok {
				if name, ok := variable(p, ""); ok && name == question {
					s.uses[question].arbitrary = true
				}
			}
			return true
		})
	}
	u := s.uses[question]
	if u == nil {
		u = &use{domain: only(question)}
	}
	switch d.Of {
	case OneOf:
		return u.classesOfOne()
	case SomeOf:
		return u.classesOfSome()
	case WholeNumber:
		if all := u.eachNumber(); u.arbitrary && all != nil {
			return all
		}
		fallthrough
	case DecimalNumber, DateAnswer:
		return u.classesBetween()
	}
	answers, _ := u.answers()
	classes := make([]Class, 0, len(answers))
	for _, a := range answers {
		classes = append(classes, Class{Answer: a, Weight: 1, Open: u.arbitrary})
	}
	return classes
}

func (u *use) classesOfOne() []Class {
	answers, _ := u.oneOf()
	classes := make([]Class, 0, len(answers))
	for _, a := range answers {
		c := Class{Answer: a, Weight: 1}
		if !u.arbitrary && !u.mentions(a) {
			c.Weight = float64(len(u.domain.Choices) - len(answers) + 1)
		}
		classes = append(classes, c)
	}
	return classes
}

// classesOfSome weighs each set of choices alike; the empty one is no answer.
func (u *use) classesOfSome() []Class {
	if u.arbitrary {
		if len(u.domain.Choices) > 30 || 1<<len(u.domain.Choices) > mostSets {
			u.counted = true // as good as can be
		} else {
			for _, c := range u.domain.Choices {
				u.constants = append(u.constants, textValue(c))
			}
		}
	}
	others := 0.0
	unasked := func(c string) bool { return !u.mentions(c) }
	for _, c := range u.domain.Choices {
		if unasked(c) {
			others++
		}
	}
	sets := u.someOf()
	classes := make([]Class, 0, len(sets))
	for _, set := range sets {
		n := 0.0 // of those that nobody asks for
		for c := range strings.FieldsSeq(set) {
			if unasked(c) {
				n++
			}
		}
		c := Class{Answer: set, Weight: 1, Open: u.arbitrary && others > 0}
		switch {
		case u.counted:
			c.Weight = binomial(others, n)
		case n > 0:
			c.Weight = math.Exp2(others) - 1
		}
		classes = append(classes, c)
	}
	return classes
}

// binomial is in how many ways k of n can be chosen.
func binomial(n, k float64) float64 {
	b := 1.0
	for i := range int(k) {
		b = b * (n - float64(i)) / float64(i+1)
	}
	return math.Round(b)
}

// eachNumber is every whole number from right below the constants to right above them, for a question
// whose very number matters; nil if these are too many. The two outermost are open: nobody knows how far
// it goes there.
func (u *use) eachNumber() []Class {
	limits := u.limits()
	if limits == nil || limits[len(limits)-1]-limits[0] > mostSets {
		return nil
	}
	var classes []Class
	least, most := math.Floor(limits[0])-1, math.Ceil(limits[len(limits)-1])+1
	if len(limits) == 1 {
		most = math.Max(most, 3)
	}
	for f := least; f <= most; f++ {
		if len(u.within([]float64{f})) > 0 {
			classes = append(classes, Class{Answer: formatNumber(f), Weight: 1, Open: f == least || f == most})
		}
	}
	return classes
}

// classesBetween are the constants that a number or a date is compared with, and the stretches between.
func (u *use) classesBetween() []Class {
	limits := u.limits()
	answers, _ := u.answers()
	var classes []Class
	last := -1
	for _, a := range answers {
		f := textValue(a).Number(Clock{})
		at := 0 // even between two limits, odd at one
		for _, l := range limits {
			switch {
			case f > l:
				at += 2
			case f == l:
				at++
			}
		}
		if at == last && !u.arbitrary {
			continue
		}
		last = at
		classes = append(classes, Class{Answer: a, Weight: 1, Open: u.arbitrary})
	}
	return classes
}
