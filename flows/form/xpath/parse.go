package xpath

import (
	"math"
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
	root, err := p.expression()
	if err != nil {
		return nil, err
	}
	if c := p.peek(); c == ')' || c == ']' {
		return nil, mistake(source, Span{p.at, p.at + 1}, CodeUnopened, source[p.at:p.at+1])
	}
	if p.at < len(source) {
		return nil, p.unexpected(anOperatorOrEnd)
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

// expression reads a whole expression, in brackets or not.
func (p *parser) expression() (Node, error) {
	return p.operations(tightness(Or))
}

// operations reads operands as long as the operators between them are at least as
// tight as loosest.
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
	start := p.at
	if start == len(p.source) {
		return nil, p.unexpected(aValue)
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
		return x, p.noSteps(aBracketPath)
	case c == '"' || c == '\'':
		return p.text()
	case isDigit(c) || c == '.' && isDigit(p.byteAt(start+1)):
		return p.number()
	case c == '$':
		return p.reference()
	case c == '.' || c == '/':
		return p.path(&Path{})
	case c == '@':
		return nil, p.unsupported(1, anAttribute)
	case c == '*':
		return nil, p.unsupported(1, aWildcard)
	}
	name := p.name()
	switch {
	case name == "":
		return nil, p.unexpected(aValue)
	case strings.HasPrefix(p.source[start+len(name):], "::"):
		return nil, p.unsupported(len(name)+2, anAxis)
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
	return call, p.noSteps(aFunctionPath)
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
	x, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.at == len(p.source) {
		return nil, mistake(p.source, Span{at, at + 1}, CodeUnclosed, opener, closer)
	}
	if !strings.Contains(closers, p.source[p.at:p.at+1]) {
		expected := anOperatorOr + closer
		if len(closers) > 1 {
			expected = anOperatorOrMore
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
	if c := p.peek(); c == 0 || c == ')' || c == ',' || c == ']' {
		return 0, Span{}, nil
	}
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

// shorten keeps what a message repeats to a length that a phone shows.
func shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
