package xpath

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

// household is a form with a repeat of three people, filled in on 23 November
// 2026 at half past eight in Viet Nam.
func household(t *testing.T) *answers {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	return &answers{
		self: "7",
		here: 2,
		answers: map[string][]string{
			"age": {"34"}, "height": {"1,55"}, "name": {"Lan"}, "job": {""}, "why": {"work study"}, "born": {"1992-11-23"},
			"person": {"", "", ""}, "person_age": {"34", "", "3"}, "person_name": {"Lan", "Minh", "Hoa"}, "none": {},
			"met": {"2026-11-22T23:30:00.000+07:00"},
		},
		columns: map[string]string{"province": "st", "name": "c1"},
		lists: map[string][]Row{"communes": {
			columns{"name": "c1", "label": "Kế Sách", "province": "st", "people": "1200"},
			columns{"name": "c2", "label": "Ba Tri", "province": "bt", "people": "900"},
			columns{"name": "c3", "label": "Mỹ Tú", "province": "st", "people": "15"},
		}},
		labels: map[string]string{"why/work": "Đi làm", "why/study": "Đi học"},
		clock:  Clock{Now: time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC), Zone: zone},
	}
}

func TestEval(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		// answers
		{"${age} + 1", "35"}, {"${height} * 100", "155"}, {"${name}", "Lan"}, {"concat(${name}, ' ', ${age})", "Lan 34"},
		{"/data/g/age = 34", "true"}, {"../age >= 18", "true"}, {". > 5", "true"}, {". > ${age}", "false"}, {"current()/../age", "34"},

		// no answer is the empty text, no number, and not true
		{"${job} = ''", "true"}, {"${job} > 5", "false"}, {"not(${job} > 5)", "true"}, {"${job} != 5", "true"}, {"${job} + 1", "NaN"},
		{"boolean(${job})", "false"}, {"boolean(${name})", "true"}, {"coalesce(${job}, 'none')", "none"}, {"coalesce(${job} + 1, 'none')", "none"},
		{"${none} = ''", "true"}, {"string(${none})", ""}, {"if(${job}, 'a', 'b')", "b"},

		// what is not needed is not evaluated
		{"true() or no-such()", "true"}, {"false() and ${nobody} = 1", "false"}, {"if(true(), 1, no-such())", "1"}, {"coalesce(1, no-such())", "1"},

		// choices
		{"selected(${why}, 'work')", "true"}, {"selected(${why}, ' study ')", "true"}, {"selected(${why}, 'wor')", "false"},
		{"selected(${why}, 'k s')", "false"}, {"selected('a b c', 'b')", "true"}, {"selected('ab bb b', 'b')", "true"}, {"selected('ab ba', 'b')", "false"}, {"selected(${job}, '')", "true"},
		{"count-selected(${why})", "2"}, {"selected-at(${why}, 1)", "study"}, {"selected-at(${why}, 'x')", ""}, {"selected-at(${why}, -1)", ""},
		{"jr:choice-name('work', '${why}')", "Đi làm"}, {"jr:choice-name(selected-at(${why}, 1), ${why})", "Đi học"}, {"jr:choice-name('no', '${why}')", ""},
		{"jr:choice-name('work', '/data/g/why')", "Đi làm"}, {"jr:choice-name(${job}, '${why}')", ""},
		{"province = 'st'", "true"}, {"name", "c1"},

		// repeats and lists
		{"count(${person})", "3"}, {"sum(${person_age})", "37"}, {"max(${person_age})", "34"}, {"min(${person_age}, 2)", "2"},
		{"count-non-empty(${person_age})", "2"}, {"join(', ', ${person_name})", "Lan, Minh, Hoa"}, {"concat(${person_name}, '!')", "LanMinhHoa!"},
		{"indexed-repeat(${person_name}, ${person}, 2)", "Minh"}, {"indexed-repeat(${person_name}, ${person}, 9)", ""},
		{"indexed-repeat(${person_name}, ${person}, ${job})", "Lan"}, {"indexed-repeat(${person_name}, ${person}, position(..) - 1)", "Lan"},
		{"position(..)", "2"}, {"count(${person_age}[. > 5])", "1"}, {"sum(${person_age}[. > 5]) + .", "41"}, {"join('', ${person_name}[position() != 2])", "LanHoa"},
		{"count(${person}[person_age > 18])", "1"}, {"${person}[person_age < 5]/person_name", "Hoa"},
		{"join(' ', /data/person[person_age != ''][position() = last()]/person_name)", "Hoa"}, {"join('', ${person}[2]/person_name[. != 'Minh'])", ""},
		{"count(${person}[person_name = ${name}])", "1"}, {"string(${person_name}[2])", "Minh"}, {"string(${person_name}[last()])", "Hoa"}, {"${person_name} = 'Hoa'", "true"},
		{"${person_name} = 'x'", "false"}, {"${person_age} < 5", "true"}, {"'Minh' = ${person_name}", "true"}, {"boolean(${person_age})", "true"},
		{"instance('communes')/root/item[name = 'c2']/label", "Ba Tri"}, {"count(instance('communes')/root/item[province = 'st'])", "2"},
		{"sum(instance('communes')/root/item[province='st']/people)", "1215"}, {"instance('communes')/root/item[2]/name", "c2"},
		{"string(instance('communes')/root/item[name = 'c9']/label)", ""}, {"instance('communes')/root/item[province = 'st'][2]/label", "Mỹ Tú"},
		{"count(instance('communes')/root/item[people > ${age} and people < 1000])", "1"}, {"count(instance('communes')/root/item[name = current()/../job])", "0"},
		{"join(' ', instance('communes')/root/item)", "c1 c2 c3"}, {"pulldata('communes', 'label', 'name', 'c3')", "Mỹ Tú"}, {"pulldata('communes', 'label', 'name', 'x')", ""},
		{"count(randomize(${person_name}))", "3"}, {"join('', randomize(${person_name}, 4)) = join('', randomize(${person_name}, 4))", "true"},

		// texts count characters
		{"string-length('Kế Sách')", "7"}, {"string-length()", "1"}, {"substr('Kế Sách', 3)", "Sách"}, {"substr('Kế Sách', -4, -1)", "Sác"},
		{"substring('Kế Sách', 2, 1)", "ế"}, {"translate('Kế', 'ế', 'e')", "Ke"}, {"translate('aa', 'aa', 'bc')", "bb"},
		{"regex('0912345678', '0[0-9]{9}')", "true"}, {"regex('0912345678 ', '0[0-9]{9}')", "false"}, {"regex('ab', 'a|b')", "false"},
		{"regex('a', concat('a', '|b'))", "true"}, {"digest('', 'SHA-512', 'hex') = digest('', 'SHA-512', 'base64')", "false"},
		{"string-length(uuid())", "36"}, {"regex(uuid(), '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}')", "true"},

		// numbers
		{"100000 * 100000000000000000", "10000000000000000000000"}, {"0.1 + 0.2", "0.30000000000000004"}, {"0.1 + 0.2 = 0.3", "true"}, {"1 div 0", "Infinity"},
		{"round(2.5)", "3"}, {"round(-2.5)", "-2"}, {"round(-2.51)", "-3"}, {"round(2.15, 1)", "2.2"}, {"round(-2.15, 1)", "-2.1"}, {"round(-1250, -2)", "-1200"}, {"10 + 0.1 = 10.1", "true"}, {"123456789012 = 123456789013", "false"}, {"round(0.125, 2)", "0.13"}, {"round(1234, -2)", "1200"}, {"round(1, 99)", "NaN"}, {"round(1, 'x')", "NaN"},
		{"int(-2.7)", "-2"}, {"number('1 000')", "NaN"}, {"number('3,5')", "3.5"}, {"'01' = 1", "true"}, {"'01' = '1'", "false"}, {"-0", "0"},
		{"1 div 0 = 1 div 0", "true"}, {"number('x') = number('x')", "false"}, {"random() < 1", "true"},

		// dates
		{"today()", "2026-11-23"}, {"now()", "2026-11-23T08:30:00.000+07:00"}, {"date(now())", "2026-11-23"}, {"today() = '2026-11-23'", "true"},
		{"today() - ${born}", "12418"}, {"int((today() - ${born}) div 365.25)", "33"}, {"date(today() + 30)", "2026-12-23"}, {"number(date('1970-01-02'))", "1"},
		{"${born} < today()", "true"}, {"${born} = '1992-11-23'", "true"}, {"date(${born}) = date('1992-11-23')", "true"}, {"date(${job})", ""}, {"today() = '2026-11-23T00:00:00.000+07:00'", "true"}, {"today() = 'soon'", "false"},
		{"date(decimal-date-time(${born}))", "1992-11-23"}, {"decimal-date-time('2020-01-02T12:00:00.000+07:00')", "18263.5"}, {"decimal-time('18:00')", "0.75"},
		{"decimal-time(${met})", "0.9791666666666666"}, {"decimal-time('06:00:00.000Z')", "0.5416666666666666"}, {"int(${met} - ${born})", "12417"},
		{"format-date(${born}, '%e/%n/%Y %a %b %y %d %m %%')", "23/11/1992 Mon Nov 92 23 11 %"}, {"format-date-time(${met}, '%H:%M:%S.%3 %h %q')", "23:30:00.000 23 %q"},
		{"format-date('1992-09-31', '%Y')", ""}, {"format-date('', '%Y')", ""}, {"date(1.9)", "1970-01-02"},

		// checklists
		{"checklist(1, 2, ${age} > 18, ${job}, 'x')", "true"}, {"checklist(1, -1, ${person_age})", "true"}, {"weighted-checklist(1, 5, ${age}, 3, ${job}, 9)", "true"},
		{"once('new')", "7"}, {"boolean-from-string('TRUE')", "true"},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		v, err := e.Eval(household(t))
		if err != nil || v.String() != tt.want {
			t.Errorf("%s = %q %v, want %q", tt.source, v, err, tt.want)
		}
	}
}

