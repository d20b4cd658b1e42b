package form

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// pack makes a container of parts.
func pack(t testing.TB, parts map[string]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// book is a workbook with one sheet, survey, whose sheetData is given as XML.
func book(t testing.TB, data string, more map[string]string) []byte {
	parts := map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="survey" sheetId="1" r:id="s1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="s1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData>` + data + `</sheetData></worksheet>`,
	}
	for k, v := range more {
		parts[k] = v
	}
	return pack(t, parts)
}

// TestOpenRefuses: what is no workbook, or more than one, is refused with the reason.
func TestOpenRefuses(t *testing.T) {
	password := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...)
	whole := book(t, `<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c></row>`, nil)
	for name, tt := range map[string]struct {
		file []byte
		want Code
	}{
		"empty":         {nil, FileNotWorkbook},
		"words":         {[]byte("type,name,label"), FileNotWorkbook},
		"100 MB":        {make([]byte, 100<<20), FileTooLarge},
		"xls":           {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), FileXLS},
		"password":      {password, FilePassword},
		"ods":           {pack(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), FileODS},
		"a zip":         {pack(t, map[string]string{"photo.jpg": "x"}), FileNotWorkbook},
		"cut short":     {whole[:len(whole)/2], FileNotWorkbook},
		"bad sheet":     {book(t, `<row r="1"><c r="A1"></row>`, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row"}), FileDamaged},
		"no string":     {book(t, `<row r="1"><c r="A1" t="s"><v>7</v></c></row>`, nil), FileDamaged},
		"bomb":          {book(t, strings.Repeat(" ", maxPart+1), nil), FileUnpacks},
		"bomb of words": {book(t, "", map[string]string{"xl/sharedStrings.xml": strings.Repeat(" ", maxPart+1)}), FileUnpacks},
	} {
		w, found := Open("x", tt.file)
		if w != nil || len(found) != 1 || found[0].Code != tt.want || !Broken(found) {
			t.Errorf("%s: Open gives %v and %v, want %s", name, w, found, tt.want)
		}
	}
}

// TestOpenCells: cells become the text that pyxform makes of them.
func TestOpenCells(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	f.SetSheetName("Sheet1", "survey")
	date, err := f.NewStyle(&excelize.Style{NumFmt: 22})
	if err != nil {
		t.Fatal(err)
	}
	hour, err := f.NewStyle(&excelize.Style{NumFmt: 20})
	if err != nil {
		t.Fatal(err)
	}
	percent, err := f.NewStyle(&excelize.Style{NumFmt: 10})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 5, 1, 22, 11, 44, 0, time.UTC)
	cells := []struct {
		value any
		style int
		want  string
	}{
		{true, 0, "TRUE"},
		{false, 0, "FALSE"},
		{1.0, 0, "1"},
		{0.15, 0, "0.15"},
		{1e-5, 0, "1e-05"},
		{1e16, 0, "10000000000000000"},
		{-2.5, 0, "-2.5"},
		{0.25, percent, "0.25"},
		{at, date, "2025-05-01 22:11:44"},
		{0.5, hour, "12:00:00"},
		{"  nụ\u00a0cười \n", 0, "nụ cười"},
		{"a_x000D_\r\nb", 0, "a\nb"},
		{"0123", 0, "0123"},
		{"xin  chào", 0, "xin  chào"},
	}
	if err := f.SetCellValue("survey", "A1", "type"); err != nil {
		t.Fatal(err)
	}
	for i, c := range cells {
		cell := Address(1, i+2)
		if err := f.SetCellValue("survey", cell, c.value); err != nil {
			t.Fatal(err)
		}
		if c.style != 0 {
			if err := f.SetCellStyle("survey", cell, cell, c.style); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	w, found := Open("x", b.Bytes())
	if w == nil || len(found) > 0 {
		t.Fatalf("Open finds %v", found)
	}
	for i, c := range cells {
		row := w.Sheets[0].Rows[i]
		if got := row.Text(1); got != c.want || row.Number != i+2 {
			t.Errorf("%v in row %d is %q, want %q in row %d", c.value, row.Number, got, c.want, i+2)
		}
	}
}

// TestOpenTells: what Excel hides from an author is told.
func TestOpenTells(t *testing.T) {
	data := `<row r="1"><c r="A1" t="inlineStr"><is><r><t>ty</t></r><r><t>pe</t></r><rPh><t>x</t></rPh></is></c><c r="B1" t="str"><v>name</v></c></row>` +
		`<row r="2"><c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>` +
		`<row r="3"><c r="A3"><f>TODAY()</f></c><c r="B3" t="str"><f>"a"</f><v>a</v></c></row>` +
		`<row r="4"><c><f>2+2</f><v>4</v></c></row><row><c><v>0.14999999999999999</v></c></row>`
	file := book(t, data+`</sheetData><mergeCells><mergeCell ref="A7:B7"/></mergeCells><sheetData>`, map[string]string{
		"xl/workbook.xml":   `<workbook xmlns:r="r"><sheets><sheet name="survey" sheetId="1" r:id="s1" state="hidden"/></sheets></workbook>`,
		"xl/vbaProject.bin": "x",
	})
	w, found := Open("x", file)
	if w == nil {
		t.Fatal(found)
	}
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%s %s", f.Place(), f.Code))
	}
	want := []string{" file_macros", "survey sheet_hidden", "survey!A2 cell_failed", "survey!A3 cell_not_computed", "survey!A7:B7 cells_merged"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Open finds %q, want %q", got, want)
	}
	if s := w.Sheets[0]; len(s.Rows) != 4 || s.Header[0].Text != "type" || s.Rows[2].Text(1) != "4" || s.Rows[3].Text(1) != "0.15" {
		t.Errorf("the sheet is %+v", s)
	}
}

// TestSheetEnd: a sheet ends after 20 empty headings and 60 empty rows, and stray cells far away cost
// nothing.
func TestSheetEnd(t *testing.T) {
	table := [][]string{{"type", "", "name"}, {"text", "note of the author", "a"}}
	table = append(table, make([][]string, 60)...)
	table = append(table, []string{"text", "", "b"})
	table = append(table, make([][]string, 61)...)
	table = append(table, []string{"text", "", "c"})
	s := NewSheet("survey", table)
	if len(s.Header) != 2 || len(s.Rows) != 2 || s.Rows[1].Number != 63 || len(s.Rows[0].Cells) != 2 {
		t.Errorf("the sheet is %+v", s)
	}
	wide := make([]string, 23)
	wide[0], wide[21], wide[22] = "type", "name", "label"
	if s := NewSheet("survey", [][]string{wide}); len(s.Header) != 3 {
		t.Errorf("after 20 empty headings %d are read, want 3", len(s.Header))
	}
	wide = append(wide[:1], append([]string{""}, wide[1:]...)...)
	if s := NewSheet("survey", [][]string{wide}); len(s.Header) != 1 {
		t.Errorf("after 21 empty headings %d are read, want 1", len(s.Header))
	}
	start := time.Now()
	w, found := Open("x", book(t, `<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`, nil))
	if w == nil || len(w.Sheets[0].Rows) != 0 || time.Since(start) > time.Second {
		t.Errorf("a stray cell: %v, %v after %s", w, found, time.Since(start))
	}
}

// TestDates: numbers under a date format become what openpyxl reads, with the day that 1900 did not
// have and the epoch of old Macintoshes.
func TestDates(t *testing.T) {
	for _, tt := range []struct {
		days     float64
		from1904 bool
		want     string
	}{
		{45000, false, "2023-03-15 00:00:00"},
		{45000.924814814815, false, "2023-03-15 22:11:44"},
		{1, false, "1900-01-01 00:00:00"},
		{59, false, "1900-02-28 00:00:00"},
		{61, false, "1900-03-01 00:00:00"},
		{0.75, false, "18:00:00"},
		{1, true, "1904-01-02 00:00:00"},
		{9e99, false, "9" + strings.Repeat("0", 99)}, // no date
	} {
		if got := dateText(tt.days, tt.from1904); got != tt.want {
			t.Errorf("dateText(%v, %v) = %s, want %s", tt.days, tt.from1904, got, tt.want)
		}
	}
	for format, want := range map[string]style{
		"0.00": plainStyle, "General": plainStyle, "dd/mm/yyyy": dateStyle, "[h]:mm": spanStyle, `"day" 0`: plainStyle,
		"[Red]0": plainStyle, "[$-42A]d mmmm": dateStyle, "0;yyyy": plainStyle,
	} {
		if got := formatStyle(format); got != want {
			t.Errorf("formatStyle(%q) = %d, want %d", format, got, want)
		}
	}
	if got := spanText(1.5) + " " + spanText(-0.25); got != "36:00:00 -6:00:00" || builtinStyle("46") != spanStyle || builtinStyle("14") != dateStyle {
		t.Errorf("spans are %s", got)
	}
}
