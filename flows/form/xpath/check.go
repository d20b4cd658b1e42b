package xpath

import (
	"slices"
	"strconv"
	"strings"
)

// Check lists what is certain to fail when it is evaluated, in the order of the
// source: unknown functions and those that chat does not have, wrong numbers of
// arguments, arguments of a kind that no answer mends, regular expressions that cannot be read, last-saved answers, unions,
// paths that lead to no question. Whether questions and columns exist is for the
// caller to check, by [Expr.Questions] and [Walk].
func (e *Expr) Check() []*Error {
	var found []*Error
	add := func(m *Error) {
		if m != nil {
			found = append(found, m)
		}
	}
	Walk(e.root, func(n Node) bool {
		switch n := n.(type) {
		case *Path:
			add(e.checkPath(n))
		case *Operation:
			if n.Op == Union {
				add(e.mistake(n.OpAt, CodeUnion))
			}
		case *Call:
			m := e.checkCall(n)
			if m != nil && m.Code == CodeFunction {
				m.Args[1] = nearest(n.Name)
			}
			add(m)
			if m == nil && n.function.check != nil {
				add(n.function.check(e, n))
			}
			if p := n.pattern; p != nil && p.code != "" {
				add(e.mistake(n.Args[1].Place(), p.code, shorten(p.source), p.why))
			}
			if n.Name == "position" && len(n.Args) == 1 {
				if path, ok := n.Args[0].(*Path); ok && path.From != List && path.From != LastSaved {
					return false // where ".." leads to a repeat, not to a question
				}
			}
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b *Error) int { return a.At.Start - b.At.Start })
	return found
}

// checkCall is the mistake in a call that does not depend on any value; a
// misspelt function is not yet told what it resembles.
func (e *Expr) checkCall(n *Call) *Error {
	f := n.function
	switch {
	case f == nil:
		return e.mistake(n.NameAt, CodeFunction, n.Name, "")
	case f.elsewhere != "":
		return e.mistake(n.NameAt, CodeScope, n.Name, f.elsewhere)
	case !f.fits(len(n.Args)):
		return e.mistake(n.At, CodeArguments, n.Name, strconv.Itoa(len(n.Args)), f.takes())
	}
	return nil
}

func (e *Expr) checkPath(n *Path) *Error {
	written := shorten(e.source[n.At.Start:n.At.End])
	switch n.From {
	case LastSaved:
		return e.mistake(n.At, CodeLastSaved, n.Name)
	case List:
		if !readable(n) {
			return e.mistake(n.At, CodePath, written)
		}
		return nil
	}
	if _, ok := n.Question(); ok || n.Self() || n.From == Current && n.Up == 0 && len(n.Steps) == 0 {
		return nil
	}
	if _, ok := n.Column(); ok {
		return nil
	}
	return e.mistake(n.At, CodePath, written)
}

// nearest is the offered function that does what other languages have under this
// name, or whose own name is closest to it: the same but for capitals, hyphens and
// prefix, or at most two letters away.
func nearest(name string) string {
	plain := func(s string) string {
		return strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(s[strings.IndexByte(s, ':')+1:]))
	}
	switch plain(name) {
	case "trim", "strip":
		return "normalize-space"
	case "len", "length", "strlen":
		return "string-length"
	case "iif", "case":
		return "if"
	case "lower", "lowercase", "upper", "uppercase", "replace":
		return "translate"
	case "average", "avg", "mean":
		return "sum"
	}
	best, least := "", 3
	for _, f := range functions {
		if f.elsewhere != "" {
			continue
		}
		d := distance(plain(name), plain(f.name))
		if d < least && (d == 0 || len(f.name) > 2*d) {
			best, least = f.name, d
		}
	}
	return best
}

// distance is how many letters must be put, taken or exchanged to turn a into b.
// More than two do not matter, so lengths that differ by more are not compared.
func distance(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchange := diagonal
			if a[i] != b[j] {
				exchange++
			}
			diagonal = row[j+1]
			row[j+1] = min(exchange, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
