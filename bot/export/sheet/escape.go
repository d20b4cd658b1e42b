package sheet

import (
	"unicode/utf16"
	"unicode/utf8"
)

// escape writes a text into an element. What XML cannot hold, and what Excel would read as such an
// escape, is written as _xHHHH_ (ECMA-376 part 1, §22.9.2.19, ST_Xstring).
func (b *Book) escape(s string) {
	if len(s) > MaxCell && units(s) > MaxCell {
		s = clip(s, MaxCell)
	}
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x80 {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 || r == 0xfffe || r == 0xffff {
				b.write(s[from:i])
				b.write("\uFFFD")
				from = i + n
			}
			i += n - 1
			continue
		}
		if c > '>' && c != '_' || c >= ' ' && c != '&' && c != '<' && c != '>' && c != '_' || c == '\n' || c == '\t' {
			continue
		}
		if c == '_' && !escapeLike(s[i:]) {
			continue
		}
		b.write(s[from:i])
		from = i + 1
		switch c {
		case '&':
			b.write("&amp;")
		case '<':
			b.write("&lt;")
		case '>':
			b.write("&gt;")
		default:
			const hex = "0123456789ABCDEF"
			b.bytes([]byte{'_', 'x', '0', '0', hex[c>>4], hex[c&15], '_'})
		}
	}
	b.write(s[from:])
}

// escapeLike reports whether a text begins with what Excel takes for an escape.
func escapeLike(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for _, c := range []byte(s[2:6]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// clip is the beginning of a text that has at most so many units of UTF-16.
func clip(s string, most int) string {
	n := 0
	for i, c := range s {
		if n += utf16.RuneLen(c); n > most {
			return s[:i]
		}
	}
	return s
}
