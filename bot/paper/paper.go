// Package paper makes documents that are printed: certificates, lists to sign,
// invitations. It sets Vietnamese, Khmer and what mixes them, and writes PDF.
//
// A [Document] has pages; text is set into a [Block], which knows how high it
// is, and then put onto a [Page] or let flow over several ([Flow], [Table]).
// Nothing here knows whose paper it is or what it says: that is bot/export's.
//
// # Why
//
// Khmer cannot be printed letter by letter: subscripts hang below their base,
// and some vowels stand before the consonant that they follow in speech and in
// Unicode. A font says how, in its GSUB and GPOS tables, and a shaper carries
// it out. The libraries that write PDF in Go have no shaper and print Khmer
// wrong. So go-text, the Go port of HarfBuzz, shapes, and the few parts of PDF
// that the result needs are written here. References to ISO 32000-1 are to its
// edition of 2008, which Adobe gives away as "PDF 32000-1:2008".
//
// # What can be relied on
//
// Text that is copied from a document or searched in it is the text that was
// put in, in NFC, however its glyphs were reordered; zero-width spaces, which
// only say where a line may break, and what controls a terminal or the
// direction of writing, are left out. No text makes it fail: what the fonts do
// not have is shown as an empty box, and is copied nevertheless. The same
// calls give the same bytes: there is no clock and no chance in here.
package paper

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/go-text/typesetting/harfbuzz"
)

// MM is a millimetre in points, the unit of all lengths here: 1/72 of an inch.
const MM = 72 / 25.4

// A Size is that of a page, in points.
type Size struct{ Width, Height float64 }

// Sizes of ISO 216.
var (
	A4          = Size{210 * MM, 297 * MM}
	A4Landscape = Size{297 * MM, 210 * MM}
)

// About is what a document says of itself.
type About struct {
	Title    string    // shown by viewers in place of the file's name
	Author   string    // may be empty
	Language string    // of most of its text, BCP 47, such as "vi"; read by screen readers
	Made     time.Time // zero: not said
}

// A Document is being made by one goroutine. Its pages can still be drawn on
// until it is written.
type Document struct {
	About About
	Pages []*Page

	fonts  *Fonts
	faces  []*typeface // in the order of their first use
	buffer *harfbuzz.Buffer
	shaped map[shapedText][]run
}

// New returns an empty document.
func New(fonts *Fonts, about About) *Document {
	return &Document{About: about, fonts: fonts, buffer: harfbuzz.NewBuffer(), shaped: map[shapedText][]run{}}
}

// AddPage adds an empty page at the end.
func (d *Document) AddPage(size Size) *Page {
	p := &Page{Size: size, ink: Black}
	d.Pages = append(d.Pages, p)
	return p
}

// WriteTo writes the document as PDF 1.7. A document without pages gets an
// empty one, since a file without any is not valid.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	if len(d.Pages) == 0 {
		d.AddPage(A4)
	}
	o := newObjects()
	catalog, tree, fonts := o.reserve(), o.reserve(), o.reserve()
	var refs bytes.Buffer
	for _, f := range d.faces {
		ref, err := f.embed(o)
		if err != nil {
			return 0, fmt.Errorf("embed %s: %w", f.name, err)
		}
		fmt.Fprintf(&refs, "/F%d %d 0 R ", f.number, ref)
	}
	o.fill(fonts, "<< "+refs.String()+">>")
	var kids bytes.Buffer
	for _, p := range d.Pages {
		content := o.stream("", p.content.Bytes())
		page := o.add(fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources << /Font %d 0 R >> /Contents %d 0 R >>",
			tree, number(p.Size.Width), number(p.Size.Height), fonts, content))
		fmt.Fprintf(&kids, "%d 0 R ", page)
	}
	o.fill(tree, fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(d.Pages), kids.String()))
	o.fill(catalog, fmt.Sprintf("<< /Type /Catalog /Pages %d 0 R /Lang %s /ViewerPreferences << /DisplayDocTitle true >> >>",
		tree, textString(d.About.Language)))
	return o.write(w, catalog, o.add(d.About.dictionary()))
}

// dictionary is the document information dictionary (ISO 32000-1, 14.3.3).
func (a About) dictionary() string {
	s := "<< /Title " + textString(a.Title)
	if a.Author != "" {
		s += " /Author " + textString(a.Author)
	}
	if !a.Made.IsZero() {
		s += a.Made.UTC().Format(" /CreationDate (D:20060102150405Z)")
	}
	return s + " >>"
}
