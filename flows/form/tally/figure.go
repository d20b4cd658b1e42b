package tally

import (
	"math"

	"chihai/flows/form"
)

// A Kind is how much a figure tells.
type Kind int

const (
	Nothing Kind = iota // too few, or nothing that could be said without telling about few
	Counts              // people; each is in one bar
	Many                // people; one may be in several bars
	Shares              // hundredths of a base that is not said
)

// A Figure is what may be known of the answers to one question.
type Figure struct {
	Question *form.Question // of areas: its name is [Areas]
	Kind     Kind
	Total    int  // people who were asked, as many as responses where all are; of Shares and Nothing 0
	Base     Span // people who answered; of Shares and Nothing zero
	Left     Span // people who were asked and did not answer; as Base
	Each     bool // of Shares: of instances of a repeat, not of people
	Classes  bool // bars are classes of numbers
	Bars     []Bar

	// The mean and the median of numbers, if Summary is set: rounded to a tenth of a class.
	Summary      bool
	Mean, Median float64
}

// A Bar is one choice, class or month.
type Bar struct {
	Name      string  // of a choice; "" for choices beyond [MaxNames], and where only the base is counted
	Low, High float64 // of a class, infinite at the ends: Low belongs to it, High does not
	Hidden    bool    // fewer than [Few]
	People    Span    // of Shares: zero
	Share     int     // of Counts and Many: people in hundredths of the base, made of what is said alone. Of Shares: 5 to 95 in steps of 5
}

// sharesBase is how many people must have answered before shares are said of them.
const sharesBase = 20

// sharesStep is what shares without a base are rounded to, in hundredths. It makes at least five different
// numbers of people look alike, since the base is not known.
const sharesStep = 5

// Figure is what may be known of a question, or of [Areas]. For an unknown name it is nil.
func (t *Tally) Figure(name string) *Figure {
	c := t.counter(name)
	if c == nil {
		return nil
	}
	return t.figure(c, map[*counter]bool{})
}

// Figures are those of all questions that are asked, in the order of the form.
func (t *Tally) Figures() []*Figure {
	all := make([]*Figure, 0, len(t.counters))
	for _, c := range t.counters {
		all = append(all, t.figure(c, map[*counter]bool{}))
	}
	return all
}

// figure follows the conditions of questions; around holds those on the way, since a bad form may look in
// a circle.
func (t *Tally) figure(c *counter, around map[*counter]bool) *Figure {
	f := &Figure{Question: c.q, Classes: c.sort == number}
	if t.n < Few {
		return f
	}
	around[c] = true
	defer delete(around, c)
	bins := c.bins()
	people := t.n
	if c.repeats || c.link.filtered || c.link.conditional && !t.open(c, around) {
		f.shares(c, bins)
		return f
	}
	if c.link.conditional {
		people = c.asked
	}
	left := people - c.answered
	counts := make([]int, 0, len(bins)+1)
	for _, b := range bins {
		counts = append(counts, b.count)
	}
	counts = append(counts, left)
	by, kind := hide, Counts
	if c.sort == choices {
		by, kind = func(counts []int, left int) ([]Span, bool) { return hideMany(counts, left, people) }, Many
	}
	spans, ok := by(counts, len(bins))
	if !ok || people < Few {
		return f
	}
	f.Kind, f.Total, f.Left = kind, people, spans[len(bins)]
	f.Base = Span{people - f.Left.High, people - f.Left.Low}
	if c.sort == presence {
		return f
	}
	for i, b := range bins {
		f.Bars = append(f.Bars, Bar{
			Name: b.name, Low: b.low, High: b.high, Hidden: spans[i].Small(), People: spans[i],
			Share: hundredths(spans[i].Middle(), f.Base.Middle()),
		})
	}
	if c.sort == number {
		f.Mean, f.Median, f.Summary = c.values.summary()
	}
	return f
}

// open reports whether the number of people who are asked a question is known anyway: it depends on one
// other question that all are asked, of which each person is in one bar, and which hides nothing; and it does
// depend on that alone, for of each bar all are asked or nobody is.
func (t *Tally) open(c *counter, around map[*counter]bool) bool {
	on := c.on
	if on == nil || around[on] || on.sort != choice || !c.wholly(t.n) {
		return false
	}
	f := t.figure(on, around)
	if f.Kind != Counts || !f.Base.Exact() || f.Total != t.n {
		return false
	}
	for _, b := range f.Bars {
		if !b.People.Exact() {
			return false
		}
	}
	return true
}

// shares fills a figure with rounded shares alone.
func (f *Figure) shares(c *counter, bins []bin) {
	if c.answerers < sharesBase || c.sort == presence {
		return
	}
	f.Kind, f.Each = Shares, c.repeats
	for _, b := range bins {
		share := int(math.Round(float64(b.count)*100/float64(c.answered)/sharesStep)) * sharesStep
		bar := Bar{Name: b.name, Low: b.low, High: b.high, Hidden: b.people < Few}
		if !bar.Hidden {
			bar.Share = max(sharesStep, min(100-sharesStep, share))
		}
		f.Bars = append(f.Bars, bar)
	}
}

// hundredths of a whole, of nothing 0.
func hundredths(part, whole float64) int {
	if whole <= 0 {
		return 0
	}
	return int(math.Round(part * 100 / whole))
}
