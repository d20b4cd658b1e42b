package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
)

// A Page is drawn on from the back to the front. Positions are points from its
// upper left corner, to the right and down.
type Page struct {
	Size Size

	content bytes.Buffer // operators of ISO 32000-1, annex A
	ink     Ink          // in which the page draws now
}

// Line draws a line that is thick points wide.
func (p *Page) Line(x1, y1, x2, y2, thick float64, ink Ink) {
	p.dip(ink)
	p.op("w", thick)
	p.op("m", x1, p.up(y1))
	p.op("l", x2, p.up(y2))
	p.op("S")
}

// Frame draws the outline of a rectangle.
func (p *Page) Frame(x, y, width, height, thick float64, ink Ink) {
	p.dip(ink)
	p.op("w", thick)
	p.op("re", x, p.up(y+height), width, height)
	p.op("S")
}

// Pixels draws the dark ones of a picture in black, as squares that stay sharp
// at every size: a QR code, one pixel a module. It is side points wide.
func (p *Page) Pixels(picture image.Image, x, y, side float64) {
	p.dip(Black)
	r := picture.Bounds()
	if r.Empty() {
		return
	}
	module := side / float64(r.Dx())
	dark := func(i, j int) bool { return color.GrayModel.Convert(picture.At(i, j)).(color.Gray).Y < 128 }
	for j := r.Min.Y; j < r.Max.Y; j++ {
		for i := r.Min.X; i < r.Max.X; i++ {
			start := i
			for i < r.Max.X && dark(i, j) {
				i++
			}
			if i > start {
				left, top := x+float64(start-r.Min.X)*module, y+float64(j-r.Min.Y)*module
				p.op("re", left, p.up(top+module), float64(i-start)*module, module)
			}
		}
	}
	p.op("f")
}

// up turns a distance from the upper edge into one from the lower, from which
// PDF measures (8.3.2.3).
func (p *Page) up(y float64) float64 { return p.Size.Height - y }

// dip changes the ink for lines and for what is filled (8.6.8).
func (p *Page) dip(ink Ink) {
	if ink == p.ink {
		return
	}
	p.ink = ink
	r, g, b := float64(ink.R)/255, float64(ink.G)/255, float64(ink.B)/255
	p.op("RG", r, g, b)
	p.op("rg", r, g, b)
}

// op writes an operator behind its operands.
func (p *Page) op(name string, operands ...float64) {
	for _, o := range operands {
		p.content.WriteString(number(o))
		p.content.WriteByte(' ')
	}
	fmt.Fprintln(&p.content, name)
}
