package xpath

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// domains are the questions of the tests of proofs.
func domains() map[string]Domain {
	five, zero := 5.0, 0.0
	return map[string]Domain{
		"married": {Of: OneOf, Choices: []string{"yes", "no"}, Unanswered: true},
		"job":     {Of: OneOf, Choices: []string{"farm", "trade", "1", "2", "other"}},
		"why":     {Of: SomeOf, Choices: []string{"work", "study", "care", "none"}, Unanswered: true},
		"age":     {Of: WholeNumber, Unanswered: true},
		"kids":    {Of: WholeNumber, Least: &zero, Most: &five},
		"sons":    {Of: WholeNumber, Least: &zero, Most: &five},
		"weight":  {Of: DecimalNumber},
		"born":    {Of: DateAnswer, Unanswered: true},
		"name":    {Of: FreeText},
	}
}

func knownDomain(name string) Domain { return domains()[name] }

func TestSatisfy(t *testing.T) {
	for _, tt := range []struct {
		conditions string // several are separated by ";"; one of ". …" is at the question before a colon
		want       Verdict
		example    string
	}{
		// choices
		{"${married} = 'yes'", Possible, "married=yes"},
		{"${married} = 'perhaps'", Impossible, ""},
		{"${married} = 'yes' and ${married} = 'no'", Impossible, ""},
		{"${married} = 'yes'; ${married} != 'yes'", Impossible, ""},
		{"${married} = ''", Possible, "married="},
		{"${job} = ''", Impossible, ""},
		{"${job} = 1", Possible, "job=1"},
		{"${job} = 3", Impossible, ""},
		{"${job} > 1", Possible, "job=2"},
		{"${job} > 2", Impossible, ""},
		{"${job} != 'farm' and ${job} != 'trade' and ${job} > 0 and ${job} != 1", Possible, "job=2"},
		{"not(${married} = 'yes' or ${married} = 'no' or ${married} = '')", Impossible, ""},
		{"if(${married} = 'yes', ${job} = 'farm', ${job} = 'x')", Possible, "job=farm married=yes"},
		{"string-length(${job}) > 5", Impossible, ""},
		{"concat(${job}, ${married}) = 'farmyes'", Possible, "job=farm married=yes"},

		// several choices
		{"selected(${why}, 'none') and selected(${why}, 'work')", Possible, "why=work none"},
		{"selected(${why}, 'none') and selected(${why}, 'work'); not(selected(${why}, 'none') and count-selected(${why}) > 1)", Impossible, ""},
		{"count-selected(${why}) > 4", Impossible, ""},
		{"count-selected(${why}) = 4", Possible, "why=work study care none"},
		{"count-selected(${why}) = 3 and not(selected(${why}, 'care'))", Possible, "why=work study none"},
		{"${why} = 'work' and selected(${why}, 'study')", Impossible, ""},
		{"${why} = 'work study' and not(selected(${why}, 'work'))", Unknown, ""}, // an order of choices is not looked at

		// numbers
		{"${age} >= 18 and ${age} < 18", Impossible, ""},
		{"${age} > 17 and ${age} < 19 and ${age} != 18", Impossible, ""},
		{"${weight} > 17 and ${weight} < 19 and ${weight} != 18", Possible, "weight=17.5"},
		{"${age} > 5 or not(${age} > 5)", Possible, ""},
		{"not(${age} > 5) and not(${age} <= 5)", Possible, "age="}, // without an answer neither is so
		{"${age} > 5 and ${age} = ''", Impossible, ""},
		{"${age} > 17.5 and ${age} < 18.5", Possible, "age=18"},
		{"${age} > 17.2 and ${age} < 17.8", Impossible, ""},
		{"${kids} > 5", Impossible, ""},
		{"${kids} + ${sons} > 10", Impossible, ""},
		{"${kids} + ${sons} > 9", Possible, "kids=5 sons=5"},
		{"${sons} > ${kids} and ${kids} >= 5", Impossible, ""},
		{"${age} * 2 > 10 and ${age} < 3", Unknown, ""},
		{"${age} * 2 > 10 and ${age} < 9", Possible, "age=8"},
		{"${age} > 1000000000000000000 and ${age} < 5", Unknown, ""},

		// dates and texts
		{"${born} > '2000-01-01' and ${born} < '2000-01-03'", Possible, "born=2000-01-02"},
		{"${born} > '2000-01-01' and ${born} < '2000-01-02'", Impossible, ""},
		{"${born} = '2020-01-01' and ${born} != ''", Possible, "born=2020-01-01"},
		{"${born} > today()", Unknown, ""},
		{"${born} > today() and ${married} = 'x'", Impossible, ""},
		{"${name} = 'Lan' and ${name} = 'Hoa'", Impossible, ""},
		{"${name} != 'Lan' and ${name} != ''", Possible, "name=…"},
		{"regex(${name}, 'a+') and ${name} = ''", Impossible, ""},
		{"regex(${name}, 'a+')", Unknown, ""},

		// the answer itself, and answers that are only there if they were asked for
		{"age: . >= 0 and . < 0", Impossible, ""},
		{"age: . >= 0 and . < 120", Possible, "age=0"},
		{"age: . > 5; ${age} < 5", Impossible, ""},
		{"age? ${married} = 'yes'; ${age} > 18 and ${married} = 'no'", Impossible, ""},
		{"age? ${married} = 'yes'; ${age} > 18", Possible, "age=19 married=yes"},
		{"! ${job} = 'farm' or ${job} != 'farm'", Impossible, ""},

		// what is not known is neither true nor false
		{"${elsewhere} = 1", Unknown, ""},
		{"${elsewhere} = 1 and ${married} = 'x'", Impossible, ""},
		{"${elsewhere} = 1 or ${married} = 'yes'", Possible, "married=yes"},
		{"random() > 2", Unknown, ""},
		{"no-such() and false()", Impossible, ""},
		{"no-such()", Unknown, ""},
		{"true()", Possible, ""},
		{"1 = 2", Impossible, ""},
		{"count(instance('l')/root/item) > 0", Unknown, ""},
	} {
		got := Satisfy(knownDomain, conditionsOf(t, tt.conditions)...)
		if example := written(got.Example); got.Verdict != tt.want || tt.example != "" && example != tt.example {
			t.Errorf("%s: %v %s, want %v %s", tt.conditions, got.Verdict, example, tt.want, tt.example)
		}
	}
}

