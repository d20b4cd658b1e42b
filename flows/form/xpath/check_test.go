package xpath

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{"${a} = 1 and selected(., 'x') and position(..) = 2 and b = ${c}", ""},
		{"trim(${a}) + nothing-like-it()", "1 function(trim normalize-space); 14 function(nothing-like-it )"},
		{"Selected(${a}, 'x') or count_selected(${a}) > 1", "1 function(Selected selected); 24 function(count_selected count-selected)"},
		{"choice-name('a', '${q}')", "1 function(choice-name jr:choice-name)"},
		{"area(.) + date-time(1)", "1 scope(area chat has places but no areas and no maps); 11 scope(date-time ODK does not describe it; now() and date() are offered)"},
		{"if(1, 2) = concat()", "1 arguments(if 2 3)"},
		{"substr('a') + max() + checklist(1)", "1 arguments(substr 1 2–3); 15 arguments(max 0 1+); 23 arguments(checklist 1 2+)"},
		{"indexed-repeat(${a}, ${b}, 1, ${c})", "1 arguments(indexed-repeat 4 3–11)"},
		{"regex(., '[a-')", "10 regex([a- missing closing ])"},
		{"regex(., '(?=.*[0-9]).+')", "10 lookahead((?=.*[0-9]).+ (?=)"},
		{"regex(., '(?<!a)b')", "10 lookahead((?<!a)b (?<!)"},
		{`regex(., '(a)\1')`, `10 lookahead((a)\1 \1)`},
		{"regex(., 'a++')", "10 lookahead(a++ ++)"},
		{"count(1) + sum('a') + count(if(., ${r}, ${s}))", "7 argument(count a repeat or a list); 16 argument(sum a question of a repeat, or a list)"},
		{"indexed-repeat(${a}, 'b', 1) = indexed-repeat(1, ${b}, 1)", "22 argument(indexed-repeat a repeat before each number); 47 argument(indexed-repeat a question as its first argument)"},
		{"position(1) + position() + position(${r})", "10 argument(position a repeat or .. as its argument)"},
		{"jr:choice-name(., 'a b')", "19 argument(jr:choice-name a question as its second argument, such as '${name}')"},
		{"date('2026-09-31') > date('2026-09-30') and date(${a}) != date('')", "6 date('2026-09-31')"},
		{"${last-saved#q} | ..", "1 lastsaved(q); 17 union(); 19 path(..)"},
		{"instance('l')/root + instance('l')/root/item[..]/x", "1 path(instance('l')/root); 46 path(..)"},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		var got []string
		for _, m := range e.Check() {
			expectTranslatable(t, tt.source, m)
			got = append(got, fmt.Sprintf("%d %s(%s)", m.Column, m.Code, strings.Join(m.Args, " ")))
			if strings.HasSuffix(m.Error(), ": "+string(m.Code)) {
				t.Errorf("%s has no sentence", m.Code)
			}
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s: %s, want %s", tt.source, s, tt.want)
		}
	}
}

func TestQuestions(t *testing.T) {
	e, err := Parse("${a} = ../b and jr:choice-name(., '${c}') != '' and /data/g/d + d2 > ${last-saved#e} and count(${r}[. > ${f}]/g) and instance('l')/root/item[x = current()/../h]/y")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range e.Questions() {
		got = append(got, m.Name)
	}
	if s := strings.Join(got, " "); s != "a b c d r g f h" {
		t.Errorf("questions: %s", s)
	}
}

func TestCompared(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{"${q} = 'a'", "${q} = 'a' false"}, {"'a' != ${q}", "${q} != 'a' false"}, {". = -88", ". = -88 false"}, {"../q = 1", "../q = 1 false"},
		{"selected(${q}, 'a')", "${q} = 'a' true"}, {"selected('a', ${q})", ""}, {"${q} > 1", ""}, {"${q} = ${p}", ""}, {"q = 'a'", ""}, {"not(${q} = 'a')", ""},
		{"${q} = 1 + 1", ""}, {"'a' = 'b'", ""}, {"instance('l')/root/item = 'a'", ""},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if c, ok := Compared(e.Root()); ok {
			got = fmt.Sprint((&Expr{root: c.Path}).String(), " ", c.Op, " ", (&Expr{root: c.Literal}).String(), " ", c.Selected)
		}
		if got != tt.want {
			t.Errorf("Compared(%s) = %q, want %q", tt.source, got, tt.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	kinds := map[string]Kind{"n": KindNumber, "d": KindDate}
	for _, tt := range []struct {
		source   string
		want     Kind
		volatile bool
	}{
		{"'a'", KindText, false}, {"-1", KindNumber, false}, {"${n} + 1", KindNumber, false}, {"${n} > 1 and 'x'", KindBoolean, false}, {"${n}", KindNumber, false},
		{"${x}", KindAny, false}, {"instance('l')/root/item", KindList, false}, {"if(1, 'a', 'b')", KindText, false}, {"if(1, 'a', 2)", KindAny, false},
		{"coalesce(${n}, 0)", KindNumber, false}, {"today()", KindDate, true}, {"concat(1, uuid())", KindText, true}, {"no-such()", KindAny, false},
		{"count(${r}[. > random()])", KindNumber, true},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		got := KindOf(e.Root(), func(p *Path) Kind {
			name, _ := p.Question()
			return kinds[name]
		})
		if got != tt.want || Volatile(e.Root()) != tt.volatile {
			t.Errorf("%s is %v, volatile %v; want %v, %v", tt.source, got, Volatile(e.Root()), tt.want, tt.volatile)
		}
	}
}
