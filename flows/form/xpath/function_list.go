package xpath

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// This file holds the functions on repeats and on lists of answers.

// spread is the texts of a list as values, and any other value alone.
func spread(v Value) []Value {
	if v.kind != KindList {
		return []Value{v}
	}
	values := make([]Value, len(v.list))
	for i, s := range v.list {
		values[i] = textValue(s)
	}
	return values
}

// indexedRepeat is the answer of a question in one instance of its repeat. As in
// JavaRosa the first instance is taken where the number is none or too small: it
// is still being calculated.
func indexedRepeat(ev *evaluation, n *Call) (Value, error) {
	if m := checkIndexedRepeat(ev.expr, n); m != nil {
		return Value{}, m
	}
	var at []Index
	for i := 1; i+1 < len(n.Args); i += 2 {
		v, err := ev.eval(n.Args[i+1])
		if err != nil {
			return Value{}, err
		}
		number := 1
		if f := v.Number(ev.clock); f >= 1 {
			number = int(math.Min(f, math.MaxInt32))
		}
		at = append(at, Index{Repeat: n.Args[i].(*Path), Number: number})
	}
	return ev.answers(n.Args[0].(*Path), at)
}

// checkIndexedRepeat wants a question first, and a repeat before each number.
func checkIndexedRepeat(e *Expr, n *Call) *Error {
	for i, arg := range n.Args {
		if i > 0 && i%2 == 0 {
			continue // a number
		}
		path, ok := arg.(*Path)
		if ok {
			_, ok = path.Question()
		}
		switch {
		case !ok && i == 0:
			return e.mistake(arg.Place(), CodeArgument, n.Name, aFirstQuestion)
		case !ok:
			return e.mistake(arg.Place(), CodeArgument, n.Name, aRepeatEach)
		}
	}
	return nil
}

// position is the place of an instance in its repeat or, in brackets and without
// an argument, of what they look at.
func position(ev *evaluation, n *Call) (Value, error) {
	if len(n.Args) == 0 {
		if ev.item != nil {
			return numberValue(float64(ev.item.position)), nil
		}
		return numberValue(1), nil
	}
	if m := checkPosition(ev.expr, n); m != nil {
		return Value{}, m
	}
	at, err := ev.env.Position(n.Args[0].(*Path))
	return numberValue(float64(at)), err
}

func checkPosition(e *Expr, n *Call) *Error {
	if len(n.Args) == 0 {
		return nil
	}
	if path, ok := n.Args[0].(*Path); !ok || path.From == List || path.From == LastSaved {
		return e.mistake(n.Args[0].Place(), CodeArgument, n.Name, aRepeatOrParent)
	}
	return nil
}

// checkList wants a list as the first argument, by the name of what.
func checkList(what string) func(*Expr, *Call) *Error {
	return func(e *Expr, n *Call) *Error {
		if kind := KindOf(n.Args[0], nil); kind != KindAny && kind != KindList {
			return e.mistake(n.Args[0].Place(), CodeArgument, n.Name, what)
		}
		return nil
	}
}

func last(ev *evaluation, _ *Call, _ []Value) (Value, error) {
	if ev.item != nil {
		return numberValue(float64(ev.item.size)), nil
	}
	return numberValue(1), nil
}

func count(ev *evaluation, n *Call, args []Value) (Value, error) {
	if args[0].kind != KindList {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, aRepeatOrList)
	}
	return numberValue(float64(len(args[0].list))), nil
}

func countNonEmpty(ev *evaluation, n *Call, args []Value) (Value, error) {
	if args[0].kind != KindList {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, aRepeatOrList)
	}
	given := 0
	for _, s := range args[0].list {
		if s != "" {
			given++
		}
	}
	return numberValue(float64(given)), nil
}

// sum adds up the numbers of a list and passes over what is none, as JavaRosa
// does: an instance whose question is unanswered.
func sum(ev *evaluation, n *Call, args []Value) (Value, error) {
	if args[0].kind != KindList {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, aRepeatedOrList)
	}
	total := 0.0
	for f := range ev.numbers(args) {
		total += f
	}
	return numberValue(total), nil
}

// largest and smallest pass over what is no number; of nothing else they are
// none either.
func largest(ev *evaluation, _ *Call, args []Value) (Value, error) {
	best := math.NaN()
	for f := range ev.numbers(args) {
		if !(f <= best) {
			best = f
		}
	}
	return numberValue(best), nil
}

func smallest(ev *evaluation, _ *Call, args []Value) (Value, error) {
	best := math.NaN()
	for f := range ev.numbers(args) {
		if !(f >= best) {
			best = f
		}
	}
	return numberValue(best), nil
}

// numbers yields the values, those in lists too, that are numbers.
func (ev *evaluation) numbers(args []Value) func(yield func(float64) bool) {
	return func(yield func(float64) bool) {
		for _, v := range args {
			for _, one := range spread(v) {
				if f := one.Number(ev.clock); !math.IsNaN(f) && !yield(f) {
					return
				}
			}
		}
	}
}

// join writes its arguments one behind the other, the first between them.
func join(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return textValue(strings.Join(texts(args[1:]), args[0].String())), nil
}

// texts are the values as texts, those in lists each for itself.
func texts(args []Value) []string {
	var all []string
	for _, v := range args {
		all = append(all, v.Texts()...)
	}
	return all
}

// randomize shuffles a list. With a seed the order is always the same, though
// not the one that JavaRosa makes of that seed.
func randomize(ev *evaluation, n *Call, args []Value) (Value, error) {
	if args[0].kind != KindList {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, aList)
	}
	source := ev.env.Random()
	if len(args) == 2 {
		source = rand.New(rand.NewPCG(math.Float64bits(args[1].Number(ev.clock)), 0)) // #nosec G404 -- the order of choices is no secret
	}
	list := slices.Clone(args[0].list)
	source.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return listValue(list), nil
}
