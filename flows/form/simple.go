package form

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// This file reads the simple sheet ("phiếu đơn giản"): one sheet, one line for each question, in
// the words of whoever writes it. It knows no expressions and no names.
//
//	Câu hỏi | Kiểu trả lời | Các lựa chọn | Bắt buộc | Chỉ hỏi khi | Tiếng Khmer | Gợi ý
//
// Headings may come in any order, with or without diacritics. Further ones are STT (the number by
// which conditions name a question; without it the lines count), and the Khmer of choices and hints.
// The sheet is turned into the sheets of an XLSForm, and those are read as any other: there is one
// set of rules, and one kind of form. What is found there is told at the author's own cells.

// A simpleColumn is one that a simple sheet may have.
type simpleColumn int

const (
	simpleNumber simpleColumn = iota
	simpleQuestion
	simpleKind
	simpleChoices
	simpleRequired
	simpleWhen
	simpleKhmer
	simpleKhmerChoices
	simpleHint
	simpleKhmerHint
	simpleColumns // how many there are
)

// words are the headings of a column, folded; the first is the one that the template has.
func (c simpleColumn) words() []string {
	return [simpleColumns][]string{
		simpleNumber:       {"stt", "so", "so tt", "so thu tu"},
		simpleQuestion:     {"cau hoi", "noi dung", "noi dung cau hoi"},
		simpleKind:         {"kieu tra loi", "kieu", "kieu cau hoi", "loai cau hoi", "cach tra loi"},
		simpleChoices:      {"cac lua chon", "lua chon", "phuong an", "phuong an tra loi", "cac phuong an"},
		simpleRequired:     {"bat buoc"},
		simpleWhen:         {"chi hoi khi", "hoi khi", "dieu kien"},
		simpleKhmer:        {"tieng khmer", "cau hoi tieng khmer", "khmer"},
		simpleKhmerChoices: {"lua chon tieng khmer", "cac lua chon tieng khmer"},
		simpleHint:         {"goi y", "huong dan"},
		simpleKhmerHint:    {"goi y tieng khmer", "huong dan tieng khmer"},
	}[c]
}

// A simpleLine is one question of a simple sheet.
type simpleLine struct {
	row      int
	number   int // by which conditions name it; 0: it has none
	name     string
	kind     simpleType
	choices  []simpleChoice
	required bool
	relevant string // an expression
	texts    [simpleColumns]string
}

// A simpleReader holds what is known while a simple sheet is read.
type simpleReader struct {
	sheet   *Sheet
	columns [simpleColumns]int // from 1; 0: there is none
	lines   []*simpleLine
	fs      *findings
	broken  bool // by something that is wrong with the sheet itself
}

// simpleSheets are the sheets with headings of the simple kind; none in a workbook with a survey.
func (w *Workbook) simpleSheets() []*Sheet {
	if s := w.Sheet("survey"); s != nil && slices.ContainsFunc(s.Header, func(c Cell) bool { return snake(c.Text) == "type" }) {
		return nil
	}
	var found []*Sheet
	for _, s := range w.Sheets {
		if ownSheet(s.Name) {
			continue
		}
		heading := func(c Cell) bool {
			at := simpleHeading(c.Text)
			return at == simpleQuestion || at == simpleKind
		}
		if slices.ContainsFunc(s.Header, heading) {
			found = append(found, s)
		}
	}
	return found
}

// Simple reports whether the workbook is a simple sheet rather than an XLSForm.
func (w *Workbook) Simple() bool { return len(w.simpleSheets()) > 0 }

// ReadSimple makes a form of a simple sheet, and hands over the same form as an XLSForm workbook for
// whoever wants to go on from there. Its findings are those of [Read] and, if the form can be used,
// of [Lint], all at the cells that the author wrote. It returns no form if the sheet has no column
// for questions; it must not be called for a workbook that is not [Workbook.Simple].
func ReadSimple(w *Workbook) (f *Form, xlsform *Workbook, found []Finding) {
	sheets := w.simpleSheets()
	r := &simpleReader{sheet: sheets[0], fs: &findings{}}
	for _, s := range sheets[1:] {
		r.fs.add(s.Name, "", SimpleSheets, "sheet", r.sheet.Name)
	}
	if !r.readHeader() {
		return nil, nil, r.fs.done(w.names())
	}
	r.readLines()
	r.readConditions()
	xlsform = r.compile(w.Name)
	r.broken = r.fs.broken
	f, found = Read(xlsform)
	if !Broken(found) && !r.broken {
		found = append(found, Lint(f)...)
	}
	for _, x := range found {
		if told := []Code{FormEmpty, LabelMissing, ChoicesMissing, ListUnknown, ListMisspelt}; r.broken && slices.Contains(told, x.Code) {
			continue // follows from what was told in the author's words
		}
		r.tell(x)
	}
	r.settle(f)
	return f, xlsform, r.fs.done(w.names())
}

// readHeader finds the columns; false if there is none for questions.
func (r *simpleReader) readHeader() bool {
	for _, c := range r.sheet.Header {
		at := simpleHeading(c.Text)
		switch {
		case at < 0:
			r.fs.add(r.sheet.Name, Address(c.Column, 1), SimpleColumnUnknown, "heading", c.Text)
		case r.columns[at] > 0:
			r.fs.add(r.sheet.Name, Address(c.Column, 1), HeaderTwice, "heading", c.Text)
		default:
			r.columns[at] = c.Column
		}
	}
	for at, heading := range map[simpleColumn]string{simpleQuestion: "Câu hỏi", simpleKind: "Kiểu trả lời"} {
		if r.columns[at] == 0 {
			r.fs.add(r.sheet.Name, "1", HeaderMissing, "column", heading)
		}
	}
	return r.columns[simpleQuestion] > 0 && r.columns[simpleKind] > 0
}

