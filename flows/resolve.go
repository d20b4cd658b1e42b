package flows

import (
	"slices"
	"strings"
	"unicode/utf8"

	"chihai/store"

	"golang.org/x/text/unicode/norm"
)

// A word is something that may be typed for a choice.
type word struct {
	folded string // as [store.Fold] has it
	spelt  string // as the function spelt has it
}

// resolve returns the choice of p that text means: by its label as it stands
// on the button, by its label or one of its other words without diacritics and
// case, in any language, or by its number. words returns what may be typed for
// a locale id. What a flow offers goes before the ways back and out: "dung" is
// an answer (đúng) where there is such a one, and stop (dừng) elsewhere. At a
// free question only the very label of a button or its number after # is a
// choice.
func resolve(p *store.Prompt, words func(id string) []word, text string) (store.PromptChoice, bool) {
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
	if n := choiceNumber(text); n >= 1 && n <= len(p.Choices) {
		return p.Choices[n-1], true
	}
	folded := store.Fold(text)
	if folded == "" {
		return store.PromptChoice{}, false
	}
	said := word{folded, spelt(text)}
	for _, ways := range []bool{false, true} {
		var found []store.PromptChoice
		for _, c := range p.Choices {
			if isWay(c) == ways && means(c, words, said) {
				found = append(found, c)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], true
		}
		return store.PromptChoice{}, false
	}
	return store.PromptChoice{}, false
}

// means says whether what was said is the label of c or one of the words for it.
// A label is known by its letters alone. Another word is short, and where
// diacritics were typed they count: đúng is not dừng.
func means(c store.PromptChoice, words func(id string) []word, said word) bool {
	if store.Fold(c.Label) == said.folded {
		return true
	}
	return c.Key != "" && among(words(c.Key), said) || answersAs(c, words, said)
}

// among says whether what was said is one of the words.
func among(words []word, said word) bool {
	return slices.ContainsFunc(words, func(w word) bool {
		return w.folded == said.folded && (said.spelt == said.folded || said.spelt == w.spelt)
	})
}

// answersAs says whether the label of c begins with a yes or a no ("Có, gửi")
// and that is what was said, in whatever words.
func answersAs(c store.PromptChoice, words func(id string) []word, said word) bool {
	head, _, more := strings.Cut(c.Label, ",")
	if !more { // in Khmer the two forms of a yes stand together, without a comma: បាទ/ចាស ផ្ញើ
		head, _, more = strings.Cut(c.Label, " ")
		more = more && strings.Contains(head, "/")
	}
	if !more {
		return false
	}
	begins := word{store.Fold(head), spelt(head)}
	for _, id := range []string{"answer.yes", "answer.no"} {
		if all := words(id); among(all, begins) && among(all, said) {
			return true
		}
	}
	return false
}

// meant says whether what she typed is one of the words for the locale id, where
// that is no choice that the step offers: "không" where a free text is asked for.
func (t *Turn) meant(id string) bool {
	text := t.Words()
	return text != "" && among(t.engine.typed(id), word{store.Fold(text), spelt(text)})
}

// spelt brings text into a form in which two spellings are the same when they
// have the same letters and tones, in whatever case and Unicode form and wherever
// the tone is written (hủy, huỷ).
func spelt(text string) string {
	words := strings.Fields(norm.NFD.String(strings.ToLower(text)))
	for i, w := range words {
		var letters, tones []rune
		for _, r := range w {
			switch r {
			case '\u0300', '\u0301', '\u0303', '\u0309', '\u0323': // huyền, sắc, ngã, hỏi, nặng
				tones = append(tones, r)
			case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
			default:
				letters = append(letters, r)
			}
		}
		words[i] = string(append(letters, tones...))
	}
	return strings.Trim(strings.Join(words, " "), ` .,;:!?…"“”‘’()[]`)
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
