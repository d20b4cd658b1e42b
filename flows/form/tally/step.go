package tally

import "iter"

// Step is of how many responses the figures that are shown next may be made: the first so many in the
// order in which they became readable, which must never change. shown is of how many they were made last
// (0: never), gone how many of those have been deleted or changed since, released how many are readable now.
// 0 means: nothing that is made anew; show what was kept of the last figures, or nothing.
//
// Whoever looks after each response subtracts what she saw before, and the rest is one person's answers. So
// figures change only when at least [Few] responses have come or gone, and in between they are made of the
// same responses as before, or not at all. What remains: of the five newest responses together, an attacker who
// wrote down both looks knows the sums.
func Step(shown, gone, released int) int {
	added := released - (shown - gone)
	switch {
	case released < Few, shown > 0 && gone > 0 && added+gone < Few:
		return 0
	case shown > 0 && added+gone < Few:
		return shown
	}
	return released
}

// First is the first n entries. An error comes through and ends it.
func First(entries iter.Seq2[Entry, error], n int) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		left := n
		if left <= 0 {
			return
		}
		for e, err := range entries {
			left--
			if !yield(e, err) || err != nil || left <= 0 {
				return
			}
		}
	}
}
