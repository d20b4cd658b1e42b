package xpath

// KindOf says what kind of value n has before it is evaluated. answer says what
// the question that a path leads to holds, or "." or a column; nil, or its
// KindAny, means that this is not known. Paths into lists are KindList.
func KindOf(n Node, answer func(*Path) Kind) Kind {
	switch n := n.(type) {
	case *Text:
		return KindText
	case *Number, *Negation:
		return KindNumber
	case *Path:
		if n.From == List {
			return KindList
		}
		if answer != nil {
			return answer(n)
		}
	case *Operation:
		switch {
		case n.Op <= GreaterEqual:
			return KindBoolean
		case n.Op == Union:
			return KindList
		}
		return KindNumber
	case *Call:
		if n.function == nil {
			return KindAny
		}
		if branches := n.branches(); len(branches) == 2 {
			if kind := KindOf(branches[0], answer); kind == KindOf(branches[1], answer) {
				return kind
			}
			return KindAny
		}
		return n.function.result
	}
	return KindAny
}

// branches are the two arguments one of which is what the call gives.
func (n *Call) branches() []Node {
	switch {
	case n.Name == "if" && len(n.Args) == 3:
		return n.Args[1:]
	case n.Name == "coalesce" && len(n.Args) == 2:
		return n.Args
	}
	return nil
}

// Volatile reports whether n may give another value without any answer having
// changed: it asks for the time, for chance, or for what once() has kept.
func Volatile(n Node) bool {
	volatile := false
	Walk(n, func(n Node) bool {
		if call, ok := n.(*Call); ok && call.function != nil && call.function.volatile {
			volatile = true
		}
		return !volatile
	})
	return volatile
}
