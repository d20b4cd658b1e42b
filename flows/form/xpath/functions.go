package xpath

import (
	"math"
	"strconv"
)

// This file is the list of functions: those of docs.getodk.org/form-operators-functions
// and the few of XPath 1.0 that forms use beside them.

// A function is a line of that list.
type function struct {
	name      string
	least     int // arguments
	most      int // many means without limit
	result    Kind
	volatile  bool   // gives something else another time, without any answer having changed
	elsewhere string // why it is not offered in chat; "" where it is

	// apply computes the result from the arguments; lazy evaluates them itself,
	// where some are not always needed or are paths rather than values.
	apply func(ev *evaluation, n *Call, args []Value) (Value, error)
	lazy  func(ev *evaluation, n *Call) (Value, error)

	// check finds, in a call with the right number of arguments, those that can
	// only fail; nil where any may do.
	check func(e *Expr, n *Call) *Error
}

const many = math.MaxInt

var functions = []function{
	// Conditions
	{name: "if", least: 3, most: 3, lazy: chooseBranch},
	{name: "coalesce", least: 2, most: 2, lazy: coalesce},
	{name: "once", least: 1, most: 1, result: KindText, volatile: true, lazy: once},
	{name: "boolean", least: 1, most: 1, result: KindBoolean, apply: boolean},
	{name: "not", least: 1, most: 1, result: KindBoolean, apply: not},
	{name: "true", result: KindBoolean, apply: yes},
	{name: "false", result: KindBoolean, apply: no},
	{name: "boolean-from-string", least: 1, most: 1, result: KindBoolean, apply: booleanFromString},
	{name: "checklist", least: 2, most: many, result: KindBoolean, apply: checklist},
	{name: "weighted-checklist", least: 2, most: many, result: KindBoolean, apply: weightedChecklist},

	// Choices
	{name: "selected", least: 2, most: 2, result: KindBoolean, apply: selected},
	{name: "is-selected", least: 2, most: 2, result: KindBoolean, apply: selected},
	{name: "selected-at", least: 2, most: 2, result: KindText, apply: selectedAt},
	{name: "count-selected", least: 1, most: 1, result: KindNumber, apply: countSelected},
	{name: "jr:choice-name", least: 2, most: 2, result: KindText, lazy: choiceName, check: checkChoiceName},
	{name: "pulldata", least: 4, most: 4, result: KindText, apply: pullData},

	// Repeats and lists
	{name: "indexed-repeat", least: 3, most: 11, result: KindText, lazy: indexedRepeat, check: checkIndexedRepeat},
	{name: "position", most: 1, result: KindNumber, lazy: position, check: checkPosition},
	{name: "last", result: KindNumber, apply: last},
	{name: "count", least: 1, most: 1, result: KindNumber, apply: count, check: checkList(aRepeatOrList)},
	{name: "count-non-empty", least: 1, most: 1, result: KindNumber, apply: countNonEmpty, check: checkList(aRepeatOrList)},
	{name: "sum", least: 1, most: 1, result: KindNumber, apply: sum, check: checkList(aRepeatedOrList)},
	{name: "max", least: 1, most: many, result: KindNumber, apply: largest},
	{name: "min", least: 1, most: many, result: KindNumber, apply: smallest},
	{name: "join", least: 1, most: many, result: KindText, apply: join},
	{name: "randomize", least: 1, most: 2, result: KindList, volatile: true, apply: randomize, check: checkList(aList)},

	// Texts
	{name: "string", least: 1, most: 1, result: KindText, apply: toText},
	{name: "concat", most: many, result: KindText, apply: concat},
	{name: "contains", least: 2, most: 2, result: KindBoolean, apply: contains},
	{name: "starts-with", least: 2, most: 2, result: KindBoolean, apply: startsWith},
	{name: "ends-with", least: 2, most: 2, result: KindBoolean, apply: endsWith},
	{name: "substr", least: 2, most: 3, result: KindText, apply: substr},
	{name: "substring", least: 2, most: 3, result: KindText, apply: substring},
	{name: "substring-before", least: 2, most: 2, result: KindText, apply: substringBefore},
	{name: "substring-after", least: 2, most: 2, result: KindText, apply: substringAfter},
	{name: "translate", least: 3, most: 3, result: KindText, apply: translate},
	{name: "string-length", most: 1, result: KindNumber, apply: stringLength},
	{name: "normalize-space", most: 1, result: KindText, apply: normalizeSpace},
	{name: "regex", least: 2, most: 2, result: KindBoolean, apply: regex},
	{name: "digest", least: 2, most: 3, result: KindText, apply: digest},
	{name: "base64-decode", least: 1, most: 1, result: KindText, apply: base64Decode},
	{name: "uuid", most: 1, result: KindText, volatile: true, apply: uuid},

	// Numbers
	{name: "number", least: 1, most: 1, result: KindNumber, apply: toNumber},
	{name: "int", least: 1, most: 1, result: KindNumber, apply: numeric(math.Trunc)},
	{name: "round", least: 1, most: 2, result: KindNumber, apply: round},
	{name: "floor", least: 1, most: 1, result: KindNumber, apply: numeric(math.Floor)},
	{name: "ceiling", least: 1, most: 1, result: KindNumber, apply: numeric(math.Ceil)},
	{name: "abs", least: 1, most: 1, result: KindNumber, apply: numeric(math.Abs)},
	{name: "pow", least: 2, most: 2, result: KindNumber, apply: numeric2(math.Pow)},
	{name: "log", least: 1, most: 1, result: KindNumber, apply: numeric(math.Log)},
	{name: "log10", least: 1, most: 1, result: KindNumber, apply: numeric(math.Log10)},
	{name: "exp", least: 1, most: 1, result: KindNumber, apply: numeric(math.Exp)},
	{name: "exp10", least: 1, most: 1, result: KindNumber, apply: numeric(exp10)},
	{name: "sqrt", least: 1, most: 1, result: KindNumber, apply: numeric(math.Sqrt)},
	{name: "sin", least: 1, most: 1, result: KindNumber, apply: numeric(math.Sin)},
	{name: "cos", least: 1, most: 1, result: KindNumber, apply: numeric(math.Cos)},
	{name: "tan", least: 1, most: 1, result: KindNumber, apply: numeric(math.Tan)},
	{name: "asin", least: 1, most: 1, result: KindNumber, apply: numeric(math.Asin)},
	{name: "acos", least: 1, most: 1, result: KindNumber, apply: numeric(math.Acos)},
	{name: "atan", least: 1, most: 1, result: KindNumber, apply: numeric(math.Atan)},
	{name: "atan2", least: 2, most: 2, result: KindNumber, apply: numeric2(math.Atan2)},
	{name: "pi", result: KindNumber, apply: pi},
	{name: "random", result: KindNumber, volatile: true, apply: random},

	// Dates and times
	{name: "today", result: KindDate, volatile: true, apply: today},
	{name: "now", result: KindDate, volatile: true, apply: now},
	{name: "date", least: 1, most: 1, result: KindDate, apply: date, check: checkDate},
	{name: "decimal-date-time", least: 1, most: 1, result: KindNumber, apply: decimalDateTime, check: checkDate},
	{name: "decimal-time", least: 1, most: 1, result: KindNumber, apply: decimalTime},
	{name: "format-date", least: 2, most: 2, result: KindText, apply: formatDate},
	{name: "format-date-time", least: 2, most: 2, result: KindText, apply: formatDate},

	// Known, but not for us
	{name: "area", least: 1, most: 1, result: KindNumber, elsewhere: mapless},
	{name: "enclosed-area", least: 1, most: 1, result: KindNumber, elsewhere: mapless},
	{name: "distance", least: 1, most: many, result: KindNumber, elsewhere: mapless},
	{name: "geofence", least: 2, most: 2, result: KindBoolean, elsewhere: mapless},
	{name: "intersects", least: 1, most: 1, result: KindBoolean, elsewhere: mapless},
	{name: "extract-signed", least: 2, most: 2, result: KindText, elsewhere: noKey},
	{name: "date-time", least: 1, most: 1, result: KindDate, elsewhere: notDescribed},
	{name: "jr:itext", least: 1, most: 1, result: KindText, elsewhere: ownTranslation},
	{name: "local-name", most: 1, result: KindText, elsewhere: noDocument},
	{name: "namespace-uri", most: 1, result: KindText, elsewhere: noDocument},
	{name: "name", most: 1, result: KindText, elsewhere: noDocument},
	{name: "id", least: 1, most: 1, result: KindList, elsewhere: noDocument},
	{name: "lang", least: 1, most: 1, result: KindBoolean, elsewhere: noDocument},
}

// lookup is the function of this name, or nil.
func lookup(name string) *function {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i]
		}
	}
	return nil
}

// takes says how many arguments f takes: 2, 1–3 or 2+.
func (f *function) takes() string {
	switch {
	case f.most == many:
		return strconv.Itoa(f.least) + orMore
	case f.least == f.most:
		return strconv.Itoa(f.least)
	}
	return strconv.Itoa(f.least) + upTo + strconv.Itoa(f.most)
}

// fits reports whether f takes so many arguments.
func (f *function) fits(given int) bool {
	switch f.name {
	case "weighted-checklist":
		return given >= f.least && given%2 == 0
	case "indexed-repeat":
		return given >= f.least && given <= f.most && given%2 == 1
	}
	return given >= f.least && given <= f.most
}
