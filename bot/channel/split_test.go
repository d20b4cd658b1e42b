package channel

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		text  string
		limit int
		want  []string
	}{
		{"empty", "", 10, nil},
		{"only space", " \n ", 10, nil},
		{"fits", "Chào chị", 10, []string{"Chào chị"}},
		{"just fits", "0123456789", 10, []string{"0123456789"}},
		{"paragraph before line", "một hai\n\nba\nbốn năm", 14, []string{"một hai", "ba\nbốn năm"}},
		{"line before sentence", "Một. Hai\nba. bốn", 14, []string{"Một. Hai", "ba. bốn"}},
		{"sentence before word", "Có lớp. Mời chị đến", 15, []string{"Có lớp.", "Mời chị đến"}},
		{"word", "tập huấn khởi nghiệp", 12, []string{"tập huấn", "khởi nghiệp"}},
		{"a date is no sentence", "ngày 12.12.2026 nhé", 16, []string{"ngày 12.12.2026", "nhé"}},
		{"early paragraph loses", "a\n\nbcdefgh ijklmno pq", 16, []string{"a\n\nbcdefgh", "ijklmno pq"}},
		{"early word is better than none", "ab cdefghijklmnop", 10, []string{"ab", "cdefghijkl", "mnop"}},
		{"letters", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"units are UTF-16", "😀😀😀", 4, []string{"😀😀", "😀"}},
		{"accents stay", "e\u0302\u0323e\u0302\u0323", 4, []string{"e\u0302\u0323", "e\u0302\u0323"}},
		{"Khmer below stays", "ក្ខក្ខ", 4, []string{"ក្ខ", "ក្ខ"}},
		{"Khmer sentence", "សួស្តី។បាទបាទបាទ", 12, []string{"សួស្តី។", "បាទបាទបាទ"}},
		{"family stays", "👩‍👩‍👧👩‍👩‍👧", 10, []string{"👩‍👩‍👧", "👩‍👩‍👧"}},
		{"flag stays", "a🇻🇳", 4, []string{"a", "🇻🇳"}},
		{"too many marks are cut", "e\u0301\u0301\u0301\u0301", 3, []string{"e\u0301\u0301", "\u0301\u0301"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Split(tt.text, tt.limit); !slices.Equal(got, tt.want) {
				t.Errorf("Split(%q, %d) = %q, want %q", tt.text, tt.limit, got, tt.want)
			}
		})
	}
}

func TestLength(t *testing.T) {
	for text, want := range map[string]int{"": 0, "chị": 3, "chi\u0323": 4, "😀": 2, "ខ្មែរ": 5} {
		if got := Length(text); got != want {
			t.Errorf("Length(%q) = %d, want %d", text, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("Kính gửi chị Nguyễn Thị Bé. Mời chị dự lớp tập huấn.\n\n1. Khởi nghiệp", 20)
	f.Add("ខ្ញុំចង់ចុះឈ្មោះ។ សូមអរគុណ", 8)
	f.Add("👩🏽‍🌾🇻🇳😀 a\u0301\r\n\u200b\u200d", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 2 || limit > 5000 || !utf8.ValidString(text) {
			t.Skip()
		}
		pieces := Split(text, limit)
		for _, p := range pieces {
			if n := Length(p); n == 0 || n > limit || p != strings.TrimSpace(p) || !utf8.ValidString(p) {
				t.Errorf("Split(%q, %d) has the piece %q of %d units", text, limit, p, n)
			}
		}
		if got, want := withoutSpace(strings.Join(pieces, "")), withoutSpace(text); got != want {
			t.Errorf("Split(%q, %d) has the letters %q", text, limit, got)
		}
	})
}

func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
