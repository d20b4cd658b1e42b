package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean makes of whatever a network delivered something that can be kept and
// compared.
func clean(in Input) Input {
	in.ID = cleanText(in.ID, 200)
	in.Text = cleanText(in.Text, MaxText)
	in.Phone = cleanText(in.Phone, 40)
	in.Tap.Token = cleanText(in.Tap.Token, 64)
	in.Tap.ID = cleanText(in.Tap.ID, 64)
	in.File.ID = cleanText(in.File.ID, 300)
	in.File.Name = cleanText(in.File.Name, 200)
	in.File.Type = cleanText(in.File.Type, 100)
	in.Album = cleanText(in.Album, 64)
	return in
}

// cleanText brings s into NFC, without spaces around it, control characters,
// and marks that turn the direction of what follows, and cuts it after most
// characters.
func cleanText(s string, most int) string {
	if len(s) > most*utf8.UTFMax {
		s = s[:most*utf8.UTFMax]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r):
			return -1
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(norm.NFC.String(s))
	if utf8.RuneCountInString(s) > most {
		s = strings.TrimSpace(string([]rune(s)[:most]))
	}
	return s
}
