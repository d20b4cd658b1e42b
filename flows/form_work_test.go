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
