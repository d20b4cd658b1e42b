package form

import (
	"slices"
	"strings"
)

// The languages of what a simple sheet becomes, as XLSForm headings name them.
const (
	simpleVietnamese  = "Tiếng Việt (vi)"
	simpleKhmerTongue = "ភាសាខ្មែរ (km)"
)

// compile writes the lines as the sheets of an XLSForm. Rows keep the numbers of the lines that they
// come from, so that whatever is said of a row is said of the author's line.
func (r *simpleReader) compile(title string) *Workbook {
	id := simpleCode(title)
	if !isName(id) {
		id = "phieu"
	}
	title = strings.ReplaceAll(title, "${", "{") // a file's name refers to no question
	if title == "" {
		title = "Phiếu hỏi"
	}
	survey := &Sheet{Name: "survey", Header: simpleHeader(r.surveyHeadings())}
	choices := &Sheet{Name: "choices", Header: simpleHeader(r.choiceHeadings())}
	yes := false // the list of yes and no is there
	for _, l := range r.lines {
		if l.kind.typ == "" {
			continue
		}
		typ, list := l.kind.typ, "ds_"+l.name
		if l.kind.yes {
			list = "co_khong"
		}
		if l.kind.yes || l.kind.lists {
			typ += " " + list
		}
		required := ""
		if l.required {
			required = "yes"
		}
		texts := []string{typ, l.name, required, l.relevant, l.texts[simpleQuestion], l.texts[simpleHint], l.texts[simpleKhmer], l.texts[simpleKhmerHint]}
		survey.Rows = append(survey.Rows, simpleRow(l.row, texts[:len(survey.Header)]...))
		if l.kind.yes && yes {
			continue
		}
		yes = yes || l.kind.yes
		for _, c := range l.choices {
			texts := []string{list, c.name, c.label, c.khmer}
			choices.Rows = append(choices.Rows, simpleRow(l.row, texts[:len(choices.Header)]...))
		}
	}
	settings := &Sheet{Name: "settings", Header: simpleHeader([]string{"form_title", "form_id", "default_language"})}
	settings.Rows = []Row{simpleRow(2, title, id, simpleVietnamese)}
	return &Workbook{Name: id, Sheets: []*Sheet{survey, choices, settings}}
}

// surveyHeadings are the headings of the survey; those of Khmer only where something is Khmer.
func (r *simpleReader) surveyHeadings() []string {
	all := []string{"type", "name", "required", "relevant", "label::" + simpleVietnamese, "hint::" + simpleVietnamese}
	if r.says(simpleKhmer) || r.says(simpleKhmerHint) {
		all = append(all, "label::"+simpleKhmerTongue)
	}
	if r.says(simpleKhmerHint) {
		all = append(all, "hint::"+simpleKhmerTongue)
	}
	return all
}

// choiceHeadings are those of the choices. Yes and no are Khmer by themselves, so they count only
// where there are no other choices: a form without Khmer choices lacks a column, and not each of them.
func (r *simpleReader) choiceHeadings() []string {
	all := []string{"list_name", "name", "label::" + simpleVietnamese}
	lists := slices.ContainsFunc(r.lines, func(l *simpleLine) bool { return l.kind.lists })
	if r.says(simpleKhmerChoices) || !lists && r.says(simpleKhmer) {
		all = append(all, "label::"+simpleKhmerTongue)
	}
	return all
}

// says reports whether a column says anything in any line.
func (r *simpleReader) says(at simpleColumn) bool {
	return slices.ContainsFunc(r.lines, func(l *simpleLine) bool { return l.texts[at] != "" })
}

// A simpleTrace leads from one sheet of the XLSForm to the simple sheet.
type simpleTrace struct {
	letters  map[string]string // of columns; "" stays for a row alone
	headings map[string]string // what the author calls a column
}

// traces follow the order of the headings above.
func (r *simpleReader) traces() map[string]simpleTrace {
	trace := func(columns ...simpleColumn) map[string]string {
		m := map[string]string{}
		for i, c := range columns {
			if r.columns[c] > 0 {
				m[Address(i+1, 0)] = Address(r.columns[c], 0)
			}
		}
		return m
	}
	return map[string]simpleTrace{
		"survey": {
			trace(simpleKind, simpleQuestion, simpleRequired, simpleWhen, simpleQuestion, simpleHint, simpleKhmer, simpleKhmerHint),
			map[string]string{"label": "Câu hỏi", "hint": "Gợi ý"},
		},
		"choices": {
			trace(simpleChoices, simpleChoices, simpleChoices, simpleKhmerChoices),
			map[string]string{"label": "Các lựa chọn"},
		},
	}
}

func simpleHeader(headings []string) []Cell { return simpleRow(1, headings...).Cells }

func simpleRow(number int, texts ...string) Row {
	row := Row{Number: number}
	for i, t := range texts {
		if t = cellText(t); t != "" {
			row.Cells = append(row.Cells, Cell{i + 1, t})
		}
	}
	return row
}
