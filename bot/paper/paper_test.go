package paper

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

// fonts loads the fonts.
func fonts(t testing.TB) *Fonts {
	t.Helper()
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// written writes d and reads it back ([reading]).
func written(t testing.TB, d *Document) ([]byte, *file) {
	t.Helper()
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	f, err := reading(b.Bytes())
	if err != nil {
		t.Fatalf("the document is broken: %v", err)
	}
	return b.Bytes(), f
}

// text is what poppler's pdftotext finds in a document, by pages.
func text(t *testing.T, pdf []byte) []string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed")
	}
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	c := exec.CommandContext(t.Context(), "pdftotext", path, "-")
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, errs.String())
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

// names are of women in the Mekong delta, and what they may be mixed with.
var names = []string{
	"Nguyễn Thị Hồng Phượng",
	"Đặng Thị Bưởi, Lê Thị Ngoan, Huỳnh Thị Mỹ Dĩ Ỷ Ỹ",
	"NGUYỄN THỊ ẤU, TRẦN THỊ ỔI, LÝ THỊ ẴM",
	"ស្រីពៅ",
	"គឹម សុខា",
	"ថាច់ ធីស្រីស្រស់",
	"ត្រឹង ម៉ៅ ស៊ីណែត",
	"សម្បត្តិ ខ្មែរក្រោម",
	"កញ្ញា ស្រ្តី ឆ្នាំ ផ្ទះ",
	"Thạch Thị Đào (ថាច់ ធីដាវ), 12 tuổi",
	"Ẩm thực ភូមិ Kế Sách និង Mỹ Xuyên",
	"+84 912 345 678 – 25.000 ₫ “Hội” № 5…",
}

func TestText(t *testing.T) {
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		d := New(fonts(t), About{Title: "Tên", Language: "vi"})
		flow := d.Flow(A4, Margins{50, 50, 50, 50})
		for _, n := range names {
			flow.Text(form.String(n), Style{Size: 14})
			flow.Text(form.String(n), Style{Size: 14, Bold: true, Align: Right})
			flow.Text(form.String(n), Style{Size: 14, Italic: true, Align: Center})
		}
		pdf, _ := written(t, d)
		got := strings.Split(strings.TrimSpace(text(t, pdf)[0]), "\n")
		for i, n := range names {
			for j := range 3 {
				if len(got) <= 3*i+j || got[3*i+j] != n {
					t.Errorf("form %d: the line %q comes back as %q", form, n, got[min(3*i+j, len(got)-1)])
				}
			}
		}
	}
}

// The same calls give the same bytes.
func TestSameBytes(t *testing.T) {
	write := func() []byte {
		d := New(fonts(t), About{Title: "Tên", Author: "Hội", Language: "vi", Made: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)})
		for _, n := range names {
			d.Flow(A4, Margins{50, 50, 50, 50}).Text(n, Style{Size: 14})
		}
		pdf, _ := written(t, d)
		return pdf
	}
	if !bytes.Equal(write(), write()) {
		t.Error("the same document was written differently")
	}
}

// What a reader sees in the properties of the document.
func TestAbout(t *testing.T) {
	d := New(fonts(t), About{Title: "Giấy mời", Author: "Hội ខ្មែរ", Language: "vi", Made: time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("ICT", 7*3600))})
	_, f := written(t, d)
	for _, want := range []string{
		"/Title <FEFF004700691EA500790020006D1EDD0069>", "/Author <FEFF00481ED900690020178117D2179817C2179A>",
		"/CreationDate (D:20261123010000Z)", "/Lang <FEFF00760069>", "/DisplayDocTitle true",
	} {
		if !strings.Contains(f.all(), want) {
			t.Errorf("the document does not say %s", want)
		}
	}
	if len(f.pages()) != 1 {
		t.Errorf("an empty document has %d pages, want 1", len(f.pages()))
	}
}

// What the fonts do not have is a box, and is copied nevertheless.
func TestMissing(t *testing.T) {
	for _, text := range []string{"你好", "🎉 Chúc mừng 👩🏽‍🌾", "שלום", "กรุณา"} {
		d := New(fonts(t), About{})
		page := d.AddPage(A4)
		page.Put(d, d.Set(text, Style{Size: 12}, 500), 20, 20)
		_, f := written(t, d)
		if got := f.text(); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
		if !strings.Contains(f.contents(), "<0000") && !strings.Contains(f.contents(), "0000>") {
			t.Errorf("%q shows no box: %s", text, f.contents())
		}
	}
}

// What nobody sees is not printed.
func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"a\u202eb\u2066c":      "abc",
		"a\tb\r\nc\rd":         "a b\nc\nd",
		"a\x00\x1b[31mb\ufeff": "a[31mb",
		"e\u0302\u0301":        "ế",
		"a\xffb":               "a\ufffdb",
	} {
		if got := clean(text); got != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
}
