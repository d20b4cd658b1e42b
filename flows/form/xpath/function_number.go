package xpath

import (
	"math"
	"math/big"
)

// This file holds the functions on numbers.

// numeric makes a function of one number out of f.
func numeric(f func(float64) float64) func(*evaluation, *Call, []Value) (Value, error) {
	return func(ev *evaluation, _ *Call, args []Value) (Value, error) {
		return numberValue(f(args[0].Number(ev.clock))), nil
	}
}

// numeric2 makes a function of two numbers out of f.
func numeric2(f func(a, b float64) float64) func(*evaluation, *Call, []Value) (Value, error) {
	return func(ev *evaluation, _ *Call, args []Value) (Value, error) {
		return numberValue(f(args[0].Number(ev.clock), args[1].Number(ev.clock))), nil
	}
}

func exp10(f float64) float64 { return math.Pow(10, f) }

func pi(*evaluation, *Call, []Value) (Value, error) { return numberValue(math.Pi), nil }

func random(ev *evaluation, _ *Call, _ []Value) (Value, error) {
	return numberValue(ev.env.Random().Float64()), nil
}

// toNumber is number(). For the text of a date Web Forms calculates with the
// time and writes whole days.
func toNumber(ev *evaluation, _ *Call, args []Value) (Value, error) {
	f := args[0].Number(ev.clock)
	v := numberValue(f)
	if ev.clock.WebForms && (args[0].kind == KindText || args[0].kind == KindList) {
		if _, ok := ev.clock.read(args[0].String()); ok {
			v.text = formatNumber(math.Floor(f))
		}
	}
	return v, nil
}

// round rounds a number as it is written to a number of places behind the point
// or, negative, before it. A half goes up, which for a negative number is towards
// zero (XPath 1.0 §4.4, JavaRosa); Web Forms takes it away from zero. More than 30
// places give no number, as in JavaRosa.
func round(ev *evaluation, _ *Call, args []Value) (Value, error) {
	f, places := args[0].Number(ev.clock), 0.0
	if len(args) == 2 {
		places = math.Trunc(args[1].Number(ev.clock))
	}
	if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 {
		return numberValue(f), nil
	}
	if !(math.Abs(places) <= 30) {
		return numberValue(math.NaN()), nil
	}
	// 2.15 is a little less as a float64; people round what they see.
	exact, _ := new(big.Rat).SetString(formatNumber(math.Abs(f)))
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(math.Abs(places))), nil))
	if places < 0 {
		scale.Inv(scale)
	}
	doubled := exact.Mul(exact, scale).Mul(exact, big.NewRat(2, 1))
	below := new(big.Int).Quo(doubled.Num(), doubled.Denom()) // in halves
	half := below.Bit(0) == 1
	whole := new(big.Int).Rsh(below, 1)
	if half && (f > 0 || ev.clock.WebForms || !doubled.IsInt()) {
		whole.Add(whole, big.NewInt(1))
	}
	rounded, _ := new(big.Rat).Quo(new(big.Rat).SetInt(whole), scale).Float64()
	return numberValue(math.Copysign(rounded, f)), nil
}
