package form

import (
	"bytes"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"
)

// uploaded is the file of a workbook with these sheets, in their order.
func uploaded(t *testing.T, names []string, tables ...string) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	for i, name := range names {
		if _, err := x.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for j, line := range simpleTable(tables[i]) {
			if err := x.SetSheetRow(name, Address(1, j+1), &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestExamine: both kinds of workbooks go through one door, with our own sheets beside theirs.
func TestExamine(t *testing.T) {
	const (
		simple  = "Câu hỏi | Kiểu trả lời\nCó con? | có/không"
		survey  = "type | name | label::Tiếng Việt (vi)\ninteger | a | Mấy cháu?"
		release = "Mục | Giá trị\nChế độ | ẩn danh"
		mistake = "Trang | Ô\nsurvey | A2"
	)
	for _, tt := range []struct {
		names  []string
		tables []string
		made   bool // of a simple sheet
		want   []string
	}{
		{[]string{"Trang tính1"}, []string{simple}, true, nil},
		{[]string{"Hướng dẫn", "Của chị Lan", "phat_hanh", "Lỗi"}, []string{"Xin đọc kỹ", simple, release, mistake}, true, nil},
		{[]string{"A", "B"}, []string{simple, simple}, true, []string{"B simple_sheets"}},
		{[]string{"survey", "phat_hanh"}, []string{survey, release}, false, nil},
		{[]string{"Một trang", "Lỗi", "phat_hanh"}, []string{survey, mistake, release}, false, nil},
		{[]string{"Lỗi"}, []string{mistake}, false, []string{" sheet_missing"}},
	} {
		u := Examine("Phiếu của chị Lan", uploaded(t, tt.names, tt.tables...))
		if got := places(u.Findings); !slices.Equal(got, tt.want) {
			t.Errorf("%v: found %v, want %v", tt.names, got, tt.want)
		}
		if (u.XLSForm != nil) != tt.made || tt.want == nil && u.Form == nil {
			t.Errorf("%v: form %v, made %v", tt.names, u.Form, u.XLSForm != nil)
		}
		if u.Form != nil && (u.Form.Title != "Phiếu của chị Lan" || u.Form.ID != "phieu_cua_chi_lan") {
			t.Errorf("%v: the form is %s, %q", tt.names, u.Form.ID, u.Form.Title)
		}
		if asks := u.Form != nil; asks != (u.Extent.Longest == 1) {
			t.Errorf("%v: the extent is %+v", tt.names, u.Extent)
		}
		if slices.Contains(tt.names, "phat_hanh") != (u.Release.Anonymity == Anonymous) {
			t.Errorf("%v: release %+v", tt.names, u.Release)
		}
	}
	if u := Examine("x", []byte("no workbook")); u.Form != nil || len(u.Findings) != 1 || u.Findings[0].Code != FileNotWorkbook {
		t.Errorf("no workbook: %+v", u)
	}
}
