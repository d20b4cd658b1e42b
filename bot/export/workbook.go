package export

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"chihai/locales"
	"chihai/store"

	"github.com/xuri/excelize/v2"
)

// columns of a list of participants, with their widths in characters. On A4
// in landscape they are as wide as the page.
var columns = []struct {
	head  string
	width float64
}{
	{"STT", 6},
	{"Họ và tên", 28},
	{"Địa chỉ (xã/phường)", 20},
	{"Số điện thoại", 15},
	{"Trẻ em đi cùng", 9},
	{"Người đăng ký hộ", 20},
	{"Mã đăng ký", 11},
	{"Có mặt", 12},
	{"Ký nhận", 16},
	{"Ghi chú", 12},
}

// guestColumns are the columns that are others on the list of an event by
// invitation, by their letters.
var guestColumns = map[string]struct {
	head  string
	width float64
}{
	"E": {"Chức danh", 20},
	"F": {"Dự thay", 24},
	"J": {"Trả lời", 14},
}

// answers are what the list says of what a guest has answered.
var answers = map[store.RSVP]string{store.Comes: "dự", store.Sends: "cử người dự thay", store.NoReply: "chưa trả lời"}

const (
	sheet     = "Danh sách"
	lastCol   = "J"
	headRow   = 8
	rowHeight = 24 // of a line to sign in, in points
	textCell  = 49 // number format "@": what is typed into the cell later is text too
)

// Registrations writes l to w as a workbook (.xlsx) that is ready to be
// printed: head, list and a place for signatures, in landscape on A4, with the
// head of the table on every page. zone is where the training takes place.
//
// Names, places, codes and phone numbers are cells of the type text, so that a
// phone number keeps its first zero and a name that begins with an equals sign
// is a name. The running number and the children are numbers.
func Registrations(w io.Writer, l *List, p *locales.Printer, zone *time.Location) error {
	f := excelize.NewFile()
	defer f.Close()
	b := &book{File: f}
	b.try(f.SetSheetName("Sheet1", sheet))
	b.try(f.SetDefaultFont("Times New Roman"))
	for i, c := range columns {
		if g, ok := guestColumns[column(i)]; ok && l.Training.ByInvitation {
			c = g
		}
		b.try(f.SetColWidth(sheet, column(i), column(i), c.width))
		b.try(f.SetCellStr(sheet, fmt.Sprint(column(i), headRow), c.head))
	}
	b.head(l, p, zone)
	end := b.people(l, p, zone)
	b.foot(l, end, zone)
	b.page(l)
	if b.err != nil {
		return fmt.Errorf("make the list of training %s: %w", l.Training.ID, b.err)
	}
	return f.Write(w)
}

