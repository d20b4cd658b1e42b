package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
)

// Readers is how far the recipients of a document have come, for a workbook.
type Readers struct {
	Organisation string
	Title        string // of the document
	Top          string // name of the unit within which was counted; empty: all
	store.ReadReport
	Names []Person         // of facilitators who have not said that they have read it
	Tree  *store.AreaTree  // names the units
	Sent  *store.Broadcast // that brought it first
	Made  time.Time
}

// CountReaders counts for the task's member who has read a document
// ([flows.ReadCountWork]). It returns a [store.ReadReport].
func (e *Exporter) CountReaders(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	r, err := e.readers(ctx, s, task)
	if err != nil {
		return nil, err
	}
	r.NameAtMost(flows.MostLate)
	return json.Marshal(r.ReadReport)
}

// ReadersFile writes the same into a workbook ([flows.ReadFileWork]), with the
// names of the facilitators who have not read it on a sheet of its own.
func (e *Exporter) ReadersFile(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	r, err := e.readers(ctx, s, task)
	if err != nil {
		return nil, err
	}
	if r.Sent == nil {
		return nothing, nil
	}
	var b bytes.Buffer
	if err := r.write(&b, e.Zone); err != nil {
		return nil, err
	}
	if err := s.Update(ctx, func(tx *store.Tx) error { return tx.Log(task.Member, "export readers", r.Sent.ID) }); err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, "da-doc-"+r.Sent.Code+".xlsx", Workbook, b.Bytes())
}

// readers counts as far as the task's member is staff now; what may not be told
// of few people is taken out. It is empty when the document, or her role, is
// gone.
func (e *Exporter) readers(ctx context.Context, s *store.Store, task store.Task) (*Readers, error) {
	var ask flows.ReadWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	r := &Readers{}
	err := s.View(ctx, func(tx *store.Tx) error { return r.read(tx, task.Member, ask) })
	if errors.Is(err, store.ErrNotFound) {
		return &Readers{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("count readers: %w", err)
	}
	r.Hide()
	return r, nil
}

func (r *Readers) read(tx *store.Tx, member string, ask flows.ReadWork) error {
	m, err := tx.Member(member)
	if err != nil {
		return err
	}
	grants, err := tx.Grants(m)
	if err != nil {
		return err
	}
	if r.Tree, err = tx.Areas(); err != nil {
		return err
	}
	s, err := tx.Sent(ask.Broadcast)
	if err != nil {
		return err
	}
	b, err := tx.Broadcast(s.Broadcast)
	if err != nil {
		return err
	}
	settings, err := tx.Settings()
	if err != nil {
		return err
	}
	scope, err := tx.ScopeOf(m)
	if err != nil || len(scope.Areas) == 0 { // she is staff no more
		return err
	}
	all, err := tx.StillSends(b, member)
	if err != nil {
		return err
	}
	report, err := tx.CountReaders(s, ask.Top, func(area string) bool { return all || staffFor(grants, r.Tree, area) })
	if err != nil {
		return err
	}
	r.ReadReport, r.Sent, r.Title, r.Organisation, r.Made = *report, b, b.Title, settings.Organisation, tx.Now
	if ask.Top != "" {
		r.Top = r.name(ask.Top)
	}
	for _, id := range report.Late {
		m, err := tx.Member(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		r.Names = append(r.Names, Person{Name: m.Name, Area: r.name(m.Area), Code: m.Code})
	}
	return nil
}

func (r *Readers) name(code string) string { return (&Report{Areas: r.Tree}).name(code) }

const (
	readSheet = "Đã đọc, chưa đọc"
	lateSheet = "Dẫn trình viên chưa đọc"
)

// write writes the counts to w, a unit in a row, and on a second sheet the
// facilitators who have not read it.
func (r *Readers) write(w io.Writer, zone *time.Location) error {
	f := excelize.NewFile()
	defer f.Close()
	b := &book{File: f}
	b.try(f.SetSheetName("Sheet1", readSheet))
	b.try(f.SetDefaultFont("Times New Roman"))
	title := "Tài liệu “" + r.Title + "”, tính đến " + r.Made.In(zone).Format("15:04 02/01/2006")
	if r.Top != "" {
		title += ", " + r.Top
	}
	rows := [][]any{{"Đơn vị", "Đã gửi", "Đã đọc", "Chưa đọc", "Trong đó đã mở", "Chưa tới"}}
	row := func(name string, n store.ReadCount) []any {
		return []any{name, n.Sent, n.Read, n.Left(), n.Opened, n.Unreached}
	}
	for _, a := range r.Areas {
		rows = append(rows, row(r.name(a.Area), a.ReadCount))
	}
	if r.Units > 0 {
		rows = append(rows, row(fmt.Sprintf("%d nơi ít người, gộp lại", r.Units), r.Few))
	}
	total := row("Tổng cộng", r.Total)
	if r.Hidden {
		total = []any{fmt.Sprintf("Tổng cộng (dưới %d người thì không nêu)", store.MinReaders), r.Total.Sent, "", "", "", ""}
	}
	sheets := &Report{}
	sheets.fill(b, readSheet, title, append(rows, total))
	if len(r.Names) > 0 {
		_, err := f.NewSheet(lateSheet)
		b.try(err)
		names := [][]any{{"Họ và tên", "Địa chỉ (xã/phường)", "Mã"}}
		for _, p := range r.Names {
			names = append(names, []any{p.Name, p.Area, p.Code})
		}
		sheets.fill(b, lateSheet, title, append(names, []any{"Tổng cộng", fmt.Sprintf("%d người", len(r.Names)), ""}))
	}
	made := r.Made.UTC().Format(time.RFC3339)
	b.try(f.SetDocProps(&excelize.DocProperties{
		Creator: r.Organisation, LastModifiedBy: r.Organisation, Title: title, Language: "vi-VN", Created: made, Modified: made,
	}))
	if b.err != nil {
		return fmt.Errorf("make the workbook of readers: %w", b.err)
	}
	return f.Write(w)
}
