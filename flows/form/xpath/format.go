package xpath

import "strings"

// String writes the expression anew: one space around operators and behind
// commas, no bracket that changes nothing. What it gives parses to the same
// tree, if it is not longer than [MaxLength].
func (e *Expr) String() string {
	var b strings.Builder
	write(&b, e.root)
	return b.String()
}

func write(b *strings.Builder, n Node) {
	switch n := n.(type) {
	case *Text:
		mark := "'"
		if strings.Contains(n.Value, mark) {
			mark = `"`
		}
		b.WriteString(mark + n.Value + mark)
	case *Number:
		b.WriteString(formatNumber(n.Value))
	case *Path:
		writePath(b, n)
	case *Call:
		b.WriteString(n.Name + "(")
		for i, a := range n.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, a)
		}
		b.WriteByte(')')
	case *Negation:
		b.WriteByte('-')
		operand(b, n.X, signTightness)
	case *Operation:
		operand(b, n.X, tightness(n.Op))
		b.WriteString(" " + n.Op.String() + " ")
		operand(b, n.Y, tightness(n.Op)+1)
	}
}

// operand writes n in brackets if it is looser than what stands around it.
func operand(b *strings.Builder, n Node, around int) {
	own := around
	switch n := n.(type) {
	case *Operation:
		own = tightness(n.Op)
	case *Negation:
		if around > signTightness+1 || around == tightness(Union) {
			own = signTightness
		}
	}
	if own >= around {
		write(b, n)
		return
	}
	b.WriteByte('(')
	write(b, n)
	b.WriteByte(')')
}

func writePath(b *strings.Builder, n *Path) {
	parts := 0 // how many names or dots are written that a slash must follow
	switch n.From {
	case Question:
		b.WriteString("${" + n.Name + "}")
		parts++
	case LastSaved:
		b.WriteString("${last-saved#" + n.Name + "}")
		parts++
	case List:
		b.WriteString("instance(")
		write(b, &Text{Value: n.Name})
		b.WriteByte(')')
		parts++
	case Current:
		b.WriteString("current()")
		parts++
	case Root:
		parts++
	}
	writeFilters(b, n.Filters)
	for range n.Up {
		if parts++; parts > 1 {
			b.WriteByte('/')
		}
		b.WriteString("..")
	}
	for _, s := range n.Steps {
		if parts++; parts > 1 {
			b.WriteByte('/')
		}
		b.WriteString(s.Name)
		writeFilters(b, s.Filters)
	}
	if parts == 0 {
		b.WriteByte('.')
	}
}

func writeFilters(b *strings.Builder, filters []Node) {
	for _, f := range filters {
		b.WriteByte('[')
		write(b, f)
		b.WriteByte(']')
	}
}