// simpleHeading is the column that a heading names; -1 if it is none.
func simpleHeading(text string) simpleColumn {
	folded := simpleFold(text)
	for c := range simpleColumns {
		if slices.Contains(c.words(), folded) {
			return c
		}
	}
	return -1
}

// simpleFold folds a word of the sheet: without diacritics, capitals, the signs around it, and
// spaces beside a slash.
func simpleFold(s string) string {
	s = strings.Trim(fold(s), " .,;:!?*\"'()[]")
	return strings.ReplaceAll(strings.ReplaceAll(s, " /", "/"), "/ ", "/")
}

// readLines reads the questions one by one.
func (r *simpleReader) readLines() {
	numbers := map[int]bool{}
	for _, row := range r.sheet.Rows {
		l := &simpleLine{row: row.Number}
		empty := true
		for c := range simpleColumns {
			if r.columns[c] > 0 {
				l.texts[c] = row.Text(r.columns[c])
				empty = empty && (l.texts[c] == "" || c == simpleNumber)
			}
		}
		if empty {
			continue // a number alone, or a note beside the table
		}
		r.number(l, len(r.lines)+1, numbers)
		r.lines = append(r.lines, l)
		if l.texts[simpleQuestion] == "" {
			r.say(l, simpleQuestion, SimpleQuestionMissing)
		}
		r.readKind(l)
		r.readChoices(l)
		switch simpleFold(l.texts[simpleRequired]) {
		case "co", "x", "bat buoc", "phai", "true", "1", "yes", "v", "✓", "✔":
			l.required = l.kind.typ != "note"
		case "", "khong", "false", "0", "no", "-":
		default:
			r.say(l, simpleRequired, SimpleRequired, "text", l.texts[simpleRequired])
		}
	}
}

// number gives a line its number and its name. Without a column of numbers the lines count, as far
// as they say something: the number of a line is then its row less the heading.
func (r *simpleReader) number(l *simpleLine, count int, taken map[int]bool) {
	l.number = count
	if r.columns[simpleNumber] > 0 {
		text := l.texts[simpleNumber]
		folded := strings.TrimSpace(strings.TrimPrefix(simpleFold(text), "cau"))
		n, err := strconv.Atoi(folded)
		switch {
		case text == "":
			n = 0
		case err != nil || n < 1 || n > 9999:
			n = 0
			r.say(l, simpleNumber, SimpleNumber, "text", text)
		case taken[n]:
			r.say(l, simpleNumber, SimpleNumberTwice, "number", decimal(n))
			n = 0
		}
		l.number = n
	}
	taken[l.number] = true
	l.name = "cau_" + decimal(l.number)
	if l.number == 0 {
		l.name = "dong_" + decimal(l.row)
	}
}

// say adds a finding at a column of the line.
func (r *simpleReader) say(l *simpleLine, at simpleColumn, code Code, pairs ...string) {
	r.fs.add(r.sheet.Name, r.cell(at, l.row), code, pairs...)
}

// cell is the address of a column in a row; the row alone where the sheet lacks the column.
func (r *simpleReader) cell(at simpleColumn, row int) string {
	if r.columns[at] == 0 {
		return decimal(row)
	}
	return Address(r.columns[at], row)
}

// what is how people call a line: by its number, else by its row.
func (l *simpleLine) what() string { return decimal(cmp.Or(l.number, l.row)) }

// simpleName finds the names that lines and their lists have in the XLSForm.
var simpleName = regexp.MustCompile(`\b(?:ds_)?(cau|dong)_(\d+)\b`)

// tell adds what was found in the XLSForm, at the author's cell and in her words.
func (r *simpleReader) tell(f Finding) {
	at, known := r.traces()[f.Sheet]
	if f.Code == LanguageColumnMissing {
		heading := map[string]string{"survey label": "Tiếng Khmer", "survey hint": "Gợi ý tiếng Khmer", "choices label": "Lựa chọn tiếng Khmer"}[f.Sheet+" "+f.Args["column"]]
		f.Code, f.Args = SimpleKhmerMissing, map[string]string{"heading": heading}
	}
	f.Args = maps.Clone(f.Args)
	for k, v := range f.Args {
		v = simpleName.ReplaceAllStringFunc(v, func(name string) string {
			m := simpleName.FindStringSubmatch(name)
			return map[string]string{"cau": "Câu ", "dong": "Dòng "}[m[1]] + m[2]
		})
		if k == "column" && known {
			v = at.headings[v]
		}
		f.Args[k] = v
	}
	if !known {
		f.Sheet, f.Cell = "", ""
	} else {
		letters := strings.TrimRight(f.Cell, "0123456789")
		f.Sheet, f.Cell = r.sheet.Name, at.letters[letters]+strings.TrimPrefix(f.Cell, letters)
	}
	if f.Code == TooMany {
		return
	}
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(f.Args)) {
		pairs = append(pairs, k, f.Args[k])
	}
	r.fs.add(f.Sheet, f.Cell, f.Code, pairs...)
}

// settle makes the places of the form those of the simple sheet.
func (r *simpleReader) settle(f *Form) {
	for role, at := range r.traces() {
		p, ok := f.Places[role]
		if !ok {
			continue
		}
		for column, letters := range p.Columns {
			p.Columns[column] = at.letters[letters]
		}
		f.Places[role] = Place{r.sheet.Name, p.Columns}
	}
	delete(f.Places, "settings")
}
