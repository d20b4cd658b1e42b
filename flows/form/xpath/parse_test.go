package xpath

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		// numbers, texts, the answer itself
		{"1", "1"}, {"01.50", "1.5"}, {".5", "0.5"}, {"15.", "15"}, {"'a'", "'a'"}, {`"it's"`, `"it's"`}, {`'"'`, `'"'`}, {".", "."}, {"(.)", "."},

		// names, with hyphens and points, and keywords that are names
		{"${ a.b-c }", "${a.b-c}"}, {"a-b", "a-b"}, {"a - b", "a - b"}, {"a -b", "a - b"}, {"div div div", "div div div"},
		{"and and or", "and and or"}, {"${tuổi}", "${tuổi}"}, {"${អាយុ} > 5", "${អាយុ} > 5"}, {"${last-saved#q}", "${last-saved#q}"},

		// paths
		{"../q", "../q"}, {".. / .. / q", "../../q"}, {"./q", "q"}, {"/data/g/q", "/data/g/q"}, {"current()/../q", "current()/../q"},
		{"current()/.", "current()"}, {"instance( 'l' )/root/item[a=b and c = ${q}]/x", "instance('l')/root/item[a = b and c = ${q}]/x"},
		{"${r}[ . > 1 ][2]/q/../p", "${r}[. > 1][2]/q/../p"}, {"position(..)", "position(..)"},

		// operators bind as in XPath 1.0
		{"1+2*3", "1 + 2 * 3"}, {"(1+2)*3", "(1 + 2) * 3"}, {"1-(2-3)", "1 - (2 - 3)"}, {"(1-2)-3", "1 - 2 - 3"},
		{"a or b and c", "a or b and c"}, {"(a or b) and c", "(a or b) and c"}, {"1<2=3>4", "1 < 2 = 3 > 4"}, {"1<(2=3)", "1 < (2 = 3)"},
		{"--1", "--1"}, {"-(1+2)", "-(1 + 2)"}, {"-a|b", "-a | b"}, {"(-a)|b", "(-a) | b"}, {"5- 4-1--1", "5 - 4 - 1 - -1"}, {"-2*3", "-2 * 3"},
		{"1 or1", "1 or 1"}, {"1div2mod-3", "1 div 2 mod -3"}, {"'1'and'2'", "'1' and '2'"}, {"a*b", "a * b"},

		// functions
		{"today ( )", "today()"}, {"if(a,b ,'c')", "if(a, b, 'c')"}, {"jr:choice-name(${q},'${q}')", "jr:choice-name(${q}, '${q}')"}, {"no-such( )", "no-such()"},

		// spaces that nobody sees
		{"\u00a0${a}\u200b=\ufeff1\n", "${a} = 1"},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.source, err)
			continue
		}
		if got := e.String(); got != tt.want {
			t.Errorf("Parse(%q).String() = %q, want %q", tt.source, got, tt.want)
		}
		again, err := Parse(tt.want)
		if err != nil || !alike(e.root, again.root) {
			t.Errorf("%q is another expression than %q: %v", tt.want, tt.source, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		source string
		code   Code
		column int
		args   string
	}{
		{"", CodeEmpty, 1, ""},
		{" \u00a0", CodeEmpty, 1, ""},
		{"1 +", CodeEnd, 4, "a value"},
		{"(1", CodeUnclosed, 1, "( )"},
		{"if(a, b", CodeUnclosed, 3, "( )"},
		{"'á' = selected(${a}, 'b'", CodeUnclosed, 15, "( )"},
		{"a]", CodeUnopened, 2, "]"},
		{"(a))", CodeUnopened, 4, ")"},
		{"instance('l')/root/item[a", CodeUnclosed, 24, "[ ]"},
		{"tuổi = 'a", CodeText, 8, "'"},
		{"${tuổi} = ‘a’", CodeQuote, 11, "‘"},
		{"${a} ”", CodeQuote, 6, "”"},
		{"${a} == 1", CodeOperator, 6, "== ="},
		{"${a} && ${b}", CodeOperator, 6, "&& and"},
		{"${a} || ${b}", CodeOperator, 6, "|| or"},
		{"${a} AND ${b}", CodeOperator, 6, "AND and"},
		{"${a} ≥ 1", CodeOperator, 6, "≥ >="},
		{"${a} % 2", CodeOperator, 6, "% mod"},
		{"${a", CodeUnclosed, 1, "${ }"},
		{"${}", CodeReference, 1, ""},
		{"${a b}", CodeReference, 1, "a b"},
		{"$a", CodeReference, 1, "$a"},
		{"1 2", CodeUnexpected, 3, "2 an operator or the end"},
		{"f(1 2)", CodeUnexpected, 5, "2 an operator, a comma or )"},
		{"f(,)", CodeUnexpected, 3, ", a value"},
		{"a ! b", CodeUnexpected, 3, "! an operator or the end"},
		{"//a", CodeUnsupported, 1, "search in depth (//)"},
		{"/a//b", CodeUnsupported, 3, "search in depth (//)"},
		{"child::a", CodeUnsupported, 1, "axis (::)"},
		{"@id", CodeUnsupported, 1, "attribute (@)"},
		{"../*", CodeUnsupported, 4, "wildcard (*)"},
		{"../text()", CodeUnsupported, 4, "function in a path"},
		{"(a)/b", CodeUnsupported, 4, "a path that follows brackets"},
		{"instance(l)/root", CodeArgument, 1, "instance the name of a list in quotation marks"},
		{strings.Repeat("9", 400), CodeNumber, 1, strings.Repeat("9", 40) + "…"},
		{strings.Repeat("a", MaxLength+1), CodeLong, 1, "10000"},
		{strings.Repeat("(", MaxDepth+1) + "1" + strings.Repeat(")", MaxDepth+1), CodeDeep, MaxDepth + 2, "1000"},
		{strings.Repeat("-", MaxDepth+1) + "1", CodeDeep, MaxDepth + 1, "1000"},
	} {
		_, err := Parse(tt.source)
		var mistake *Error
		if !errors.As(err, &mistake) {
			t.Errorf("Parse(%.60q) = %v, want a mistake", tt.source, err)
			continue
		}
		expectTranslatable(t, tt.source, mistake)
		if args := strings.Join(mistake.Args, " "); mistake.Code != tt.code || mistake.Column != tt.column || args != tt.args {
			t.Errorf("Parse(%.60q) = %s at %d %q, want %s at %d %q", tt.source, mistake.Code, mistake.Column, args, tt.code, tt.column, tt.args)
		}
		if s := mistake.Error(); strings.HasSuffix(s, ": "+string(mistake.Code)) {
			t.Errorf("Parse(%.60q): %q is no sentence", tt.source, s)
		}
	}
}

