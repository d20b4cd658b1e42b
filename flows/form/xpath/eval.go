package xpath

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// MaxSteps is how many nodes one evaluation visits before it gives up. Only
// conditions in brackets within each other come near: each goes through the list
// again, so that twenty of them would never end. A list of 5,000 choices takes
// about 50,000.
const MaxSteps = 1_000_000

// Eval evaluates the expression. Its errors are [*Error] where the expression or
// a value is to blame, and otherwise those of env, wrapped. and, or, if and
// coalesce leave aside what does not matter any more, mistakes included.
func (e *Expr) Eval(env Env) (Value, error) {
	ev := evaluation{expr: e, env: env, clock: env.Clock()}
	return ev.eval(e.root)
}

// Boolean evaluates a condition: relevant, constraint, required, choice_filter.
func (e *Expr) Boolean(env Env) (bool, error) {
	v, err := e.Eval(env)
	return err == nil && v.Boolean(), err
}

// Text evaluates to what an answer keeps: a calculation or a default. A number
// that is none (NaN) is no answer, the empty text.
func (e *Expr) Text(env Env) (string, error) {
	v, err := e.Eval(env)
	if err != nil || v.kind == KindNumber && math.IsNaN(v.number) {
		return "", err
	}
	return v.String(), nil
}

// Number evaluates to a number, as a repeat_count needs it; NaN is none.
func (e *Expr) Number(env Env) (float64, error) {
	v, err := e.Eval(env)
	if err != nil {
		return math.NaN(), err
	}
	return v.Number(env.Clock()), nil
}

// An evaluation is one run over a tree.
type evaluation struct {
	expr  *Expr
	env   Env
	clock Clock
	item  *item   // what a condition in brackets looks at; nil outside of brackets
	stack []Value // the arguments of the calls that are being prepared
	steps int     // nodes visited
}

// An item is one of several rows or answers that a condition in brackets picks
// from. Where the answers are those of a repeat it is an instance of it, and bare
// names are its questions.
type item struct {
	row            Row // nil for an answer
	text           string
	position, size int
	at             []Index // the instance, with those around it; nil for a row
}

func (ev *evaluation) eval(n Node) (Value, error) {
	if ev.steps++; ev.steps > MaxSteps {
		return Value{}, ev.expr.mistake(n.Place(), CodeEndless, strconv.Itoa(MaxSteps))
	}
	switch n := n.(type) {
	case *Text:
		return textValue(n.Value), nil
	case *Number:
		return numberValue(n.Value), nil
	case *Path:
		return ev.path(n)
	case *Call:
		return ev.call(n)
	case *Negation:
		v, err := ev.eval(n.X)
		return numberValue(-v.Number(ev.clock)), err
	case *Operation:
		return ev.operation(n)
	}
	return Value{}, fmt.Errorf("evaluate %T: no node of an expression", n)
}

func (ev *evaluation) operation(n *Operation) (Value, error) {
	if n.Op == Union {
		return Value{}, ev.expr.mistake(n.OpAt, CodeUnion)
	}
	x, err := ev.eval(n.X)
	if err != nil {
		return Value{}, err
	}
	if n.Op == Or || n.Op == And {
		if x.Boolean() == (n.Op == Or) {
			return truthValue(n.Op == Or), nil
		}
		y, err := ev.eval(n.Y)
		return truthValue(y.Boolean()), err
	}
	y, err := ev.eval(n.Y)
	if err != nil {
		return Value{}, err
	}
	if n.Op <= GreaterEqual {
		return truthValue(compare(n.Op, x, y, ev.clock)), nil
	}
	a, b := x.Number(ev.clock), y.Number(ev.clock)
	switch n.Op {
	case Plus:
		a += b
	case Minus:
		a -= b
	case Times:
		a *= b
	case Divide:
		a /= b
	case Modulo:
		a = math.Mod(a, b)
	}
	return numberValue(a), nil
}

