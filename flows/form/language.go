package form

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Text is what is said, by language as the form writes it ("Tiếng Việt (vi)"). The language ""
// is that of columns without one, where the form names no default.
type Text map[string]string

// A Language is one into which a form is translated.
type Language struct {
	Name string `json:"name"`          // as written: "Tiếng Việt (vi)"
	Code string `json:"code,omitzero"` // BCP 47, such as "vi"; empty where the name does not tell
}

// In is the text in the language of a code ("vi"), else in the form's default language, else in the
// first there is. It is empty only for a text that says nothing.
func (f *Form) In(t Text, code string) string {
	for _, l := range f.Languages {
		if s := t[l.Name]; l.Code == code && s != "" {
			return s
		}
	}
	if s := t[f.DefaultLanguage]; s != "" {
		return s
	}
	if s := t[""]; s != "" {
		return s
	}
	for _, l := range f.Languages {
		if s := t[l.Name]; s != "" {
			return s
		}
	}
	return ""
}

// Any is the text in whatever language comes first in the alphabet; for findings, which name a
// thing rather than say it.
func (t Text) Any() string {
	for _, k := range slices.Sorted(maps.Keys(t)) {
		return t[k]
	}
	return ""
}

// settle gives texts without a language the form's default one. A text that has that language by
// name wins, as in pyxform.
func (t Text) settle(def string) Text {
	s, ok := t[""]
	if !ok || def == "" {
		return t
	}
	delete(t, "")
	if t[def] == "" {
		t[def] = s
	}
	return t
}

var languageCode = regexp.MustCompile(`\(\s*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\s*\)\s*$`)

// LanguageNamed understands the name of a language: its code in parentheses at the end, as the
// standard has it, else the names that people here write without one.
func LanguageNamed(name string) Language {
	if m := languageCode.FindStringSubmatch(name); m != nil {
		return Language{name, strings.ToLower(m[1])}
	}
	codes := map[string]string{
		"tiếng việt": "vi", "việt": "vi", "vietnamese": "vi", "tieng viet": "vi", "vi": "vi",
		"ភាសាខ្មែរ": "km", "ខ្មែរ": "km", "khmer": "km", "tiếng khmer": "km", "km": "km",
		"english": "en", "tiếng anh": "en", "en": "en",
		"中文": "zh", "chinese": "zh", "tiếng hoa": "zh", "zh": "zh",
	}
	return Language{name, codes[strings.ToLower(strings.TrimSpace(name))]}
}
