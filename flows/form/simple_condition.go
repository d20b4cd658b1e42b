package form

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This file reads conditions in plain words ("Câu 3 = Có và Câu 5 từ 2 trở lên") and writes them as
// expressions. A condition is parts that begin with "Câu" and a number, joined by và and hoặc; và
// binds closer, as in expressions. Because only a question's number begins a part, a choice may have
// those words in its name.

// simplePart finds where a part begins, in folded text.
var simplePart = regexp.MustCompile(`(?:^|[ ,(])(cau (?:so |hoi )?(\d{1,4}))(?:[^\pL\d]|$)`)

// simpleJoint finds the word that joins a part to the next.
var simpleJoint = regexp.MustCompile(`(?:^|[ ,])(va|hoac|hay)$`)

// simpleLongest is how long a condition may be, in bytes of its folded letters: no person writes more.
const simpleLongest = 1000

// readConditions reads the conditions of all lines, once all lines are known.
func (r *simpleReader) readConditions() {
	lines := map[int]*simpleLine{}
	for _, l := range r.lines {
		if l.number > 0 {
			lines[l.number] = l
		}
	}
	for _, l := range r.lines {
		if text := l.texts[simpleWhen]; text != "" {
			l.relevant = r.condition(l, text, lines)
		}
	}
}

// condition is the expression for what a line's condition says; "" after a finding.
func (r *simpleReader) condition(l *simpleLine, text string, lines map[int]*simpleLine) string {
	text = strings.Trim(strings.Join(strings.Fields(norm.NFC.String(text)), " "), " .")
	folded := simpleLetters(text)
	if s := strings.TrimPrefix(strings.TrimPrefix(folded, "neu "), "khi "); s != folded {
		cut := utf8.RuneCountInString(folded) - utf8.RuneCountInString(s)
		text, folded = simpleFrom(text, cut), s
	}
	var found [][]int
	if len(folded) <= simpleLongest {
		found = simplePart.FindAllStringSubmatchIndex(folded, -1)
	}
	if len(found) == 0 || found[0][2] != 0 {
		r.say(l, simpleWhen, SimpleCondition, "text", text)
		return ""
	}
	var or, and []string
	mixed := false
	for i, m := range found {
		end := len(folded)
		joint := ""
		if i+1 < len(found) {
			end = found[i+1][2]
			before := strings.TrimSpace(folded[m[5]:end])
			j := simpleJoint.FindStringSubmatchIndex(before)
			if j == nil {
				r.say(l, simpleWhen, SimpleCondition, "text", simpleSlice(text, folded, m[2], end))
				return ""
			}
			joint = before[j[2]:j[3]]
			end = m[5] + strings.Index(folded[m[5]:end], before) + j[0]
		}
		number, _ := strconv.Atoi(folded[m[4]:m[5]])
		part := simpleClause{
			reader: r, line: l, number: number, about: lines[number],
			whole: simpleSlice(text, folded, m[2], end), text: simpleSlice(text, folded, m[5], end),
		}
		expr := part.expression()
		if expr == "" {
			return ""
		}
		and = append(and, expr)
		if joint == "va" {
			continue
		}
		mixed = mixed || len(and) > 1
		or = append(or, strings.Join(and, " and "))
		and = nil
	}
	if mixed && len(or) > 1 {
		r.say(l, simpleWhen, SimpleConditionMixed)
	}
	return strings.Join(or, " or ")
}

// A simpleClause is one part of a condition: a question, and what is said of its answer.
type simpleClause struct {
	reader *simpleReader
	line   *simpleLine
	number int
	about  *simpleLine
	whole  string // as written
	text   string // behind the number
}

