package xpath

import "strings"

// This file holds the functions of conditions.

func chooseBranch(ev *evaluation, n *Call) (Value, error) {
	condition, err := ev.eval(n.Args[0])
	if err != nil {
		return Value{}, err
	}
	if condition.Boolean() {
		return ev.eval(n.Args[1])
	}
	return ev.eval(n.Args[2])
}

// coalesce is the first argument unless it is no answer: an empty text, no
// number.
func coalesce(ev *evaluation, n *Call) (Value, error) {
	v, err := ev.eval(n.Args[0])
	if err != nil {
		return Value{}, err
	}
	if v.kind == KindNumber && v.number != v.number || v.String() == "" {
		return ev.eval(n.Args[1])
	}
	return v, nil
}

// once is the answer that is there already, and the argument only before there
// is one.
func once(ev *evaluation, n *Call) (Value, error) {
	if self, err := ev.env.Self(); err != nil || self != "" {
		return textValue(self), err
	}
	return ev.eval(n.Args[0])
}

func boolean(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return truthValue(args[0].Boolean()), nil
}

func not(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return truthValue(!args[0].Boolean()), nil
}

func yes(*evaluation, *Call, []Value) (Value, error) { return truthValue(true), nil }

func no(*evaluation, *Call, []Value) (Value, error) { return truthValue(false), nil }

func booleanFromString(_ *evaluation, _ *Call, args []Value) (Value, error) {
	s := args[0].String()
	return truthValue(s == "1" || strings.EqualFold(s, "true")), nil
}

// checklist counts how many of its arguments from the third on are true and
// reports whether that is between the first two; a negative one is no bound.
func checklist(ev *evaluation, _ *Call, args []Value) (Value, error) {
	n := 0.0
	for _, v := range args[2:] {
		for _, factor := range spread(v) {
			if factor.Boolean() {
				n++
			}
		}
	}
	return truthValue(between(n, args, ev.clock)), nil
}

// weightedChecklist adds up the weights that follow each true argument. Two
// lists are taken as the arguments and their weights.
func weightedChecklist(ev *evaluation, n *Call, args []Value) (Value, error) {
	total, factors, weights := 0.0, []Value(nil), []Value(nil)
	for i := 2; i < len(args); i += 2 {
		factors = append(factors, spread(args[i])...)
		weights = append(weights, spread(args[i+1])...)
	}
	if len(factors) != len(weights) {
		return Value{}, ev.expr.mistake(n.At, CodeArgument, n.Name, asManyWeights)
	}
	for i, factor := range factors {
		if factor.Boolean() {
			total += weights[i].Number(ev.clock)
		}
	}
	return truthValue(between(total, args, ev.clock)), nil
}

// between reports whether n is within the first two arguments of a checklist.
func between(n float64, args []Value, c Clock) bool {
	least, most := args[0].Number(c), args[1].Number(c)
	return (least < 0 || n >= least) && (most < 0 || n <= most)
}
