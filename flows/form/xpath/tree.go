package xpath

// A Span is a piece of the source: the bytes from Start up to, without, End.
type Span struct{ Start, End int }

// A Node is a part of an expression: [*Text], [*Number], [*Path], [*Call],
// [*Negation] or [*Operation]. A tree is not changed once it is parsed.
type Node interface {
	// Place is where the node stands in the source, with its brackets if it is a
	// call, without those around it.
	Place() Span
}

// A Text is a literal in quotation marks; Value is what stands between them.
type Text struct {
	At    Span
	Value string
}

// A Number is a literal number; it is never negative (see [Negation]).
type Number struct {
	At    Span
	Value float64
}

// A Path names a question, a repeat, a column or rows of a list; the package
// comment has a table of how each is written.
type Path struct {
	At   Span
	From From

	// Up is how many times ".." stands at the beginning of a path from Here or
	// Current.
	Up int

	// Name is the question, repeat or list that the path starts from, and NameAt
	// its place. Both are empty for paths from Here, Current and Root.
	Name   string
	NameAt Span

	// Filters are the conditions in brackets right behind Name.
	Filters []Node

	// Steps are the names that follow, separated by "/" in the source.
	Steps []Step
}

// A Step is one name of a path, with the conditions in brackets behind it. ".."
// is a step where it does not stand at the beginning.
type Step struct {
	At      Span
	Name    string
	Filters []Node
}

// From is where a path begins.
type From int

// The beginnings of paths.
const (
	Here      From = iota // the question that the expression belongs to, or the row in brackets
	Current               // the question that the expression belongs to, also in brackets
	Root                  // the form
	Question              // ${name}
	LastSaved             // ${last-saved#name}
	List                  // instance('name')
)

// A Call is a function with its arguments; Name may be unknown.
type Call struct {
	At     Span
	NameAt Span
	Name   string
	Args   []Node

	function *function // nil: unknown
	pattern  *pattern  // what regex has as its second argument, where that is a Text
}

// A Negation is a minus sign before X.
type Negation struct {
	At Span
	X  Node
}

// An Operation is two operands and the operator between them.
type Operation struct {
	At   Span
	Op   Op
	OpAt Span
	X, Y Node
}

// An Op is an operator of two operands.
type Op int

// The operators, from the loosest to the tightest.
const (
	Or Op = iota
	And
	Equal
	Unequal
	Less
	LessEqual
	Greater
	GreaterEqual
	Plus
	Minus
	Times
	Divide
	Modulo
	Union
)

// String is the operator as it is written.
func (op Op) String() string {
	return [...]string{"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "|"}[op]
}

// Place implements Node.
func (n *Text) Place() Span { return n.At }

// Place implements Node.
func (n *Number) Place() Span { return n.At }

// Place implements Node.
func (n *Path) Place() Span { return n.At }

// Place implements Node.
func (n *Call) Place() Span { return n.At }

// Place implements Node.
func (n *Negation) Place() Span { return n.At }

// Place implements Node.
func (n *Operation) Place() Span { return n.At }

// Self reports whether the path is ".", the answer itself.
func (n *Path) Self() bool {
	return n.From == Here && n.Up == 0 && len(n.Steps) == 0
}

// Question is the name of the question or repeat that the path leads to: its
// last step, as names are unique in XLSForm, or its Name. It reports false for
// ".", for "..", for bare names (which are columns) and for paths into lists.
func (n *Path) Question() (string, bool) {
	if n.From == List || n.From == Here && n.Up == 0 {
		return "", false
	}
	if last := len(n.Steps) - 1; last >= 0 {
		return n.Steps[last].Name, n.Steps[last].Name != ".."
	}
	return n.Name, n.Name != ""
}

// Column is the name of a path that is one bare name, as the columns in a
// choice_filter are written.
func (n *Path) Column() (string, bool) {
	if n.From == Here && n.Up == 0 && len(n.Steps) == 1 {
		return n.Steps[0].Name, true
	}
	return "", false
}

// Question is the name in a literal that is '${name}' and nothing else, as
// jr:choice-name takes it.
func (n *Text) Question() (string, bool) {
	s := n.Value
	if len(s) > 3 && s[:2] == "${" && s[len(s)-1] == '}' && isName(s[2:len(s)-1]) {
		return s[2 : len(s)-1], true
	}
	return "", false
}

// Walk calls visit for n and, as long as visit says true, for the nodes in it,
// in the order of the source; conditions in brackets belong to their path.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	switch n := n.(type) {
	case *Path:
		for _, f := range n.Filters {
			Walk(f, visit)
		}
		for _, s := range n.Steps {
			for _, f := range s.Filters {
				Walk(f, visit)
			}
		}
	case *Call:
		for _, a := range n.Args {
			Walk(a, visit)
		}
	case *Negation:
		Walk(n.X, visit)
	case *Operation:
		Walk(n.X, visit)
		Walk(n.Y, visit)
	}
}

// A Mention is a place where an expression names a question.
type Mention struct {
	Name string
	At   Span // of the name alone
}

// Questions lists every place where the expression names a question or a
// repeat, in the order of the source: ${name}, the last name of a path, and
// '${name}' in jr:choice-name. Last-saved answers are not among them.
func (e *Expr) Questions() []Mention {
	var found []Mention
	Walk(e.root, func(n Node) bool {
		switch n := n.(type) {
		case *Path:
			if n.From == Question {
				found = append(found, Mention{n.Name, n.NameAt})
			}
			if name, ok := n.Question(); ok && len(n.Steps) > 0 {
				found = append(found, Mention{name, n.Steps[len(n.Steps)-1].At})
			}
		case *Text:
			if name, ok := n.Question(); ok {
				found = append(found, Mention{name, Span{n.At.Start + 3, n.At.End - 2}})
			}
		}
		return true
	})
	return found
}

// A Comparison is a question, or ".", that is compared with a literal: with
// one of = and !=, or by selected, which looks for a choice among several.
type Comparison struct {
	Path     *Path
	Literal  Node // a *Text, a *Number or a *Negation of a *Number
	Op       Op   // Equal or Unequal; Equal for selected
	Selected bool // by selected
}

// Compared recognises a comparison of a question with a literal in n alone, not
// in the nodes inside it. Columns and paths into lists are no questions.
func Compared(n Node) (Comparison, bool) {
	var x, y Node
	c := Comparison{Op: Equal}
	switch n := n.(type) {
	case *Operation:
		if n.Op != Equal && n.Op != Unequal {
			return Comparison{}, false
		}
		x, y, c.Op = n.X, n.Y, n.Op
	case *Call:
		if (n.Name != "selected" && n.Name != "is-selected") || len(n.Args) != 2 {
			return Comparison{}, false
		}
		x, y, c.Selected = n.Args[0], n.Args[1], true
	default:
		return Comparison{}, false
	}
	if !c.Selected && isLiteral(x) {
		x, y = y, x
	}
	path, ok := x.(*Path)
	if !ok || !isLiteral(y) {
		return Comparison{}, false
	}
	if _, named := path.Question(); !named && !path.Self() {
		return Comparison{}, false
	}
	c.Path, c.Literal = path, y
	return c, true
}

// isLiteral reports whether n is written out: a text or a number, perhaps with a
// minus sign.
func isLiteral(n Node) bool {
	switch n := n.(type) {
	case *Text, *Number:
		return true
	case *Negation:
		_, ok := n.X.(*Number)
		return ok
	}
	return false
}
