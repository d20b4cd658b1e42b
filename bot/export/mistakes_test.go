package export

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"chihai/flows/form"
	"chihai/locales"

	"github.com/xuri/excelize/v2"
)

func mistakePrinter(t *testing.T) *locales.Printer {
	t.Helper()
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c.In("vi", "")
}

// mistakeBook is a workbook with mistakes, and with things that must stay: a comment, a coloured cell, a
// colour rule, a formula, a sheet that is no part of the form.
func mistakeBook(t *testing.T) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	b := &book{File: f}
	b.try(f.SetSheetName("Sheet1", "survey"))
	for i, line := range [][]string{
		{"type", "name", "label::Tiếng Việt (vi)"},
		{"texxt", "1 a", "Chị tên gì?"},
		{"integer", "tuoi", ""},
		{"text", "ghi", "Ghi thêm"},
	} {
		b.try(f.SetSheetRow("survey", form.Address(1, i+1), &line))
	}
	b.try(f.AddComment("survey", excelize.Comment{Cell: "A2", Author: "Lan", Text: "chỗ này?"}))
	b.try(f.SetCellStyle("survey", "B2", "B2", b.style(excelize.Style{Fill: filled("00FF00")})))
	hers, err := f.NewConditionalStyle(&excelize.Style{Fill: filled("0000FF")})
	b.try(err)
	b.try(f.SetConditionalFormat("survey", "D1:D9", []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: "$A1=1", Format: &hers}}))
	_, err = f.NewSheet("Của chị Lan's")
	b.try(err)
	b.try(f.SetCellFormula("Của chị Lan's", "A1", "1+1"))
	if b.err != nil {
		t.Fatal(b.err)
	}
	return f
}

func mistakeBytes(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMistakes: the workbook comes back with a sheet and marks; sent again it is read as before, and
// once mended it comes back without a trace of them.
func TestMistakes(t *testing.T) {
	p := mistakePrinter(t)
	f := mistakeBook(t)
	u := form.Examine("Thử", mistakeBytes(t, f))
	if !form.Broken(u.Findings) {
		t.Fatalf("found %v", u.Findings)
	}
	out, err := Mistakes(mistakeBytes(t, f), u.Findings, p)
	if err != nil {
		t.Fatal(err)
	}
	if again := form.Examine("Thử", out); !slices.EqualFunc(again.Findings, u.Findings, func(a, b form.Finding) bool { return a.String() == b.String() }) {
		t.Errorf("marked, it is read otherwise:\n%v\n%v", again.Findings, u.Findings)
	}
	x, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows("Lỗi")
	if err != nil || len(rows) != len(u.Findings)+1 || !slices.Equal(rows[0], []string{"Mức", "Trang", "Ô", "Có gì không ổn", "Cách sửa"}) {
		t.Fatalf("the sheet says %q, %v", rows, err)
	}
	first := slices.IndexFunc(rows, func(r []string) bool { return r[2] == "A2" })
	if r := rows[first]; r[0] != "Lỗi" || r[1] != "survey" || r[3] != "Không có kiểu texxt." || !strings.HasPrefix(r[4], "Dùng kiểu") {
		t.Errorf("the line of A2 is %q", r)
	}
	if ok, to, err := x.GetCellHyperLink("Lỗi", form.Address(3, first+1)); !ok || to != "'survey'!A2" || err != nil {
		t.Errorf("the cell leads to %q, %v", to, err)
	}
	said := map[string]string{}
	comments, err := x.GetComments("survey")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range comments {
		said[c.Cell] = c.Author
	}
	if said["A2"] != "Lan" || said["B2"] != "Chị Hai" || said["C3"] != "Chị Hai" {
		t.Errorf("comments by %v", said)
	}
	if formats, _ := x.GetConditionalFormats("survey"); len(formats["A2"]) != 1 || len(formats["B2"]) != 1 || len(formats["D1:D9"]) != 1 {
		t.Errorf("colours %v", formats)
	}

	// She mends it in the file that she got back.
	for cell, v := range map[string]string{"A2": "text", "B2": "a", "C3": "Mấy tuổi?"} {
		if err := x.SetCellStr("survey", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	mended := mistakeBytes(t, x)
	u = form.Examine("Thử", mended)
	if len(u.Findings) > 0 {
		t.Fatalf("mended, %v is found", u.Findings)
	}
	out, err = Mistakes(mended, []form.Finding{{Sheet: "Của chị Lan's", Cell: "A1", Code: form.CellFailed, Severity: form.Warning}}, p)
	if err != nil {
		t.Fatal(err)
	}
	if x, err = excelize.OpenReader(bytes.NewReader(out)); err != nil {
		t.Fatal(err)
	}
	if rows, _ := x.GetRows("Lỗi"); len(rows) != 2 {
		t.Errorf("the old list stays: %q", rows)
	}
	if comments, _ := x.GetComments("survey"); len(comments) != 1 || comments[0].Author != "Lan" {
		t.Errorf("comments %v, want only hers", comments)
	}
	formats, _ := x.GetConditionalFormats("survey")
	if len(formats) != 1 || len(formats["D1:D9"]) != 1 {
		t.Errorf("colours %v, want only hers", formats)
	}
	id, err := x.GetCellStyle("survey", "B2")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := x.GetStyle(id); err != nil || !slices.Equal(s.Fill.Color, []string{"00FF00"}) {
		t.Errorf("her cell has the colour %v", s.Fill)
	}
	if formula, _ := x.GetCellFormula("Của chị Lan's", "A1"); formula != "1+1" {
		t.Errorf("her formula is %q", formula)
	}
	if _, to, _ := x.GetCellHyperLink("Lỗi", "C2"); to != "'Của chị Lan''s'!A1" {
		t.Errorf("the cell leads to %q", to)
	}
}

// TestMistakesBounds: a stray cell in the last row does not fill the memory; the findings are listed and
// the sheet itself stays as it was.
func TestMistakesBounds(t *testing.T) {
	f := mistakeBook(t)
	stray := mistakeBytes(t, f)
	stray = replacePart(t, stray, "xl/worksheets/sheet1.xml", "</sheetData>", `<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>`)
	u := form.Examine("Thử", stray)
	out, err := Mistakes(stray, u.Findings, mistakePrinter(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(out) > len(stray)+1<<16 {
		t.Errorf("%d bytes became %d", len(stray), len(out))
	}
	if again := form.Examine("Thử", out); len(again.Findings) != len(u.Findings) {
		t.Errorf("found %v, before %v", again.Findings, u.Findings)
	}
	if _, err := Mistakes([]byte("no workbook"), nil, mistakePrinter(t)); err == nil {
		t.Error("what is no workbook was marked")
	}
}

// replacePart changes a text in one part of a workbook.
func replacePart(t *testing.T, file []byte, part, from, to string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			if !bytes.Contains(raw, []byte(from)) {
				t.Fatalf("%s has no %s", part, from)
			}
			raw = bytes.Replace(raw, []byte(from), []byte(to), 1)
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
