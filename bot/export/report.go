package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// A Report is how many people came to the trainings between two days, for a
// workbook.
type Report struct {
	Organisation string
	From, To     time.Time // the trainings began at From or later and before To
	store.Turnout
	Tests []store.QuizOutcome // of those trainings that had a short test
	Areas *store.AreaTree     // names the communes
	Made  time.Time
}

// Name is what the file of the report is called, by the clocks of zone.
func (r *Report) Name(zone *time.Location) string {
	return "bao-cao-tham-du-" + r.From.In(zone).Format("2006-01-02") + ".xlsx"
}

// Turnout counts who came to the trainings of the task's member's areas. Unlike
// other works it returns a [flows.ReportResult].
func (e *Exporter) Turnout(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.ReportWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	r := &Report{From: ask.From, To: ask.To}
	err := s.View(ctx, func(tx *store.Tx) error { return r.read(tx, task.Member) })
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("count who came: %w", err)
	}
	if len(r.Kinds) == 0 {
		return json.Marshal(flows.ReportResult{})
	}
	var b bytes.Buffer
	if err := r.write(&b, e.Words, e.Zone); err != nil {
		return nil, err
	}
	raw, err := keep(ctx, s, task.Member, r.Name(e.Zone), Workbook, b.Bytes())
	if err != nil {
		return nil, err
	}
	result := flows.ReportResult{Turnout: r.Turnout}
	if err := json.Unmarshal(raw, &result.File); err != nil {
		return nil, err
	}
	err = s.Update(ctx, func(tx *store.Tx) error { return tx.Log(task.Member, "report turnout", "") })
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

// read counts for the member, as far as she is staff now.
func (r *Report) read(tx *store.Tx, member string) error {
	m, err := tx.Member(member)
	if err != nil {
		return err
	}
	settings, err := tx.Settings()
	if err != nil {
		return err
	}
	if r.Areas, err = tx.Areas(); err != nil {
		return err
	}
	grants, err := tx.Grants(m)
	if err != nil {
		return err
	}
	within := func(area string) bool { return staffFor(grants, r.Areas, area) }
	found, err := tx.Turnout(r.From, r.To, within)
	if err != nil {
		return err
	}
	if r.Tests, err = tx.QuizOutcomes(r.From, r.To, within); err != nil {
		return err
	}
	r.Organisation, r.Turnout, r.Made = settings.Organisation, *found, tx.Now
	return nil
}

const (
	kindSheet = "Theo loại"
	areaSheet = "Theo xã, phường"
)

// write writes the report to w: a sheet by kind, one by commune in the order of
// the alphabet, with the kinds beside one another, and one of the short tests.
func (r *Report) write(w io.Writer, p *locales.Printer, zone *time.Location) error {
	f := excelize.NewFile()
	defer f.Close()
	b := &book{File: f}
	b.try(f.SetSheetName("Sheet1", kindSheet))
	_, err := f.NewSheet(areaSheet)
	b.try(err)
	b.try(f.SetDefaultFont("Times New Roman"))
	title := fmt.Sprintf("Người tham dự từ %s đến %s", r.From.In(zone).Format("02/01/2006"), r.To.In(zone).AddDate(0, 0, -1).Format("02/01/2006"))

	kinds := [][]any{{"Loại", "Số buổi", "Người đăng ký", "Người dự"}}
	var events, registered, came int
	var invited store.GuestTurnout
	for _, k := range r.Kinds {
		kinds = append(kinds, []any{p.T("training.kind_" + string(k.Kind)), k.Events, k.Registered, k.Came})
		events, registered, came = events+k.Events, registered+k.Registered, came+k.Came
		invited = store.GuestTurnout{
			Invited: invited.Invited + k.Guests.Invited, Comes: invited.Comes + k.Guests.Comes, Sends: invited.Sends + k.Guests.Sends,
			Declines: invited.Declines + k.Guests.Declines, Silent: invited.Silent + k.Guests.Silent, Came: invited.Came + k.Guests.Came,
		}
	}
	kinds = append(kinds, []any{"Tổng cộng", events, registered, came})
	if invited.Invited > 0 { // else nobody was invited by name
		kinds[0] = append(kinds[0], guestHeads...)
		for i, k := range r.Kinds {
			kinds[i+1] = append(kinds[i+1], guestCells(k.Guests)...)
		}
		kinds[len(kinds)-1] = append(kinds[len(kinds)-1], guestCells(invited)...)
	}
	r.fill(b, kindSheet, title, kinds)

	head := []any{"Xã, phường", "Người đăng ký", "Người dự"}
	total := []any{"Tổng cộng", registered, came}
	for _, k := range r.Kinds {
		head, total = append(head, "Dự: "+p.T("training.kind_"+string(k.Kind))), append(total, k.Came)
	}
	areas := [][]any{head}
	for _, a := range r.byName() {
		row := []any{r.name(a.Area), a.Registered, a.Came}
		for _, k := range r.Kinds {
			row = append(row, a.ByKind[k.Kind])
		}
		areas = append(areas, row)
	}
	r.fill(b, areaSheet, title, append(areas, total))
	r.tests(b, title, zone)
	made := r.Made.UTC().Format(time.RFC3339)
	b.try(f.SetDocProps(&excelize.DocProperties{
		Creator: r.Organisation, LastModifiedBy: r.Organisation, Title: title, Language: "vi-VN", Created: made, Modified: made,
	}))
	if b.err != nil {
		return fmt.Errorf("make the report: %w", b.err)
	}
	return f.Write(w)
}

