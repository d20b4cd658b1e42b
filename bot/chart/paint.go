package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"chihai/bot/paper"

	"golang.org/x/image/vector"
)

// An ink is what something is drawn in: its number begins a ramp of shades in the palette, from white.
type ink uint8

// Inks. Bars are told from one another by where they are, and sure from unsure by lightness and by a
// border, so nobody needs to see a hue.
const (
	dark  ink = iota // contrast with white 16:1 (WCAG 2.2)
	grey             // 6:1
	solid            // 8:1
	light
	faint
	inks
)

// shades are the steps from white to an ink, enough for smooth edges. Few colours make small files: a
// picture is sent over the networks of villages.
const shades = 16

// colours is the palette of all pictures.
func colours() color.Palette {
	var all color.Palette
	for _, full := range [inks]color.RGBA{{28, 32, 38, 255}, {92, 96, 104, 255}, {11, 83, 128, 255}, {186, 214, 232, 255}, {222, 226, 230, 255}} {
		for i := range shades {
			mix := func(c uint8) uint8 { return uint8((255*(shades-1-i) + int(c)*i) / (shades - 1)) } // #nosec G115 -- between c and 255
			all = append(all, color.RGBA{mix(full.R), mix(full.G), mix(full.B), 255})
		}
	}
	return all
}

// full is the number of the ink itself.
func (i ink) full() uint8 { return uint8(i)*shades + shades - 1 }

// Lengths, in pixels of the picture; a third of each on a small phone.
const (
	margin     = 48
	inner      = Width - 2*margin
	titleSize  = 50
	textSize   = 40
	noteSize   = 34
	barHeight  = 44
	barGap     = 30
	valueGap   = 18
	valueWidth = 330
	groupGap   = 26
)

// A Painter draws charts. It may be used from many goroutines.
type Painter struct{ fonts *paper.Fonts }

// NewPainter uses letters that were loaded.
func NewPainter(fonts *paper.Fonts) *Painter { return &Painter{fonts} }

// PNG draws a chart. It fails only if a picture cannot be encoded.
func (p *Painter) PNG(c Chart) ([]byte, error) {
	s := &sheet{doc: paper.New(p.fonts, paper.About{})}
	s.chart(c)
	picture := image.NewPaletted(image.Rect(0, 0, Width, int(math.Ceil(s.y))+margin), colours()) // white: number 0
	for _, m := range s.marks {
		m(picture)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := encoder.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("encode chart: %w", err)
	}
	return b.Bytes(), nil
}

// A sheet is filled from top to bottom. Its height is known only at the end, so what is on it is drawn
// afterwards.
type sheet struct {
	doc   *paper.Document
	y     float64
	marks []func(*image.Paletted)
}

func (s *sheet) chart(c Chart) {
	s.y = margin
	s.text(c.Title, paper.Style{Size: titleSize, Bold: true}, dark, 6)
	s.y += 8
	s.text(c.Base, paper.Style{Size: noteSize}, grey, 4)
	s.y += barGap
	longest := 0.0
	for _, g := range c.Groups {
		for _, b := range g.Bars {
			longest = max(longest, b.High)
		}
	}
	left := 0
	for i, g := range c.Groups {
		if i >= mostGroups || s.y > mostHeight {
			left += len(c.Groups) - i
			break
		}
		if g.Heading != "" {
			s.y += groupGap
			s.text(g.Heading, paper.Style{Size: textSize, Bold: true}, dark, 3)
			s.y += 8
		}
		for j, b := range g.Bars {
			if s.y > mostHeight {
				left += len(g.Bars) - j
				break
			}
			s.bar(b, longest)
		}
	}
	if left > 0 && c.Rest != nil {
		s.text(c.Rest(left), paper.Style{Size: noteSize}, grey, 2)
	}
	for _, n := range c.Notes {
		s.text(n, paper.Style{Size: noteSize}, grey, 4)
	}
}

