package form

import (
	"maps"
	"slices"
	"strings"
)

// lists compares the lists of questions that both versions have.
func (c *comparison) lists() {
	for _, pair := range c.compared {
		parts := strings.Split(pair, "\n")
		kind := Kind(parts[2])
		external := kind == SelectExternal
		was, is := c.older.listNamed(parts[0], external), c.newer.listNamed(parts[1], external)
		if was != nil && is != nil {
			c.choices(was, is, kind)
		}
	}
}

func (f *Form) listNamed(name string, external bool) *List {
	i := slices.IndexFunc(f.Lists, func(l List) bool { return l.Name == name && l.External == external })
	if i < 0 {
		return nil
	}
	return &f.Lists[i]
}

// choices compares two lists, by the names of their choices.
func (c *comparison) choices(was, is *List, kind Kind) {
	say := func(kind ChangeKind, code ChangeCode, choice Choice) {
		label := c.newer.In(choice.Label, "")
		if label == "" {
			label = choice.Name
		}
		c.say(kind, code, formPlace{}, "list", is.Name, "choice", label)
	}
	at := map[string]int{} // in the newer list
	for i, ch := range is.Choices {
		at[ch.Name] = i
	}
	last, ordered, gone, final := -1, true, false, -1
	for _, ch := range was.Choices {
		i, ok := at[ch.Name]
		if !ok {
			say(Breaking, ChangeChoiceRemoved, ch)
			gone = true
			continue
		}
		ordered = ordered && i > last
		last, final = i, max(final, i)
		to := is.Choices[i]
		if !maps.Equal(ch.More, to.More) {
			say(Breaking, ChangeChoiceColumn, to)
		}
		mediaSame := maps.EqualFunc(ch.Media, to.Media, func(a, b Text) bool { return maps.Equal(a, b) })
		switch {
		case !c.reworded(ch.Label, to.Label) && mediaSame:
		case c.sameMeaning(ch.Label, to.Label) && !c.readsLabels():
			say(Cosmetic, ChangeChoiceLabel, to)
		default:
			say(Breaking, ChangeChoiceReused, ch)
		}
	}
	if !ordered && !gone {
		c.say(Breaking, ChangeChoiceOrder, formPlace{}, "list", is.Name)
	}
	known := map[string]bool{}
	for _, ch := range was.Choices {
		known[ch.Name] = true
	}
	for i, ch := range is.Choices {
		switch {
		case known[ch.Name]:
		case kind == Rank:
			say(Breaking, ChangeChoiceAdded, ch)
		case i > final:
			say(Compatible, ChangeChoiceAdded, ch)
		default:
			say(Breaking, ChangeChoiceInserted, ch)
		}
	}
}

// readsLabels reports whether an expression of one of the versions may look at the labels of choices: then they are
// more than words.
func (c *comparison) readsLabels() bool {
	for _, f := range [...]*Form{c.older, c.newer} {
		for it := range f.All() {
			var texts []string
			if q := it.Question; q != nil {
				for _, e := range q.expressions() {
					texts = append(texts, e.text)
				}
			} else {
				texts = append(texts, it.Body().Relevant)
				if it.Repeat != nil {
					texts = append(texts, it.Repeat.Count)
				}
			}
			if slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, "choice-name") || strings.Contains(t, "label") }) {
				return true
			}
		}
	}
	return false
}

// sameMeaning reports whether a label was only put in other words: it reads the same in one of the languages, or it
// is nearly the same in all, with the same numbers and as much negation.
func (c *comparison) sameMeaning(a, b Text) bool {
	near := true
	compared := false
	for lang := range mergedTexts(a, b) {
		x, y := a[lang], b[lang]
		if x == "" || y == "" {
			continue
		}
		if strings.EqualFold(x, y) {
			return true
		}
		compared = true
		near = near && nearly(x, y)
	}
	return compared && near
}

// nearly reports whether two labels differ in a third of their letters at most.
func nearly(x, y string) bool {
	x, y = strings.ToLower(x), strings.ToLower(y)
	if strings.Map(onlyDigits, x) != strings.Map(onlyDigits, y) {
		return false
	}
	for _, no := range [...]string{"không", "chưa", "chẳng", "đừng", "ít", "not", "no ", "never", "un", "less", "មិន", "គ្មាន", "ទេ", "កុំ"} {
		if strings.Count(x, no) != strings.Count(y, no) {
			return false
		}
	}
	a, b := []rune(x), []rune(y)
	return 3*distanceRunes(a, b) <= max(len(a), len(b))
}

func onlyDigits(r rune) rune {
	if '0' <= r && r <= '9' || r == '<' || r == '>' {
		return r
	}
	return -1
}

// distanceRunes is how many letters are to be changed, added or left out (Levenshtein). Labels are a line or two.
func distanceRunes(a, b []rune) int {
	a, b = a[:min(len(a), 300)], b[:min(len(b), 300)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			same := before
			if a[i] != b[j] {
				same++
			}
			before = row[j+1]
			row[j+1] = min(same, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