// simpleWords are the words of comparisons, folded, by what they mean. Longer ones come first where
// one begins another.
var simpleWords = [...]struct{ word, means string }{
	{"khong phai la", "!="}, {"khong phai", "!="}, {"khong bang", "!="}, {"khac voi", "!="}, {"khac", "!="}, {"!=", "!="}, {"<>", "!="}, {"≠", "!="},
	{"khong chon", "lacks"}, {"khong co", "lacks"}, {"co chon", "has"}, {"chon", "has"}, {"co", "has"},
	{"lon hon hoac bang", ">="}, {"nho hon hoac bang", "<="}, {"it nhat la", ">="}, {"it nhat", ">="}, {"nhieu nhat la", "<="}, {"nhieu nhat", "<="},
	{"lon hon", ">"}, {"nhieu hon", ">"}, {"tren", ">"}, {"hon", ">"}, {"nho hon", "<"}, {"it hon", "<"}, {"duoi", "<"},
	{">=", ">="}, {"≥", ">="}, {"<=", "<="}, {"≤", "<="}, {">", ">"}, {"<", "<"},
	{"==", "="}, {"=", "="}, {"bang", "="}, {"la", "="}, {":", "="},
}

var (
	simpleUp      = regexp.MustCompile(`^(?:tu )?(\S+) tro len$`)
	simpleDown    = regexp.MustCompile(`^(?:tu )?(\S+) tro xuong$`)
	simpleBetween = regexp.MustCompile(`^tu (\S+) den (\S+)$`)
)

// expression is what the part says; "" after a finding.
func (c simpleClause) expression() string {
	if c.about == nil {
		c.say(SimpleConditionQuestion, "number", decimal(c.number))
		return ""
	}
	if c.about.kind.typ == "" {
		return "" // its own line is told
	}
	text := strings.TrimSpace(c.text)
	folded := simpleFold(text)
	ref := "${" + c.about.name + "}"
	switch folded {
	case "duoc tra loi", "co tra loi", "da tra loi":
		if c.about.kind.typ == "note" {
			return c.unfit()
		}
		return ref + " != ''"
	case "khong tra loi", "chua tra loi", "bo trong", "de trong":
		if c.about.kind.typ == "note" {
			return c.unfit()
		}
		return ref + " = ''"
	case "":
		return c.unread()
	}
	if c.choice(text) != "" { // "Câu 3 Có"
		return c.chosen("=", text)
	}
	for _, w := range []struct {
		shape *regexp.Regexp
		signs []string
	}{{simpleUp, []string{">="}}, {simpleDown, []string{"<="}}, {simpleBetween, []string{">=", "<="}}} {
		if m := w.shape.FindStringSubmatch(folded); m != nil {
			return c.counted(w.signs, m[1:])
		}
	}
	letters := simpleLetters(text)
	for _, w := range simpleWords {
		rest, ok := strings.CutPrefix(letters, w.word)
		if !ok || rest != "" && !strings.HasPrefix(rest, " ") && strings.ContainsAny(w.word, "abcdefghijklmnopqrstuvwxyz") {
			continue
		}
		value := strings.Trim(simpleFrom(text, utf8.RuneCountInString(w.word)), " \"“”'‘’")
		switch {
		case value == "":
			return c.unread()
		case c.about.kind.number && (w.means == "has" || w.means == "lacks"):
			return c.unfit()
		case c.about.kind.number:
			return c.counted([]string{w.means}, []string{simpleFold(value)})
		}
		return c.chosen(w.means, value)
	}
	return c.unread()
}

