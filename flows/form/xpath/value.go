package xpath

import (
	"math"
	"strconv"
	"strings"
)

// A Kind says what a value is.
type Kind int

// The kinds of values. KindAny is what cannot be told before evaluation, as for
// the result of if() with branches of two kinds; no value has it.
const (
	KindAny Kind = iota
	KindText
	KindNumber
	KindBoolean
	KindDate // a date, or a date with a time
	KindList // the texts of several answers, rows or columns
)

// String names the kind in English.
func (k Kind) String() string {
	return [...]string{"anything", "text", "number", "boolean", "date", "list"}[k]
}

// A Value is what an expression evaluates to. Its zero value reads as the empty
// text, with the Kind that no other value has.
type Value struct {
	kind   Kind
	text   string // of a text; how a date is written; of a number only if it is written in its own way
	number float64
	truth  bool
	list   []string
}

func textValue(s string) Value    { return Value{kind: KindText, text: s} }
func numberValue(f float64) Value { return Value{kind: KindNumber, number: f} }
func truthValue(b bool) Value     { return Value{kind: KindBoolean, truth: b} }
func listValue(l []string) Value  { return Value{kind: KindList, list: l} }

// Kind says what the value is.
func (v Value) Kind() Kind { return v.kind }

// String is the value as a text, as string() has it: numbers without an exponent
// and whole ones without a point, the first of a list and "" for an empty one,
// dates as 2026-11-23 or, with a time, 2026-11-23T08:30:00.000+07:00.
func (v Value) String() string {
	switch v.kind {
	case KindNumber:
		if v.text == "" {
			return formatNumber(v.number)
		}
	case KindBoolean:
		return strconv.FormatBool(v.truth)
	case KindList:
		if len(v.list) == 0 {
			return ""
		}
		return v.list[0]
	}
	return v.text
}

// Boolean is the value as a condition, as boolean() has it: a number that is
// neither 0 nor NaN, a text that is not empty, any date; of a list that it holds
// a text that is not empty, which for one answer means that it was given.
func (v Value) Boolean() bool {
	switch v.kind {
	case KindNumber:
		return math.Abs(v.number) > tiny
	case KindBoolean:
		return v.truth
	case KindList:
		for _, s := range v.list {
			if s != "" {
				return true
			}
		}
		return false
	}
	return v.text != ""
}

// Number is the value as number() has it, NaN where it is none; texts that look
// like a date are counted in days as c has them.
func (v Value) Number(c Clock) float64 {
	switch v.kind {
	case KindNumber, KindDate:
		return v.number
	case KindBoolean:
		if v.truth {
			return 1
		}
		return 0
	}
	s := v.String()
	if f, ok := readNumber(s); ok {
		return f
	}
	if m, ok := c.read(s); ok {
		return c.days(m)
	}
	return math.NaN()
}

// Texts are the texts of a list, and of any other value the one text that it is.
// The caller must not change them.
func (v Value) Texts() []string {
	if v.kind == KindList {
		return v.list
	}
	return []string{v.String()}
}

// tiny is the difference below which JavaRosa takes two numbers as one.
const tiny = 1e-12

// readNumber reads a number as XPath writes it: no exponent, no plus sign. A
// comma is a point, as in JavaRosa, because that is what people type in Viet Nam.
func readNumber(s string) (float64, bool) {
	s = strings.TrimFunc(s, isSpace)
	if s == "" {
		return math.NaN(), false
	}
	comma := false
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c) || c == '-' || c == '.':
		case c == ',':
			comma = true
		default:
			return math.NaN(), false
		}
	}
	if comma {
		s = strings.ReplaceAll(s, ",", ".")
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return math.NaN(), false
	}
	return f, true
}

// formatNumber writes a number as XPath does: never with an exponent.
func formatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0: // also -0
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