func TestEvalErrors(t *testing.T) {
	for _, tt := range []struct {
		source string
		code   Code // "" for an error of the form
	}{
		{"no-such(1)", CodeFunction}, {"area(.)", CodeScope}, {"selected(${why})", CodeArguments}, {"weighted-checklist(1, 2, 3)", CodeArguments},
		{"indexed-repeat(${person_name}, ${person})", CodeArguments}, {"indexed-repeat(1, ${person}, 1)", CodeArgument}, {"indexed-repeat(${person_name}, 1, 1)", CodeArgument},
		{"count(1)", CodeArgument}, {"sum('a')", CodeArgument}, {"count-non-empty('a')", CodeArgument}, {"randomize('a')", CodeArgument}, {"position(1)", CodeArgument},
		{"jr:choice-name('a', 'b c')", CodeArgument}, {"jr:choice-name('a', 1)", CodeArgument}, {"base64-decode('?')", CodeArgument},
		{"weighted-checklist(1, 2, ${person_name}, 3)", CodeArgument},
		{"${a} | ${b}", CodeUnion}, {"${last-saved#q}", CodeLastSaved}, {"..", CodePath}, {"${age}/..", CodePath}, {"instance('communes')/root", CodePath},
		{"nope = 1", CodeColumn}, {"instance('communes')/root/item[nope = 1]", CodeColumn}, {"pulldata('communes', 'nope', 'name', 'c1')", CodeColumn},
		{"date('1992-09-31')", CodeDate}, {"date(1 div 0)", CodeDate}, {"date(true())", CodeDate}, {"decimal-date-time('x')", CodeDate}, {"decimal-time('x')", CodeDate},
		{"regex('a', '(')", CodeRegex}, {"regex('a', 'a)|(b')", CodeRegex}, {"regex('a', '(?=a)a')", CodeLookahead}, {"regex('a', concat('(?=', 'a)a'))", CodeLookahead},
		{"digest('a', 'CRC')", CodeAlgorithm}, {"digest('a', 'MD5', 'rot13')", CodeAlgorithm},
		{"${person_name}[nope = 1]", ""}, {"${nobody}", ""}, {"instance('nowhere')/root/item", ""}, {"pulldata('nowhere', 'a', 'b', 'c')", ""},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		_, err = e.Eval(household(t))
		var mistake *Error
		if errors.As(err, &mistake) {
			expectTranslatable(t, tt.source, mistake)
		}
		switch {
		case err == nil:
			t.Errorf("%s: no error", tt.source)
		case errors.As(err, &mistake) != (tt.code != ""):
			t.Errorf("%s: %v, want %q", tt.source, err, tt.code)
		case mistake != nil && (mistake.Code != tt.code || strings.Contains(mistake.Error(), string(tt.code)+": ")):
			t.Errorf("%s: %s %v, want %s", tt.source, mistake.Code, err, tt.code)
		}
	}
}

