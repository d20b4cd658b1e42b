package xpath

import (
	"errors"
	"regexp"
	"regexp/syntax"
)

// A pattern is the second argument of a regex() that is written out, compiled
// once.
type pattern struct {
	source string
	re     *regexp.Regexp
	code   Code   // of the mistake in it; "" without
	why    string // its second argument
}

// regex reports whether a text matches a regular expression from its beginning
// to its end, as in JavaRosa (java.util.regex.Pattern.matches). The syntax is
// that of RE2: it has neither lookahead nor backreferences and never takes long.
func regex(ev *evaluation, n *Call, args []Value) (Value, error) {
	p := n.pattern
	if p == nil {
		p = compile(args[1].String())
	}
	if p.code != "" {
		return Value{}, ev.expr.mistake(n.Args[1].Place(), p.code, shorten(p.source), p.why)
	}
	return truthValue(p.re.MatchString(args[0].String())), nil
}

// patternOf is the literal regular expression of a call.
func patternOf(n *Call) (*Text, bool) {
	if n.Name != "regex" || len(n.Args) != 2 {
		return nil, false
	}
	text, ok := n.Args[1].(*Text)
	return text, ok
}

// compile reads a regular expression. What Java knows and RE2 does not is told
// apart from what nobody can read.
func compile(source string) *pattern {
	p := &pattern{source: source}
	var err error
	if p.re, err = regexp.Compile(`\A(?:` + source + `)\z`); err == nil {
		// A bracket that closes ours would otherwise slip out of the anchors.
		_, err = syntax.Parse(source, syntax.Perl)
	}
	if err == nil {
		return p
	}
	p.code, p.why = CodeRegex, err.Error()
	var mistake *syntax.Error
	if errors.As(err, &mistake) {
		p.why = mistake.Code.String()
		switch {
		case mistake.Code == syntax.ErrInvalidPerlOp || mistake.Code == syntax.ErrMissingRepeatArgument && len(mistake.Expr) > 1:
			p.code, p.why = CodeLookahead, construct(mistake.Expr)
		case mistake.Code == syntax.ErrInvalidEscape && len(mistake.Expr) == 2 && isDigit(mistake.Expr[1]):
			p.code, p.why = CodeLookahead, "a backreference ("+mistake.Expr+")"
		}
	}
	return p
}

// construct names what Java has behind "(?" and RE2 has not.
func construct(written string) string {
	if len(written) >= 3 && written[:2] == "(?" {
		switch written[2] {
		case '=', '!':
			return "lookahead (" + written[:3] + ")"
		case '<':
			return "lookbehind (" + written[:3] + ")"
		case '>':
			return "an atomic group (?>)"
		}
	}
	return written
}
