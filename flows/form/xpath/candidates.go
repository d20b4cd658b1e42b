package xpath

import (
	"math"
	"slices"
	"strings"
)

// This file finds answers to try, few of which stand for all.

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
