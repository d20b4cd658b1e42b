package paper

import (
	"fmt"
	"math"
	"strings"
)

// This file writes shaped text onto a page, as ISO 32000-1, 9.4 says.

// Put puts b, which was set for the page's document, with its upper left
// corner at (x, y).
func (p *Page) Put(d *Document, b *Block, x, y float64) {
	p.dip(b.style.Ink)
	for _, l := range b.lines {
		ascent, descent := b.extent(d, l)
		p.line(b, l, x, y+ascent)
		y += ascent + descent
	}
}

// line shows a line whose baseline is at y.
func (p *Page) line(b *Block, l line, x, y float64) {
	x, stretch := b.begin(l, x)
	if len(l.pieces) == 0 {
		return
	}
	fmt.Fprintln(&p.content, "BT")
	for _, piece := range l.pieces {
		for _, r := range piece.runs {
			fmt.Fprintf(&p.content, "/F%d ", r.face.number)
			p.op("Tf", b.style.Size)
			p.op("Tm", 1, 0, 0, 1, x, p.up(y))
			p.run(r, b.style.Size)
			x += r.width * b.style.Size / 1000
		}
		if piece.space {
			x += stretch
		}
	}
	fmt.Fprintln(&p.content, "ET")
}

// begin is where a line begins in a block that is at x, and by how much each of its spaces is wider.
func (b *Block) begin(l line, x float64) (start, stretch float64) {
	x += l.indent
	switch room := b.Width - l.indent - l.width; b.style.Align {
	case Center:
		x += room / 2
	case Right:
		x += room
	case Justify:
		if !l.last && l.spaces > 0 && room > 0 {
			stretch = room / float64(l.spaces)
		}
	}
	return x, stretch
}

// run shows the glyphs of a run. Where a glyph does not say by itself what text
// it stands for (9.10.2), the run says it as a whole (14.9.4).
func (p *Page) run(r run, size float64) {
	if !r.speaks() {
		var text strings.Builder
		for _, c := range r.clusters {
			text.WriteString(string(c.text))
		}
		fmt.Fprintf(&p.content, "/Span << /ActualText %s >> BDC\n", textString(text.String()))
		defer fmt.Fprintln(&p.content, "EMC")
	}
	// TJ (9.4.3) shows glyphs, each of which moves the pen on by its width, and
	// moves the pen back by numbers between them. rise is what Ts has set.
	var pen, at, rise float64 // in thousandths of the size
	open := false
	end := func() {
		if open {
			p.content.WriteString(">] TJ\n")
		}
		open = false
	}
	for _, c := range r.clusters {
		for _, g := range c.glyphs {
			if g.dy != rise {
				end()
				rise = g.dy
				p.op("Ts", rise*size/1000)
			}
			back := math.Round(pen - at - g.dx)
			if !open {
				p.content.WriteString("[<")
				open = true
			}
			if back != 0 {
				fmt.Fprintf(&p.content, ">%s<", number(back))
				pen -= back
			}
			fmt.Fprintf(&p.content, "%04X", g.id)
			r.face.shown[g.id] = true
			pen += r.face.width(g.id)
			at += g.advance
		}
	}
	end()
	if rise != 0 {
		p.op("Ts", 0)
	}
}

// speaks says whether every glyph of r stands for one text wherever it is
// shown, and keeps for which.
func (r run) speaks() bool {
	for _, c := range r.clusters {
		if len(c.glyphs) != 1 || c.glyphs[0].id == 0 {
			return false
		}
		id, text := c.glyphs[0].id, string(c.text)
		if said, ok := r.face.spoken[id]; ok && said != text {
			return false
		}
		r.face.spoken[id] = text
	}
	return true
}
