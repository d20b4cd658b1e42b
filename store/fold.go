package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings what people type into the form in which it is compared: without
// diacritics (đ becomes d), without case, with single spaces and without
// punctuation at its ends. The two Unicode forms of Vietnamese and the two
// ways to place a tone (hoà, hòa) give the same. Letters of other scripts,
// such as Khmer, stay with their signs. Folding twice changes nothing more.
func Fold(s string) string {
	b := make([]byte, 0, len(s))
	space := false // a space is due before the next letter
	for _, r := range s {
		if int(r) < len(plain) {
			r = plain[r]
		} else if dropped(r) {
			continue
		} else if unicode.IsSpace(r) {
			r = ' '
		} else {
			r = unicode.ToLower(r)
		}
		switch r {
		case drop:
		case ' ':
			space = len(b) > 0
		default:
			if space {
				b = append(b, ' ')
				space = false
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return strings.TrimFunc(string(b), trimmed)
}

// trimmed says whether r is punctuation or space that does not count at the
// ends of what people type.
func trimmed(r rune) bool {
	return r == ' ' || strings.ContainsRune(`.,;:!?…"“”‘’()[]`, r)
}

// drop stands in plain for what folding leaves out.
const drop = -1

// plain is what each character of the Latin blocks folds to. Vietnamese ends
// at U+1EF9; decomposing every text anew would cost more than a turn's commit.
var plain = func() (table [0x1f00]rune) {
	for i := range table {
		r := rune(i)
		switch {
		case dropped(r):
			table[i] = drop
			continue
		case unicode.IsSpace(r):
			table[i] = ' '
			continue
		case r == 'đ' || r == 'Đ':
			table[i] = 'd'
			continue
		}
		if unicode.Is(unicode.Latin, r) {
			r, _ = utf8.DecodeRuneInString(norm.NFD.String(string(r)))
		}
		table[i] = unicode.ToLower(r)
	}
	return table
}()

// dropped says whether r is a mark of the Latin script (those of Khmer carry
// meaning), or invisible: keyboards and copied texts carry such characters.
func dropped(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return r >= 0x0300 && r < 0x0370 || unicode.Is(unicode.Bidi_Control, r)
}
