// Package locales holds the words, one TOML file per language, and says them.
//
// A message has an id, "section.key", and stands in every language. Vietnamese
// is the source: a translation that lacks a message, or has other
// placeholders, fails the tests. Placeholders are named, "{name}"; a message
// whose words depend on a number is a table of plural forms (CLDR, "one" and
// "other") chosen by the placeholder {n}.
//
// Two placeholders are always there: {you} and {You}, how the person is
// addressed, as it stands inside and at the head of a sentence.
//
// # How to add a language
//
// Copy vi.toml, translate it, and add a line to [Languages]. The tests name
// what is missing.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

//go:embed voice
var voices embed.FS

// Source is the language in which messages are written first.
const Source = "vi"

// Languages are the codes (BCP 47) of the languages, in the order in which
// they are offered.
var Languages = []string{"vi", "km", "en"}

// A Catalog holds the messages of all languages. It never changes and may be
// used from many goroutines.
type Catalog struct {
	languages map[string]*messages
}

type messages struct {
	tag   language.Tag
	forms map[string]map[string]string // id → plural form → text; "" is the form without a number
	also  map[string][]string          // id → other words people use for the label
}

// Load reads the embedded messages. It fails only when a file is broken, which
// the tests find.
func Load() (*Catalog, error) {
	c := &Catalog{languages: map[string]*messages{}}
	for _, code := range Languages {
		raw, err := files.ReadFile(code + ".toml")
		if err != nil {
			return nil, err
		}
		m, err := read(code, raw)
		if err != nil {
			return nil, fmt.Errorf("%s.toml: %w", code, err)
		}
		c.languages[code] = m
	}
	return c, nil
}

func read(code string, raw []byte) (*messages, error) {
	var sections map[string]map[string]any
	if err := toml.Unmarshal(raw, &sections); err != nil {
		return nil, err
	}
	m := &messages{
		tag:   language.Make(code),
		forms: map[string]map[string]string{},
		also:  map[string][]string{},
	}
	for section, keys := range sections {
		for key, value := range keys {
			id := section + "." + key
			switch value := value.(type) {
			case string:
				m.forms[id] = map[string]string{"": strings.TrimSpace(value)}
			case map[string]any:
				m.forms[id] = map[string]string{}
				for form, text := range value {
					text, ok := text.(string)
					if !ok {
						return nil, fmt.Errorf("%s.%s is not a text", id, form)
					}
					m.forms[id][form] = strings.TrimSpace(text)
				}
			case []any:
				if section != "also" {
					return nil, fmt.Errorf("%s is a list", id)
				}
				for _, word := range value {
					word, ok := word.(string)
					if !ok {
						return nil, fmt.Errorf("%s holds what is not a text", id)
					}
					m.also[key] = append(m.also[key], word)
				}
			default:
				return nil, fmt.Errorf("%s is neither a text nor a table of plural forms", id)
			}
		}
	}
	return m, nil
}

// Has says whether there is a message with id in the source language.
func (c *Catalog) Has(id string) bool { return c.languages[Source].forms[id] != nil }

// IDs returns the ids of all messages of the source language, sorted.
func (c *Catalog) IDs() []string {
	ids := make([]string, 0, len(c.languages[Source].forms))
	for id := range c.languages[Source].forms {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// Words returns the label id and the other words for it, in every language:
// what a person may type to choose it.
func (c *Catalog) Words(id string) []string {
	var words []string
	for _, code := range Languages {
		m := c.languages[code]
		if text := m.forms[id][""]; text != "" {
			words = append(words, text)
		}
		words = append(words, m.also[id]...)
	}
	return words
}

// In returns a Printer for the language code, or for the source language when
// code is none of ours, that addresses a person by the form you (see
// [store.Member]): the message "you."+you. An empty form means "chi".
func (c *Catalog) In(code, you string) *Printer {
	m := c.languages[code]
	if m == nil {
		code, m = Source, c.languages[Source]
	}
	p := &Printer{catalog: c, messages: m, Language: code}
	if m.forms["you."+you] == nil {
		you = "chi"
	}
	p.you = m.forms["you."+you][""]
	return p
}

// A Printer says messages in one language to one person.
type Printer struct {
	Language string // code of the language it speaks

	catalog  *Catalog
	messages *messages
	you      string
}

// T returns the message id with its placeholders filled in from args, which
// are pairs of a name and a value. A number under the name "n" also chooses
// the plural form. An unknown id or a missing value is a fault of the program;
// it returns text that shows it, and a test finds it.
func (p *Printer) T(id string, args ...any) string {
	forms := p.messages.forms[id]
	if forms == nil {
		forms = p.catalog.languages[Source].forms[id]
	}
	text, ok := forms[""]
	if !ok {
		text = forms["other"]
		if n, found := number(args); found {
			if form, ok := forms[pluralForm(p.messages.tag, n)]; ok {
				text = form
			}
		}
	}
	if text == "" {
		return "[" + id + "]"
	}
	return p.fill(text, args)
}

func (p *Printer) fill(text string, args []any) string {
	if strings.IndexByte(text, '{') < 0 {
		return text
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(text[:open])
		b.WriteString(p.value(text[open+1:open+end], args))
		text = text[open+end+1:]
	}
	b.WriteString(text)
	return b.String()
}

func (p *Printer) value(name string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			if n, ok := args[i+1].(int); ok {
				return p.Number(n)
			}
			return fmt.Sprint(args[i+1])
		}
	}
	switch name {
	case "you":
		return p.you
	case "You":
		return Capital(p.you)
	}
	return "{" + name + "}"
}

// Number writes n as people read it: 1.248 in Vietnamese and Khmer, 1,248 in
// English.
func (p *Printer) Number(n int) string {
	sep := "."
	if p.Language == "en" {
		sep = ","
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// Capital returns s with its first letter as a capital.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Voice returns the recording of the message id in the language code, an Ogg
// Opus file, or false when there is none.
func Voice(code, id string) ([]byte, bool) {
	data, err := voices.ReadFile("voice/" + code + "/" + id + ".ogg")
	return data, err == nil
}

// HasVoice says whether there is a recording of the message id in the language
// code.
func HasVoice(code, id string) bool {
	_, err := fs.Stat(voices, "voice/"+code+"/"+id+".ogg")
	return err == nil
}

func number(args []any) (int, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "n" {
			n, ok := args[i+1].(int)
			return n, ok
		}
	}
	return 0, false
}

func pluralForm(tag language.Tag, n int) string {
	switch plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}
