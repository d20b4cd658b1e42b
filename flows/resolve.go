package flows

import (
	"slices"
	"strings"
	"unicode/utf8"

	"chihai/store"

	"golang.org/x/text/unicode/norm"
)

// resolve returns the choice of p that text means: by its label as it stands
// on the button, by its label or one of its other words without diacritics and
// case, in any language, or by its number. words returns what may be typed for
// a locale id, folded. At a free question only the very label of a button or its number
// after # is a choice.
func resolve(p *store.Prompt, words func(id string) []string, text string) (store.PromptChoice, bool) {
	text = strings.TrimSpace(norm.NFC.String(text))
	if text == "" {
		return store.PromptChoice{}, false
	}
	for _, c := range p.Choices {
		if c.Label == text {
			return c, true
		}
	}
	if p.Free {
		rest, ok := strings.CutPrefix(text, "#")
		if n := choiceNumber(rest); ok && n >= 1 && n <= len(p.Choices) {
			return p.Choices[n-1], true
		}
		return store.PromptChoice{}, false
	}
	folded := store.Fold(text)
	if folded == "" {
		folded = text
	}
	var found []store.PromptChoice
	for _, c := range p.Choices {
		if store.Fold(c.Label) == folded || c.Key != "" && slices.Contains(words(c.Key), folded) {
			found = append(found, c)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	if n := choiceNumber(folded); len(found) == 0 && n >= 1 && n <= len(p.Choices) {
		return p.Choices[n-1], true
	}
	return store.PromptChoice{}, false
}

// choiceNumber reads a number of at most two digits as people type it: in
// ASCII, full-width or Khmer digits, as a keycap, with a dot, a bracket or a
// sign before or behind. It returns 0 for anything else.
func choiceNumber(s string) int {
	s = strings.Trim(s, " .)(,#-")
	if s == "" || utf8.RuneCountInString(s) > 6 {
		return 0
	}
	n, digits := 0, 0
	for _, r := range s {
		var d int
		switch {
		case r >= '0' && r <= '9':
			d = int(r - '0')
		case r >= '０' && r <= '９':
			d = int(r - '０')
		case r >= '០' && r <= '៩': // U+17E0–U+17E9
			d = int(r - '០')
		case r == '\ufe0f' || r == '\u20e3': // a keycap is a digit with these two behind it
			continue
		default:
			return 0
		}
		n, digits = 10*n+d, digits+1
	}
	if digits > 2 {
		return 0
	}
	return n
}
