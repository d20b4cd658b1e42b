package responses

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// cut is a label that fits, by bytes and by letters; one that does not ends with dots, and no letter as
// people see it is cut in two.
func cut(s string, bytes, letters int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= bytes && len(s) <= letters {
		return s
	}
	all := []rune(s)
	if len(s) <= bytes && len(all) <= letters {
		return s
	}
	const dots = "…"
	var seg segmenter.Segmenter
	seg.Init(all)
	used, end := 0, 0
	for clusters := seg.GraphemeIterator(); clusters.Next(); {
		g := clusters.Grapheme()
		size := len(string(g.Text))
		if used += size; used > bytes-len(dots) || g.Offset+len(g.Text) > letters-1 {
			break
		}
		// The sign coeng puts the next Khmer letter below: what stands before it is only half.
		if last := g.Text[len(g.Text)-1]; last != 0x17d2 {
			end = g.Offset + len(g.Text)
		}
	}
	return strings.TrimSpace(string(all[:end])) + dots
}
