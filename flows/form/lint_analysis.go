package form

import (
	"slices"
	"strings"
)

// Names that programs for analysis cannot take. SPSS: Command Syntax Reference, Variable Names, 64
// bytes and no reserved word; Stata: [U] 11.3, 32 characters.
const (
	spssBytes  = 64
	stataRunes = 32
)

// analysis looks for names that must be changed before the answers can be analysed.
func (l *linter) analysis() {
	seen := map[string]bool{}
	for q := range l.form.Questions() {
		if q.Made || !q.Kind.Asked() && q.Kind != Calculate && q.Kind != Hidden {
			continue
		}
		name := q.Name
		switch {
		case !spssName(name):
			l.say(q.Row, "name", NameSPSS, "name", name)
		case len(name) > spssBytes || len([]rune(name)) > stataRunes:
			l.say(q.Row, "name", NameLong, "name", name, "count", decimal(len([]rune(name))))
		case spssReserved(name):
			l.say(q.Row, "name", NameWord, "name", name)
		}
		if low := strings.ToLower(name); seen[low] {
			l.say(q.Row, "name", NameAgain, "name", name)
		} else {
			seen[low] = true
		}
	}
}

func spssName(name string) bool {
	for i, c := range name {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '.'):
		default:
			return false // SPSS takes letters of the code page too; the files for Stata do not
		}
	}
	return name != "" && !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, "_")
}

func spssReserved(name string) bool {
	return slices.Contains([]string{"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}, strings.ToUpper(name))
}
