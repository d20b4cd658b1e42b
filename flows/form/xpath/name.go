package xpath

import (
	"slices"
	"unicode/utf8"
)

// This file knows the characters: spaces, digits, names.

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isNumberStart reports whether s begins as a number does.
func isNumberStart(s string) bool {
	return s != "" && (isDigit(s[0]) || len(s) > 1 && s[0] == '.' && isDigit(s[1]))
}

// isSpace knows the spaces of XPath and those that people paste into a workbook
// without seeing them.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\u00a0', '\u2007', '\u200b', '\u202f', '\u3000', '\ufeff':
		return true
	}
	return false
}

// isName reports whether s is a name as XML has them, without a colon.
func isName(s string) bool { return s != "" && nameAt(s) == s }

// nameAt is the name at the beginning of s, or "".
func nameAt(s string) string {
	for i, r := range s {
		if i == 0 && !isNameStart(r) || i > 0 && !isNameStart(r) && !isNamePart(r) {
			return s[:i]
		}
	}
	return s
}

// isNameStart follows NameStartChar of XML 1.0, fifth edition, without the colon.
func isNameStart(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
	}
	if isSpace(r) || r == utf8.RuneError {
		return false
	}
	_, found := slices.BinarySearchFunc(nameRanges[:], r, func(between [2]rune, r rune) int {
		switch {
		case r < between[0]:
			return 1
		case r > between[1]:
			return -1
		}
		return 0
	})
	return found
}

// isNamePart is what NameChar allows beyond NameStartChar.
func isNamePart(r rune) bool {
	return '0' <= r && r <= '9' || r == '-' || r == '.' || r == 0xb7 || 0x300 <= r && r <= 0x36f || r == 0x203f || r == 0x2040
}

var nameRanges = [...][2]rune{
	{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x2ff}, {0x370, 0x37d}, {0x37f, 0x1fff}, {0x200c, 0x200d}, {0x2070, 0x218f},
	{0x2c00, 0x2fef}, {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
}
