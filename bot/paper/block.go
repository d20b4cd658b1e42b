package paper

import (
	"math"
	"strings"
)

// A Block is text that was broken into lines and can be put onto a page of the
// same document, once or several times.
type Block struct {
	Width  float64 // in which it was set, in points
	Height float64 // in points

	style Style
	lines []line
}

// Set breaks text into lines that are at most width points wide. A newline in
// it begins a new paragraph. Only a single letter can be wider than width.
func (d *Document) Set(text string, s Style, width float64) *Block {
	b := &Block{Width: width, style: s}
	for paragraph := range strings.SplitSeq(clean(text), "\n") {
		b.lines = append(b.lines, d.even([]rune(paragraph), s, width)...)
	}
	for _, l := range b.lines {
		ascent, descent := b.extent(d, l)
		b.Height += ascent + descent
	}
	return b
}

// even breaks a paragraph into lines. Those of a centred one are made about as
// long as each other, since a last word alone below a title looks wrong.
func (d *Document) even(text []rune, s Style, width float64) []line {
	const few = 5 // titles; longer texts end as they may
	lines := d.lines(text, s, width)
	if s.Align != Center || len(lines) < 2 || len(lines) > few {
		return lines
	}
	narrow, wide := 0.0, width
	for _, l := range lines {
		for _, p := range l.pieces {
			narrow = max(narrow, p.width) // narrower, it would be torn
		}
	}
	for wide-narrow > 1 {
		middle := (narrow + wide) / 2
		if l := d.lines(text, s, middle); len(l) == len(lines) {
			lines, wide = l, middle
		} else {
			narrow = middle
		}
	}
	return lines
}

// Fit sets text so that it fits into a box. It is set in the size of s if it
// then takes one line a paragraph; otherwise it shrinks down to s.Least; still
// wider, it is broken at that size. A text that is then higher than height
// shrinks further, below what can be read if need be: nothing is ever cut off. A
// height of 0 is without limit.
func (d *Document) Fit(text string, s Style, width, height float64) *Block {
	const step = 0.5 // in points
	b := d.Set(text, s, width)
	paragraphs := 1 + strings.Count(clean(text), "\n")
	for len(b.lines) > paragraphs && s.Size-step >= s.Least && s.Least > 0 {
		s.Size -= step
		b = d.Set(text, s, width)
	}
	for height > 0 && b.Height > height {
		s.Size *= min(0.95, math.Sqrt(height/b.Height)) // half the size takes about a quarter of the height
		b = d.Set(text, s, width)
	}
	return b
}

// Widest is the width of the longest line, in points.
func (b *Block) Widest() float64 {
	w := 0.0
	for _, l := range b.lines {
		w = max(w, l.indent+l.width)
	}
	return w
}

// Lines is how many lines the text takes.
func (b *Block) Lines() int { return len(b.lines) }

// extent is how far a line reaches above and below its baseline, in points.
func (b *Block) extent(d *Document, l line) (ascent, descent float64) {
	latin, _ := d.fonts.pick(b.style) // also of a line without text
	scale := 1000 / latin.unitsPerEm
	ascent, descent = latin.ascent*scale, latin.descent*scale
	for _, p := range l.pieces {
		for _, r := range p.runs {
			ascent, descent = max(ascent, r.ascent), max(descent, r.descent)
		}
	}
	return ascent * b.style.Size / 1000, descent * b.style.Size / 1000
}
