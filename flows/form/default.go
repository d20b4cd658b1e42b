package form

import (
	"slices"
	"strings"
)

// dynamic reports whether a default is an expression, as pyxform tells it in utils.py: by a call, a
// reference, a path step in brackets or an operator. A hyphen in a date is none.
func dynamic(s string, k Kind) bool {
	hyphens := k == Date || k == DateTime || k == Point || k == Trace || k == Shape
	for _, t := range tokens(s) {
		switch t {
		case "-":
			if hyphens {
				return false
			}
			return true
		case "*", "+", "|", " mod ", " div ", "(", "[", "${":
			return true
		}
	}
	return false
}

// tokens finds in a text what makes an expression of it, and leaves out what stands in quotes and
// the hyphens of dates, negative numbers and names.
func tokens(s string) []string {
	var found []string
	rs := []rune(s)
	name := false // the last rune belongs to a name
	for i := 0; i < len(rs); i++ {
		c := rs[i]
		rest := rs[i:]
		switch {
		case c == '\'' || c == '"':
			end := slices.Index(rest[1:], c)
			if end >= 0 {
				i += end + 1
			}
			name = false
		case c == '-' && len(rest) > 1 && ('0' <= rest[1] && rest[1] <= '9' || rest[1] == '.') && !name:
			for i+1 < len(rs) && strings.ContainsRune("0123456789.", rs[i+1]) {
				i++
			}
		case '0' <= c && c <= '9' && !name:
			n := dateLength(rest)
			i += max(n, 1) - 1
		case c == '$' && len(rest) > 1 && rest[1] == '{':
			if _, ok := References(string(rest)); ok && strings.ContainsRune(string(rest), '}') {
				found = append(found, "${")
			}
		case c == '(' || c == '[':
			if name {
				found = append(found, string(c))
			}
			name = false
		case strings.ContainsRune("*+|", c), c == '-' && !name:
			found = append(found, string(c))
		case c == ' ' && len(rest) >= 5 && (string(rest[:5]) == " mod " || string(rest[:5]) == " div "):
			found = append(found, string(rest[:5]))
			i += 4
			name = false
		default:
			name = nameStart(c) || name && nameRest(c)
		}
	}
	return found
}

// dateLength is the length of a date at the beginning, such as 2025-05-01; 0 if there is none.
func dateLength(rs []rune) int {
	const pattern = "dddd-dd-dd"
	if len(rs) < len(pattern) {
		return 0
	}
	for i, p := range pattern {
		if digit := '0' <= rs[i] && rs[i] <= '9'; p == 'd' && !digit || p == '-' && rs[i] != '-' {
			return 0
		}
	}
	return len(pattern)
}
