package paper

import (
	"iter"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// An Outline is a glyph of a block where it stands, for what is drawn without PDF, such as a picture.
// The unit is the one in which the style gave the size of the type; y grows downwards.
type Outline struct {
	X, Y float64 // of the pen, on the baseline

	scale    float64 // of the font's units
	segments []font.Segment
}

// A Pen draws a path. A [golang.org/x/image/vector.Rasterizer] is one.
type Pen interface {
	MoveTo(ax, ay float32)
	LineTo(bx, by float32)
	QuadTo(bx, by, cx, cy float32)
	CubeTo(bx, by, cx, cy, dx, dy float32)
	ClosePath()
}

// Outlines are the glyphs of b, which was set for d, with its upper left corner at (x, y). Spaces have
// none.
func (d *Document) Outlines(b *Block, x, y float64) iter.Seq[Outline] {
	return func(yield func(Outline) bool) {
		y := y
		for _, l := range b.lines {
			ascent, descent := b.extent(d, l)
			at, stretch := b.begin(l, x)
			for _, piece := range l.pieces {
				for _, r := range piece.runs {
					for o := range r.outlines(at, y+ascent, b.style.Size) {
						if !yield(o) {
							return
						}
					}
					at += r.width * b.style.Size / 1000
				}
				if piece.space {
					at += stretch
				}
			}
			y += ascent + descent
		}
	}
}

func (r run) outlines(x, y, size float64) iter.Seq[Outline] {
	return func(yield func(Outline) bool) {
		for _, c := range r.clusters {
			for _, g := range c.glyphs {
				data, ok := r.face.own.GlyphData(g.id).(font.GlyphOutline)
				o := Outline{x + g.dx*size/1000, y - g.dy*size/1000, size / r.face.unitsPerEm, data.Segments}
				if ok && len(data.Segments) > 0 && !yield(o) {
					return
				}
				x += g.advance * size / 1000
			}
		}
	}
}

// Box is the smallest rectangle around the outline's points; what is drawn lies within.
func (o Outline) Box() (left, top, right, bottom float64) {
	first := true
	for _, s := range o.segments {
		for _, p := range s.ArgsSlice() {
			x, y := o.at(p)
			if first {
				left, top, right, bottom, first = x, y, x, y, false
			}
			left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
		}
	}
	return left, top, right, bottom
}

// Draw draws the outline with the point (x, y) as the origin. Contours that lie over one another are one
// area: the rule is that of TrueType, nonzero winding.
func (o Outline) Draw(pen Pen, x, y float64) {
	point := func(p font.SegmentPoint) (float32, float32) {
		px, py := o.at(p)
		return float32(px - x), float32(py - y)
	}
	open := false
	for _, s := range o.segments {
		ax, ay := point(s.Args[0])
		bx, by := point(s.Args[1])
		cx, cy := point(s.Args[2])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if open {
				pen.ClosePath()
			}
			open = true
			pen.MoveTo(ax, ay)
		case opentype.SegmentOpLineTo:
			pen.LineTo(ax, ay)
		case opentype.SegmentOpQuadTo:
			pen.QuadTo(ax, ay, bx, by)
		case opentype.SegmentOpCubeTo:
			pen.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	if open {
		pen.ClosePath()
	}
}

// at is where a point of the font stands.
func (o Outline) at(p font.SegmentPoint) (x, y float64) {
	// float64(…) keeps a product from being fused with a sum, which some processors would do.
	return o.X + float64(float64(p.X)*o.scale), o.Y - float64(float64(p.Y)*o.scale)
}
