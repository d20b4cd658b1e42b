package tally

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"chihai/flows/form"
)

// A sort is how the answers to a question are counted.
type sort int

const (
	presence sort = iota // only that there is one: texts, files, places
	choice               // one of several; a rank counts its first place
	choices              // several of several
	number               // in classes
	month                // of a date
)

// steps is how many values a range may have whose values are counted one by one, as on a scale of 0 to 10.
const steps = 11

// A counter counts the answers to one question. In a repeat an answer is one instance.
type counter struct {
	q       *form.Question // of areas: one without a label
	path    string
	sort    sort
	repeats bool
	link    link
	on      *counter // of link.on, or nil
	askedOf []int    // who were asked, by what they answered to on; the first is those who did not

	names  []string // of choices, those of the form first
	listed int      // how many of the names the form gives
	index  map[string]int
	counts []int
	people []int // who gave a choice at least once; counts outside of repeats
	last   []int // response that counted last in people
	values values

	asked, answered int // instances
	answerers, seen int // people who answered, and the last of them

	serial int   // of the response that is being counted
	now    []int // choices of the answer being counted
	held   bool  // the answer being counted is one
	was    bool  // this response was asked it
}

func areaCounter() *counter {
	return &counter{q: &form.Question{Name: Areas, Kind: form.SelectOne}, path: Areas, sort: choice, index: map[string]int{}}
}

func newCounter(f *form.Form, q *form.Question, path string, repeats bool) *counter {
	c := &counter{q: q, path: path, repeats: repeats, index: map[string]int{}}
	switch q.Kind {
	case form.SelectOne, form.SelectExternal, form.Rank:
		c.sort = choice
	case form.SelectMultiple:
		c.sort = choices
	case form.Acknowledge:
		c.sort = choice
		c.name("OK")
	case form.Integer, form.Decimal:
		c.sort = number
	case form.Range:
		c.sort = number
		if all := scale(q); len(all) > 0 {
			c.sort = choice
			for _, v := range all {
				c.name(v)
			}
		}
	case form.Date, form.DateTime:
		c.sort = month
	}
	if l := f.List(q); l != nil {
		for _, ch := range l.Choices {
			c.name(ch.Name)
		}
	}
	c.listed = len(c.names)
	return c
}

// scale is the values of a range with few; none for others. Decimals are written as answers are.
func scale(q *form.Question) []string {
	read := func(key string, otherwise float64) float64 {
		if v, err := strconv.ParseFloat(q.Parameters[key], 64); err == nil {
			return v
		}
		return otherwise
	}
	// XLSForm's defaults of start, end and step.
	start, end, step := read("start", 1), read("end", 10), math.Abs(read("step", 1))
	low, high := min(start, end), max(start, end)
	if step == 0 || (high-low)/step > steps-1+1e-9 {
		return nil
	}
	var all []string
	for i := 0; low+float64(i)*step <= high+1e-9; i++ {
		all = append(all, decimal(low+float64(i)*step))
	}
	return all
}

// decimal writes a number the shortest way, without the dust of binary fractions.
func decimal(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e9)/1e9, 'f', -1, 64)
}

// name is the number of a choice, which is new if it was never named before.
func (c *counter) name(name string) int {
	if i, ok := c.index[name]; ok {
		return i
	}
	if len(c.names) >= MaxNames {
		name = "" // no answer is empty
		if i, ok := c.index[name]; ok {
			return i
		}
	}
	i := len(c.names)
	c.index[name] = i
	c.names = append(c.names, name)
	c.counts, c.people, c.last = append(c.counts, 0), append(c.people, 0), append(c.last, 0)
	return i
}

// begin goes to the next response.
func (c *counter) begin(serial int) {
	c.serial, c.now, c.held, c.was = serial, c.now[:0], false, false
}

func (c *counter) take(a form.Answer) {
	c.asked++
	c.was = true
	// Skipped and refused are not told apart: both are people without an answer, mostly few.
	if a.State == form.Skipped || a.State == form.Declined || a.Value == "" || !c.hold(a.Value) {
		return
	}
	c.held = true
	c.answered++
	if c.seen != c.serial {
		c.seen, c.answerers = c.serial, c.answerers+1
	}
}

// takeAsked counts that she was asked, by what she answered to the question on which that depends.
func (c *counter) takeAsked() {
	i := 0
	if len(c.on.now) > 0 {
		i = 1 + c.on.now[0]
	}
	for i >= len(c.askedOf) {
		c.askedOf = append(c.askedOf, 0)
	}
	c.askedOf[i]++
}

// wholly reports whether of each answer to on all were asked who gave it, or nobody.
func (c *counter) wholly(n int) bool {
	for i, asked := range c.askedOf {
		gave := n - c.on.answered
		if i > 0 {
			gave = c.on.counts[i-1]
		}
		if asked != 0 && asked != gave {
			return false
		}
	}
	return true
}

// hold counts what was answered; false for what is no answer of its kind, such as one to an older form.
func (c *counter) hold(value string) bool {
	switch c.sort {
	case choice:
		if c.q.Kind == form.Rank {
			value, _, _ = strings.Cut(value, " ")
		} else if c.q.Kind == form.Range {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				value = decimal(v)
			}
		}
		c.one(value)
	case choices:
		for v := range strings.FieldsSeq(value) {
			if i, ok := c.index[v]; !ok || !slices.Contains(c.now, i) {
				c.one(v)
			}
		}
	case number:
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return false
		}
		c.values.add(v, c.serial)
	case month:
		if len(value) < len("2026-11") {
			return false
		}
		value = value[:len("2026-11")]
		if _, known := c.index[value]; !known {
			if _, err := time.Parse("2006-01", value); err != nil {
				return false
			}
		}
		c.one(value)
	}
	return true
}

func (c *counter) one(name string) {
	i := c.name(name)
	c.counts[i]++
	c.now = append(c.now, i)
	if c.last[i] != c.serial {
		c.last[i] = c.serial
		c.people[i]++
	}
}

// A bin is what a question's answers are counted by when they are shown: a choice, a class, a month.
type bin struct {
	name      string
	low, high float64 // of a class; infinite at the ends
	count     int
	people    int // at least; of instances of one person, one
}

// bins are in the order in which people expect them.
func (c *counter) bins() []bin {
	switch c.sort {
	case presence:
		return []bin{{count: c.answered, people: c.answerers}}
	case number:
		return c.values.classes()
	}
	all := make([]bin, len(c.names))
	for i, n := range c.names {
		all[i] = bin{name: n, count: c.counts[i], people: c.people[i]}
	}
	byName := func(a, b bin) int { return cmp.Compare(a.name, b.name) }
	if c.sort != month {
		slices.SortFunc(all[c.listed:], byName) // found in answers: in an order that tells nothing
		return all
	}
	slices.SortFunc(all, byName)
	if len(all) <= 24 {
		return all
	}
	years := map[string]bin{}
	for _, m := range all {
		y := years[m.name[:4]]
		y.name, y.count, y.people = m.name[:4], y.count+m.count, y.people+m.people
		years[y.name] = y
	}
	return slices.SortedFunc(maps.Values(years), byName)
}