// TestEndless goes through a list for every item of it, and so on, thirty times:
// three to the power of thirty conditions.
func TestEndless(t *testing.T) {
	const depth = 30
	e, err := Parse("count(" + strings.Repeat("${person_age}[count(", depth) + "${person}" + strings.Repeat(") > 0]", depth) + ")")
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Eval(household(t))
	var mistake *Error
	if !errors.As(err, &mistake) || mistake.Code != CodeEndless {
		t.Errorf("Eval = %v, want %s", err, CodeEndless)
	}
}

// TestErrorsAreDiscreet makes mistakes with an answer as their cause: errors are
// logged, and what people write is not.
func TestErrorsAreDiscreet(t *testing.T) {
	const secret = "0912345678)("
	for _, source := range []string{"date(${phone})", "decimal-date-time(${phone})", "regex('a', ${phone})", "regex('a', concat(${phone}, '('))", "digest('a', ${phone})",
		"digest('a', 'MD5', ${phone})", "base64-decode(${phone})", "pulldata(${phone}, 'a', 'b', 'c')", "pulldata('communes', ${phone}, 'name', 'c1')", "date(.)"} {
		e, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		env := household(t)
		env.self = secret
		env.answers["phone"] = []string{secret}
		if _, err := e.Eval(env); err == nil || strings.Contains(err.Error(), secret[:6]) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestResults(t *testing.T) {
	env := household(t)
	for _, tt := range []struct {
		source, text string
		number       float64
		truth        bool
	}{
		{"${age}", "34", 34, true},
		{"${job} + 1", "", math.NaN(), false}, // a calculation without its answers has none
		{"'false'", "false", math.NaN(), true},
		{"today()", "2026-11-23", 20780, true},
		{"1 = 2", "false", 0, false},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		text, err1 := e.Text(env)
		number, err2 := e.Number(env)
		truth, err3 := e.Boolean(env)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Errorf("%s: %v", tt.source, err)
		}
		if text != tt.text || truth != tt.truth || number != tt.number && !(math.IsNaN(number) && math.IsNaN(tt.number)) {
			t.Errorf("%s = %q, %v, %v, want %q, %v, %v", tt.source, text, number, truth, tt.text, tt.number, tt.truth)
		}
	}
}

// TestZoneOfOldTime has a date from when Viet Nam's clocks stood at +08:00, an
// hour ahead of today's: it must not move by that hour, nor by a day.
func TestZoneOfOldTime(t *testing.T) {
	for _, source := range []string{"date('1970-06-01') - date('1970-01-01') = 151", "date(date('1970-06-01') + 20000) = '2025-03-04'",
		"number('1970-01-01') = 0", "date(0) = '1970-01-01'", "format-date(number('1968-02-29'), '%Y-%m-%d') = '1968-02-29'"} {
		e, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := e.Boolean(household(t)); !ok || err != nil {
			t.Errorf("%s is not so: %v", source, err)
		}
	}
}

// TestPathWithoutConditions is what a form sees of a path with conditions: the
// repeat they pick from, then the way on from an instance of it.
func TestPathWithoutConditions(t *testing.T) {
	for _, tt := range []struct{ source, upTo, rest string }{
		{"/data/person[1][2]/g[3]/q", "/data/person", "/data/person/g[3]/q"},
		{"${person}[1]/g/q", "${person}", "${person}/g/q"},
		{"../person[1]/q[2]", "../person", "../person/q[2]"},
		{"../person/q[2]", "../person/q", ""},
		{"${person}[1]", "${person}", ""},
	} {
		e, err := Parse(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		path := e.root.(*Path)
		upTo, _ := path.filtered()
		rest := ""
		if p := path.without(upTo); p != nil {
			rest = (&Expr{root: p}).String()
		}
		if got := (&Expr{root: upTo}).String(); got != tt.upTo || rest != tt.rest {
			t.Errorf("%s: %q and %q, want %q and %q", tt.source, got, rest, tt.upTo, tt.rest)
		}
		if e.String() != tt.source {
			t.Errorf("%s has become %s", tt.source, e)
		}
	}
}
