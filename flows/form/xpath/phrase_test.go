package xpath

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// expectTranslatable fails where a mistake has an argument that a caller could
// not say in another language: words that are neither the author's own nor among
// Phrases.
func expectTranslatable(t *testing.T, source string, m *Error) {
	t.Helper()
	for _, arg := range m.Args {
		switch {
		case slices.Contains(Phrases(), arg):
		case strings.Contains(source, strings.TrimSuffix(arg, "…")):
		case len(arg) <= 3: // operators and brackets
		case lookup(arg) != nil:
		case regexp.MustCompile(`^\d+([–+]\d*)?$`).MatchString(arg):
		default:
			t.Errorf("%.60q: %s has the argument %q, which cannot be translated", source, m.Code, arg)
		}
	}
}

func TestPhrases(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Phrases() {
		if p == "" || seen[p] {
			t.Errorf("%q is empty or there twice", p)
		}
		seen[p] = true
	}
}
