package paper

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// clean makes what people typed fit to be set: NFC, newlines as line feeds,
// tabs as spaces, and without what controls a terminal or the direction of
// writing, which nobody sees and which could make a printed name lie.
func clean(text string) string {
	text = strings.ToValidUTF8(text, string(unicode.ReplacementChar))
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff'):
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
	return norm.NFC.String(text)
}
