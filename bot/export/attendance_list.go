package export

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"chihai/bot/paper"
	"chihai/locales"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// An AttendanceList is the official list of those who take part in an event,
// with a column to sign in.
type AttendanceList struct {
	Letterhead
	Event     string // official name
	Code      string // of the training, for the name of the file
	Start     time.Time
	End       time.Time
	Place     string
	Attendees []Attendee // in the order of the list
	ByHand    []Field    // columns that are printed even if nobody has anything in them
	Signer    Signer
}

// An Attendee is one line of an [AttendanceList]. All but the name may be
// empty.
type Attendee struct {
	Name      string
	Born      int // year
	Ethnicity string
	Post      string // what she is in her unit
	Unit      string // where she works or which branch of the Union is hers
	Commune   string // commune or ward
	Phone     string // E.164
}

// A Field is a column of an [AttendanceList] that may be missing.
type Field string

const (
	Born      Field = "born"
	Ethnicity Field = "ethnicity"
	Post      Field = "post"
	Unit      Field = "unit"
	Commune   Field = "commune"
	Phone     Field = "phone"
)

// Name is what the file of the list is called.
func (l *AttendanceList) Name() string { return "danh-sach-ky-nhan-" + l.Code + ".pdf" }

// PDF writes the list to w. Of the columns that may be missing there are those
// in which somebody has something, and ByHand. Few columns stand on A4
// upright, more in landscape, as the decree allows for tables.
func (l *AttendanceList) PDF(w io.Writer, p *locales.Printer, fonts *paper.Fonts) error {
	title := p.T("paper.list")
	doc := paper.New(fonts, l.about(title+": "+l.Event, p))
	table := l.table(p)
	size, share := paper.A4, 0.0
	for _, c := range table.Columns {
		share += c.Share
	}
	if share*paper.MM > size.Width-margins.Left-margins.Right {
		size = paper.A4Landscape
	}
	s := newOfficial(doc, size, p)
	s.head(&l.Letterhead, false)
	s.Text(title, paper.Style{Size: 14, Bold: true, Align: paper.Center})
	s.Text(l.Event, paper.Style{Size: 14, Bold: true, Align: paper.Center})
	s.Skip(6)
	s.Text(p.T("paper.when", "span", spanOf(p, l.Start, l.End)), paper.Style{Size: 13, Align: paper.Center})
	if l.Place != "" {
		s.Text(p.T("paper.where", "place", l.Place), paper.Style{Size: 13, Align: paper.Center})
	}
	s.Skip(8)
	s.Table(table)
	s.Skip(8)
	s.Text(p.T("paper.total", "n", len(l.Attendees)), paper.Style{Size: 13, Bold: true})
	if counts := l.counts(p); counts != "" {
		s.Text(p.T("paper.by_commune", "counts", counts), paper.Style{Size: 13})
	}
	s.Skip(12)
	maker := doc.Set(p.T("paper.made_by"), paper.Style{Size: 13, Bold: true, Align: paper.Center}, s.Width()/2)
	s.foot(maker, l.place(p), l.Signer)
	s.number()
	_, err := doc.WriteTo(w)
	return err
}

// table is the list itself. Shares of its columns are millimetres where there
// is room for all of them.
func (l *AttendanceList) table(p *locales.Printer) *paper.Table {
	t := &paper.Table{
		Head:      paper.Style{Size: 12, Least: 9, Bold: true, Align: paper.Center},
		Body:      paper.Style{Size: 12, Least: 10},
		RowHeight: 9 * paper.MM,
	}
	add := func(head string, share float64, align paper.Align) {
		t.Columns = append(t.Columns, paper.Column{Head: head, Share: share, Align: align})
	}
	fields := slices.DeleteFunc(l.fields(p), func(f field) bool {
		return !slices.Contains(l.ByHand, f.field) && !slices.ContainsFunc(l.Attendees, func(a Attendee) bool { return f.of(a) != "" })
	})
	add(p.T("paper.no"), 12, paper.Center)
	add(p.T("paper.name"), 55, paper.Left)
	for _, f := range fields {
		add(f.head, f.share, f.align)
	}
	add(p.T("paper.sign"), 32, paper.Left)
	for i, a := range l.Attendees {
		row := []string{fmt.Sprint(i + 1), a.Name}
		for _, f := range fields {
			row = append(row, f.of(a))
		}
		t.Rows = append(t.Rows, append(row, ""))
	}
	return t
}

// A field is a column that may be missing, and what an attendee has in it.
type field struct {
	field Field
	head  string
	share float64
	align paper.Align
	of    func(Attendee) string
}

func (l *AttendanceList) fields(p *locales.Printer) []field {
	return []field{
		{Born, p.T("paper.born"), 22, paper.Center, func(a Attendee) string {
			if a.Born == 0 {
				return ""
			}
			return fmt.Sprint(a.Born)
		}},
		{Ethnicity, p.T("paper.ethnicity"), 22, paper.Center, func(a Attendee) string { return a.Ethnicity }},
		{Post, p.T("paper.post"), 32, paper.Left, func(a Attendee) string { return a.Post }},
		{Unit, p.T("paper.unit"), 45, paper.Left, func(a Attendee) string { return a.Unit }},
		{Commune, p.T("paper.commune"), 35, paper.Left, func(a Attendee) string { return a.Commune }},
		{Phone, p.T("paper.phone"), 32, paper.Center, func(a Attendee) string { return locales.Phone(a.Phone) }},
	}
}

// counts says how many come from each commune, in the order of the alphabet;
// empty when nobody's is known.
func (l *AttendanceList) counts(p *locales.Printer) string {
	of := map[string]int{}
	for _, a := range l.Attendees {
		of[a.Commune]++
	}
	unknown := of[""]
	delete(of, "")
	if len(of) == 0 {
		return ""
	}
	communes := slices.Sorted(maps.Keys(of))
	collate.New(language.Vietnamese).SortStrings(communes)
	var counts []string
	for _, c := range communes {
		counts = append(counts, c+" "+p.Number(of[c]))
	}
	if unknown > 0 {
		counts = append(counts, p.T("paper.commune_unknown")+" "+p.Number(unknown))
	}
	return strings.Join(counts, "; ")
}
