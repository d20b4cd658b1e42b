package xpath

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// MaxLength is the longest expression that Parse reads, in characters. Real
	// ones have a few hundred; the cell of a workbook holds 32,767.
	MaxLength = 10_000

	// MaxDepth is how deep brackets, calls and minus signs may be nested.
	MaxDepth = 1_000
)

// An Expr is a parsed expression. It does not change and may be used by several
// goroutines at the same time.
type Expr struct {
	source string
	root   Node
}

// Parse reads an expression of at most [MaxLength] characters, nested at most
// [MaxDepth] deep. Its error is always an [*Error].
func Parse(source string) (*Expr, error) {
	if utf8.RuneCountInString(source) > MaxLength {
		return nil, mistake(source, Span{}, CodeLong, strconv.Itoa(MaxLength))
	}
	p := parser{source: source}
	p.space()
	if p.at == len(source) {
		return nil, mistake(source, Span{}, CodeEmpty)
	}
	root, err := p.expression(Or)
	if err != nil {
		return nil, err
	}
	if c := p.peek(); c == ')' || c == ']' {
		return nil, mistake(source, Span{p.at, p.at + 1}, CodeUnopened, source[p.at:p.at+1])
	}
	if p.at < len(source) {
		return nil, p.unexpected("an operator or the end")
	}
	return &Expr{source: source, root: root}, nil
}

// Source is the text that the expression was read from.
func (e *Expr) Source() string { return e.source }

// Root is the whole expression as a tree.
func (e *Expr) Root() Node { return e.root }

// mistake is an Error at a place of the expression.
func (e *Expr) mistake(at Span, code Code, args ...string) *Error {
	return mistake(e.source, at, code, args...)
}

// A parser reads the source from left to right, once. Where it stands decides
// what a name or a star is: after an operand "div" and "*" are operators, before
// one they are a name and a wildcard (XPath 1.0 §3.7).
type parser struct {
	source string
	at     int // the next byte; spaces before it are skipped
	depth  int
}

// tightness orders operators: those of a larger one are read first.
func tightness(op Op) int {
	switch op {
	case Or:
		return 0
	case And:
		return 1
	case Equal, Unequal:
		return 2
	case Less, LessEqual, Greater, GreaterEqual:
		return 3
	case Plus, Minus:
		return 4
	case Times, Divide, Modulo:
		return 5
	}
	return 7 // Union; a minus sign, at 6, is looser
}

const signTightness = 6

// expression reads operands as long as the operators between them are at least
// as tight as loosest.
func (p *parser) expression(loosest Op) (Node, error) {
	return p.operations(tightness(loosest))
}

func (p *parser) operations(loosest int) (Node, error) {
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		op, at, err := p.operator()
		if err != nil {
			return nil, err
		}
		if at.Start == at.End || tightness(op) < loosest {
			return x, nil
		}
		p.skip(at.End - p.at)
		y, err := p.operations(tightness(op) + 1)
		if err != nil {
			return nil, err
		}
		x = &Operation{At: Span{x.Place().Start, y.Place().End}, Op: op, OpAt: at, X: x, Y: y}
	}
}

// operand reads what may stand on one side of an operator.
func (p *parser) operand() (Node, error) {
	const expected = "a value"
	start := p.at
	if start == len(p.source) {
		return nil, p.unexpected(expected)
	}
	switch c := p.source[start]; {
	case c == '-':
		return p.negation()
	case c == '(':
		p.skip(1)
		x, err := p.inside("(", ")", start)
		if err != nil {
			return nil, err
		}
		p.skip(1)
		return x, p.noSteps("a path that follows brackets")
	case c == '"' || c == '\'':
		return p.text()
	case isDigit(c) || c == '.' && isDigit(p.byteAt(start+1)):
		return p.number()
	case c == '$':
		return p.reference()
	case c == '.' || c == '/':
		return p.path(&Path{})
	case c == '@':
		return nil, p.unsupported(1, "attribute (@)")
	case c == '*':
		return nil, p.unsupported(1, "wildcard (*)")
	}
	name := p.name()
	switch {
	case name == "":
		return nil, p.unexpected(expected)
	case strings.HasPrefix(p.source[start+len(name):], "::"):
		return nil, p.unsupported(len(name)+2, "axis ("+name+"::)")
	case !p.called(name):
		return p.path(&Path{})
	case name == "instance":
		return p.instance()
	case name == "current":
		return p.current()
	}
	return p.call(name)
}

