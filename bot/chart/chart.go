// Package chart draws figures as pictures for a chat: bars that lie, with their labels above them, since a
// phone is narrow and labels in Vietnamese and Khmer are long.
//
// A [Chart] is texts and lengths; it does not know what it is of. [Of] and [OfCross] make one of figures of
// package tally, and [Painter.PNG] draws it. What a figure hides is hidden here: a hidden group has words
// and no bar.
//
// # Why
//
// Letters are shaped and broken into lines by package paper, as on certificates: Khmer cannot be drawn letter
// by letter. golang.org/x/image/vector fills their outlines; it is by the Go team and does nothing else.
// The libraries that draw charts in Go bring their own text, without a shaper.
//
// The same chart gives the same bytes: no clock, no chance, and glyphs small enough for the
// rasteriser's whole numbers.
package chart

// A Chart is what a picture shows.
type Chart struct {
	Title  string
	Base   string // below the title: of how many people it is
	Groups []Group
	Notes  []string // below the bars
	Rest   func(n int) string
}

// A Group is bars that belong together. A chart of one question has one, without a heading.
type Group struct {
	Heading string
	Bars    []Bar
}

// A Bar is a line of a chart. Low and High are its length in any unit that is the same in the whole chart;
// where they differ, the part between them is drawn light: the truth lies there. At High 0 there is no bar.
type Bar struct {
	Label, Value string
	Low, High    float64
}

// The bounds of a picture. Telegram takes photos whose width and height are together at most 10,000 pixels
// (core.telegram.org/bots/api#sendphoto).
const (
	MostBars    = 20    // of a group; the rest is a number
	mostGroups  = 40    // of a chart; the rest is a number
	Width       = 1080  // of a picture, in pixels: three to each of a small phone
	mostHeight  = 7_500 // in pixels
	mostLetters = 400   // of a label, before it is known how many lines they take
)