// TestParseBounds reads the longest and deepest expressions, well within the time
// that anything quadratic would take.
func TestParseBounds(t *testing.T) {
	start := time.Now()
	for name, source := range map[string]string{
		"brackets":    strings.Repeat("(", MaxDepth) + "1" + strings.Repeat(")", MaxDepth),
		"calls":       strings.Repeat("not(", MaxDepth) + "1" + strings.Repeat(")", MaxDepth),
		"signs":       strings.Repeat("-", MaxDepth) + strings.Repeat("a", MaxLength-MaxDepth),
		"conditions":  strings.Repeat("${a}[", MaxDepth) + "1" + strings.Repeat("]", MaxDepth),
		"sum":         "1" + strings.Repeat("+1", (MaxLength-1)/2),
		"arguments":   "concat(1" + strings.Repeat(",1", (MaxLength-9)/2) + ")",
		"steps":       "a" + strings.Repeat("/a", (MaxLength-1)/2),
		"ups":         strings.Repeat("../", MaxLength/3-1) + "q",
		"name":        strings.Repeat("a", MaxLength),
		"spaces":      strings.Repeat(" ", MaxLength-1) + "1",
		"name spaces": "a" + strings.Repeat(" ", MaxLength-2) + "*",
	} {
		e, err := Parse(source)
		if name == "name spaces" {
			if err == nil {
				t.Errorf("%s: no mistake", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := len(e.String()); got == 0 {
			t.Errorf("%s is written as nothing", name)
		}
		e.Check()
		e.Questions()
		Volatile(e.root)
		if _, err := e.Eval(&answers{answers: map[string][]string{"a": {"1"}, "q": {"1"}}, columns: map[string]string{}}); err != nil {
			var mistake *Error
			if !errors.As(err, &mistake) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestPlaces(t *testing.T) {
	const source = "${tuổi} > 18 and selected( ${nghe}, 'nong' ) or count(/data/hộ/con) = 2"
	e, err := Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	Walk(e.root, func(n Node) bool {
		at := n.Place()
		got = append(got, source[at.Start:at.End])
		return true
	})
	want := []string{
		source,
		"${tuổi} > 18 and selected( ${nghe}, 'nong' )", "${tuổi} > 18", "${tuổi}", "18",
		"selected( ${nghe}, 'nong' )", "${nghe}", "'nong'",
		"count(/data/hộ/con) = 2", "count(/data/hộ/con)", "/data/hộ/con", "2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("places:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, m := range e.Questions() {
		if source[m.At.Start:m.At.End] != m.Name {
			t.Errorf("%s is said to stand at %q", m.Name, source[m.At.Start:m.At.End])
		}
	}
}

// alike reports whether two trees are the same but for their places.
func alike(a, b Node) bool {
	switch a := a.(type) {
	case *Text:
		b, ok := b.(*Text)
		return ok && a.Value == b.Value
	case *Number:
		b, ok := b.(*Number)
		return ok && a.Value == b.Value
	case *Path:
		b, ok := b.(*Path)
		if !ok || a.From != b.From || a.Up != b.Up || a.Name != b.Name || len(a.Steps) != len(b.Steps) || !allAlike(a.Filters, b.Filters) {
			return false
		}
		for i, s := range a.Steps {
			if s.Name != b.Steps[i].Name || !allAlike(s.Filters, b.Steps[i].Filters) {
				return false
			}
		}
		return true
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Name == b.Name && a.function == b.function && allAlike(a.Args, b.Args)
	case *Negation:
		b, ok := b.(*Negation)
		return ok && alike(a.X, b.X)
	case *Operation:
		b, ok := b.(*Operation)
		return ok && a.Op == b.Op && alike(a.X, b.X) && alike(a.Y, b.Y)
	}
	return false
}

func allAlike(a, b []Node) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !alike(a[i], b[i]) {
			return false
		}
	}
	return true
}
