package paper

// Margins are the empty borders of a page, in points.
type Margins struct{ Top, Right, Bottom, Left float64 }

// A Flow fills pages from top to bottom and adds new ones as they fill up.
type Flow struct {
	Page *Page   // the one being filled
	Y    float64 // where the next thing goes, in points from the upper edge

	doc     *Document
	size    Size
	margins Margins
}

// Flow begins on a new page.
func (d *Document) Flow(size Size, m Margins) *Flow {
	f := &Flow{doc: d, size: size, margins: m}
	f.turn()
	return f
}

func (f *Flow) turn() {
	f.Page, f.Y = f.doc.AddPage(f.size), f.margins.Top
}

// Left is where text begins, in points from the left edge.
func (f *Flow) Left() float64 { return f.margins.Left }

// Width is that of the text, in points.
func (f *Flow) Width() float64 { return f.size.Width - f.margins.Left - f.margins.Right }

func (f *Flow) bottom() float64 { return f.size.Height - f.margins.Bottom }

// Need goes to a new page unless so much of this one is left, in points. What
// is higher than a page gets a new one too.
func (f *Flow) Need(height float64) {
	if f.Y+height > f.bottom() && f.Y > f.margins.Top {
		f.turn()
	}
}

// Skip leaves room, but none at the head of a page.
func (f *Flow) Skip(height float64) {
	if f.Y > f.margins.Top {
		f.Y += height
	}
}

// Text sets text over the whole width. It goes on on the next page where it
// does not fit.
func (f *Flow) Text(text string, s Style) {
	b := f.doc.Set(text, s, f.Width())
	for _, l := range b.lines {
		ascent, descent := b.extent(f.doc, l)
		f.Need(ascent + descent)
		one := &Block{Width: b.Width, Height: ascent + descent, style: s, lines: []line{l}}
		f.Page.Put(f.doc, one, f.Left(), f.Y)
		f.Y += one.Height
	}
}
