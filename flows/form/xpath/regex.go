package xpath

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
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
		return Value{}, ev.expr.mistake(n.Args[1].Place(), p.code, ev.source(n.Args[1]), p.why)
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
	// Alone first: between the anchors a bracket too many would be their own, and
	// the mistakes would name what nobody wrote.
	_, err := syntax.Parse(source, syntax.Perl)
	if err == nil {
		p.re, err = regexp.Compile(`\A(?:` + source + `)\z`)
	}
	if err == nil {
		return p
	}
	p.code, p.why = CodeRegex, aPatternMistake
	var mistake *syntax.Error
	if errors.As(err, &mistake) {
		p.why = patternPhrase(mistake.Code)
		if what := onlyInJava(mistake); what != "" {
			p.code, p.why = CodeLookahead, what
		}
	}
	return p
}

// onlyInJava is the construct of Java that RE2 stopped at, as it is written:
// lookahead and lookbehind, atomic groups, backreferences, possessive repetition;
// "" where it stopped at something else.
func onlyInJava(mistake *syntax.Error) string {
	switch written := mistake.Expr; {
	case strings.HasPrefix(written, "(?=") || strings.HasPrefix(written, "(?!"):
		return written[:3]
	case strings.HasPrefix(written, "(?<=") || strings.HasPrefix(written, "(?<!"):
		return written[:4]
	case strings.HasPrefix(written, "(?>"):
		return "(?>"
	case mistake.Code == syntax.ErrInvalidEscape && len(written) == 2 && isDigit(written[1]):
		return written
	case mistake.Code == syntax.ErrInvalidRepeatOp && strings.HasSuffix(written, "+"):
		return written
	}
	return ""
}
