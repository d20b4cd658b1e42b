package form

import "strings"

// isName reports whether a name can be one of an XML element, with at most one prefix, as pyxform's
// expression.py has it. Its letters leave out U+00C0 to U+00D6 (À to Ö): a slip there, but a form
// that ODK and Kobo refuse is no use here.
func isName(s string) bool {
	prefix, local, ok := strings.Cut(s, ":")
	return isNCName(prefix) && (!ok || isNCName(local))
}

func isNCName(s string) bool {
	for i, c := range s {
		if !nameStart(c) && (i == 0 || !nameRest(c)) {
			return false
		}
	}
	return s != ""
}

func nameStart(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_',
		0xd8 <= c && c <= 0xf6, 0xf8 <= c && c <= 0x2ff,
		0x370 <= c && c <= 0x37d, 0x37f <= c && c <= 0x1fff,
		c == 0x200c, c == 0x200d, 0x2070 <= c && c <= 0x218f,
		0x2c00 <= c && c <= 0x2fef, 0x3001 <= c && c <= 0xd7ff,
		0xf900 <= c && c <= 0xfdcf, 0xfdf0 <= c && c <= 0xfffd, 0x10000 <= c && c <= 0xeffff:
		return c != '\ufffd' // what Go makes of bytes that are no text
	}
	return false
}

func nameRest(c rune) bool {
	switch {
	case '0' <= c && c <= '9', c == '-', c == '.', c == 0xb7,
		0x300 <= c && c <= 0x36f, c == 0x203f, c == 0x2040:
		return true
	}
	return false
}
