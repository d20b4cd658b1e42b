package channel

import (
	"fmt"
	"strconv"
	"strings"

	"chihai/store"
)

// Numbered is the text of m for a network without buttons: what it says, then
// its choices, a line each, with the number by which each is given.
//
//	at a question with choices           2. Lớp khác
//	at one that takes free text          #2 Quay lại
//	a link answers nothing               Mở trang: https://…
//	nor does a word that stands          “Đã đọc”
//
// A choice that is called by its own number is left out: what it means stands in the
// text. A choice that shares the phone number with one press is left out, as there
// is nothing to press; its number stays free, so that the others are those
// that the engine understands.
func Numbered(m store.Message) string {
	var lines []string
	n := 0
	for _, c := range m.Choices {
		if c.Kind == store.Link {
			lines = append(lines, c.Label+": "+c.URL)
			continue
		}
		if c.Kind == store.Standing {
			lines = append(lines, "“"+c.Label+"”")
			continue
		}
		n++
		switch {
		case c.Kind == store.Phone, !m.Free && c.Label == strconv.Itoa(n):
		case m.Free:
			lines = append(lines, fmt.Sprintf("#%d %s", n, c.Label))
		default:
			lines = append(lines, fmt.Sprintf("%d. %s", n, c.Label))
		}
	}
	choices := strings.Join(lines, "\n")
	if m.Text == "" || choices == "" {
		return m.Text + choices
	}
	return m.Text + "\n\n" + choices
}
