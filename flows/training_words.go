package flows

import (
	"slices"
	"strings"
	"unicode"

	"chihai/store"

	"golang.org/x/text/unicode/norm"
)

// revealingWords are words that may not stand where a participant's family
// reads along. The neutral name, the place and the audience of a training are
// pushed to phones and stand on tickets; who comes to a talk on violence,
// trafficking, a shelter, a sickness or a divorce is in danger at home when her
// phone says so. The list warns and teaches; it is no lock, because words like
// these also stand in harmless names.
//
// Vietnamese of one syllable is looked for with its diacritics only ("hiếp" is
// not "hiệp"), of more also without. Khmer is looked for anywhere in a text,
// which has no spaces between words; those words wait for a native reviewer.
var revealingWords = []string{
	"bạo lực", "bạo hành", "hành hung", "đánh đập", "ngược đãi",
	"mua bán", "buôn người", "buôn bán người",
	"xâm hại", "hiếp", "cưỡng bức", "quấy rối", "lạm dụng", "mại dâm",
	"nạn nhân", "tạm lánh", "tin cậy", "bị hại",
	"ly hôn", "ly thân", "tảo hôn", "HIV", "AIDS", "ma túy", "ma tuý", "nghiện", "phá thai",
	"violence", "violent", "abuse", "abused", "assault", "rape", "trafficking", "trafficked",
	"victim", "victims", "survivor", "survivors", "shelter", "divorce",
	"ហិង្សា", "ជួញដូរ", "រំលោភ", "ជនរងគ្រោះ",
}

// revealing returns the first of [revealingWords] that stands in text, or "".
func revealing(text string) string {
	text = strings.ToLower(norm.NFC.String(text))
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	for _, w := range revealingWords {
		if unicode.Is(unicode.Khmer, []rune(w)[0]) {
			if strings.Contains(text, w) {
				return w
			}
			continue
		}
		phrase := strings.Fields(strings.ToLower(w))
		for i := 0; i+len(phrase) <= len(words); i++ {
			if slices.EqualFunc(words[i:i+len(phrase)], phrase, func(typed, want string) bool {
				return typed == want || len(phrase) > 1 && typed == store.Fold(want)
			}) {
				return w
			}
		}
	}
	return ""
}
