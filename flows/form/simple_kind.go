package form

import (
	"slices"
	"strings"
)

// A simpleType is one kind of answer in a simple sheet.
type simpleType struct {
	typ    string // of the standard, without a list
	lists  bool   // its choices stand beside it
	yes    bool   // its choices are yes and no
	number bool
	words  []string // folded; the first is the one that the template has
}

// simpleTypes are the kinds of answers. "Ghi chú" (a note) and "ghi chữ" (to write) are one word
// without diacritics, so neither is here.
func simpleTypes() []simpleType {
	return []simpleType{
		{typ: "select_one", lists: true, words: []string{"mot lua chon", "chon mot", "1 lua chon", "chon 1", "mot", "lua chon", "trac nghiem"}},
		{typ: "select_multiple", lists: true, words: []string{"nhieu lua chon", "chon nhieu", "nhieu", "duoc chon nhieu"}},
		{typ: "select_one", yes: true, words: []string{"co/khong", "co khong", "co hay khong", "co hoac khong"}},
		{typ: "integer", number: true, words: []string{"so", "so nguyen", "con so", "so luong"}},
		{typ: "decimal", number: true, words: []string{"so le", "so thap phan"}},
		{typ: "text", words: []string{"chu", "viet", "viet chu", "van ban", "tra loi bang chu"}},
		{typ: "date", words: []string{"ngay", "ngay thang", "ngay thang nam"}},
		{typ: "time", words: []string{"gio", "gio phut"}},
		{typ: "image", words: []string{"anh", "hinh", "hinh anh", "chup anh", "chup hinh"}},
		{typ: "audio", words: []string{"ghi am", "giong noi", "am thanh", "tieng noi"}},
		{typ: "geopoint", words: []string{"dia diem", "vi tri", "noi dang dung"}},
		{typ: "file", words: []string{"tep", "tap tin"}},
		{typ: "rank", lists: true, words: []string{"xep hang", "xep thu tu", "thu tu uu tien"}},
		{typ: "note", words: []string{"doc thoi", "chi doc", "loi dan", "khong hoi"}},
	}
}

// readKind reads what kind of answer a line asks for.
func (r *simpleReader) readKind(l *simpleLine) {
	text := l.texts[simpleKind]
	if text == "" {
		r.say(l, simpleKind, SimpleKindMissing, "number", l.what())
		return
	}
	folded := simpleFold(text)
	for _, t := range simpleTypes() {
		if slices.Contains(t.words, folded) {
			l.kind = t
			return
		}
	}
	r.say(l, simpleKind, SimpleKindUnknown, "text", text)
}

// A simpleChoice is one answer to choose in a simple sheet.
type simpleChoice struct {
	name, label, khmer string
	folded             string // the label as conditions are compared with it
}

// readChoices reads the choices of a line, divided by semicolons and line breaks.
func (r *simpleReader) readChoices(l *simpleLine) {
	labels, khmer := simpleDivide(l.texts[simpleChoices]), simpleDivide(l.texts[simpleKhmerChoices])
	switch {
	case l.kind.yes:
		l.choices = []simpleChoice{{"co", "Có", "បាទ/ចាស", "co"}, {"khong", "Không", "ទេ", "khong"}}
		fallthrough
	case !l.kind.lists:
		if len(labels) > 0 && l.kind.typ != "" {
			r.say(l, simpleChoices, SimpleChoicesUnused, "number", l.what())
		}
		return
	case len(labels) == 0:
		r.say(l, simpleChoices, SimpleChoicesMissing, "number", l.what())
		return
	}
	names, said := map[string]int{}, map[string]bool{}
	for i, label := range labels {
		if said[strings.ToLower(label)] {
			r.say(l, simpleChoices, SimpleChoiceTwice, "number", l.what(), "choice", label)
			continue
		}
		said[strings.ToLower(label)] = true
		c := simpleChoice{name: simpleCode(label), label: label, folded: simpleFold(label)}
		if c.name == "" {
			c.name = "lc_" + decimal(i+1)
		}
		for stem := c.name; names[c.name] > 0; {
			names[stem]++
			c.name = stem + "_" + decimal(names[stem])
		}
		names[c.name]++
		if len(khmer) == len(labels) {
			c.khmer = khmer[i]
		}
		l.choices = append(l.choices, c)
	}
	if len(khmer) > 0 && len(khmer) != len(labels) {
		r.say(l, simpleKhmerChoices, SimpleChoicesKhmer, "number", l.what(), "count", decimal(len(khmer)), "want", decimal(len(labels)))
	}
}

// simpleDivide divides a cell into what it lists, without the marks that people put in front.
func simpleDivide(text string) []string {
	var list []string
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ';' || c == '\n' || c == '\r' || c == '；' }) {
		part = strings.TrimSpace(strings.TrimLeft(part, " -–•*+"))
		if part != "" {
			list = append(list, collapse(part))
		}
	}
	return list
}

// simpleCodeRunes is how long a code may be: it is read in exports, and Stata takes no more.
const simpleCodeRunes = 32

// simpleCode makes a code of a text: without diacritics, with underscores, at most 32 letters. It
// is empty where nothing of the text is a Latin letter or digit.
func simpleCode(text string) string {
	var b strings.Builder
	for _, c := range fold(text) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() == simpleCodeRunes {
			break
		}
	}
	return strings.Trim(b.String(), "_")
}
