package chart

import (
	"strings"
	"unicode"
)

// coeng makes the consonant behind it a subscript (Unicode, chapter 16.4).
const coeng = '\u17d2'

// begin is the first n letters of a text in one line, or fewer where the cut would tear a letter from its marks
// or a Khmer base from its subscripts; and whether that is all of it. However long the text is, only
// its beginning is looked at.
func begin(text string, n int) (head []rune, whole bool) {
	var next rune
	whole = true
	for _, r := range text {
		if len(head) == n {
			next, whole = r, false
			break
		}
		if r == '\n' || r == '\r' {
			r = ' '
		}
		head = append(head, r)
	}
	for !whole && len(head) > 0 && (unicode.Is(unicode.M, next) || next == '\u200d' || head[len(head)-1] == coeng) {
		next, head = head[len(head)-1], head[:len(head)-1]
	}
	if whole {
		return []rune(strings.TrimSpace(string(head))), true
	}
	return []rune(strings.TrimRightFunc(string(head), unicode.IsSpace)), false
}
