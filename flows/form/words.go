package form

import (
	"slices"
	"strings"

	"chihai/flows/form/xpath"
	"chihai/locales"
)

// Words says in the language of p what is wrong, and what to do about it. Both stand in one message
// of the locales, in a line each.
func (f Finding) Words(p *locales.Printer) (what, do string) {
	args := []any{"like", "${tuoi}"}
	for k, v := range f.Args {
		if slices.Contains(Phrases(), v) {
			v = p.T("phrase." + phraseKey(v))
		}
		args = append(args, k, v)
	}
	what, do, _ = strings.Cut(p.T("finding."+string(f.Code), args...), "\n")
	return what, do
}

// ChatLines is how many lines of findings a chat shows: more nobody reads on a telephone.
const ChatLines = 15

// Lines says findings for a chat, errors first, at most [ChatLines]; the last one counts what is left.
// A line is a place and what is wrong there; what to do stands in the workbook.
func Lines(found []Finding, p *locales.Printer) []string {
	var lines []string
	found = Gravest(found)
	for i, f := range found {
		if left := len(found) - i; i == ChatLines-1 && left > 1 {
			return append(lines, p.T("mistake.more", "n", left))
		}
		what, _ := f.Words(p)
		if place := f.Place(); place != "" {
			what = place + ": " + what
		}
		lines = append(lines, what)
	}
	return lines
}

// Gravest are the findings with the errors first, otherwise in their order.
func Gravest(found []Finding) []Finding {
	sorted := slices.Clone(found)
	slices.SortStableFunc(sorted, func(a, b Finding) int {
		return boolInt(a.Severity != Error) - boolInt(b.Severity != Error)
	})
	return sorted
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Phrases lists the English words that the Args of findings may hold: those of package xpath, and
// what a parameter may be. All other arguments are the author's own, or the standard's.
func Phrases() []string {
	return append(xpath.Phrases(), "a name", "a number", "a whole number", "an Android package name")
}

// phraseKey is the key of a phrase in the locales: its letters, and the name of a bracket at its end.
func phraseKey(phrase string) string {
	phrase = strings.ToLower(phrase)
	if p, ok := strings.CutSuffix(phrase, " )"); ok {
		phrase = p + " round"
	} else if p, ok := strings.CutSuffix(phrase, " ]"); ok {
		phrase = p + " square"
	}
	return strings.Join(strings.FieldsFunc(phrase, func(c rune) bool { return c < 'a' || c > 'z' }), "_")
}
