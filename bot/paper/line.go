package paper

import (
	"slices"
	"unicode"
)

// This file breaks text into lines. A line breaks at spaces and at zero-width
// spaces. Khmer has no spaces between words, so a piece that is longer than a
// whole line breaks between clusters, never inside one; so does a long
// address of the web.

// A piece is shaped text on a line; a space is a piece of its own.
type piece struct {
	runs  []run
	width float64 // in points
	space bool
}

// A line is what stands between two breaks.
type line struct {
	pieces []piece
	width  float64 // in points
	spaces int     // that can be stretched
	last   bool    // of its paragraph
	indent float64 // in points
}

// A word is text between two places where a line may break.
type word struct {
	text  []rune
	space bool
}

// words divides a paragraph. Zero-width spaces are left out, and several
// spaces count as one.
func words(text []rune) []word {
	var all []word
	open := false // whether the last word can grow
	for _, r := range text {
		switch {
		case r == zeroWidthSpace:
			open = false
		case isSpace(r):
			if n := len(all); n == 0 || !all[n-1].space {
				all = append(all, word{[]rune{' '}, true})
			}
			open = false
		case open:
			all[len(all)-1].text = append(all[len(all)-1].text, r)
		default:
			all = append(all, word{[]rune{r}, false})
			open = true
		}
	}
	return all
}

// isSpace says whether a line may break at r. No-break spaces are letters here.
func isSpace(r rune) bool {
	return unicode.Is(unicode.Zs, r) && r != '\u00a0' && r != '\u202f'
}

// A breaker fills lines from the left.
type breaker struct {
	doc   *Document
	style Style
	room  float64 // for a line, in points
	lines []line
	line  line  // the one being filled
	gap   piece // the space after it, which is dropped where the line breaks
}

// lines breaks a paragraph, clean text without newlines, into lines that are
// at most width points wide; a single cluster may be wider. An empty one is a
// line too.
func (d *Document) lines(text []rune, s Style, width float64) []line {
	b := &breaker{doc: d, style: s, room: width, line: line{indent: s.Indent}}
	for _, w := range words(text) {
		p := b.set(w.text)
		p.space = w.space
		switch {
		case w.space && len(b.line.pieces) > 0:
			b.gap = p
		case w.space: // at the beginning of a line
		case b.fits(p.width):
			b.place(p)
		case p.width <= width:
			b.next()
			b.place(p)
		default:
			b.tear(p)
		}
	}
	b.next()
	b.lines[len(b.lines)-1].last = true
	return b.lines
}

func (b *breaker) set(text []rune) piece {
	p := piece{runs: b.doc.shape(text, b.style)}
	for _, r := range p.runs {
		p.width += r.width * b.style.Size / 1000
	}
	return p
}

// fits says whether a piece of the width fits on the line; it may stand out by
// a thousandth of a point, since widths are sums of fractions.
func (b *breaker) fits(width float64) bool {
	return b.line.indent+b.line.width+b.gap.width+width <= b.room+0.001
}

// place puts p onto the line.
func (b *breaker) place(p piece) {
	if len(b.gap.runs) > 0 {
		b.add(b.gap)
		b.line.spaces++
	}
	b.gap = piece{}
	b.add(p)
}

func (b *breaker) add(p piece) {
	b.line.pieces = append(b.line.pieces, p)
	b.line.width += p.width
}

// next ends the line.
func (b *breaker) next() {
	b.lines = append(b.lines, b.line)
	b.line, b.gap = line{}, piece{}
}

// tear places a piece that is wider than a line: as many clusters as fit, and
// on the next line again.
func (b *breaker) tear(p piece) {
	var rest []cluster
	for _, r := range p.runs {
		rest = append(rest, r.clusters...)
	}
	for len(rest) > 0 {
		n, fitting := b.most(rest)
		if n == 0 && len(b.line.pieces) > 0 {
			b.next()
			continue
		}
		if n == 0 { // nowhere to break, such as in a number of a hundred digits
			n = max(fitting, 1)
		}
		var text []rune
		for _, c := range rest[:n] {
			text = append(text, c.text...)
		}
		b.place(b.set(text)) // shaped anew: what stood behind no longer does
		if rest = rest[n:]; len(rest) > 0 {
			b.next()
		}
	}
}

// most is how many clusters at the head of rest fit on the line up to where it
// may break, and how many fit at all.
func (b *breaker) most(rest []cluster) (n, fitting int) {
	width := 0.0
	for i, c := range rest {
		width += c.width * b.style.Size / 1000
		if !b.fits(width) {
			break
		}
		fitting = i + 1
		if i+1 == len(rest) || mayBreak(c.text, rest[i+1].text) {
			n = i + 1
		}
	}
	return n, fitting
}

// mayBreak says whether a line may end with one cluster and the next begin with
// the other: signs that end a phrase, the sign of repetition ៗ among them, stay
// behind their word, opening ones before it, and numbers whole.
func mayBreak(before, after []rune) bool {
	if len(before) == 0 || len(after) == 0 {
		return true
	}
	last, first := before[len(before)-1], after[0]
	switch {
	case unicode.In(first, unicode.Pe, unicode.Pf, unicode.Po) && !unicode.In(last, unicode.Pd, unicode.Po):
		return false
	case slices.Contains([]rune{'ៗ', '\u00a0', '\u202f', wordJoiner}, first), slices.Contains([]rune{'\u00a0', '\u202f', wordJoiner}, last):
		return false
	case unicode.In(last, unicode.Ps, unicode.Pi):
		return false
	}
	return !unicode.IsDigit(last) || !unicode.IsDigit(first)
}