// negation reads a minus sign and what it stands before.
func (p *parser) negation() (Node, error) {
	start := p.at
	if err := p.deeper(); err != nil {
		return nil, err
	}
	p.skip(1)
	x, err := p.operations(signTightness)
	if err != nil {
		return nil, err
	}
	p.depth--
	return &Negation{At: Span{start, x.Place().End}, X: x}, nil
}

// text reads a literal; XPath has no way to write its own mark inside it.
func (p *parser) text() (Node, error) {
	start := p.at
	length := strings.IndexByte(p.source[start+1:], p.source[start])
	if length < 0 {
		at := Span{start, start + 1}
		return nil, mistake(p.source, at, CodeText, p.source[start:start+1])
	}
	p.skip(length + 2)
	at := Span{start, start + length + 2}
	return &Text{At: at, Value: p.source[start+1 : at.End-1]}, nil
}

// number reads digits with at most one point, as XPath has no exponents.
func (p *parser) number() (Node, error) {
	start, end, point := p.at, p.at, false
	for isDigit(p.byteAt(end)) || p.byteAt(end) == '.' && !point {
		point = point || p.source[end] == '.'
		end++
	}
	value, err := strconv.ParseFloat(p.source[start:end], 64)
	if err != nil || math.IsInf(value, 0) {
		return nil, mistake(p.source, Span{start, end}, CodeNumber, shorten(p.source[start:end]))
	}
	p.skip(end - start)
	return &Number{At: Span{start, end}, Value: value}, nil
}

// reference reads ${name} and ${last-saved#name}, and the path behind it.
func (p *parser) reference() (Node, error) {
	start := p.at
	if p.byteAt(start+1) != '{' {
		end := start + 1 + len(nameAt(p.source[start+1:]))
		return nil, mistake(p.source, Span{start, end}, CodeReference, p.source[start:end])
	}
	length := strings.IndexByte(p.source[start:], '}')
	if length < 0 {
		return nil, mistake(p.source, Span{start, start + 2}, CodeUnclosed, "${", "}")
	}
	inner := p.source[start+2 : start+length]
	name := strings.TrimFunc(inner, isSpace)
	path := &Path{From: Question, Name: name}
	if rest, saved := strings.CutPrefix(name, "last-saved#"); saved {
		path.From, path.Name = LastSaved, rest
	}
	if !isName(path.Name) {
		at := Span{start, start + length + 1}
		return nil, mistake(p.source, at, CodeReference, shorten(inner))
	}
	from := start + 2 + strings.Index(inner, path.Name)
	path.NameAt = Span{from, from + len(path.Name)}
	path.At = Span{start, start + length + 1}
	p.skip(length + 1)
	return p.after(path)
}

// instance reads instance('list') and the path behind it.
func (p *parser) instance() (Node, error) {
	start := p.at
	bracket := p.open("instance")
	name, ok := Node(nil), false
	if p.peek() == '"' || p.peek() == '\'' {
		var err error
		if name, err = p.text(); err != nil {
			return nil, err
		}
		ok = p.peek() == ')'
	}
	if !ok {
		if p.at == len(p.source) {
			return nil, mistake(p.source, Span{bracket, bracket + 1}, CodeUnclosed, "(", ")")
		}
		return nil, mistake(p.source, Span{start, p.at}, CodeArgument, "instance", "the name of a list in quotation marks")
	}
	list := name.(*Text)
	path := &Path{From: List, Name: list.Value, NameAt: Span{list.At.Start + 1, list.At.End - 1}, At: Span{start, p.at + 1}}
	p.skip(1)
	return p.after(path)
}