// compare compares two values. Of a list with several texts it is enough that
// one of them compares (XPath 1.0 §3.4).
func compare(op Op, x, y Value, c Clock) bool {
	if x.kind == KindList && len(x.list) > 1 && y.kind != KindBoolean {
		return slices.ContainsFunc(x.list, func(s string) bool { return compare(op, textValue(s), y, c) })
	}
	if y.kind == KindList && len(y.list) > 1 && x.kind != KindBoolean {
		return slices.ContainsFunc(y.list, func(s string) bool { return compare(op, x, textValue(s), c) })
	}
	switch op {
	case Equal:
		return equal(x, y, c)
	case Unequal:
		return !equal(x, y, c)
	}
	a, b := x.Number(c), y.Number(c)
	switch op {
	case Less:
		return a < b
	case LessEqual:
		return a <= b
	case Greater:
		return a > b
	}
	return a >= b
}

// equal compares as booleans if one of the values is one, then as numbers, then
// as dates, and otherwise as texts.
func equal(x, y Value, c Clock) bool {
	switch {
	case x.kind == KindBoolean || y.kind == KindBoolean:
		return x.Boolean() == y.Boolean()
	case x.kind == KindNumber || y.kind == KindNumber:
		return same(x.Number(c), y.Number(c))
	case x.kind == KindDate || y.kind == KindDate:
		if a, b := x.Number(c), y.Number(c); !math.IsNaN(a) && !math.IsNaN(b) {
			return same(a, b)
		}
	}
	return x.String() == y.String()
}

// same takes two numbers as one that differ by less than calculating with them
// does: 6.1 - 7.8 is -1.7.
func same(a, b float64) bool {
	return a == b || math.Abs(a-b) < max(tiny, math.Abs(a)*1e-15)
}

func (ev *evaluation) path(n *Path) (Value, error) {
	if n.From == List {
		return ev.rows(n)
	}
	if n.Up == 0 && len(n.Steps) == 0 && (n.From == Here || n.From == Current) {
		if n.From == Here && ev.item != nil {
			return textValue(ev.item.text), nil
		}
		self, err := ev.env.Self()
		return textValue(self), err
	}
	if n.From == LastSaved {
		return Value{}, ev.expr.mistake(n.At, CodeLastSaved, n.Name)
	}
	if name, ok := n.Column(); ok {
		return ev.column(n, name)
	}
	if _, ok := n.Question(); !ok {
		return Value{}, ev.expr.mistake(n.At, CodePath, ev.source(n))
	}
	return ev.answers(n, nil)
}

// column is a bare name: of the row that brackets look at, otherwise of the
// choice that the caller looks at.
func (ev *evaluation) column(n *Path, name string) (Value, error) {
	text, ok := "", false
	switch {
	case ev.item == nil:
		text, ok = ev.env.Column(name)
	case ev.item.row != nil:
		text, ok = ev.item.row.Column(name)
	default:
		return ev.answers(&Path{At: n.At, From: Question, Name: name, NameAt: n.At}, ev.item.at)
	}
	if !ok {
		return Value{}, ev.expr.mistake(n.At, CodeColumn, name)
	}
	return textValue(text), nil
}

// answers asks the form for what a path means. Conditions in brackets pick from
// the answers or, with steps behind them, from the instances of a repeat; the
// steps then lead on from each.
func (ev *evaluation) answers(n *Path, at []Index) (Value, error) {
	upTo, filters := n.filtered()
	list, err := ev.env.Answers(upTo, at)
	if err != nil {
		return Value{}, fmt.Errorf("%s: %w", ev.source(n), err)
	}
	if len(filters) == 0 {
		return listValue(list), nil
	}
	items := make([]*item, len(list))
	for i, text := range list {
		items[i] = &item{text: text, at: append(slices.Clip(at), Index{Repeat: upTo, Number: i + 1})}
	}
	if items, err = ev.pick(items, filters); err != nil {
		return Value{}, err
	}
	kept := []string{}
	rest := n.without(upTo)
	for _, it := range items {
		if rest == nil {
			kept = append(kept, it.text)
			continue
		}
		v, err := ev.answers(rest, it.at)
		if err != nil {
			return Value{}, err
		}
		kept = append(kept, v.list...)
	}
	return listValue(kept), nil
}

