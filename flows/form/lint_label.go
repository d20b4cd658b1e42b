package form

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a telephone shows whole.
const (
	buttonLetters   = 30   // on a button; a longer label stands in the message, and the button is a number
	buttonChoices   = 20   // in one list; longer ones are answered by typing
	questionLetters = 1000 // in one question; Telegram takes 4,096 in one message, people do not
)

// labels looks at what people read: too long, the same twice.
func (l *linter) labels() {
	f := l.form
	for q := range f.Questions() {
		for _, lang := range slices.Sorted(maps.Keys(q.Label)) {
			if n := utf8.RuneCountInString(q.Label[lang]); n > questionLetters {
				sheet, cell := f.Places.At("survey", "label", lang, q.Row)
				l.fs.add(sheet, cell, QuestionLong, "name", q.Name, "count", decimal(n))
			}
		}
	}
	for _, list := range f.Lists {
		if !isCopy(list) {
			l.listLabels(list)
		}
	}
}

func (l *linter) listLabels(list List) {
	seen := map[[2]string]string{}
	long := map[string]int{} // by language: how many are too long
	for _, c := range list.Choices {
		for _, lang := range slices.Sorted(maps.Keys(c.Label)) {
			label := c.Label[lang]
			if utf8.RuneCountInString(label) > buttonLetters {
				long[lang]++
			}
			if list.External || len(c.More) > 0 {
				continue // choices of a cascade may have the same label in different places
			}
			key := [2]string{lang, fold(label)}
			if other, ok := seen[key]; ok && other != c.Name {
				l.sayChoice(list, c, "label", lang, ChoiceSameLabel, "list", list.Name, "name", c.Name, "other", other)
			}
			seen[key] = c.Name
		}
	}
	if len(list.Choices) > buttonChoices {
		return
	}
	for _, c := range list.Choices {
		for _, lang := range slices.Sorted(maps.Keys(c.Label)) {
			if utf8.RuneCountInString(c.Label[lang]) > buttonLetters && long[lang] > 0 {
				l.sayChoice(list, c, "label", lang, ChoiceLong, "list", list.Name, "name", c.Name, "count", decimal(long[lang]))
				long[lang] = 0 // told once for the list
			}
		}
	}
}

// fold makes a text what it is to somebody who types without diacritics and capital letters: so are
// answers compared with labels.
func fold(s string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case 0x300 <= c && c <= 0x36f: // Latin diacritics; the signs of Khmer are letters
		case c == 'đ':
			b.WriteByte('d')
		case c == '\u200b':
		default:
			b.WriteRune(c)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
