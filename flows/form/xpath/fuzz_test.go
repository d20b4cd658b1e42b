package xpath

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// seeds are expressions from which both fuzzers start; what they found once is
// kept in testdata/fuzz.
var seeds = []string{
	"${a} >= 18 and selected(${b}, 'x')", "if(. > 5, 'a', \"b\")", "instance('l')/root/item[name = ${a}]/label", "current()/../q - -1 div 2 mod 3",
	"format-date(today(), '%Y-%m-%d')", "regex(., '^[0-9]+$')", "../../g/q | /data/q", "jr:choice-name(selected-at(${b}, 0), '${b}')", "${last-saved#q}", "1div1or1",
	"round(1.005, 2) * pow(2, -0.5)", "substr('Kế Sách', -3)", "date('2026-11-23') + 1", "indexed-repeat(${a}, ${r}, position(..))", "translate(., 'ab', 'c')",
	"checklist(1, 2, ., 'x', count(${r}))", "${r}[. != ''][last()]/q", "‘a’ == ${tuổi}", "randomize(${r}, 3)", "digest('a', 'MD5', 'hex')",
}

// FuzzParse reads anything without a panic, gives every mistake a place inside the
// source, and writes what it read so that it reads it again.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := Parse(source)
		if err != nil {
			var mistake *Error
			if !errors.As(err, &mistake) {
				t.Fatalf("%T is no mistake", err)
			}
			if at := mistake.At; at.Start < 0 || at.Start > at.End || at.End > len(source) || mistake.Column != utf8.RuneCountInString(source[:at.Start])+1 {
				t.Fatalf("%q: a mistake at %v, column %d", source, at, mistake.Column)
			}
			return
		}
		Walk(e.root, func(n Node) bool {
			if at := n.Place(); at.Start < 0 || at.Start >= at.End || at.End > len(source) {
				t.Fatalf("%q: %T at %v", source, n, at)
			}
			return true
		})
		e.Check()
		e.Questions()
		written := e.String()
		if utf8.RuneCountInString(written) > MaxLength {
			return
		}
		again, err := Parse(written)
		if err != nil || !alike(e.root, again.root) {
			t.Fatalf("%q is written as %q: %v", source, written, err)
		}
		if again.String() != written {
			t.Fatalf("%q is written as %q, and that as %q", source, written, again)
		}
	})
}

// FuzzEval evaluates anything without a panic, twice alike, and proves nothing
// that its value refutes.
func FuzzEval(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "7", "x y")
	}
	f.Fuzz(func(t *testing.T, source, self, answer string) {
		e, err := Parse(source)
		if err != nil {
			return
		}
		env := &answers{
			self: self, here: 1, seed: 3,
			answers: map[string][]string{"a": {answer}, "b": {"x y"}, "q": {""}, "r": {"1", answer, ""}},
			columns: map[string]string{"name": answer},
			lists:   map[string][]Row{"l": {columns{"name": "x", "label": answer}, columns{"name": answer, "label": "y"}}},
			clock:   Clock{Now: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)},
		}
		v, err := e.Eval(env)
		again, err2 := e.Eval(env)
		if (err == nil) != (err2 == nil) || v.String() != again.String() || v.Boolean() != again.Boolean() {
			t.Fatalf("%q: first %q %v, then %q %v", source, v, err, again, err2)
		}
		if f := v.Number(env.clock); v.Kind() == KindNumber && v.String() != formatNumber(f) && !math.IsNaN(f) {
			t.Fatalf("%q: %v is written as %q", source, f, v)
		}
		proof := Satisfy(func(string) Domain { return Domain{Of: OneOf, Choices: []string{"x", "7"}} }, Condition{Expr: e, Self: "a"})
		if proof.Verdict == Impossible && err == nil && v.Boolean() && self == "x" && answer == "x" && !strings.ContainsAny(source, "bqrl") {
			t.Fatalf("%q is said to be impossible", source)
		}
	})
}

// TestWrittenAndReadAgain draws trees and expects each to be written so that
// reading gives the same tree, and to evaluate the same twice.
func TestWrittenAndReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := &Expr{root: drawNode(t, 4)}
		source := e.String()
		read, err := Parse(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if !alike(read.root, e.root) {
			t.Fatalf("%s is read as %s", source, read)
		}
		env := &answers{self: "1", answers: map[string][]string{"a": {"3"}, "b": {"x", "y"}}, columns: map[string]string{"c": "1"}}
		v, err := read.Eval(env)
		again, err2 := read.Eval(env)
		if v.String() != again.String() || (err == nil) != (err2 == nil) {
			t.Fatalf("%s: first %q %v, then %q %v", source, v, err, again, err2)
		}
	})
}

// drawNode draws a tree at most so deep.
func drawNode(t *rapid.T, depth int) Node {
	kinds := 6
	if depth == 0 {
		kinds = 3
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return &Text{Value: rapid.SampledFrom([]string{"", "a", "it's", `"`, "ế", "${a}"}).Draw(t, "text")}
	case 1:
		return &Number{Value: rapid.SampledFrom([]float64{0, 1, 0.5, 1e21, 1e-7, 123456.789}).Draw(t, "number")}
	case 2:
		return drawPath(t, depth)
	case 3:
		name := rapid.SampledFrom([]string{"not", "concat", "selected", "no-such", "if", "div"}).Draw(t, "function")
		call := &Call{Name: name, function: lookup(name)}
		for range rapid.IntRange(0, 3).Draw(t, "arguments") {
			call.Args = append(call.Args, drawNode(t, depth-1))
		}
		return call
	case 4:
		return &Negation{X: drawNode(t, depth-1)}
	}
	op := Op(rapid.IntRange(int(Or), int(Union)).Draw(t, "operator"))
	return &Operation{Op: op, X: drawNode(t, depth-1), Y: drawNode(t, depth-1)}
}

// drawPath draws one of every way to begin a path.
func drawPath(t *rapid.T, depth int) *Path {
	path := &Path{From: From(rapid.IntRange(int(Here), int(List)).Draw(t, "from"))}
	steps := rapid.IntRange(0, 2).Draw(t, "steps")
	switch path.From {
	case Here, Current:
		path.Up = rapid.IntRange(0, 2).Draw(t, "up")
	case Root:
		steps++
	default:
		path.Name = rapid.SampledFrom([]string{"a", "b", "div", "c3.1-x"}).Draw(t, "name")
		path.Filters = drawFilters(t, depth)
	}
	for i := range steps {
		step := Step{Name: rapid.SampledFrom([]string{"c", "or", ".."}).Draw(t, "step")}
		if step.Name == ".." && i == 0 && (path.From == Here || path.From == Current) {
			step.Name = "d" // at the beginning it would be counted as Up
		}
		step.Filters = drawFilters(t, depth)
		path.Steps = append(path.Steps, step)
	}
	return path
}

func drawFilters(t *rapid.T, depth int) []Node {
	var filters []Node
	if depth > 0 && rapid.IntRange(0, 4).Draw(t, "filtered") == 0 {
		filters = append(filters, drawNode(t, depth-1))
	}
	return filters
}