// conditionsOf reads the short form of the tests: "q: …" at question q, "q? …"
// where q is answered, "! …" for the opposite.
func conditionsOf(t testing.TB, all string) []Condition {
	var conditions []Condition
	for source := range strings.SplitSeq(all, ";") {
		var c Condition
		source = strings.TrimSpace(source)
		if self, rest, ok := strings.Cut(source, ": "); ok {
			c.Self, source = self, rest
		} else if when, rest, ok := strings.Cut(source, "? "); ok {
			c.When, source = when, rest
		} else if rest, ok := strings.CutPrefix(source, "! "); ok {
			c.Not, source = true, rest
		}
		var err error
		if c.Expr, err = Parse(source); err != nil {
			t.Fatal(err)
		}
		conditions = append(conditions, c)
	}
	return conditions
}

func written(example map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(example)) {
		parts = append(parts, name+"="+example[name])
	}
	return strings.Join(parts, " ")
}

// TestSatisfyAgainstAll compares proofs with trying all answers there are to
// three small questions.
func TestSatisfyAgainstAll(t *testing.T) {
	zero, four := 0.0, 4.0
	space := map[string]Domain{
		"a": {Of: OneOf, Choices: []string{"x", "y", "1"}, Unanswered: true},
		"b": {Of: SomeOf, Choices: []string{"x", "y", "z"}, Unanswered: true},
		"n": {Of: WholeNumber, Least: &zero, Most: &four, Unanswered: true},
	}
	wide := maps.Clone(space)
	wide["n"] = Domain{Of: WholeNumber, Unanswered: true}
	every := map[string][]string{
		"a": {"x", "y", "1", ""},
		"b": {"", "x", "y", "z", "x y", "x z", "y z", "x y z"},
		"n": {"", "0", "1", "2", "3", "4"},
	}
	verdicts := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.Custom(drawCondition).Draw(t, "condition")
		e, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		holds := func(a, b, n string) bool {
			ok, err := e.Boolean(&answers{answers: map[string][]string{"a": {a}, "b": {b}, "n": {n}}})
			return ok && err == nil
		}
		any := false
		for _, a := range every["a"] {
			for _, b := range every["b"] {
				for _, n := range every["n"] {
					any = any || holds(a, b, n)
				}
			}
		}
		for _, domains := range []map[string]Domain{space, wide} {
			proof := Satisfy(func(name string) Domain { return domains[name] }, Condition{Expr: e})
			verdicts[proof.Verdict]++
			x := proof.Example
			switch {
			case proof.Verdict == Impossible && any:
				t.Fatalf("%s can be true", source)
			case proof.Verdict == Possible && !holds(x["a"], x["b"], x["n"]):
				// What an example leaves open must not matter; unanswered is one way.
				t.Fatalf("%s is not true for %v", source, x)
			case proof.Verdict == Possible && !any && domains["n"].Least != nil:
				t.Fatalf("%s is never true, example %v", source, x)
			}
		}
	})
	if verdicts[Impossible] == 0 || verdicts[Possible] == 0 {
		t.Errorf("verdicts %v: the conditions test nothing", verdicts)
	}
	t.Logf("verdicts: %v", verdicts)
}

