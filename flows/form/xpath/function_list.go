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
	question, ok := n.Args[0].(*Path)
	if ok {
		_, ok = question.Question()
	}
	if !ok {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, "a question as its first argument")
	}
	var at []Index
	for i := 1; i+1 < len(n.Args); i += 2 {
		repeat, ok := n.Args[i].(*Path)
		if ok {
			_, ok = repeat.Question()
		}
		if !ok {
			return Value{}, ev.expr.mistake(n.Args[i].Place(), CodeArgument, n.Name, "a repeat before each number")
		}
		v, err := ev.eval(n.Args[i+1])
		if err != nil {
			return Value{}, err
		}
		number := 1
		if f := v.Number(ev.clock); f >= 1 {
			number = int(math.Min(f, math.MaxInt32))
		}
		at = append(at, Index{Repeat: repeat, Number: number})
	}
	return ev.answers(question, at)
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
	path, ok := n.Args[0].(*Path)
	if !ok || path.From == List || path.From == LastSaved {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, "a repeat or .. as its argument")
	}
	at, err := ev.env.Position(path)
	return numberValue(float64(at)), err
}

func last(ev *evaluation, _ *Call, _ []Value) (Value, error) {
	if ev.item != nil {
		return numberValue(float64(ev.item.size)), nil
	}
	return numberValue(1), nil
}

func count(ev *evaluation, n *Call, args []Value) (Value, error) {
	if args[0].kind != KindList {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, "a repeat or a list")
	}
	return numberValue(float64(len(args[0].list))), nil
}

func countNonEmpty(ev *evaluation, n *Call, args []Value) (Value, error) {
	if args[0].kind != KindList {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, "a repeat or a list")
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
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, "a question of a repeat, or a list")
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
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, "a list")
	}
	source := ev.env.Random()
	if len(args) == 2 {
		source = rand.New(rand.NewPCG(math.Float64bits(args[1].Number(ev.clock)), 0))
	}
	list := slices.Clone(args[0].list)
	source.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return listValue(list), nil
}