// bar puts the label, and below it the bar with its value behind.
func (s *sheet) bar(b Bar, longest float64) {
	s.text(b.Label, paper.Style{Size: textSize}, dark, 3)
	s.y += 6
	at, room := float64(margin), float64(inner-valueWidth-valueGap)
	if b.High > 0 && longest > 0 {
		low, high := math.Round(b.Low/longest*room), math.Round(b.High/longest*room)
		s.box(at, s.y, high, barHeight, solid)
		if high > low {
			edge := 3.0
			s.box(at+low, s.y+edge, max(0, high-low-edge), barHeight-2*edge, light)
		}
		at += max(high, 4) + valueGap
	} else {
		s.box(at, s.y, 4, barHeight, faint)
		at += 4 + valueGap
	}
	in := dark
	if b.High == 0 {
		in = grey
	}
	value := s.cut(b.Value, paper.Style{Size: textSize}, Width-margin-at, 1)
	s.block(value, at, s.y+(barHeight-value.Height)/2, in)
	s.y += max(barHeight, value.Height) + barGap
}

// text puts a text in at most so many lines.
func (s *sheet) text(text string, style paper.Style, in ink, lines int) {
	if text == "" {
		return
	}
	b := s.cut(text, style, inner, lines)
	s.block(b, margin, s.y, in)
	s.y += b.Height
}

// cut sets a text; what takes more lines ends with an ellipsis.
func (s *sheet) cut(text string, style paper.Style, width float64, lines int) *paper.Block {
	letters, whole := begin(text, mostLetters)
	ending := ""
	if !whole {
		ending = "…"
	}
	b := s.doc.Set(string(letters)+ending, style, width)
	if b.Lines() <= lines {
		return b
	}
	few, many := 0, len(letters)
	for few+1 < many {
		middle := (few + many) / 2
		head, _ := begin(string(letters), middle)
		if s.doc.Set(string(head)+"…", style, width).Lines() <= lines {
			few = middle
		} else {
			many = middle
		}
	}
	head, _ := begin(string(letters), few)
	return s.doc.Set(string(head)+"…", style, width)
}

func (s *sheet) block(b *paper.Block, x, y float64, in ink) {
	s.marks = append(s.marks, func(picture *image.Paletted) {
		raster := vector.NewRasterizer(1, 1)
		var mask image.Alpha
		for o := range s.doc.Outlines(b, x, y) {
			left, top, right, bottom := o.Box()
			area := image.Rect(int(math.Floor(left)), int(math.Floor(top)), int(math.Ceil(right)), int(math.Ceil(bottom)))
			raster.Reset(area.Dx(), area.Dy())
			raster.DrawOp = draw.Src
			o.Draw(raster, float64(area.Min.X), float64(area.Min.Y))
			mask.Rect, mask.Stride = raster.Bounds(), area.Dx()
			mask.Pix = append(mask.Pix[:0], make([]uint8, area.Dx()*area.Dy())...)
			raster.Draw(&mask, mask.Rect, image.Opaque, image.Point{})
			stain(picture, area.Min, &mask, in)
		}
	})
}

// stain puts an ink where the mask is. Where letters touch, the darker shade stays.
func stain(picture *image.Paletted, at image.Point, mask *image.Alpha, in ink) {
	area := mask.Rect.Add(at).Intersect(picture.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			shade := (int(mask.AlphaAt(x-at.X, y-at.Y).A)*(shades-1) + 127) / 255
			if p := &picture.Pix[picture.PixOffset(x, y)]; shade > int(*p%shades) {
				*p = uint8(in)*shades + uint8(shade) // #nosec G115 -- below shades
			}
		}
	}
}

func (s *sheet) box(x, y, width, height float64, in ink) {
	area := image.Rect(int(x), int(math.Round(y)), int(x+width), int(math.Round(y)+height))
	s.marks = append(s.marks, func(picture *image.Paletted) {
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				picture.SetColorIndex(x, y, in.full())
			}
		}
	})
}