// drawCondition draws a condition over the questions a, b and n.
func drawCondition(t *rapid.T) string {
	return drawTruth(t, 3)
}

func drawTruth(t *rapid.T, depth int) string {
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "one of") }
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			return "${a} " + one("=", "!=") + one(" 'x'", " 'y'", " 1", " ''", " 'w'", " 0")
		case 1:
			return "selected(${b}, " + one("'x'", "'y'", "'w'", "''") + ")"
		case 2:
			return "count-selected(${b}) " + one("=", "<", ">") + one(" 0", " 1", " 2", " 3")
		case 3:
			return "${n} " + one("=", "!=", "<", "<=", ">", ">=") + one(" 0", " 1", " 2.5", " 4", " ''", " '2'")
		case 4:
			return one("${a}", "${b}", "${n}", "boolean(${n})")
		case 5:
			return "${b} " + one("=", "!=") + one(" 'x'", " ''", " 'y z'")
		case 6:
			return one("${n} * 2 > 5", "${n} + ${a} = 3", "${a} > 0", "${n} = ${a}", "string-length(${b}) > 3", "contains(${a}, ${b})")
		}
		return one("selected(${a}, 'x')", "selected(${a}, 'y')", "${n} mod 2 = 1", "count-selected(${a}) = 1", "true()", "1 = 2")
	}
	x, y := drawTruth(t, depth-1), drawTruth(t, depth-1)
	switch rapid.IntRange(0, 3).Draw(t, "connective") {
	case 0:
		return "(" + x + " and " + y + ")"
	case 1:
		return "(" + x + " or " + y + ")"
	case 2:
		return "not(" + x + ")"
	}
	return "if(" + x + ", " + y + ", " + drawTruth(t, depth-1) + ")"
}

// TestSatisfyGivesUp has more questions than can be tried: the answer is soon
// there, and honest.
func TestSatisfyGivesUp(t *testing.T) {
	for _, questions := range []int{40, 400} {
		var parts []string
		for i := range questions {
			parts = append(parts, fmt.Sprintf("string-length(${q%d})", i))
		}
		e, err := Parse(strings.Join(parts, " + ") + " = 1")
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		proof := Satisfy(func(string) Domain { return Domain{Of: OneOf, Choices: []string{"a", "bb", "ccc"}} }, Condition{Expr: e})
		if proof.Verdict != Unknown {
			t.Errorf("%d questions: verdict %v, want unknown", questions, proof.Verdict)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%d questions took %v", questions, took)
		} else {
			t.Logf("%d questions: gave up after %v", questions, took)
		}
	}
}
