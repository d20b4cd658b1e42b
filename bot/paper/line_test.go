package paper

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// broken is text as it stands on the lines of a block.
func broken(b *Block) []string {
	var all []string
	for _, l := range b.lines {
		s := ""
		for _, p := range l.pieces {
			for _, r := range p.runs {
				for _, c := range r.clusters {
					s += string(c.text)
				}
			}
		}
		all = append(all, s)
	}
	return all
}

func TestLines(t *testing.T) {
	d := New(fonts(t), About{})
	for _, tt := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 100, []string{""}},
		{"một  hai ba", 1000, []string{"một hai ba"}},
		{"một hai\u200bba", 1000, []string{"một haiba"}},
		{"  một hai ba ", 40, []string{"một hai", "ba"}},
		{"một\n\nhai", 1000, []string{"một", "", "hai"}},
		{"ខ្មែរ\u200bក្រោម", 30, []string{"ខ្មែរ", "ក្រោម"}},
		{"ខ្មែរ\u200bក្រោម", 1000, []string{"ខ្មែរក្រោម"}},
		{"ខ្មែរក្រោម", 30, []string{"ខ្មែរ", "ក្រោម"}},
		{"12/12/2026 không\u00a0tách", 60, []string{"12/12/2026", "không\u00a0tách"}},
		{"កខគៗ", d.Set("កខគ", Style{Size: 10}, 500).Widest() + 1, []string{"កខ", "គៗ"}}, // ៗ does not begin a line
		{"កខ(គ)", d.Set("កខ(", Style{Size: 10}, 500).Widest() + 1, []string{"កខ", "(គ)"}},
		{"កខ១២៣", d.Set("កខ១២", Style{Size: 10}, 500).Widest() + 1, []string{"កខ", "១២៣"}},
	} {
		b := d.Set(tt.text, Style{Size: 10}, tt.width)
		if got := broken(b); !slices.Equal(got, tt.want) {
			t.Errorf("%q in %v points: %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

// The lines of a title are about equally long, and no more than they must be.
func TestEven(t *testing.T) {
	d := New(fonts(t), About{})
	const title = "một hai ba bốn năm sáu"
	s := Style{Size: 10}
	width := d.Set("một hai ba bốn năm", s, 1000).Widest() + 1
	if got, want := broken(d.Set(title, s, width)), []string{"một hai ba bốn năm", "sáu"}; !slices.Equal(got, want) {
		t.Errorf("at the left: %q, want %q", got, want)
	}
	s.Align = Center
	if got, want := broken(d.Set(title, s, width)), []string{"một hai ba", "bốn năm sáu"}; !slices.Equal(got, want) {
		t.Errorf("in the middle: %q, want %q", got, want)
	}
}

// In the narrowest column nothing is lost and no cluster is torn.
func TestNarrow(t *testing.T) {
	d := New(fonts(t), About{})
	for _, text := range append(names, strings.Repeat("សម្បត្តិខ្មែរក្រោម", 20), strings.Repeat("9", 100), "https://chihai.example.org/c/ABC234DEF567?lang=vi") {
		for _, width := range []float64{1, 12, 30, 90} {
			got := broken(d.Set(text, Style{Size: 10}, width))
			if joined := strings.Join(got, ""); joined != strings.ReplaceAll(text, " ", "") && squeezed(joined) != squeezed(text) {
				t.Errorf("%q in %v points lost something: %q", text, width, got)
			}
			for _, line := range got {
				if runes := []rune(line); len(runes) > 0 && (unicode.Is(unicode.M, runes[0]) || runes[len(runes)-1] == coeng) {
					t.Errorf("%q in %v points is torn at %q", text, width, line)
				}
			}
		}
	}
}

func squeezed(s string) string { return strings.ReplaceAll(s, " ", "") }

// A text shrinks to the least size, is broken at that size, and shrinks
// further only when its box is too low.
func TestFit(t *testing.T) {
	d := New(fonts(t), About{})
	s := Style{Size: 20, Least: 12}
	whole := d.Set("Nguyễn Thị Hồng Phượng", s, 10_000).Widest()
	for _, tt := range []struct {
		width, height, size float64
		lines               int
	}{
		{whole + 1, 0, 20, 1},
		{whole * 0.8, 0, 16, 1},
		{whole * 0.601, 0, 12, 1},
		{whole * 0.5, 0, 12, 2},
		{whole * 0.5, 20, 10, 1},
	} {
		b := d.Fit("Nguyễn Thị Hồng Phượng", s, tt.width, tt.height)
		if len(b.lines) != tt.lines || b.style.Size > tt.size || b.style.Size < tt.size-1 {
			t.Errorf("in %v × %v: %d lines of %v, want %d of %v", tt.width, tt.height, len(b.lines), b.style.Size, tt.lines, tt.size)
		}
		if tt.height > 0 && b.Height > tt.height {
			t.Errorf("%v points high, at most %v are", b.Height, tt.height)
		}
	}
}

// Where the lines of a text stand.
func TestAlign(t *testing.T) {
	d := New(fonts(t), About{})
	for align, want := range map[Align]string{Left: "1 0 0 1 20 ", Right: "1 0 0 1 ", Center: "1 0 0 1 "} {
		b := d.Set("Hội", Style{Size: 10, Align: align}, 100)
		switch align {
		case Right:
			want += number(120-b.Widest()) + " "
		case Center:
			want += number(20+(100-b.Widest())/2) + " "
		}
		page := d.AddPage(A4)
		page.Put(d, b, 20, 20)
		if got := page.content.String(); !strings.Contains(got, want) {
			t.Errorf("alignment %d: no %q in %s", align, want, got)
		}
	}
	// Both margins: the last word of the first line ends at the right one.
	b := d.Set("một hai ba bốn năm", Style{Size: 10, Align: Justify}, 60)
	page := d.AddPage(A4)
	page.Put(d, b, 0, 0)
	last := b.lines[0].pieces[len(b.lines[0].pieces)-1]
	if want := "1 0 0 1 " + number(60-last.width) + " "; !strings.Contains(page.content.String(), want) {
		t.Errorf("no %q in %s", want, page.content.String())
	}
}
