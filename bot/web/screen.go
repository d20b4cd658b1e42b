package web

import (
	"cmp"
	"slices"
	"time"

	"chihai/store"
)

const (
	// overlap is by how much the lines that are told again reach back.
	overlap = time.Minute
	// maxLines is how many lines a page is told at the beginning: what a cheap
	// phone shows without effort.
	maxLines = 300
)

// screen reads what the page of the contact must be told after the line with
// the ID after, or from the beginning when after is empty or not known any
// more, in the order in which it was shown.
//
// Lines that were posted early may be shown late: a reply overtakes what waits
// in a slower lane. So what comes after a line is not only what has a greater
// ID, but also what was shown since, and a little before, because transactions
// that began in one order may commit in another. A page knows a line it has by
// its ID.
func screen(tx *store.Tx, contact, after string) ([]store.Line, error) {
	lines, err := allLines(tx, contact)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if l.ID == after {
			since := l.At.Add(-overlap)
			return slices.DeleteFunc(lines, func(l store.Line) bool { return l.ID <= after && l.At.Before(since) }), nil
		}
	}
	return newest(present(lines)), nil
}

// allLines reads the screen of the contact, of a very long one its end, in the
// order in which it was shown.
func allLines(tx *store.Tx, contact string) ([]store.Line, error) {
	var lines []store.Line
	for l, err := range tx.Screen(contact) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, *l)
	}
	slices.SortStableFunc(lines, func(a, b store.Line) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return lines, nil
}

// present returns lines without those that were removed, and what removed
// them.
func present(lines []store.Line) []store.Line {
	gone := map[string]bool{}
	for _, l := range lines {
		if l.Gone {
			gone[l.Edits] = true
		}
	}
	return slices.DeleteFunc(lines, func(l store.Line) bool { return l.Gone || gone[l.ID] || l.Edits != "" && gone[l.Edits] })
}

// newest returns of a long talk its end. The choices above the text field
// belong to it, however long ago they were offered.
func newest(lines []store.Line) []store.Line {
	cut := max(0, len(lines)-maxLines)
	isKeyboard := func(l store.Line) bool { return l.Layout == store.Keyboard || l.Layout == store.Clear }
	if slices.ContainsFunc(lines[cut:], isKeyboard) {
		return lines[cut:]
	}
	for i := cut - 1; i >= 0; i-- {
		if isKeyboard(lines[i]) {
			return append([]store.Line{lines[i]}, lines[cut:]...)
		}
	}
	return lines[cut:]
}