// chosen compares with one of the choices, or with several that are joined by hoặc.
func (c simpleClause) chosen(means, value string) string {
	if len(c.about.choices) == 0 && !c.about.kind.lists {
		return c.unfit()
	}
	if len(c.about.choices) == 0 {
		return "" // its own line is told
	}
	if slices.Contains([]string{">", "<", ">=", "<="}, means) || c.about.kind.typ == "rank" {
		return c.unfit()
	}
	names := []string{c.choice(value)}
	if names[0] == "" {
		names = c.choicesIn(value)
	}
	if names == nil {
		var labels []string
		for _, choice := range c.about.choices {
			labels = append(labels, choice.label)
		}
		c.say(SimpleConditionChoice, "number", decimal(c.number), "choice", value, "choices", strings.Join(labels, "; "))
		return ""
	}
	ref := "${" + c.about.name + "}"
	var all []string
	for _, n := range names {
		if c.about.kind.typ == "select_multiple" {
			all = append(all, "selected("+ref+", '"+n+"')")
		} else {
			all = append(all, ref+" = '"+n+"'")
		}
	}
	either := strings.Join(all, " or ")
	if means == "!=" || means == "lacks" {
		// Whoever was not asked, or said nothing, has not said something else either.
		return "(" + ref + " != '' and not(" + either + "))"
	}
	if len(all) > 1 {
		return "(" + either + ")"
	}
	return either
}

// choice is the code of the choice that a value names, folded; "" if it names none.
func (c simpleClause) choice(value string) string {
	folded := simpleFold(value)
	for _, choice := range c.about.choices {
		if choice.folded == folded {
			return choice.name
		}
	}
	return ""
}

// choicesIn are the codes of several choices; nil if one of them is none.
func (c simpleClause) choicesIn(value string) []string {
	var names []string
	for part := range strings.SplitSeq(simpleFold(value), " hoac ") {
		n := c.choice(part)
		if n == "" {
			return nil
		}
		names = append(names, n)
	}
	return names
}

// counted compares with numbers, one for each sign.
func (c simpleClause) counted(signs, values []string) string {
	if !c.about.kind.number {
		return c.unfit()
	}
	ref := "${" + c.about.name + "}"
	var all []string
	for i, v := range values {
		n, ok := simpleAmount(v)
		if !ok {
			return c.unread()
		}
		all = append(all, ref+" "+signs[i]+" "+n)
	}
	if signs[0] == "!=" {
		all = append([]string{ref + " != ''"}, all...)
	}
	if len(all) > 1 {
		return "(" + strings.Join(all, " and ") + ")"
	}
	return all[0]
}

var (
	simpleThousands = regexp.MustCompile(`^\d{1,3}(\.\d{3})+$`)
	simpleDecimal   = regexp.MustCompile(`^\d{1,15}([.,]\d{1,9})?$`)
)

// simpleAmount reads a number as people here write it: 1.000 is a thousand, 2,5 is two and a half.
func simpleAmount(s string) (string, bool) {
	switch {
	case len(s) <= 19 && simpleThousands.MatchString(s):
		return strings.ReplaceAll(s, ".", ""), true
	case simpleDecimal.MatchString(s):
		return strings.ReplaceAll(s, ",", "."), true
	}
	return "", false
}

func (c simpleClause) say(code Code, pairs ...string) {
	c.reader.say(c.line, simpleWhen, code, pairs...)
}

// unread says that the part is in words that nobody understands.
func (c simpleClause) unread() string {
	c.say(SimpleCondition, "text", c.whole)
	return ""
}

// unfit says that the question has no answers that could be compared so.
func (c simpleClause) unfit() string {
	c.say(SimpleConditionKind, "number", decimal(c.number), "text", c.whole)
	return ""
}

// simpleLetters folds a composed text letter by letter, so that it keeps their number: places in the
// folded text are places in the text.
func simpleLetters(s string) string {
	var b strings.Builder
	for _, c := range s {
		base, _ := utf8.DecodeRuneInString(norm.NFD.String(strings.ToLower(string(c))))
		if base == 'đ' {
			base = 'd'
		}
		b.WriteRune(base)
	}
	return b.String()
}

// simpleSlice is the part of text that lies between two places, in bytes, of its folded letters.
func simpleSlice(text, folded string, from, to int) string {
	runes := []rune(text)
	return strings.TrimSpace(string(runes[utf8.RuneCountInString(folded[:from]):utf8.RuneCountInString(folded[:to])]))
}

// simpleFrom is a text without its first letters.
func simpleFrom(text string, letters int) string { return string([]rune(text)[letters:]) }
