package channel

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Length is how long Telegram finds s: in UTF-16 units, so that most letters
// count one and most pictures two. (core.telegram.org/api/entities)
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Split cuts text into pieces of at most limit UTF-16 units each, to be sent
// one after the other. It cuts at the end of a paragraph if it can, else of a
// line, of a sentence, of a word, and never inside a letter: accents stay with
// what they stand on, and the parts of a joined picture together. The space at
// a cut is dropped; nothing else is. No piece is empty; a text of nothing but
// space has none. Text must be valid UTF-8 and limit at least 2.
//
// Khmer writes no spaces between words, so there a cut may fall between two
// letters of a word.
func Split(text string, limit int) []string {
	var pieces []string
	text = strings.TrimSpace(text)
	for {
		n := cut(text, limit)
		if n == len(text) {
			break
		}
		if piece := strings.TrimSpace(text[:n]); piece != "" {
			pieces = append(pieces, piece)
		}
		text = strings.TrimSpace(text[n:])
	}
	if text != "" {
		pieces = append(pieces, text)
	}
	return pieces
}

// How good a place for a cut is.
const (
	nowhere = iota
	afterLetter
	afterWord
	afterSentence
	afterLine
	afterParagraph
)

// cut returns how many bytes of text the first piece takes: all of them when
// it fits. A place in the second half of what fits wins over a better one in
// the first, lest pieces become tiny.
func cut(text string, limit int) int {
	var last [afterParagraph + 1]int // the last place of each kind
	units, half := 0, 0
	prev := rune(0)
	end := len(text)
	for i, r := range text {
		if i > 0 && !together(prev, r) {
			last[place(text[:i], text[i:])] = i
		}
		if units <= limit/2 {
			half = i
		}
		units += utf16.RuneLen(r)
		if units > limit {
			end = i
			break
		}
		prev = r
	}
	if end == len(text) {
		return end
	}
	for kind := afterParagraph; kind > afterLetter; kind-- {
		if last[kind] > half {
			return last[kind]
		}
	}
	best := max(last[afterWord], last[afterSentence], last[afterLine], last[afterParagraph])
	switch {
	case best > 0:
		return best
	case last[afterLetter] > 0:
		return last[afterLetter]
	}
	return end // one letter with more marks than fit
}

// place says what a cut between before and after would separate.
func place(before, after string) int {
	next, _ := utf8.DecodeRuneInString(after)
	rest := strings.TrimRight(before, " \t")
	prev, _ := utf8.DecodeLastRuneInString(rest)
	gap := len(rest) < len(before)
	switch {
	case strings.HasSuffix(rest, "\n\n"):
		return afterParagraph
	case prev == '\n':
		return afterLine
	case unicode.IsSpace(next):
		return afterLetter // the cut comes after the space
	case prev == '។' || prev == '៕': // ends a Khmer sentence, with or without a space behind it
		return afterSentence
	case gap && strings.ContainsRune(".!?…:;", prev):
		return afterSentence
	case gap || prev == '\u200b': // Khmer may mark the ends of words with a space of no width
		return afterWord
	}
	return afterLetter
}

// together reports whether next belongs to the letter or picture that prev is
// part of. It knows what the languages and pictures of the Union's chats need,
// not all of Unicode's rules (UAX #29).
func together(prev, next rune) bool {
	const (
		joiner = '\u200d' // joins pictures
		coeng  = '\u17d2' // puts the next Khmer consonant below
	)
	switch {
	case unicode.Is(unicode.M, next): // accents, vowel signs, variation selectors
		return true
	case next == joiner, prev == joiner, prev == coeng:
		return true
	case next >= 0x1f3fb && next <= 0x1f3ff: // skin tones
		return true
	case flag(prev) && flag(next): // two letters make a flag; a row of flags stays together
		return true
	case prev == '\r' && next == '\n':
		return true
	}
	return false
}

func flag(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
