package paper

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzText holds every text to what the package promises: no panic, a file
// that opens, and the same letters when it is copied.
func FuzzText(f *testing.F) {
	for _, n := range names {
		f.Add(n, 12.0, 200.0)
	}
	f.Add("你好 🎉\n\u17d2\u17d2ក\u17d2A\u200d\u0301\ufe0f שלום", 8.0, 20.0)
	f.Add("\u202e\x00\xff\u2028\u17b6\u25cc ្ក", 30.0, 1.0)
	fonts := fonts(f)
	f.Fuzz(func(t *testing.T, text string, size, width float64) {
		if !(size >= 1 && size <= 100) || !(width >= 0 && width <= 1000) || len(text) > 5000 {
			t.Skip("no style of a document")
		}
		d := New(fonts, About{Title: text, Author: text, Language: "vi"})
		flow := d.Flow(A4, Margins{50, 50, 50, 50})
		flow.Text(text, Style{Size: size, Align: Justify})
		b := d.Fit(text, Style{Size: size, Least: size / 2, Bold: true}, width, 300)
		flow.Page.Put(d, b, 10, 10)
		_, file := written(t, d)
		want := letters(clean(text))
		if got := letters(file.text()); got != want+want {
			t.Errorf("%q comes back as %q", text, got)
		}
	})
}

// letters is text without spaces and newlines.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if r == zeroWidthSpace || r == '\n' || unicode.Is(unicode.Zs, r) {
			return -1
		}
		return r
	}, text)
}
