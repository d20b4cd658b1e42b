package flows

import (
	"strings"
	"testing"
)

// The names of files come from anywhere and are shown, kept and sent back.
func TestFormBookName(t *testing.T) {
	for name, want := range map[string]string{
		"phieu.xlsx":              "phieu.xlsx",
		"Phiếu của chị.XLSX":      "Phiếu của chị.xlsx",
		"../../etc/passwd":        "passwd.xlsx",
		`C:\Users\lan\phieu.xls`:  "phieu.xlsx",
		"phieu (1).xlsx":          "phieu.xlsx",
		"phieu (2) (1).xlsx":      "phieu.xlsx",
		"(1).xlsx":                "phieu.xlsx",
		"":                        "phieu.xlsx",
		"..":                      "phieu.xlsx",
		".xlsx":                   "phieu.xlsx",
		"\u202exslx.phieu":        "xslx.xlsx",
		"a\nb\x00c.xlsx":          "a bc.xlsx",
		`a"b<c>.xlsx`:             "a b c.xlsx",
		strings.Repeat("ế", 5000): strings.Repeat("ế", 99) + "….xlsx",
	} {
		if got := FormBookName(name); got != want {
			t.Errorf("FormBookName(%.40q) = %q, want %q", name, got, want)
		}
	}
}

// What is told of a form's length depends on what is known of it.
func TestFormSummary(t *testing.T) {
	s := newStage(t)
	turn := &Turn{Printer: s.catalog.In("vi", ""), engine: s.engine}
	for _, tt := range []struct {
		facts FormFacts
		want  string
	}{
		{FormFacts{Questions: 18}, "“Phiếu”: 18 câu hỏi"},
		{FormFacts{Questions: 18, Languages: []string{"vi", "xx"}}, "“Phiếu”: 18 câu hỏi\nViết bằng: Tiếng Việt, xx"},
		{FormFacts{Questions: 18, Shortest: 2, Longest: 18, Expected: 9, Seconds: 200}, "“Phiếu”: 18 câu hỏi\nMỗi người trả lời từ 2 đến 18 câu, thường là 9 câu, khoảng 3 phút"},
		{FormFacts{Questions: 3, Shortest: 3, Longest: 3, Expected: 3, Seconds: 10}, "“Phiếu”: 3 câu hỏi\nAi cũng trả lời 3 câu, khoảng 1 phút"},
		{FormFacts{Questions: 3, Shortest: 1, Expected: 4, Seconds: 90}, "“Phiếu”: 3 câu hỏi\nMỗi người trả lời ít nhất 1 câu, thường là 4 câu, khoảng 2 phút"},
	} {
		if got := turn.formSummary("Phiếu", tt.facts); got != tt.want {
			t.Errorf("%+v is told as\n%s\nwant\n%s", tt.facts, got, tt.want)
		}
	}
}
