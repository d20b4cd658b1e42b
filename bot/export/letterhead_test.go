package export

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/bot/paper"
	"chihai/locales"
)

// press loads words and fonts.
func press(t testing.TB, language string) (*locales.Printer, *paper.Fonts) {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := paper.Load()
	if err != nil {
		t.Fatal(err)
	}
	return catalog.In(language, ""), fonts
}

// hall is when and where the events of the tests are.
var (
	hallStart = time.Date(2026, 12, 12, 8, 30, 0, 0, zone)
	hallEnd   = time.Date(2026, 12, 12, 11, 0, 0, 0, zone)
)

const hall = "Hội trường UBND xã Kế Sách"

func unionLetterhead() Letterhead {
	return Letterhead{
		Above:        "Hội Liên hiệp Phụ nữ Việt Nam",
		Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ",
		Number:       "12/GM-BTV",
		Town:         "Cần Thơ",
		Date:         time.Date(2026, 12, 2, 0, 0, 0, 0, zone),
		Made:         time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC),
	}
}

var chair = Signer{Title: "TM. BAN THƯỜNG VỤ\nCHỦ TỊCH", Name: "Trần Thị Ánh"}

// printed is the text of a paper, page by page, a line for each line of the
// layout, with single spaces.
func printed(t *testing.T, pdf []byte) [][]string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed")
	}
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("qpdf"); err == nil {
		if out, err := exec.CommandContext(t.Context(), "qpdf", "--check", path).CombinedOutput(); err != nil {
			t.Errorf("qpdf: %s", out)
		}
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var pages [][]string
	for page := range strings.SplitSeq(strings.TrimSuffix(string(out), "\f"), "\f") {
		var lines []string
		for line := range strings.Lines(page) {
			if words := strings.Fields(line); len(words) > 0 {
				lines = append(lines, strings.Join(words, " "))
			}
		}
		pages = append(pages, lines)
	}
	return pages
}

// same compares a page with what it ought to say.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s says\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The decree writes a zero before days below ten and the first two months.
func TestPlace(t *testing.T) {
	p, _ := press(t, "vi")
	for _, tt := range []struct {
		date time.Time
		want string
	}{
		{time.Date(2026, 1, 5, 0, 0, 0, 0, zone), "Cần Thơ, ngày 05 tháng 01 năm 2026"},
		{time.Date(2026, 3, 15, 0, 0, 0, 0, zone), "Cần Thơ, ngày 15 tháng 3 năm 2026"},
		{time.Time{}, "Cần Thơ, ngày …… tháng …… năm ……"},
	} {
		l := Letterhead{Town: "Cần Thơ", Date: tt.date}
		if got := l.place(p); got != tt.want {
			t.Errorf("place = %q, want %q", got, tt.want)
		}
	}
	if got, want := (&Letterhead{}).place(p), "…………, ngày …… tháng …… năm ……"; got != want {
		t.Errorf("place = %q, want %q", got, want)
	}
}

// Every paper can be made in every language, with nothing filled in.
func TestEmptyPapers(t *testing.T) {
	for _, language := range locales.Languages {
		p, fonts := press(t, language)
		for i, write := range []func(*bytes.Buffer) error{
			func(b *bytes.Buffer) error { return Certificates(b, nil, p, fonts) },
			func(b *bytes.Buffer) error { return Certificates(b, make([]Certificate, 1), p, fonts) },
			func(b *bytes.Buffer) error { return (&AttendanceList{}).PDF(b, p, fonts) },
			func(b *bytes.Buffer) error { return (&Invitation{}).PDF(b, p, fonts) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Errorf("%s, paper %d: %v", language, i, err)
			}
			if text := fmt.Sprint(printed(t, b.Bytes())); strings.ContainsAny(text, "{}") || strings.Contains(text, "paper.") {
				t.Errorf("%s, paper %d says %s", language, i, text)
			}
		}
	}
}