// guestHeads are the columns of events by invitation.
var guestHeads = []any{"Khách được mời", "Trả lời: dự", "Cử người dự thay", "Không dự", "Không trả lời", "Khách đến dự"}

func guestCells(g store.GuestTurnout) []any {
	return []any{g.Invited, g.Comes, g.Sends, g.Declines, g.Silent, g.Came}
}

// fill writes the title and a table, the head and total of which are bold, on a
// sheet.
func (r *Report) fill(b *book, sheet, title string, rows [][]any) {
	const top = 3 // row of the table's head
	var lines []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		lines = append(lines, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	style := func(bold bool, border []excelize.Border) int {
		return b.style(excelize.Style{Font: &excelize.Font{Family: "Times New Roman", Size: 12, Bold: bold}, Border: border,
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: border != nil}})
	}
	b.try(b.SetCellStr(sheet, "A1", title))
	b.try(b.SetCellStyle(sheet, "A1", "A1", style(true, nil)))
	last := column(len(rows[0]) - 1)
	b.try(b.SetColWidth(sheet, "A", "A", 32))
	b.try(b.SetColWidth(sheet, "B", last, 16))
	for i, row := range rows {
		for j, v := range row {
			at := fmt.Sprint(column(j), top+i)
			if text, ok := v.(string); ok {
				b.try(b.SetCellStr(sheet, at, text)) // a name that begins with an equals sign is a name
			} else {
				b.try(b.SetCellValue(sheet, at, v))
			}
		}
		bold := i == 0 || i == len(rows)-1
		b.try(b.SetCellStyle(sheet, fmt.Sprint("A", top+i), fmt.Sprint(last, top+i), style(bold, lines)))
	}
	b.try(b.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: top, TopLeftCell: fmt.Sprint("A", top+1), ActivePane: "bottomLeft"}))
}

// byName are the communes in the order of the Vietnamese alphabet; those that
// are not known stand last.
func (r *Report) byName() []store.AreaTurnout {
	order := collate.New(language.Vietnamese)
	areas := slices.Clone(r.Turnout.Areas)
	slices.SortStableFunc(areas, func(a, b store.AreaTurnout) int {
		if (a.Area == "") != (b.Area == "") {
			return len(b.Area) - len(a.Area)
		}
		return order.CompareString(r.name(a.Area), r.name(b.Area))
	})
	return areas
}

// name is the name of a commune.
func (r *Report) name(code string) string {
	if a := r.Areas.Area(code); a != nil {
		return a.Name
	}
	if code == "" {
		return "Chưa rõ, hoặc đã xóa thông tin"
	}
	return code
}
