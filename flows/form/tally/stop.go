package tally

import (
	"iter"

	"chihai/flows/form"
)

// A Stop is a question at which people left off.
type Stop struct {
	Question *form.Question // nil: the questions at which few did, together
	People   Span
}

// Stops says where people left off, in the order of the form. drafts is the last question that was asked of
// people whose response is open, with how many they are; the same question may come several times. A
// question of an older form counts among those with few. It is empty if fewer than [Few] people left off.
func Stops(f *form.Form, drafts iter.Seq2[string, int]) []Stop {
	at := map[*form.Question]int{}
	for name, n := range drafts {
		at[f.Question(name)] += n // nil: unknown
	}
	var questions []*form.Question
	var counts []int
	few := 0
	for q := range f.Questions() {
		if n := at[q]; n >= Few {
			questions, counts = append(questions, q), append(counts, n)
		} else {
			few += n
		}
	}
	few += at[nil]
	spans, ok := hide(append(counts, few), len(counts))
	if !ok {
		return nil
	}
	var all []Stop
	for i, q := range questions {
		all = append(all, Stop{q, spans[i]})
	}
	if few > 0 {
		all = append(all, Stop{nil, spans[len(counts)]})
	}
	return all
}
