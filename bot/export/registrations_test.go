package export

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"

	"github.com/xuri/excelize/v2"
)

var zone = time.FixedZone("ICT", 7*3600)

// class opens a store with one training, for which the people register whom
// fill returns.
func class(t *testing.T, fill func(tx *store.Tx, training string) error) (*store.Store, *store.Training) {
	t.Helper()
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	training := &store.Training{
		Kind: store.Dialogue, Name: store.Text{"vi": "Buổi trao đổi chính sách"}, Official: "Đối thoại chính sách hỗ trợ phụ nữ và trẻ em",
		Start: time.Date(2026, 12, 12, 1, 30, 0, 0, time.UTC), End: time.Date(2026, 12, 12, 4, 0, 0, 0, time.UTC),
		Place: "Hội trường UBND xã Kế Sách", Area: "31528", Seats: 200,
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.PutSettings(&store.Settings{Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ", Head: "Trần Thị Ánh"}); err != nil {
			return err
		}
		if err := tx.ImportAreas([]*store.Area{{Code: "31528", Name: "Xã Kế Sách"}}); err != nil {
			return err
		}
		if err := tx.AddTraining(training); err != nil {
			return err
		}
		return fill(tx, training.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, training
}

// enrol registers a new member.
func enrol(tx *store.Tx, training, name, phone, by string, children int) (*store.Member, error) {
	m, err := tx.NewMember()
	if err != nil {
		return nil, err
	}
	m.Name, m.Phone, m.Area = name, phone, "31528"
	if err := tx.PutMember(m); err != nil {
		return nil, err
	}
	_, err = tx.Register(&store.Registration{Training: training, Member: m.ID, By: by, Children: children})
	return m, err
}

// open writes the list and opens it again.
func open(t *testing.T, l *List) (*excelize.File, []byte) {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Registrations(&b, l, catalog.In("vi", ""), zone); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, b.Bytes()
}

func TestRegistrations(t *testing.T) {
	s, training := class(t, func(tx *store.Tx, training string) error {
		hoa, err := enrol(tx, training, "Nguyễn Thị Hòa", "+84912345678", "", 1)
		if err != nil {
			return err
		}
		if _, err := enrol(tx, training, "Thạch Thị Đào", "", hoa.ID, 2); err != nil {
			return err
		}
		gone, err := enrol(tx, training, "Lê Thị Dung", "+84900000001", "", 5)
		if err != nil {
			return err
		}
		if _, err := tx.GiveUp(training, gone.ID, gone.ID); err != nil {
			return err
		}
		_, err = enrol(tx, training, "Trần Thị Ánh", "+84900000002", "", 0)
		return err
	})
	l, err := Take(t.Context(), s, strings.ToLower(training.Code), "")
	if err != nil {
		t.Fatal(err)
	}
	if want := "danh-sach-" + training.Code + ".xlsx"; l.Name() != want {
		t.Errorf("the file is called %s, want %s", l.Name(), want)
	}
	f, _ := open(t, l)
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"HỘI LIÊN HIỆP PHỤ NỮ THÀNH PHỐ CẦN THƠ",
		"",
		"DANH SÁCH NGƯỜI THAM DỰ",
		"Đối thoại chính sách hỗ trợ phụ nữ và trẻ em",
		"Thời gian: từ 8 giờ 30 đến 11 giờ, thứ Bảy 12/12/2026",
		"Địa điểm: Hội trường UBND xã Kế Sách",
		"",
		"STT|Họ và tên|Địa chỉ (xã/phường)|Số điện thoại|Trẻ em đi cùng|Người đăng ký hộ|Mã đăng ký|Có mặt|Ký nhận|Ghi chú",
		"1|Trần Thị Ánh|Xã Kế Sách|0900 000 002|||CODE",
		"2|Thạch Thị Đào|Xã Kế Sách||2|Nguyễn Thị Hòa|CODE",
		"3|Nguyễn Thị Hòa|Xã Kế Sách|0912 345 678|1||CODE",
		"Tổng cộng: 3 người, 3 trẻ em đi cùng.",
		"Danh sách lập lúc 08 giờ 00, ngày 23/11/2026.",
		"",
		"|||||…………, ngày …… tháng …… năm ……",
		"Người lập danh sách|||||Xác nhận của Hội Liên hiệp Phụ nữ thành phố Cần Thơ",
		"(Ký, ghi rõ họ tên)|||||(Ký tên, đóng dấu)",
		"", "", "",
		"|||||Trần Thị Ánh",
	}
	for i, p := range l.People {
		want[8+i] = strings.Replace(want[8+i], "CODE", p.Code, 1)
	}
	var got []string
	for _, row := range rows {
		got = append(got, strings.TrimRight(strings.Join(row, "|"), "|"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the list says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for cell, want := range map[string]excelize.CellType{
		"A9": excelize.CellTypeUnset, "B9": excelize.CellTypeSharedString, "D9": excelize.CellTypeSharedString, "E10": excelize.CellTypeUnset, "G9": excelize.CellTypeSharedString,
	} {
		if kind, err := f.GetCellType(sheet, cell); err != nil || kind != want {
			t.Errorf("cell %s has type %v, want %v (%v)", cell, kind, want, err)
		}
	}
	var audits []string
	err = s.View(t.Context(), func(tx *store.Tx) error {
		for a, err := range tx.Audits(time.Time{}) {
			if err != nil {
				return err
			}
			audits = append(audits, a.Did+" "+a.Object)
		}
		return nil
	})
	if want := []string{"export registrations " + training.ID}; err != nil || !slices.Equal(audits, want) {
		t.Errorf("the audit says %q, want %q (%v)", audits, want, err)
	}
}

// What a person typed is text, whatever it begins with.
func TestRegistrationsAreHarmless(t *testing.T) {
	names := []string{"=HYPERLINK(\"http://x\")", "+84912345678", "-1+2", "@SUM(A1)", "'quoted", "\tTab", "<b>&amp;", "0912", "1e5", "Lê 😊 Thị"}
	s, training := class(t, func(tx *store.Tx, training string) error {
		for _, name := range names {
			if _, err := enrol(tx, training, name, "", "", 0); err != nil {
				return err
			}
		}
		return nil
	})
	l, err := Take(t.Context(), s, training.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	f, raw := open(t, l)
	var got []string
	for i := range l.People {
		cell := fmt.Sprint("B", headRow+1+i)
		name, err := f.GetCellValue(sheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		if kind, _ := f.GetCellType(sheet, cell); kind != excelize.CellTypeSharedString {
			t.Errorf("%q is a cell of type %v", name, kind)
		}
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("names became %q, want %q", got, names)
	}
	for name, part := range unzip(t, raw) {
		if bytes.Contains(part, []byte("<f>")) || bytes.Contains(part, []byte("<f ")) {
			t.Errorf("%s holds a formula", name)
		}
		if strings.Contains(name, "externalLink") || bytes.Contains(part, []byte("<hyperlink")) {
			t.Errorf("%s leads elsewhere", name)
		}
	}
}

func unzip(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, file := range z.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[file.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return parts
}

func TestRegistrationsPrint(t *testing.T) {
	s, training := class(t, func(tx *store.Tx, training string) error {
		for i := range 120 {
			if _, err := enrol(tx, training, fmt.Sprint("Lê Thị Hoa ", i), "+84900000003", "", 0); err != nil {
				return err
			}
		}
		return nil
	})
	l, err := Take(t.Context(), s, training.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	f, _ := open(t, l)
	names := f.GetDefinedName()
	if len(names) != 1 || names[0].Name != "_xlnm.Print_Titles" || names[0].RefersTo != "'Danh sách'!$8:$8" {
		t.Errorf("defined names are %v, want the head of the table as print title", names)
	}
	page, err := f.GetPageLayout(sheet)
	if err != nil || *page.Size != 9 || *page.Orientation != "landscape" || *page.FitToWidth != 1 {
		t.Errorf("page is %+v, want A4 in landscape, one wide (%v)", page, err)
	}
}

// Nobody registered, a member who deleted herself, a training over several
// days: a list all the same.
func TestRegistrationsOddities(t *testing.T) {
	s, training := class(t, func(*store.Tx, string) error { return nil })
	l, err := Take(t.Context(), s, training.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	l.Training.Taken, l.Gone = 2, 2
	l.Training.End = l.Training.End.AddDate(0, 0, 1)
	l.Organisation, l.Head = "", ""
	f, _ := open(t, l)
	for cell, want := range map[string]string{
		"A5":  "Thời gian: từ 8 giờ 30, thứ Bảy 12/12/2026 đến 11 giờ, Chủ nhật 13/12/2026",
		"A9":  "Tổng cộng: 0 người, 0 trẻ em đi cùng.",
		"A10": "Ngoài ra còn 2 người đã xóa thông tin của mình.",
	} {
		if got, err := f.GetCellValue(sheet, cell); err != nil || got != want {
			t.Errorf("cell %s says %q, want %q (%v)", cell, got, want, err)
		}
	}
}

func TestTakeWithoutTraining(t *testing.T) {
	s, _ := class(t, func(*store.Tx, string) error { return nil })
	for _, id := range []string{"", "nothing", "7K2M4Q"} {
		if _, err := Take(context.Background(), s, id, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Take(%q) returns %v, want ErrNotFound", id, err)
		}
	}
}

// Who came stands in the list with the time, and after the end who did not,
// unless nobody was checked in at all.
func TestWhoCame(t *testing.T) {
	training := &store.Training{Start: time.Date(2026, 12, 12, 1, 30, 0, 0, time.UTC), Came: 2}
	l := &List{Training: training, People: []Person{
		{Name: "An", Came: training.Start.Add(-20 * time.Minute)}, {Name: "Bích", Came: training.Start.AddDate(0, 0, 2)}, {Name: "Cúc", Absent: true}, {Name: "Dung"},
	}}
	f, _ := open(t, l)
	for i, want := range []string{"8 giờ 10", "có, ghi 14/12", "vắng", ""} {
		if got, err := f.GetCellValue(sheet, fmt.Sprint("H", headRow+1+i)); err != nil || got != want {
			t.Errorf("%s: %q, want %q", l.People[i].Name, got, want)
		}
	}
	if got, _ := f.GetCellValue(sheet, fmt.Sprint("A", headRow+5)); got != "Tổng cộng: 4 người, 0 trẻ em đi cùng. Có mặt: 2 người." {
		t.Errorf("the sum is %q", got)
	}
	training.Came = 0
	f, _ = open(t, l)
	if got, _ := f.GetCellValue(sheet, fmt.Sprint("H", headRow+3)); got != "" {
		t.Errorf("nobody was checked in, and the list says %q", got)
	}
}
