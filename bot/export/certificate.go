package export

import (
	"fmt"
	"io"
	"strings"
	"time"

	"chihai/bot/paper"
	"chihai/locales"

	"github.com/boombuler/barcode/qr"
)

// A Certificate says that somebody took part in a training.
type Certificate struct {
	Letterhead
	Name     string    // of who took part, with "Bà" or "Ông" before it where it is wanted
	Unit     string    // to which she belongs; may be empty
	Training string    // official name
	Start    time.Time // in the zone in which it is said
	End      time.Time
	Place    string // of the training; may be empty
	Signer   Signer
	CheckURL string // where the certificate can be checked, for its QR code; empty: none
}

// CertificateFile is what the file of certificates for the training with the
// code is called.
func CertificateFile(code string) string { return "giay-chung-nhan-" + code + ".pdf" }

// red is the colour of titles and borders of certificates.
var red = paper.Ink{R: 0xa8, G: 0x1c, B: 0x2c}

// Certificates writes the certificates to w as PDF, each on an A4 page in
// landscape. What the file says of itself is that of the first.
func Certificates(w io.Writer, all []Certificate, p *locales.Printer, fonts *paper.Fonts) error {
	var about paper.About
	if len(all) > 0 {
		about = all[0].about(p.T("paper.certificate_for", "training", all[0].Training), p)
	}
	doc := paper.New(fonts, about)
	for i := range all {
		if err := all[i].draw(doc, p); err != nil {
			return fmt.Errorf("make certificate %d: %w", i+1, err)
		}
	}
	_, err := doc.WriteTo(w)
	return err
}

func (c *Certificate) draw(doc *paper.Document, p *locales.Printer) error {
	const side = 25 * paper.MM // left and right of the text
	page := doc.AddPage(paper.A4Landscape)
	page.Frame(9*paper.MM, 9*paper.MM, page.Size.Width-18*paper.MM, page.Size.Height-18*paper.MM, 2.5, red)
	page.Frame(11*paper.MM, 11*paper.MM, page.Size.Width-22*paper.MM, page.Size.Height-22*paper.MM, 0.7, red)

	y := 17 * paper.MM
	// say writes text in the middle of a box that is height points high, and goes on below the box.
	say := func(text string, height float64, style paper.Style) *paper.Block {
		style.Align = paper.Center
		b := doc.Fit(text, style, page.Size.Width-2*side, height)
		page.Put(doc, b, side, y+(height-b.Height)/2)
		y += height
		return b
	}
	say(p.T("paper.country"), 17, paper.Style{Size: 12, Bold: true})
	motto := say(p.T("paper.motto"), 18, paper.Style{Size: 13, Bold: true})
	page.Line((page.Size.Width-motto.Widest())/2, y+1, (page.Size.Width+motto.Widest())/2, y+1, 0.7, paper.Black)
	y += 10
	if c.Above != "" {
		say(strings.ToUpper(c.Above), 18, paper.Style{Size: 12, Least: 9})
	}
	say(strings.ToUpper(c.Organisation), 24, paper.Style{Size: 15, Least: 10, Bold: true})
	say(p.T("paper.certificate"), 54, paper.Style{Size: 36, Least: 24, Bold: true, Ink: red})
	say(p.T("paper.certify"), 24, paper.Style{Size: 15, Italic: true})
	say(c.Name, 54, paper.Style{Size: 30, Least: 18, Bold: true})
	if c.Unit != "" {
		say(c.Unit, 22, paper.Style{Size: 14, Least: 10})
	}
	say(p.T("paper.attended"), 24, paper.Style{Size: 15, Italic: true})
	say(c.Training, 50, paper.Style{Size: 20, Least: 13, Bold: true})
	say(c.when(p), 34, paper.Style{Size: 14, Least: 10})
	return c.sign(doc, page, p)
}

// when says on what days the training was, and where.
func (c *Certificate) when(p *locales.Printer) string {
	const date = "02/01/2006"
	start, end := c.Start.Format(date), c.End.In(c.Start.Location()).Format(date)
	span := p.T("paper.days", "start", start, "end", end)
	if start == end {
		span = p.T("paper.day", "date", start)
	}
	if c.Place == "" {
		return span
	}
	return p.T("paper.at", "span", span, "place", c.Place)
}

// sign writes number and QR code at the lower left, place, date and signer at
// the lower right.
func (c *Certificate) sign(doc *paper.Document, page *paper.Page, p *locales.Printer) error {
	const (
		side, width, code = 22 * paper.MM, 105 * paper.MM, 26 * paper.MM
		bottom            = 18 * paper.MM
		height            = 46 * paper.MM
	)
	top := page.Size.Height - bottom - height
	x, y := page.Size.Width-side-width, top
	for _, part := range []struct {
		text   string
		height float64
		style  paper.Style
	}{
		{c.place(p), 18, paper.Style{Size: 13, Least: 9, Italic: true}},
		{c.Signer.Title, 36, paper.Style{Size: 13, Least: 9, Bold: true}},
		{"", 22 * paper.MM, paper.Style{Size: 13}}, // for the signature and the seal
		{c.Signer.Name, 18, paper.Style{Size: 14, Least: 9, Bold: true}},
	} {
		part.style.Align = paper.Center
		page.Put(doc, doc.Fit(part.text, part.style, width, part.height), x, y)
		y += part.height
	}

	y = page.Size.Height - bottom
	if c.Number != "" {
		b := doc.Fit(p.T("paper.number", "number", c.Number), paper.Style{Size: 12, Least: 8}, width, 20)
		y -= b.Height
		page.Put(doc, b, side, y)
	}
	if c.CheckURL == "" {
		return nil
	}
	b := doc.Fit(p.T("paper.check"), paper.Style{Size: 9, Italic: true}, width, 20)
	y -= b.Height
	page.Put(doc, b, side, y)
	picture, err := qr.Encode(c.CheckURL, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	page.Pixels(picture, side, y-code-4, code)
	return nil
}
