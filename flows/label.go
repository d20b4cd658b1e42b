package flows

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"chihai/store"
)

const (
	mostLabel = 40 // how many letters a button shows on a small phone
	mostGiven = 20 // how many of a person's name stand in one
)

// cut shortens s to at most most letters, the last of which says that there
// was more.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}

// unlike returns label cut to what a button shows, with a number behind it when
// it is taken, and takes it: no two buttons of a question read the same.
func unlike(taken map[string]bool, label string) string {
	unique := cut(label, mostLabel)
	for n := 2; taken[unique]; n++ {
		number := fmt.Sprintf(" (%d)", n)
		unique = cut(label, mostLabel-len(number)) + number
	}
	taken[unique] = true
	return unique
}

// apart returns label, with a mark behind it when it reads like one of the ways
// back and out: Thôi is a name, too.
func (t *Turn) apart(label string) string {
	for _, way := range ways {
		if store.Fold(label) == store.Fold(t.T(way.Key)) {
			return label + " *"
		}
	}
	return label
}
