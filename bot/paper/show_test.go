package paper

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/go-text/typesetting/font"
)

// A viewer that adds up what the operators say finds each glyph where the
// shaper put it, to the thousandth of the size.
func TestPlaces(t *testing.T) {
	d := New(fonts(t), About{})
	for _, text := range []string{"ឆ្នាំ", "ស្រ្តី", "ប៊ីសម្បត្តិ", "AVATAR", "Nguyễn"} {
		r := d.shape([]rune(text), Style{})[0]
		type place struct {
			id   int
			x, y float64
		}
		var want []place
		pen := 0.0
		for _, c := range r.clusters {
			for _, g := range c.glyphs {
				want = append(want, place{int(g.id), pen + g.dx, g.dy})
				pen += g.advance
			}
		}
		page := &Page{Size: Size{100, 100}}
		page.run(r, 10)
		var got []place
		x, rise := 0.0, 0.0
		for line := range strings.SplitSeq(page.content.String(), "\n") {
			if s, ok := strings.CutSuffix(line, " Ts"); ok {
				rise, _ = strconv.ParseFloat(s, 64)
			}
			s, ok := strings.CutSuffix(line, "] TJ")
			if !ok {
				continue
			}
			for part := range strings.SplitSeq(strings.Trim(s, "[]"), "<") {
				codes, back, _ := strings.Cut(part, ">")
				for ; len(codes) >= 4; codes = codes[4:] {
					id, _ := strconv.ParseUint(codes[:4], 16, 16)
					got = append(got, place{int(id), x, rise * 100})
					x += r.face.width(font.GID(id))
				}
				if back != "" {
					n, _ := strconv.ParseFloat(back, 64)
					x -= n
				}
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d glyphs, want %d:\n%s", text, len(got), len(want), page.content.String())
			continue
		}
		for i := range want {
			if got[i].id != want[i].id || math.Abs(got[i].x-want[i].x) > 1 || math.Abs(got[i].y-want[i].y) > 1 {
				t.Errorf("%s: glyph %d is %s, want %s", text, i, fmt.Sprint(got[i]), fmt.Sprint(want[i]))
			}
		}
	}
}