// current reads current() and the path behind it.
func (p *parser) current() (Node, error) {
	start := p.at
	bracket := p.open("current")
	if p.at == len(p.source) {
		return nil, mistake(p.source, Span{bracket, bracket + 1}, CodeUnclosed, "(", ")")
	}
	if p.peek() != ')' {
		return nil, p.unexpected(")")
	}
	path := &Path{From: Current, At: Span{start, p.at + 1}}
	p.skip(1)
	if p.peek() != '/' {
		return path, nil
	}
	p.skip(1)
	return p.ups(path)
}

// call reads a function with its arguments.
func (p *parser) call(name string) (Node, error) {
	start := p.at
	call := &Call{NameAt: Span{start, start + len(name)}, Name: name, function: lookup(name)}
	bracket := p.open(name)
	for p.peek() != ')' {
		if len(call.Args) > 0 {
			p.skip(1) // the comma at which inside stopped
		}
		arg, err := p.inside("(", ",)", bracket)
		if err != nil {
			return nil, err
		}
		call.Args = append(call.Args, arg)
	}
	call.At = Span{start, p.at + 1}
	p.skip(1)
	if text, ok := patternOf(call); ok {
		call.pattern = compile(text.Value)
	}
	return call, p.noSteps("a path that follows a function")
}

// path reads steps from where the parser stands: "..", "/" or a name.
func (p *parser) path(path *Path) (Node, error) {
	path.At = Span{p.at, p.at}
	if p.peek() == '/' {
		if p.byteAt(p.at+1) == '/' {
			return nil, p.unsupported(2, "search in depth (//)")
		}
		path.From = Root
		p.skip(1)
		return p.steps(path)
	}
	return p.ups(path)
}

// ups reads "." and ".." at the beginning of a path and the steps behind them.
func (p *parser) ups(path *Path) (Node, error) {
	for strings.HasPrefix(p.source[p.at:], ".") {
		dots := 1
		if strings.HasPrefix(p.source[p.at:], "..") {
			dots = 2
			path.Up++
		}
		path.At.End = p.at + dots
		p.skip(dots)
		if p.peek() == '[' {
			return nil, p.unsupported(1, "condition ([) behind . or ..")
		}
		if p.peek() != '/' {
			return path, nil
		}
		if p.byteAt(p.at+1) == '/' {
			return nil, p.unsupported(2, "search in depth (//)")
		}
		p.skip(1)
	}
	return p.steps(path)
}

// after reads what may follow a named beginning: conditions and steps.
func (p *parser) after(path *Path) (Node, error) {
	var err error
	if path.Filters, err = p.filters(&path.At); err != nil {
		return nil, err
	}
	if p.peek() != '/' {
		return path, nil
	}
	if p.byteAt(p.at+1) == '/' {
		return nil, p.unsupported(2, "search in depth (//)")
	}
	p.skip(1)
	return p.steps(path)
}

// steps reads names separated by "/", each with its conditions.
func (p *parser) steps(path *Path) (Node, error) {
	for {
		step := Step{Name: p.name()}
		start := p.at
		switch {
		case strings.HasPrefix(p.source[start:], ".."):
			step.Name = ".."
		case p.peek() == '*':
			return nil, p.unsupported(1, "wildcard (*)")
		case p.peek() == '@':
			return nil, p.unsupported(1, "attribute (@)")
		case step.Name == "":
			return nil, p.unexpected("the name of a question")
		case strings.HasPrefix(p.source[start+len(step.Name):], ":"):
			return nil, p.unsupported(len(step.Name)+1, "name with a colon in a path")
		case p.called(step.Name):
			return nil, p.unsupported(len(step.Name), "function in a path ("+step.Name+"())")
		}
		step.At = Span{start, start + len(step.Name)}
		path.At.End = step.At.End
		p.skip(len(step.Name))
		var err error
		if step.Filters, err = p.filters(&path.At); err != nil {
			return nil, err
		}
		path.Steps = append(path.Steps, step)
		if p.peek() != '/' {
			return path, nil
		}
		if p.byteAt(p.at+1) == '/' {
			return nil, p.unsupported(2, "search in depth (//)")
		}
		p.skip(1)
	}
}

