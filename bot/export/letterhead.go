package export

import (
	"fmt"
	"strings"
	"time"

	"chihai/bot/paper"
	"chihai/locales"
	"chihai/store"
)

// This file holds what official papers have in common: who writes, the name
// and motto of the country, place and date, who signs. Where each stands and
// how large it is follow Nghị định 30/2020/NĐ-CP, phụ lục I. Their words are in
// locales/, in the section "paper".

// A Letterhead says who writes.
type Letterhead struct {
	Above        string    // body above the one that writes; may be empty
	Organisation string    // that writes, such as "Hội Liên hiệp Phụ nữ thành phố Cần Thơ"
	Number       string    // of the paper, such as "12/GM-BTV"; empty: it has none
	Town         string    // where it is signed; empty: dots to write on
	Date         time.Time // on which it is signed, in the zone of the town; zero: dots to write on
	Made         time.Time // when the file was made; zero: not said
}

// A Signer stands below a paper, with room for a signature and a seal.
type Signer struct {
	Title string // such as "TM. BAN THƯỜNG VỤ\nCHỦ TỊCH"
	Name  string
}

// letterheadOf is how the operator's papers begin. The day on which they are
// signed is left open: nobody knows it yet.
func letterheadOf(s *store.Settings, made time.Time) Letterhead {
	return Letterhead{Above: s.Above, Organisation: s.Organisation, Town: s.Town, Made: made}
}

// signerOf is who signs the operator's papers.
func signerOf(s *store.Settings) Signer { return Signer{Title: s.Title, Name: s.Head} }

// margins are those of the decree: 20 mm above and below, 30 at the side that
// is bound, 15 at the other.
var margins = paper.Margins{Top: 20 * paper.MM, Right: 15 * paper.MM, Bottom: 20 * paper.MM, Left: 30 * paper.MM}

// PDF is the media type of the papers.
const PDF = "application/pdf"

// about is what the file of a paper says of itself.
func (l *Letterhead) about(title string, p *locales.Printer) paper.About {
	return paper.About{Title: title, Author: l.Organisation, Language: p.Language, Made: l.Made}
}

// place says where and when the paper is signed. The decree writes days below
// ten and the first two months with a zero, so that nobody can put a digit
// before them.
func (l *Letterhead) place(p *locales.Printer) string {
	town, day, month, year := l.Town, "……", "……", "……"
	if town == "" {
		town = "…………"
	}
	if !l.Date.IsZero() {
		day, month, year = l.Date.Format("02"), l.Date.Format("1"), l.Date.Format("2006")
		if l.Date.Month() <= time.February {
			month = l.Date.Format("01")
		}
	}
	return p.T("paper.place", "town", town, "day", day, "month", month, "year", year)
}

// An official is a paper under way: the pages of a document from first on.
type official struct {
	*paper.Flow
	doc   *paper.Document
	words *locales.Printer
	first int
}

func newOfficial(doc *paper.Document, size paper.Size, p *locales.Printer) *official {
	return &official{first: len(doc.Pages), doc: doc, words: p, Flow: doc.Flow(size, margins)}
}

// head writes the letterhead: who writes at the left, the country at the right.
// With dated, place and date stand below it; else they stand above the
// signature.
func (s *official) head(l *Letterhead, dated bool) {
	top, width := s.Y, 0.42*s.Width()
	left := func(text string, style paper.Style) *paper.Block { return s.put(text, style, s.Left(), width) }
	if l.Above != "" {
		left(strings.ToUpper(l.Above), paper.Style{Size: 12, Least: 10})
	}
	name := left(strings.ToUpper(l.Organisation), paper.Style{Size: 12, Bold: true})
	s.rule(s.Left(), width, name.Widest()*0.4)
	if l.Number != "" {
		left(s.words.T("paper.number", "number", l.Number), paper.Style{Size: 13, Least: 9})
	}
	end := s.Y

	s.Y = top
	x, width := s.Left()+width, s.Width()-width
	s.put(s.words.T("paper.country"), paper.Style{Size: 12, Least: 9, Bold: true}, x, width)
	motto := s.put(s.words.T("paper.motto"), paper.Style{Size: 13, Least: 9, Bold: true}, x, width)
	s.rule(x, width, motto.Widest())
	if dated {
		s.put(l.place(s.words), paper.Style{Size: 13, Least: 9, Italic: true}, x, width)
	}
	s.Y = max(s.Y, end) + 12
}

// put writes text in the middle of a column and moves on below it.
func (s *official) put(text string, style paper.Style, x, width float64) *paper.Block {
	style.Align = paper.Center
	b := s.doc.Fit(text, style, width, 0)
	s.Page.Put(s.doc, b, x, s.Y)
	s.Y += b.Height
	return b
}

// rule draws a line of so many points in the middle of a column.
func (s *official) rule(x, width, length float64) {
	s.Y += 2
	s.Page.Line(x+(width-length)/2, s.Y, x+(width+length)/2, s.Y, 0.7, paper.Black)
	s.Y += 4
}

// foot writes left at the left half and who signs at the right, both on one
// page. Over stands above the signer, such as place and date; it may be empty.
func (s *official) foot(left *paper.Block, over string, signer Signer) {
	const seal = 24 * paper.MM // room for a signature and a seal
	half := s.Width() / 2
	centred := paper.Style{Size: 13, Least: 9, Bold: true, Align: paper.Center}
	title := s.doc.Fit(signer.Title, centred, half, 0)
	name := s.doc.Fit(signer.Name, centred, half, 0)
	above := 0.0
	var when *paper.Block
	if over != "" {
		when = s.doc.Fit(over, paper.Style{Size: 13, Least: 9, Italic: true, Align: paper.Center}, half, 0)
		above = when.Height
	}
	s.Need(above + max(title.Height+seal+name.Height, left.Height))
	x, y := s.Left()+half, s.Y+above
	if when != nil {
		s.Page.Put(s.doc, when, x, s.Y)
	}
	s.Page.Put(s.doc, left, s.Left(), y)
	s.Page.Put(s.doc, title, x, y)
	s.Page.Put(s.doc, name, x, y+title.Height+seal)
	s.Y = y + max(title.Height+seal+name.Height, left.Height)
}

// number writes the numbers of the pages in the middle of the upper margin, on
// all but the first of the paper.
func (s *official) number() {
	for i, page := range s.doc.Pages[s.first+1:] {
		b := s.doc.Set(fmt.Sprint(i+2), paper.Style{Size: 13, Align: paper.Center}, s.Width())
		page.Put(s.doc, b, s.Left(), (margins.Top-b.Height)/2)
	}
}

// spanOf says when an event begins and ends, in the zone of start.
func spanOf(p *locales.Printer, start, end time.Time) string {
	if end = end.In(start.Location()); start.Format(time.DateOnly) == end.Format(time.DateOnly) {
		return p.T("paper.span_day", "start", p.Clock(start), "end", p.Clock(end), "date", p.Date(start))
	}
	return p.T("paper.span", "start", p.When(start), "end", p.When(end))
}
