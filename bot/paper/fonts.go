package paper

import (
	"bytes"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/harfbuzz"
)

//go:embed fonts/*.ttf
var files embed.FS

// Fonts are the letters of all documents: Noto Serif, which stands for the
// Times of official papers, and Noto Serif Khmer (SIL Open Font License, see
// fonts/README.md). They never change and may be used from many goroutines.
type Fonts struct {
	regular, bold, italic *face
	khmer, khmerBold      *face
}

// Load reads the embedded fonts, which takes a few milliseconds. It fails only
// when a file is broken, which the tests find.
func Load() (*Fonts, error) {
	f := &Fonts{}
	for name, at := range map[string]**face{
		"NotoSerif-Regular": &f.regular, "NotoSerif-Bold": &f.bold, "NotoSerif-Italic": &f.italic,
		"NotoSerifKhmer-Regular": &f.khmer, "NotoSerifKhmer-Bold": &f.khmerBold,
	} {
		var err error
		if *at, err = readFace(name); err != nil {
			return nil, fmt.Errorf("read font %s: %w", name, err)
		}
	}
	return f, nil
}

// pick returns the faces for Vietnamese and for Khmer in a style. There is no
// bold italic, and Khmer has no italics.
func (f *Fonts) pick(s Style) (latin, khmer *face) {
	switch {
	case s.Bold:
		return f.bold, f.khmerBold
	case s.Italic:
		return f.italic, f.khmer
	}
	return f.regular, f.khmer
}

// A face is one font file. Its lengths are in units of which unitsPerEm are as
// long as the size of the type.
type face struct {
	name       string // PostScript name
	font       *font.Font
	tables     map[string][]byte // what a PDF viewer needs of the file
	unitsPerEm float64
	ascent     float64    // above the baseline
	descent    float64    // below it, positive
	box        [4]float64 // around all glyphs
	italic     bool
}

// embedded are the tables that a viewer needs of a TrueType font inside a PDF
// (ISO 32000-1, 9.9). Of these, cvt, fpgm and prep serve hinting, which the
// fonts here do without.
var embedded = []string{"glyf", "head", "hhea", "hmtx", "loca", "maxp"}

func readFace(name string) (*face, error) {
	raw, err := files.ReadFile("fonts/" + name + ".ttf")
	if err != nil {
		return nil, err
	}
	loader, err := opentype.NewLoader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	f := &face{name: name, tables: map[string][]byte{}, italic: strings.HasSuffix(name, "Italic")}
	if f.font, err = font.NewFont(loader); err != nil {
		return nil, err
	}
	for _, tag := range embedded {
		if f.tables[tag], err = loader.RawTable(opentype.MustNewTag(tag)); err != nil {
			return nil, fmt.Errorf("table %s: %w", tag, err)
		}
	}
	head, hhea := f.tables["head"], f.tables["hhea"]
	if len(head) < 54 || len(hhea) < 36 || len(f.tables["maxp"]) < 6 {
		return nil, errors.New("tables are cut off")
	}
	f.unitsPerEm = float64(binary.BigEndian.Uint16(head[18:]))
	for i := range f.box {
		f.box[i] = short(head[36+2*i:])
	}
	f.ascent, f.descent = short(hhea[4:]), -short(hhea[6:])
	return f, nil
}

// short reads a signed number of 16 bits.
func short(b []byte) float64 {
	return float64(int16(binary.BigEndian.Uint16(b))) // #nosec G115 -- the format is two's complement
}

// A typeface is a face in use by one document.
type typeface struct {
	*face
	number int // its name in the document is F and this
	own    *font.Face
	shaper *harfbuzz.Font
	width  func(font.GID) float64 // in thousandths of the size, as the file says it
	shown  map[font.GID]bool
	spoken map[font.GID]string // the text of a glyph that was shown for a text alone
}

// typeface returns f for use in d.
func (d *Document) typeface(f *face) *typeface {
	for _, t := range d.faces {
		if t.face == f {
			return t
		}
	}
	own := font.NewFace(f.font)
	t := &typeface{
		face:   f,
		number: len(d.faces) + 1,
		own:    own,
		shaper: harfbuzz.NewFont(own),
		width:  func(id font.GID) float64 { return float64(own.HorizontalAdvance(id)) * 1000 / f.unitsPerEm },
		shown:  map[font.GID]bool{0: true}, // every font has the glyph for what it lacks
		spoken: map[font.GID]string{},
	}
	d.faces = append(d.faces, t)
	return t
}