// A book is a workbook under way. After an error it only goes through the
// motions.
type book struct {
	*excelize.File
	err error
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// style returns the number of a style.
func (b *book) style(s excelize.Style) int {
	id, err := b.NewStyle(&s)
	b.try(err)
	return id
}

// say writes text over the cells from one to the other.
func (b *book) say(from, to, text string, style int) {
	if from != to {
		b.try(b.MergeCell(sheet, from, to))
	}
	b.try(b.SetCellStr(sheet, from, text))
	b.try(b.SetCellStyle(sheet, from, to, style))
}

// head says whose list of what it is.
func (b *book) head(l *List, p *locales.Printer, zone *time.Location) {
	middle := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	bold := func(size float64) int {
		return b.style(excelize.Style{Font: &excelize.Font{Family: "Times New Roman", Size: size, Bold: true}, Alignment: middle, NumFmt: textCell})
	}
	plain := b.style(excelize.Style{Font: &excelize.Font{Family: "Times New Roman", Size: 12}, Alignment: middle, NumFmt: textCell})
	b.say("A1", "D1", strings.ToUpper(l.Organisation), bold(12))
	b.tall(1, l.Organisation, 60)
	b.say("A3", lastCol+"3", "DANH SÁCH NGƯỜI THAM DỰ", bold(15))
	b.say("A4", lastCol+"4", l.Training.OfficialName(), bold(13))
	b.tall(4, l.Training.OfficialName(), 110)
	b.say("A5", lastCol+"5", "Thời gian: "+span(p, l.Training.Start.In(zone), l.Training.End.In(zone)), plain)
	b.say("A6", lastCol+"6", "Địa điểm: "+l.Training.Place, plain)
	b.tall(6, l.Training.Place, 120)
}

// tall makes a row as high as text needs that breaks after so many characters
// and at its own line ends:
// Excel does not do it by itself for cells that were merged.
func (b *book) tall(row int, text string, perLine int) {
	lines := 0
	for line := range strings.Lines(text) {
		lines += 1 + utf8.RuneCountInString(line)/perLine
	}
	lines = max(lines, 1)
	b.try(b.SetRowHeight(sheet, row, float64(4+17*lines)))
}

// span says when a training begins and ends.
func span(p *locales.Printer, start, end time.Time) string {
	if start.Format(time.DateOnly) == end.Format(time.DateOnly) {
		return fmt.Sprintf("từ %s đến %s, %s", p.Clock(start), p.Clock(end), p.Date(start))
	}
	return fmt.Sprintf("từ %s đến %s", p.When(start), p.When(end))
}

// came is what the list says of whether a person came: the time of day on the
// day of the training, else its date; nothing while it is not known, nor where
// nobody was checked in.
func came(l *List, person Person, p *locales.Printer, zone *time.Location) string {
	at, start := person.Came.In(zone), l.Training.Start.In(zone)
	switch {
	case person.Absent && l.Training.Came > 0:
		return "vắng"
	case person.Came.IsZero():
		return ""
	case at.Format(time.DateOnly) != start.Format(time.DateOnly):
		return "có, ghi " + p.ShortDate(at)
	}
	return p.Clock(at)
}

// people writes the table and returns its last row.
func (b *book) people(l *List, p *locales.Printer, zone *time.Location) int {
	font := &excelize.Font{Family: "Times New Roman", Size: 12}
	var lines []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		lines = append(lines, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	cell := func(where string, format int) int {
		indent := 0
		if where == "left" {
			indent = 1
		}
		return b.style(excelize.Style{Font: font, Border: lines, NumFmt: format,
			Alignment: &excelize.Alignment{Horizontal: where, Vertical: "center", WrapText: true, Indent: indent}})
	}
	b.try(b.SetCellStyle(sheet, fmt.Sprint("A", headRow), fmt.Sprint(lastCol, headRow), b.style(excelize.Style{
		Font: &excelize.Font{Family: "Times New Roman", Size: 12, Bold: true}, Border: lines, NumFmt: textCell,
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true},
	})))
	b.try(b.SetRowHeight(sheet, headRow, 36))
	for i, person := range l.People {
		row := headRow + 1 + i
		at := func(col string) string { return fmt.Sprint(col, row) }
		b.try(b.SetCellInt(sheet, at("A"), int64(i+1)))
		b.try(b.SetCellStr(sheet, at("B"), person.Name))
		b.try(b.SetCellStr(sheet, at("C"), person.Area))
		b.try(b.SetCellStr(sheet, at("D"), locales.Phone(person.Phone)))
		if l.Training.ByInvitation {
			b.try(b.SetCellStr(sheet, at("E"), person.Title))
			b.try(b.SetCellStr(sheet, at("F"), person.Substitute))
			b.try(b.SetCellStr(sheet, at("J"), answers[person.RSVP]))
		} else {
			if person.Children > 0 {
				b.try(b.SetCellInt(sheet, at("E"), int64(person.Children)))
			}
			b.try(b.SetCellStr(sheet, at("F"), person.By))
		}
		b.try(b.SetCellStr(sheet, at("G"), person.Code))
		b.try(b.SetCellStr(sheet, at("H"), came(l, person, p, zone)))
		b.try(b.SetRowHeight(sheet, row, rowHeight))
	}
	end := headRow + len(l.People)
	middle := cell("center", 1)
	if l.Training.ByInvitation {
		middle = cell("left", textCell)
	}
	if len(l.People) > 0 {
		for _, part := range []struct {
			from, to string
			style    int
		}{
			{"A", "A", cell("center", 1)},
			{"B", "C", cell("left", textCell)},
			{"D", "D", cell("center", textCell)},
			{"E", "E", middle},
			{"F", "F", cell("left", textCell)},
			{"G", "H", cell("center", textCell)},
			{"I", lastCol, cell("left", textCell)},
		} {
			b.try(b.SetCellStyle(sheet, fmt.Sprint(part.from, headRow+1), fmt.Sprint(part.to, end), part.style))
		}
	}
	return end
}

// foot writes the totals below the row end and leaves room for signatures.
func (b *book) foot(l *List, end int, zone *time.Location) {
	style := func(bold, italic bool, where string) int {
		return b.style(excelize.Style{
			Font:      &excelize.Font{Family: "Times New Roman", Size: 12, Bold: bold, Italic: italic},
			Alignment: &excelize.Alignment{Horizontal: where, Vertical: "center", WrapText: true}, NumFmt: textCell,
		})
	}
	at := func(col string, row int) string { return fmt.Sprint(col, row) }
	row := end + 1
	total := fmt.Sprintf("Tổng cộng: %d người, %d trẻ em đi cùng.", len(l.People), l.Children())
	if l.Training.ByInvitation {
		total = fmt.Sprintf("Tổng cộng: %d khách mời.", len(l.People))
	}
	if n := l.Came(); n > 0 {
		total += fmt.Sprintf(" Có mặt: %d người.", n)
	}
	b.say(at("A", row), at(lastCol, row), total, style(true, false, "left"))
	if l.Gone > 0 {
		row++
		b.say(at("A", row), at(lastCol, row), fmt.Sprintf("Ngoài ra còn %d người đã xóa thông tin của mình.", l.Gone), style(false, true, "left"))
	}
	row++
	b.say(at("A", row), at(lastCol, row), l.Made.In(zone).Format("Danh sách lập lúc 15 giờ 04, ngày 02/01/2006."), style(false, true, "left"))
	row += 2
	b.say(at("F", row), at(lastCol, row), "…………, ngày …… tháng …… năm ……", style(false, true, "center"))
	row++
	b.say(at("A", row), at("D", row), "Người lập danh sách", style(true, false, "center"))
	signs := l.Signer.Title
	if signs == "" {
		signs = "Xác nhận của " + l.Organisation
	}
	b.say(at("F", row), at(lastCol, row), signs, style(true, false, "center"))
	b.tall(row, signs, 40)
	row++
	b.say(at("A", row), at("D", row), "(Ký, ghi rõ họ tên)", style(false, true, "center"))
	b.say(at("F", row), at(lastCol, row), "(Ký tên, đóng dấu)", style(false, true, "center"))
	if l.Head != "" {
		b.say(at("F", row+4), at(lastCol, row+4), l.Head, style(true, false, "center"))
	}
}

// page sets how the list is shown and printed, and what the file says of
// itself.
func (b *book) page(l *List) {
	a4, landscape, one, any, yes := 9, "landscape", 1, 0, true
	side, end := 0.4, 0.6 // in inches
	b.try(b.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &one, FitToHeight: &any}))
	b.try(b.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}))
	b.try(b.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &end, Bottom: &end, Horizontally: &yes}))
	b.try(b.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L" + l.Training.Code + "&RTrang &P/&N"}))
	b.try(b.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: fmt.Sprint("A", headRow+1), ActivePane: "bottomLeft"}))
	b.try(b.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$%d:$%d", sheet, headRow, headRow), Scope: sheet,
	}))
	made := l.Made.UTC().Format(time.RFC3339)
	b.try(b.SetDocProps(&excelize.DocProperties{
		Creator: l.Organisation, LastModifiedBy: l.Organisation, Title: "Danh sách " + l.Training.Code,
		Language: "vi-VN", Created: made, Modified: made,
	}))
}

// column is the letter of the column i, from 0.
func column(i int) string { return string(rune('A' + i)) } // #nosec G115 -- a list has a dozen columns
