package export

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"chihai/flows/form"

	"github.com/xuri/excelize/v2"
)

// TestFormTemplates: what people begin with is itself without a mistake, in two languages.
func TestFormTemplates(t *testing.T) {
	for _, tt := range []struct {
		name   string
		write  func(io.Writer) error
		simple bool
		asked  []string
	}{
		{XLSFormTemplateName, XLSFormTemplate, false, []string{"loi_chao", "co_con", "so_con", "ai_trong_con", "mong_muon"}},
		{SimpleTemplateName, SimpleTemplate, true, []string{"dong_2", "cau_1", "cau_2", "cau_3", "cau_4"}},
	} {
		var b bytes.Buffer
		if err := tt.write(&b); err != nil {
			t.Fatal(err)
		}
		u := form.Examine("mau", b.Bytes())
		if len(u.Findings) > 0 || u.Form == nil || (u.XLSForm != nil) != tt.simple {
			t.Fatalf("%s: found %v", tt.name, u.Findings)
		}
		var names []string
		for q := range u.Form.Questions() {
			names = append(names, q.Name)
			if u.Form.In(q.Label, "vi") == u.Form.In(q.Label, "km") {
				t.Errorf("%s: %s reads the same in both languages", tt.name, q.Name)
			}
		}
		if !slices.Equal(names, tt.asked) {
			t.Errorf("%s asks %v, want %v", tt.name, names, tt.asked)
		}
		if !tt.simple && (u.Release.Anonymity != form.Named || u.Release.Pause != 3 || u.Release.Reminders == nil || len(u.Release.Audience) != 1) {
			t.Errorf("%s proposes %+v", tt.name, u.Release)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		sheets := f.GetSheetList()
		if tt.simple && len(sheets) != 1 {
			t.Errorf("%s has the sheets %v, want one", tt.name, sheets)
		}
		if v, err := f.GetDataValidations(sheets[0]); err != nil || len(v) < 2 {
			t.Errorf("%s offers %d lists to pick from, %v", tt.name, len(v), err)
		}
		if c, err := f.GetComments(sheets[0]); err != nil || len(c) < 10 {
			t.Errorf("%s has %d notes, %v", tt.name, len(c), err)
		}
	}
}

// TestSimpleKindPicks: what the template offers is understood, and each is a kind of its own.
func TestSimpleKindPicks(t *testing.T) {
	seen := map[string]string{}
	for _, kind := range simpleKindPicks() {
		table := [][]string{{"Câu hỏi", "Kiểu trả lời", "Các lựa chọn"}, {"Gì?", kind, "Lúa; Tôm"}, {"Số?", "số", ""}}
		f, _, found := form.ReadSimple(&form.Workbook{Sheets: []*form.Sheet{form.NewSheet("Phiếu", table)}})
		q := f.Question("cau_1")
		if form.Broken(found) || q == nil {
			t.Errorf("%s: found %v", kind, found)
			continue
		}
		if other := seen[q.Type]; other != "" {
			t.Errorf("%s and %s are both %s", kind, other, q.Type)
		}
		seen[q.Type] = kind
	}
}

// TestFormWorkbook: the XLSForm of a simple sheet can be taken on as one.
func TestFormWorkbook(t *testing.T) {
	var b, x bytes.Buffer
	if err := SimpleTemplate(&b); err != nil {
		t.Fatal(err)
	}
	u := form.Examine("Con nhỏ", b.Bytes())
	if err := FormWorkbook(&x, u.XLSForm); err != nil {
		t.Fatal(err)
	}
	again := form.Examine("x", x.Bytes())
	if len(again.Findings) > 0 || again.XLSForm != nil || again.Form.Title != "Con nhỏ" {
		t.Fatalf("found %v, title %q", again.Findings, again.Form.Title)
	}
	for q := range u.Form.Questions() {
		if o := again.Form.Question(q.Name); o == nil || o.Type != q.Type || o.Relevant != q.Relevant || u.Form.In(q.Label, "km") != again.Form.In(o.Label, "km") {
			t.Errorf("%s comes back as %+v, want %+v", q.Name, o, q)
		}
	}
}
