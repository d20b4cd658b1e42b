package simulation

import (
	"regexp"
	"strings"

	"chihai/locales"
)

// Texts find in a message what matters to rules.
type texts struct {
	got     pattern // a seat; finds its training
	gotFor  pattern // a seat for another; finds its training
	gave    pattern // a seat back; finds its training
	goodbye pattern // everything is deleted
	for_    pattern // stands before what is for one of those who share a phone; finds her name
	passOn  pattern // stands before what is to be passed on; finds to whom
}

func newTexts(words *locales.Catalog) *texts {
	return &texts{
		got:     compile(words, "register.done", "training", "code", "when", "place"),
		gotFor:  compile(words, "register.done_other", "training", "name", "code", "when", "place"),
		gave:    compile(words, "mine.cancelled", "training"),
		goodbye: compile(words, "delete.done", "days"),
		for_:    compile(words, "people.for", "name"),
		passOn:  compile(words, "relay.pass_on", "name"),
	}
}

// A pattern finds what a message says in a text, in any language.
type pattern []*regexp.Regexp

// compile makes a pattern of the message id, of which arg is found.
func compile(words *locales.Catalog, id, arg string, others ...string) pattern {
	const here, whatever = "\x01", "\x02"
	args := []any{arg, here}
	for _, name := range others {
		args = append(args, name, whatever)
	}
	var all pattern
	for _, code := range locales.Languages {
		text := regexp.QuoteMeta(words.In(code, "").T(id, args...))
		text = strings.ReplaceAll(strings.ReplaceAll(text, here, `([^\n”"]+?)`), whatever, `[^\n]*?`)
		all = append(all, regexp.MustCompile("(?m)"+text))
	}
	return all
}

// find returns what stands in text, or "".
func (all pattern) find(text string) string {
	for _, r := range all {
		if m := r.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}
