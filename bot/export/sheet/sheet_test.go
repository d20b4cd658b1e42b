package sheet

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// read opens a workbook with a library that did not write it: every sheet by its name, as raw values.
func read(t testing.TB, file []byte) (names []string, rows map[string][][]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows = map[string][][]string{}
	for _, name := range f.GetSheetList() {
		if rows[name], err = f.GetRows(name); err != nil {
			t.Fatal(err)
		}
	}
	return f.GetSheetList(), rows
}

func TestBook(t *testing.T) {
	var file bytes.Buffer
	b := NewBook(&file)
	b.Sheet("Dữ liệu", []string{"Họ tên", "Con", "Ngày"}, []float64{20, 0, 12})
	b.Text("=1+1")
	b.Number("2")
	b.Date(time.Date(2026, 11, 24, 23, 0, 0, 0, time.UTC))
	b.EndRow()
	b.Blank()
	b.Text("  a<b>&\"c\"\n ")
	b.DateTime(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	b.EndRow()
	b.Text("0912")
	b.Number("-97")
	b.Date(time.Date(1899, 1, 2, 0, 0, 0, 0, time.UTC))
	b.EndRow()
	b.Sheet("dữ liệu", nil, nil)
	b.Text("ខ្មែរ")
	b.EndRow()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	names, rows := read(t, file.Bytes())
	if want := []string{"Dữ liệu", "dữ liệu (2)"}; !slices.Equal(names, want) {
		t.Errorf("sheets %q, want %q", names, want)
	}
	want := [][]string{
		{"Họ tên", "Con", "Ngày"},
		{"=1+1", "2", "46350"},
		{"", "  a<b>&\"c\"\n ", "46350.5"},
		{"0912", "-97", "1899-01-02"},
	}
	if got := rows["Dữ liệu"]; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("rows %q, want %q", got, want)
	}
	if got := rows["dữ liệu (2)"]; len(got) != 1 || got[0][0] != "ខ្មែរ" {
		t.Errorf("second sheet %q", got)
	}
}

// TestFull: a sheet that is full goes on in another one, under the same head.
func TestFull(t *testing.T) {
	var file bytes.Buffer
	b := NewBook(&file)
	b.most = 3
	b.Sheet(strings.Repeat("ấ", 40), []string{"a"}, nil)
	for _, n := range []string{"1", "2", "3", "4", "5"} {
		b.Number(n)
		b.EndRow()
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	names, rows := read(t, file.Bytes())
	all := ""
	for _, name := range names {
		if units(name) > MaxName {
			t.Errorf("the name %s is too long", name)
		}
		for _, r := range rows[name] {
			all += r[0] + " "
		}
	}
	if all != "a 1 2 a 3 4 a 5 " {
		t.Errorf("the sheets hold %q", all)
	}
}

// TestText: every text that a cell can hold comes back as it was, also what looks like an escape, and
// what XML cannot hold.
func TestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.SliceOfN(rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.SampledFrom([]rune("_x00D1é\x00\x1f\r\n\t &<ខ្"))),
			rapid.SampledFrom([]string{"_x0041_", "=A1", "_x_x000D_", "@x"}),
		), 1, 5).Draw(t, "said")
		var file bytes.Buffer
		b := NewBook(&file)
		b.Sheet("s", nil, nil)
		for _, s := range said {
			b.Text(s)
		}
		b.Text("end")
		b.EndRow()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(file.Bytes()), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows("s")
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range said {
			want := strings.NewReplacer("\ufffe", "\ufffd", "\uffff", "\ufffd").Replace(strings.ToValidUTF8(s, "\ufffd"))
			if got := rows[0][i]; got != want {
				t.Fatalf("%q came back as %q", want, got)
			}
		}
	})
}

// TestLongText: of a text longer than a cell the end is missing, and no letter is cut in two.
func TestLongText(t *testing.T) {
	if got := clip(strings.Repeat("a", MaxCell-1)+"😀", MaxCell); len(got) != MaxCell-1 {
		t.Errorf("the text has %d bytes, want %d", len(got), MaxCell-1)
	}
}

// TestBroken: the error of what a workbook is written to comes back from Close.
func TestBroken(t *testing.T) {
	full := errors.New("disk full")
	b := NewBook(&broken{left: 100, err: full})
	b.Sheet("s", nil, nil)
	b.Text("x")
	b.Sheet("t", nil, nil)
	if err := b.Close(); !errors.Is(err, full) {
		t.Errorf("Close: %v, want %v", err, full)
	}
}

// A broken writer takes so many bytes and no more.
type broken struct {
	left int
	err  error
}

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, b.err
	}
	return len(p), nil
}
