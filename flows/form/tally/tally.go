// Package tally counts the responses to a questionnaire and says of them what may be known.
//
// The counts themselves do not leave it. What leaves it is a [Figure] of one question or a [Cross] of
// two, and these hide whatever would tell about fewer than five people.
//
//	Count    the responses → a Tally
//	Figure   one question → a line for each choice, as spans of people
//	Cross    two questions, or areas and a question → a table
//	Stops    where people left off → lines
//	Step     how many responses the next figures may be made of
//
// # What is hidden
//
// A cell is the people who gave one answer, or one answer in one area. A cell of fewer than five
// people is shown as "fewer than 5", an empty one too: that nobody of a group gave an answer says of
// each of them that she did not. What is shown beside it leaves it every value from 0 to 4, whoever
// adds and subtracts: where the sums would betray it, further cells are shown as a span ("86–90"), which
// is what anybody can work out from the rest, and no more. That nobody left a question out is said: it
// tells no answer. That one to four people did is hidden as cells are.
//
// The rules by which one question is hidden look only at what is shown, so that not even somebody who
// knows this program can tell the values apart; see hide. For a table of two questions that is proven
// for whoever adds and subtracts with it and with the figures of all single questions; see audit.go.
//
// # What one must not build on it
//
//   - Filters. The figures of "only ấp 3" beside those of all are a subtraction that no rule here sees. The
//     way to see an area is a cross table with areas.
//   - Figures after each response. Only at the steps of [Step].
//   - Several cross tables that are put together by more than their margins. Three tables A×B, A×C and B×C
//     bound the people in a cell of A×B×C (Fréchet); nothing here works against that.
//
// # Why some questions have no counts
//
// A question that is asked only after some answers is answered by as many people as gave these answers.
// Its base is therefore a second look at the earlier question. Where that one hides something, or where
// the condition says more than one question's answer, such a question is shown in shares without a base.
// So are questions in a repeat, where one woman fills many cells with her children, and choices that are
// filtered by another answer. For the same reason none of these is crossed.
package tally

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"chihai/flows/form"
)

// Few is the smallest number of people about whom something is said.
const Few = 5

// MaxNames is how many choices of one question are told apart; what comes later counts together. Only
// lists from elsewhere come near it.
const MaxNames = 5_000

// An Entry is one response that may be counted, and where she lives who gave it; the area is empty where
// that is not known.
type Entry struct {
	Response *form.Response
	Area     string // its id, or whatever tells areas apart
}

// A Pair names the two sides of a cross table: the names of questions, or [Areas].
type Pair struct{ Rows, Columns string }

// Areas stands in a [Pair] for where people live. No question can have this name.
const Areas = "/area"

// A Tally counts responses to one form. It is filled by one goroutine and may be read by many afterwards.
// It needs memory for the form and its choices, not for the responses.
type Tally struct {
	form     *form.Form
	n        int
	counters []*counter
	paths    map[string]*counter
	areas    *counter
	crosses  []*cross
	repeats  bool // some question is in a repeat
}

// New is a tally of nothing. Cross tables have to be asked for beforehand. An unknown name is an error, so
// is a pair that cannot be crossed; see [Crossable].
func New(f *form.Form, pairs ...Pair) (*Tally, error) {
	t := &Tally{form: f, paths: map[string]*counter{}, areas: areaCounter()}
	for it, around := range f.All() {
		if it.Question == nil || !it.Question.Kind.Asked() {
			continue
		}
		path, repeats := "", false
		for _, a := range around {
			path += a.Name() + "/"
			repeats = repeats || a.Repeat != nil
		}
		c := newCounter(f, it.Question, path+it.Question.Name, repeats)
		c.link = linkOf(f, it.Question, around)
		t.counters = append(t.counters, c)
		t.paths[c.path] = c
		t.repeats = t.repeats || repeats
	}
	for _, c := range t.counters {
		for _, other := range t.counters {
			if c.link.on == other.q && !c.repeats && !other.repeats {
				c.on = other
			}
		}
	}
	for _, p := range pairs {
		x, err := t.newCross(p)
		if err != nil {
			return nil, err
		}
		t.crosses = append(t.crosses, x)
	}
	return t, nil
}

// Count fills a new tally. It returns the first error of the entries.
func Count(f *form.Form, entries iter.Seq2[Entry, error], pairs ...Pair) (*Tally, error) {
	t, err := New(f, pairs...)
	if err != nil {
		return nil, err
	}
	for e, err := range entries {
		if err != nil {
			return nil, fmt.Errorf("count responses: %w", err)
		}
		t.Add(e)
	}
	return t, nil
}

// Add counts one response. Answers to questions that the form does not have are passed over.
func (t *Tally) Add(e Entry) {
	t.n++
	t.areas.begin(t.n)
	if e.Area != "" {
		t.areas.take(form.Answer{State: form.Answered, Value: e.Area})
	}
	for _, c := range t.counters {
		c.begin(t.n)
		if !c.repeats {
			if a, ok := e.Response.Answers[c.path]; ok {
				c.take(a)
			}
		}
	}
	for path, a := range e.Response.Answers {
		if !t.repeats {
			break
		}
		if strings.IndexByte(path, '[') >= 0 {
			if c := t.paths[withoutNumbers(path)]; c != nil {
				c.take(a)
			}
		}
	}
	for _, c := range t.counters {
		if c.on != nil && c.was {
			c.takeAsked()
		}
	}
	for _, x := range t.crosses {
		x.take()
	}
}

// Responses is how many were counted; never say it if it is below [Few].
func (t *Tally) Responses() int { return t.n }

// counter finds the one of a question; nil if there is none.
func (t *Tally) counter(name string) *counter {
	if name == Areas {
		return t.areas
	}
	i := slices.IndexFunc(t.counters, func(c *counter) bool { return c.q.Name == name })
	if i < 0 {
		return nil
	}
	return t.counters[i]
}

// withoutNumbers is "ho/con/tuoi" for "ho/con[2]/tuoi".
func withoutNumbers(path string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(path, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(path[open:], ']')
		if end < 0 {
			break
		}
		b.WriteString(path[:open])
		path = path[open+end+1:]
	}
	b.WriteString(path)
	return b.String()
}
