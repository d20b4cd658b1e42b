package paper

import (
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// A run is text in one face, shaped. Widths are in thousandths of the size of
// the type, the unit of PDF's fonts (ISO 32000-1, 9.2.4).
type run struct {
	face     *typeface
	clusters []cluster
	width    float64
	ascent   float64 // above the baseline: that of the face, or more where a glyph stands out
	descent  float64 // below it, positive
}

// A cluster is a letter with its marks, or a Khmer base with its subscripts and
// vowels: what may never be torn apart.
type cluster struct {
	text   []rune
	glyphs []glyph
	width  float64
}

// A glyph is drawn away from the pen by (dx, dy); afterwards the pen moves on
// by advance.
type glyph struct {
	id              font.GID
	advance, dx, dy float64
}

// A shapedText is what a document keeps shaped runs by. Lists say the same
// words over and over, and text that shrinks is set in many sizes.
type shapedText struct {
	text         string
	bold, italic bool
}

// shape shapes clean text that holds no newline. The runs are not to be
// changed.
func (d *Document) shape(text []rune, s Style) []run {
	key := shapedText{string(text), s.Bold, s.Italic}
	runs, ok := d.shaped[key]
	if !ok {
		runs = d.shapeRuns(text, s)
		d.shaped[key] = runs
	}
	return runs
}

func (d *Document) shapeRuns(text []rune, s Style) []run {
	latin, khmer := d.fonts.pick(s)
	var runs []run
	for start := 0; start < len(text); {
		f, end := latin, start+1
		if isKhmer(text[start], latin, khmer) {
			f = khmer
		}
		for end < len(text) && (inherits(text[end]) || isKhmer(text[end], latin, khmer) == (f == khmer)) {
			end++
		}
		runs = append(runs, d.shapeRun(text[start:end], d.typeface(f), f == khmer))
		start = end
	}
	return runs
}

// isKhmer says whether r is shown in the Khmer face: letters of the script, and
// whatever only that face has.
func isKhmer(r rune, latin, khmer *face) bool {
	if unicode.Is(unicode.Khmer, r) {
		return true
	}
	if _, ok := latin.font.NominalGlyph(r); ok {
		return false
	}
	_, ok := khmer.font.NominalGlyph(r)
	return ok
}

// Signs that join what stands around them.
const (
	coeng          = '\u17d2' // makes the consonant after it a subscript (Unicode, chapter 16.4)
	joiner         = '\u200d'
	nonJoiner      = '\u200c'
	wordJoiner     = '\u2060'
	zeroWidthSpace = '\u200b' // says where a line may break; careful typists of Khmer put it between words
)

// inherits says whether r is shown in the face of what it stands behind.
func inherits(r rune) bool {
	return r == joiner || r == nonJoiner || unicode.Is(unicode.M, r) && !unicode.Is(unicode.Khmer, r)
}

// clings says whether after may not be parted from before: marks and joiners,
// and the subscript after its sign.
func clings(before, after rune) bool {
	return before == coeng || before == joiner || after == joiner || after == nonJoiner || unicode.Is(unicode.M, after)
}

// shapeRun has HarfBuzz choose and place the glyphs of text.
func (d *Document) shapeRun(text []rune, f *typeface, khmer bool) run {
	b := d.buffer
	b.Clear()
	b.AddRunes(text, 0, -1)
	b.Props = harfbuzz.SegmentProperties{Direction: harfbuzz.LeftToRight, Script: language.Latin, Language: "vi"}
	if khmer {
		b.Props.Script, b.Props.Language = language.Khmer, "km"
	}
	b.Shape(f.shaper, nil)

	scale := 1000 / f.unitsPerEm
	r := run{face: f, ascent: f.ascent * scale, descent: f.descent * scale}
	var starts []int // of the clusters, in text
	for i, info := range b.Info {
		if i == 0 {
			starts = append(starts, 0)
			r.clusters = append(r.clusters, cluster{})
		} else if at := info.Cluster; at != b.Info[i-1].Cluster && !clings(text[at-1], text[at]) {
			starts = append(starts, at)
			r.clusters = append(r.clusters, cluster{})
		}
		c, pos := &r.clusters[len(r.clusters)-1], b.Pos[i]
		g := glyph{info.Glyph, float64(pos.XAdvance) * scale, float64(pos.XOffset) * scale, float64(pos.YOffset) * scale}
		c.glyphs = append(c.glyphs, g)
		c.width += g.advance
		r.width += g.advance
		// Khmer stacks two subscripts and a vowel below a base, deeper than the face says.
		if e, ok := f.shaper.GlyphExtents(g.id); ok {
			r.ascent = max(r.ascent, float64(e.YBearing)*scale+g.dy)
			r.descent = max(r.descent, -float64(e.YBearing+e.Height)*scale-g.dy)
		}
	}
	starts = append(starts, len(text))
	for i := range r.clusters {
		r.clusters[i].text = text[starts[i]:starts[i+1]]
	}
	return r
}
