package form

import (
	"maps"
	"slices"
	"strings"
)

// identity looks for questions whose answers say who answers: by what they ask for, or by the words
// in which they ask. It sees too much rather than too little: whoever publishes decides.
func (l *linter) identity() {
	for q := range l.form.Questions() {
		if why := identifies(q); why != "" {
			l.say(q.Row, "name", IdentifiesPerson, "name", q.Name, "why", why)
		}
	}
}

// identifies tells by what a question gives a person away; "" if by nothing that shows.
func identifies(q *Question) string {
	switch q.Kind {
	case Image, Audio, Video, File, Point, Trace, Shape, Barcode, Device, Background:
		return q.Type
	case Note, Calculate, Hidden, Start, End, Today, Audit, ExternalData, Acknowledge:
		return ""
	}
	if q.Kind.Selects() && q.List != "" {
		return "" // a choice among few says little by itself
	}
	texts := []string{strings.ReplaceAll(q.Name, "_", " ")}
	for _, lang := range slices.Sorted(maps.Keys(q.Label)) {
		texts = append(texts, q.Label[lang])
	}
	for _, t := range texts {
		folded := " " + fold(strings.Map(func(c rune) rune {
			if strings.ContainsRune("?!.,;:()/\"'-–", c) {
				return ' '
			}
			return c
		}, t)) + " "
		for _, w := range identifyingWords {
			if strings.Contains(folded, " "+w+" ") {
				return w
			}
		}
		for _, w := range identifyingKhmer {
			if strings.Contains(t, w) {
				return w
			}
		}
	}
	return ""
}

// identifyingWords are folded: without diacritics, in small letters.
var identifyingWords = [...]string{
	"ho ten", "ho va ten", "ten chi", "ten co", "ten cua chi", "ten cua em", "ten day du", "ten la gi", "so dien thoai", "sdt", "dien thoai", "zalo",
	"cccd", "cmnd", "can cuoc", "chung minh", "so dinh danh", "ma dinh danh", "bhyt", "the bao hiem", "so bao hiem",
	"dia chi", "so nha", "ngay sinh", "ngay thang nam sinh", "email", "facebook", "chu ky", "tai khoan ngan hang", "so tai khoan",
	"full name", "your name", "first name", "last name", "surname", "respondent name", "name of respondent", "phone", "phone number", "telephone", "mobile",
	"address", "national id", "id number", "id card", "date of birth", "birthday", "signature", "bank account",
}

// identifyingKhmer are written without spaces between words, so they are looked for anywhere: name,
// telephone, identity card, address, date of birth.
var identifyingKhmer = [...]string{"ឈ្មោះ", "ទូរស័ព្ទ", "អត្តសញ្ញាណប័ណ្ណ", "អាសយដ្ឋាន", "ថ្ងៃខែឆ្នាំកំណើត"}