// filters reads the conditions in brackets at this place and moves the end of at
// behind them.
func (p *parser) filters(at *Span) ([]Node, error) {
	var found []Node
	for p.peek() == '[' {
		bracket := p.at
		p.skip(1)
		f, err := p.inside("[", "]", bracket)
		if err != nil {
			return nil, err
		}
		at.End = p.at + 1
		p.skip(1)
		found = append(found, f)
	}
	return found, nil
}

// inside reads an expression in brackets and stops before the mark that ends it,
// one of closers; at is where the opening one stands.
func (p *parser) inside(opener, closers string, at int) (Node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	closer := closers[len(closers)-1:]
	if p.at == len(p.source) {
		return nil, mistake(p.source, Span{at, at + 1}, CodeUnclosed, opener, closer)
	}
	x, err := p.expression(Or)
	if err != nil {
		return nil, err
	}
	if p.at == len(p.source) {
		return nil, mistake(p.source, Span{at, at + 1}, CodeUnclosed, opener, closer)
	}
	if !strings.Contains(closers, p.source[p.at:p.at+1]) {
		expected := "an operator or " + closer
		if len(closers) > 1 {
			expected = "an operator, a comma or " + closer
		}
		return nil, p.unexpected(expected)
	}
	p.depth--
	return x, nil
}

// open skips the name of a function and its bracket, and gives the place of that
// bracket.
func (p *parser) open(name string) int {
	p.skip(len(name))
	bracket := p.at
	p.skip(1)
	return bracket
}

// called reports whether name, which begins here, is followed by a bracket.
func (p *parser) called(name string) bool {
	rest := strings.TrimLeftFunc(p.source[p.at+len(name):], isSpace)
	return strings.HasPrefix(rest, "(")
}

// noSteps refuses what XPath allows behind any expression and XLSForm does not.
func (p *parser) noSteps(what string) error {
	if c := p.peek(); c == '/' || c == '[' {
		return p.unsupported(1, what)
	}
	return nil
}

func (p *parser) deeper() error {
	if p.depth++; p.depth > MaxDepth {
		return mistake(p.source, Span{p.at, p.at}, CodeDeep, strconv.Itoa(MaxDepth))
	}
	return nil
}

