package locales

import (
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// NameOrder returns a function that compares names of people as Vietnamese
// lists order them: by the given name, which stands last, then by the family
// name, which stands first, then by what stands between. It is negative when a
// comes first.
//
// Letters and tones follow the Vietnamese alphabet (CLDR, collation of vi): a
// before ă before â, d before đ, and within the same letters no tone, then
// huyền, hỏi, ngã, sắc, nặng. A name of one word is a given name.
//
// The function belongs to one goroutine; each that sorts takes its own.
func NameOrder() func(a, b string) int {
	c := collate.New(language.Vietnamese)
	return func(a, b string) int {
		one, other := nameParts(a), nameParts(b)
		for i := range one {
			if n := c.CompareString(one[i], other[i]); n != 0 {
				return n
			}
		}
		return strings.Compare(a, b)
	}
}

// nameParts returns the given name, the family name and what stands between.
func nameParts(name string) [3]string {
	words := strings.Fields(norm.NFC.String(name))
	switch last := len(words) - 1; last {
	case -1:
		return [3]string{}
	case 0:
		return [3]string{words[0]}
	default:
		return [3]string{words[last], words[0], strings.Join(words[1:last], " ")}
	}
}