// filtered is the path up to its first condition in brackets, without any, and
// the conditions there; the whole path if it has none.
func (n *Path) filtered() (*Path, []Node) {
	if len(n.Filters) > 0 {
		upTo := *n
		upTo.Filters, upTo.Steps = nil, nil
		return &upTo, n.Filters
	}
	for i, s := range n.Steps {
		if len(s.Filters) > 0 {
			upTo := *n
			upTo.Steps = slices.Clone(n.Steps[:i+1])
			upTo.Steps[i].Filters = nil
			return &upTo, s.Filters
		}
	}
	return n, nil
}

// without is the path without the conditions behind upTo, which it begins with;
// nil if nothing follows them.
func (n *Path) without(upTo *Path) *Path {
	if len(upTo.Steps) == len(n.Steps) {
		return nil
	}
	rest := *n
	rest.Filters = nil
	rest.Steps = slices.Concat(upTo.Steps, n.Steps[len(upTo.Steps):])
	return &rest
}

// rows looks up instance('list')/root/item[condition]/column; without a column
// the rows stand for their names.
func (ev *evaluation) rows(n *Path) (Value, error) {
	if !readable(n) {
		return Value{}, ev.expr.mistake(n.At, CodePath, ev.source(n))
	}
	rows, err := ev.env.Rows(n.Name)
	if err != nil {
		return Value{}, fmt.Errorf("%s: %w", ev.source(n), err)
	}
	items := make([]*item, len(rows))
	for i, row := range rows {
		text, _ := row.Column("name")
		items[i] = &item{row: row, text: text}
	}
	if items, err = ev.pick(items, n.Steps[1].Filters); err != nil {
		return Value{}, err
	}
	column := "name"
	if len(n.Steps) == 3 {
		column = n.Steps[2].Name
	}
	list := make([]string, 0, len(items))
	for _, it := range items {
		if text, ok := it.row.Column(column); ok {
			list = append(list, text)
		}
	}
	return listValue(list), nil
}

// readable reports whether a path into a list has the one shape that pyxform's
// lists have: two steps to the rows, and perhaps a column.
func readable(n *Path) bool {
	if len(n.Filters) > 0 || len(n.Steps) < 2 || len(n.Steps) > 3 {
		return false
	}
	for i, s := range n.Steps {
		if s.Name == ".." || i != 1 && len(s.Filters) > 0 {
			return false
		}
	}
	return true
}

// pick keeps the items for which all conditions hold, one condition after the
// other: the second counts the positions that the first has left.
func (ev *evaluation) pick(items []*item, filters []Node) ([]*item, error) {
	for _, f := range filters {
		var kept []*item
		for i, it := range items {
			it.position, it.size = i+1, len(items)
			outer := ev.item
			ev.item = it
			v, err := ev.eval(f)
			ev.item = outer
			if err != nil {
				return nil, err
			}
			// A number picks by position.
			if v.kind == KindNumber && same(v.number, float64(it.position)) || v.kind != KindNumber && v.Boolean() {
				kept = append(kept, it)
			}
		}
		items = kept
	}
	return items, nil
}

// call evaluates a function; those that are not lazy get their arguments.
func (ev *evaluation) call(n *Call) (Value, error) {
	if err := ev.expr.checkCall(n); err != nil {
		return Value{}, err
	}
	if n.function.lazy != nil {
		return n.function.lazy(ev, n)
	}
	base := len(ev.stack)
	for _, a := range n.Args {
		v, err := ev.eval(a)
		if err != nil {
			return Value{}, err
		}
		ev.stack = append(ev.stack, v)
	}
	v, err := n.function.apply(ev, n, ev.stack[base:])
	ev.stack = ev.stack[:base]
	return v, err
}

// source is how a node was written.
func (ev *evaluation) source(n Node) string {
	at := n.Place()
	return shorten(ev.expr.source[at.Start:at.End])
}