// operator looks for an operator here without reading it; an empty span means
// that there is none. What people write who know another language is a mistake
// that names the right one.
func (p *parser) operator() (Op, Span, error) {
	rest := p.source[p.at:]
	for _, wrong := range [...][2]string{
		{"==", "="}, {"&&", "and"}, {"||", "or"}, {"<>", "!="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="},
		{"=<", "<="}, {"=>", ">="}, {"×", "*"}, {"÷", "div"}, {"−", "-"}, {"–", "-"}, {"%", "mod"}, {"&", "and"},
	} {
		if strings.HasPrefix(rest, wrong[0]) {
			return 0, Span{}, mistake(p.source, Span{p.at, p.at + len(wrong[0])}, CodeOperator, wrong[0], wrong[1])
		}
	}
	for _, op := range [...]Op{Unequal, LessEqual, GreaterEqual, Equal, Less, Greater, Plus, Minus, Times, Union} {
		if sign := op.String(); strings.HasPrefix(rest, sign) {
			return op, Span{p.at, p.at + len(sign)}, nil
		}
	}
	name := nameAt(rest)
	for _, op := range [...]Op{Or, And, Divide, Modulo} {
		// "1 or1", "2div2" and "2 mod-1" are read as browsers do: no name may
		// stand here.
		word := op.String()
		if name == word || strings.HasPrefix(name, word) && isNumberStart(strings.TrimPrefix(name[len(word):], "-")) {
			return op, Span{p.at, p.at + len(word)}, nil
		}
		if strings.EqualFold(name, word) {
			return 0, Span{}, mistake(p.source, Span{p.at, p.at + len(word)}, CodeOperator, name, word)
		}
	}
	return 0, Span{}, nil
}

// unexpected is the mistake that something else than what was expected stands
// here, or nothing.
func (p *parser) unexpected(expected string) error {
	if p.at == len(p.source) {
		return mistake(p.source, Span{p.at, p.at}, CodeEnd, expected)
	}
	found := nameAt(p.source[p.at:])
	if found == "" {
		_, size := utf8.DecodeRuneInString(p.source[p.at:])
		found = p.source[p.at : p.at+size]
	}
	at := Span{p.at, p.at + len(found)}
	if strings.ContainsAny(found, "‘’‚‛“”„‟«»′″`´") {
		return mistake(p.source, at, CodeQuote, found)
	}
	return mistake(p.source, at, CodeUnexpected, shorten(found), expected)
}

func (p *parser) unsupported(length int, what string) error {
	return mistake(p.source, Span{p.at, p.at + length}, CodeUnsupported, what)
}

// name is the name that begins here, with its colon if it is the one of a
// function, or "".
func (p *parser) name() string {
	rest := p.source[p.at:]
	name := nameAt(rest)
	if name != "" && len(rest) > len(name)+1 && rest[len(name)] == ':' && rest[len(name)+1] != ':' {
		if local := nameAt(rest[len(name)+1:]); local != "" && p.called(name+":"+local) {
			return name + ":" + local
		}
	}
	return name
}

// skip moves n bytes ahead and over the spaces behind them.
func (p *parser) skip(n int) {
	p.at += n
	p.space()
}

func (p *parser) space() {
	for p.at < len(p.source) {
		r, size := utf8.DecodeRuneInString(p.source[p.at:])
		if !isSpace(r) {
			return
		}
		p.at += size
	}
}

// peek is the next byte, 0 at the end.
func (p *parser) peek() byte { return p.byteAt(p.at) }

func (p *parser) byteAt(i int) byte {
	if i < len(p.source) {
		return p.source[i]
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isNumberStart reports whether s begins as a number does.
func isNumberStart(s string) bool {
	return s != "" && (isDigit(s[0]) || len(s) > 1 && s[0] == '.' && isDigit(s[1]))
}

// isSpace knows the spaces of XPath and those that people paste into a workbook
// without seeing them.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\u00a0', '\u2007', '\u200b', '\u202f', '\u3000', '\ufeff':
		return true
	}
	return false
}

// isName reports whether s is a name as XML has them, without a colon.
func isName(s string) bool { return s != "" && nameAt(s) == s }

// nameAt is the name at the beginning of s, or "".
func nameAt(s string) string {
	for i, r := range s {
		if i == 0 && !isNameStart(r) || i > 0 && !isNameStart(r) && !isNamePart(r) {
			return s[:i]
		}
	}
	return s
}

// isNameStart follows NameStartChar of XML 1.0, fifth edition, without the colon.
func isNameStart(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
	}
	if isSpace(r) || r == utf8.RuneError {
		return false
	}
	_, found := slices.BinarySearchFunc(nameRanges[:], r, func(between [2]rune, r rune) int {
		switch {
		case r < between[0]:
			return 1
		case r > between[1]:
			return -1
		}
		return 0
	})
	return found
}

// isNamePart is what NameChar allows beyond NameStartChar.
func isNamePart(r rune) bool {
	return '0' <= r && r <= '9' || r == '-' || r == '.' || r == 0xb7 || 0x300 <= r && r <= 0x36f || r == 0x203f || r == 0x2040
}

var nameRanges = [...][2]rune{
	{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x2ff}, {0x370, 0x37d}, {0x37f, 0x1fff}, {0x200c, 0x200d}, {0x2070, 0x218f},
	{0x2c00, 0x2fef}, {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
}

// shorten keeps what a message repeats to a length that a phone shows.
func shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
