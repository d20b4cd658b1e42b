package form

import (
	"regexp"
	"strings"
)

var (
	mdInline    = regexp.MustCompile(`^(.*)(#[^|]+)$`)
	mdTable     = regexp.MustCompile(`^\s*\|(.*)\|\s*`)
	mdSeparator = regexp.MustCompile(`^[|-]+$`)
)

// markdown reads the tables in which pyxform's tests write their forms: a line whose first cell says
// something begins a sheet of that name, the next line is its header.
func markdown(name, md string) *Workbook {
	w := &Workbook{Name: name}
	var sheet string
	var table [][]string
	flush := func() {
		if sheet != "" {
			w.Sheets = append(w.Sheets, NewSheet(sheet, table))
		}
		table = nil
	}
	for l := range strings.SplitSeq(md, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "#") {
			continue
		}
		if m := mdInline.FindStringSubmatch(l); m != nil {
			l = m[1]
		}
		m := mdTable.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil || mdSeparator.MatchString(m[1]) {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(m[1], `\|`, "\x00"), "|")
		for i, c := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(c, "\x00", "|"))
		}
		if cells[0] != "" {
			flush()
			sheet = cells[0]
		}
		if sheet != "" && strings.Join(cells[1:], "") != "" {
			table = append(table, cells[1:])
		}
	}
	flush()
	return w
}
