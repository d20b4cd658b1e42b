package xpath

import (
	"math"
	"time"
)

// This file holds the functions on dates and times.

func today(ev *evaluation, _ *Call, _ []Value) (Value, error) {
	return ev.clock.dateValue(ev.clock.today()), nil
}

func now(ev *evaluation, _ *Call, _ []Value) (Value, error) {
	return ev.clock.dateValue(ev.clock.Now.Truncate(time.Millisecond)), nil
}

// date makes a date of a text, of a number of days or, without its time, of
// another date. What is no answer stays none; anything else is a mistake.
func date(ev *evaluation, n *Call, args []Value) (Value, error) {
	v := args[0]
	if blank(v) && !(ev.clock.WebForms && v.kind == KindNumber) {
		return v, nil
	}
	t, ok := ev.moment(v)
	if !ok && ev.clock.WebForms {
		return Value{kind: KindNumber, number: math.NaN(), text: "Invalid Date"}, nil
	}
	if !ok {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeDate, ev.source(n.Args[0]))
	}
	if !ev.clock.WebForms && (v.kind == KindNumber || v.kind == KindDate) {
		t = midnight(t.In(ev.clock.zone()))
	}
	return ev.clock.dateValue(t), nil
}

// checkDate wants a text that is written out to be a date.
func checkDate(e *Expr, n *Call) *Error {
	text, ok := n.Args[0].(*Text)
	if !ok || text.Value == "" {
		return nil
	}
	if _, ok := (Clock{}).read(text.Value); !ok {
		return e.mistake(text.At, CodeDate, shorten(e.source[text.At.Start:text.At.End]))
	}
	return nil
}

// decimalDateTime is a date as a number of days. JavaRosa counts them from
// midnight in UTC here and from local midnight elsewhere, which moves
// date(decimal-date-time(d)) to the day before in Viet Nam; here both are local.
func decimalDateTime(ev *evaluation, n *Call, args []Value) (Value, error) {
	v := args[0]
	if blank(v) {
		return v, nil
	}
	t, ok := ev.moment(v)
	if !ok {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeDate, ev.source(n.Args[0]))
	}
	return numberValue(ev.clock.days(t)), nil
}

// decimalTime is the part of the day that has passed at a time: 0.5 at noon.
func decimalTime(ev *evaluation, n *Call, args []Value) (Value, error) {
	v := args[0]
	if blank(v) {
		return v, nil
	}
	if v.kind == KindText || v.kind == KindList {
		since, zone, ok := readTime(v.String())
		if ok && zone == nil {
			return numberValue(float64(since) / float64(day)), nil
		}
		if ok {
			now := ev.clock.Now.In(zone)
			t := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, int(since), zone).In(ev.clock.zone())
			return numberValue(float64(t.Sub(midnight(t))) / float64(day)), nil
		}
	}
	t, ok := ev.moment(v)
	if !ok && ev.clock.WebForms {
		return numberValue(math.NaN()), nil
	}
	if !ok {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeDate, ev.source(n.Args[0]))
	}
	t = t.In(ev.clock.zone())
	return numberValue(float64(t.Sub(midnight(t))) / float64(day)), nil
}

// formatDate writes a date; what is none becomes the empty text.
func formatDate(ev *evaluation, _ *Call, args []Value) (Value, error) {
	t, ok := ev.moment(args[0])
	if !ok {
		return textValue(""), nil
	}
	return textValue(ev.clock.format(t, args[1].String())), nil
}

// blank reports whether v is what an unanswered question gives.
func blank(v Value) bool {
	if v.kind == KindNumber {
		return math.IsNaN(v.number)
	}
	return (v.kind == KindText || v.kind == KindList) && v.String() == ""
}

// moment is the time that v means. Booleans mean none.
func (ev *evaluation) moment(v Value) (time.Time, bool) {
	switch v.kind {
	case KindBoolean:
		return time.Time{}, false
	case KindNumber, KindDate:
		return ev.clock.at(v.number)
	}
	if t, ok := ev.clock.read(v.String()); ok {
		return t, true
	}
	// An answer that was calculated is kept as a text: days written out.
	if f, ok := readNumber(v.String()); ok && v.kind == KindList {
		return ev.clock.at(f)
	}
	return time.Time{}, false
}
