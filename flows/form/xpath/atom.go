package xpath

import "strings"

// An atom is a question compared with a constant: ${q} > 5, selected(${q}, 'a'),
// count-selected(${q}) = 2.
type atom struct {
	question string
	op       Op
	constant Value
	selected bool
	counted  bool
}

// atomOf recognises an atom.
func atomOf(n Node, self string) (atom, bool) {
	switch n := n.(type) {
	case *Operation:
		if n.Op < Equal || n.Op > GreaterEqual {
			return atom{}, false
		}
		x, y := n.X, n.Y
		constant, ok := constantOf(y)
		if !ok {
			x, y = y, x
			if constant, ok = constantOf(y); !ok {
				return atom{}, false
			}
		}
		a := atom{op: n.Op, constant: constant}
		if call, ok := x.(*Call); ok && call.Name == "count-selected" && len(call.Args) == 1 {
			a.counted, x = true, call.Args[0]
		}
		path, ok := x.(*Path)
		if !ok {
			return atom{}, false
		}
		a.question, ok = variable(path, self)
		return a, ok
	case *Call:
		if n.Name != "selected" && n.Name != "is-selected" || len(n.Args) != 2 {
			return atom{}, false
		}
		path, ok := n.Args[0].(*Path)
		if !ok {
			return atom{}, false
		}
		a := atom{op: Equal, selected: true}
		if a.constant, ok = constantOf(n.Args[1]); !ok {
			return atom{}, false
		}
		a.question, ok = variable(path, self)
		return a, ok
	}
	return atom{}, false
}

// constantOf is the value of an expression that depends on nothing.
func constantOf(n Node) (Value, bool) {
	constant := !Volatile(n)
	Walk(n, func(n Node) bool {
		if _, ok := n.(*Path); ok {
			constant = false
		}
		return constant
	})
	if !constant {
		return Value{}, false
	}
	ev := evaluation{expr: &Expr{root: n}, env: &trial{search: &search{}}}
	v, err := ev.eval(n)
	return v, err == nil && v.kind != KindList
}

// fits reports whether the candidates for such a domain decide the atom for all
// answers that they stand for.
func (a atom) fits(of DomainKind) bool {
	equality := a.op == Equal || a.op == Unequal
	switch of {
	case OneOf:
		return equality && !a.counted && a.constant.kind != KindBoolean
	case SomeOf:
		return a.counted || a.selected || equality && a.constant.kind == KindText && !strings.Contains(a.constant.text, " ")
	case WholeNumber, DecimalNumber, DateAnswer:
		return !a.counted && !a.selected && a.constant.kind != KindBoolean
	case FreeText:
		return equality && !a.counted && !a.selected && a.constant.kind == KindText
	}
	return false
}
