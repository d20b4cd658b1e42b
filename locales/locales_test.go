package locales

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// This file holds the words to what the program and the people need. Its
// failures name what is owed; a translation is late until they are silent.

const (
	mostMessage = 1800 // in UTF-16 units: Zalo takes 2,000 characters, Telegram 4,096, and names are filled in
	mostLabel   = 40   // characters that a button shows on a small phone
)

// prefixes are the heads of ids that the program puts together, with what
// follows them. Each stands in the source as it stands here.
var prefixes = []string{
	"courtesy.", // the word and its answer
	"finding.", "phrase.", "formchange.",
	"invite.as_",
	"broadcast.audience_", "broadcast.bin_", "broadcast.count_", "broadcast.mark_", "broadcast.preview_", "broadcast.state_", "broadcast.text_ask_", "broadcast.why_", "desk.bin_",
	"address.", "club.rule_nth", "club_meet.nth", "club_meet.why_", "formstaff.grade_", "formstaff.version_", "kind.", "language.", "other.", "register.next_", "remind.r", "role.", "training.day_", "training.fact_",
	"campaign.fact_mode_", "campaign.letter_", "campaign.line_", "campaign.mark_", "campaign.news_", "campaign.state_", "campaign.sure_", "campaign.words_",
	"shelf.for_", "shelf.kind_", "shelf.letter_", "training.field_", "training.kind_", "training.name_", "when.day", "you.",
}

// rooms are the folders whose sources and pages use messages.
var rooms = []string{".", "../flows", "../bot"}

func load(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryLanguageHasEveryMessage(t *testing.T) {
	c := load(t)
	for _, code := range Languages {
		m := c.languages[code]
		for _, id := range c.IDs() {
			if m.forms[id] == nil {
				t.Errorf("%s.toml owes %s", code, id)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(m.forms)) {
			if !c.Has(id) {
				t.Errorf("%s.toml has %s, which %s.toml does not", code, id, Source)
			}
			for form, text := range m.forms[id] {
				if text == "" {
					t.Errorf("%s.toml: %s is empty (%s)", code, id, form)
				}
			}
		}
		for id, words := range m.also {
			if !c.Has(id) {
				t.Errorf("%s.toml has other words for %s, which is no message", code, id)
			}
			if slices.Contains(words, "") {
				t.Errorf("%s.toml: another word for %s is empty", code, id)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// placeholders returns those of all forms of a message, but for how she is
// addressed, which each language does in its own way.
func placeholders(forms map[string]string) []string {
	found := map[string]bool{}
	for _, text := range forms {
		for _, p := range placeholder.FindAllStringSubmatch(text, -1) {
			found[p[1]] = true
		}
	}
	delete(found, "you")
	delete(found, "You")
	return slices.Sorted(maps.Keys(found))
}

func TestPlaceholders(t *testing.T) {
	c := load(t)
	for _, id := range c.IDs() {
		want := placeholders(c.languages[Source].forms[id])
		for _, code := range Languages {
			forms := c.languages[code].forms[id]
			if forms == nil {
				continue // named by the test above
			}
			if got := placeholders(forms); !slices.Equal(got, want) {
				t.Errorf("%s.toml: %s has the placeholders %v, want %v", code, id, got, want)
			}
			for form, text := range forms {
				for _, p := range placeholder.FindAllStringSubmatch(text, -1) {
					if p[1] == "" || strings.Trim(p[1], "abcdefghijklmnopqrstuvwxyzY") != "" {
						t.Errorf("%s.toml: %s has the placeholder %q (%s)", code, id, p[0], form)
					}
				}
				if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
					t.Errorf("%s.toml: %s has a bracket without its other half (%s)", code, id, form)
				}
				if form != "" && form != "other" {
					continue
				}
				if got := placeholders(map[string]string{form: text}); !slices.Equal(got, want) {
					t.Errorf("%s.toml: %s (%s) has the placeholders %v, want %v", code, id, form, got, want)
				}
			}
		}
	}
}

// TestPlurals holds messages with forms to those that their language needs for
// whole numbers (CLDR): no more and no fewer.
func TestPlurals(t *testing.T) {
	c := load(t)
	for _, code := range Languages {
		want := map[string]bool{}
		for n := range 1_001 {
			want[pluralForm(language.Make(code), n)] = true
		}
		for id, forms := range c.languages[code].forms {
			if _, plain := forms[""]; plain {
				continue
			}
			if got := slices.Sorted(maps.Keys(forms)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
				t.Errorf("%s.toml: %s has the plural forms %v, want %v", code, id, got, slices.Sorted(maps.Keys(want)))
			}
			if !slices.Contains(placeholders(forms), "n") {
				t.Errorf("%s.toml: %s has plural forms and no {n}", code, id)
			}
		}
	}
}

// TestUnused names messages that nothing says.
func TestUnused(t *testing.T) {
	c := load(t)
	source := sources(t)
	for _, p := range prefixes {
		if !strings.Contains(source, `"`+p) {
			t.Errorf("nothing puts an id together that begins with %q", p)
		}
	}
	for _, id := range c.IDs() {
		put := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(id, p) })
		if !put && !strings.Contains(source, `"`+id+`"`) {
			t.Errorf("nothing says %s", id)
		}
	}
}

// sources is the text of all sources and pages, without tests.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, room := range rooms {
		err := filepath.WalkDir(room, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			switch filepath.Ext(path) {
			case ".go", ".html", ".js", ".tmpl":
			default:
				return nil
			}
			if strings.HasSuffix(path, "_test.go") {
				return nil
			}
			raw, err := os.ReadFile(path)
			all.Write(raw)
			all.WriteByte('\n')
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// A question is the labels that one function offers.
type question struct {
	where  string
	labels []string
}

// questions reads which messages flows say and which they offer as labels
// beside each other.
func questions(t *testing.T) (asked []question, said map[string]string) {
	t.Helper()
	said = map[string]string{}
	files, err := filepath.Glob("../flows/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no flows", err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var walk func(n ast.Node, q *question)
		walk = func(n ast.Node, q *question) {
			ast.Inspect(n, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					inner := question{where: set.Position(n.Pos()).String()}
					walk(n.Body, &inner)
					asked = append(asked, inner)
					return false
				case *ast.CallExpr:
					at, label := idOf(n)
					if at < 0 || at >= len(n.Args) {
						return true
					}
					if id, ok := text(n.Args[at]); ok {
						said[id] = set.Position(n.Pos()).String()
						if label {
							q.labels = append(q.labels, id)
						}
					}
				case *ast.CompositeLit:
					if id, ok := labelOf(n); ok {
						said[id] = set.Position(n.Pos()).String()
						q.labels = append(q.labels, id)
					}
				}
				return true
			})
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				q := question{where: set.Position(f.Pos()).String()}
				walk(f.Body, &q)
				asked = append(asked, q)
			}
		}
	}
	return asked, said
}

// idOf says at which argument a call takes the id of a message, -1 for none, and
// whether that is a label.
func idOf(call *ast.CallExpr) (at int, label bool) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		switch f.Name {
		case "Pick":
			return 1, true
		case "SharePhone", "OpenLink":
			return 0, true
		}
	case *ast.SelectorExpr:
		switch f.Sel.Name {
		case "Say", "T", "Again":
			return 0, false
		case "SayFile":
			return 1, false
		case "Tell":
			return 2, false
		}
	}
	return -1, false
}

// labelOf returns the label of an Option that is written out, unless it is a text
// of its own.
func labelOf(lit *ast.CompositeLit) (id string, ok bool) {
	name, isIdent := lit.Type.(*ast.Ident)
	if !isIdent || name.Name != "Option" {
		return "", false
	}
	for _, e := range lit.Elts {
		pair, isPair := e.(*ast.KeyValueExpr)
		if !isPair {
			continue
		}
		switch key := pair.Key.(*ast.Ident); key.Name {
		case "Label":
			id, ok = text(pair.Value)
		case "Text":
			return "", false
		}
	}
	return id, ok
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil && strings.Contains(s, ".")
}

// TestSaid names what flows say and no file has.
func TestSaid(t *testing.T) {
	c := load(t)
	_, said := questions(t)
	for id, where := range said {
		if !c.Has(id) && !slices.Contains(prefixes, id) {
			t.Errorf("%s: no message %s", where, id)
		}
	}
}

// TestLabels holds what stands on buttons to what a button and a person can
// tell apart.
func TestLabels(t *testing.T) {
	c := load(t)
	asked, _ := questions(t)
	labels := map[string]bool{"nav.back": true, "nav.later": true, "nav.stop": true, "nav.listen": true, "nav.help": true}
	for _, q := range asked {
		for _, id := range q.labels {
			labels[id] = true
		}
		for i, a := range q.labels {
			for _, b := range q.labels[:i] {
				if a == b {
					continue
				}
				for _, w := range words(c, a) {
					if slices.ContainsFunc(words(c, b), func(v string) bool { return fold(v) == fold(w) }) {
						t.Errorf("%s: %q means %s and %s", q.where, w, a, b)
					}
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(labels)) {
		for _, code := range Languages {
			label, plain := c.languages[code].forms[id][""]
			if !plain {
				continue // missing, which the first test says, or no label
			}
			if n := len([]rune(label)); n > mostLabel {
				t.Errorf("%s.toml: the label %s has %d characters, at most %d are shown", code, id, n, mostLabel)
			}
			if strings.ContainsAny(label, "{}\n") {
				t.Errorf("%s.toml: the label %s has a placeholder or two lines", code, id)
			}
			if strings.Trim(label, "0123456789០១២៣៤៥៦៧៨៩ #.()-") == "" {
				t.Errorf("%s.toml: the label %s is a bare number: %q", code, id, label)
			}
		}
	}
}

// words are what may be typed for a label in any language.
func words(c *Catalog, id string) []string {
	return slices.DeleteFunc(c.Words(id), func(w string) bool { return strings.Contains(w, "{") })
}

var latinMarks = regexp.MustCompile(`[\x{0300}-\x{036f}]`)

// fold is what the engine compares by, in short.
func fold(s string) string {
	s = latinMarks.ReplaceAllString(norm.NFD.String(strings.ToLower(s)), "")
	return strings.Trim(strings.ReplaceAll(s, "đ", "d"), " .,;:!?…“”()")
}

func TestLengths(t *testing.T) {
	c := load(t)
	for _, code := range Languages {
		for id, forms := range c.languages[code].forms {
			for _, text := range forms {
				if n := len(utf16.Encode([]rune(text))); n > mostMessage {
					t.Errorf("%s.toml: %s has %d characters, at most %d fit every network", code, id, n, mostMessage)
				}
			}
		}
	}
}

// The two ways to place a tone on oa, oe and uy look different and are the same
// word; the files keep to the older one, which people in the south learned: hòa,
// hủy. After q the tone stands on the y in both: quý.
var otherTone = regexp.MustCompile(`(?i)(o[àáảãạèéẻẽẹ]|(?:^|[^q])u[ỳýỷỹỵ])(?:[^\pL]|$)`)

func TestSpelling(t *testing.T) {
	for _, code := range Languages {
		raw, err := files.ReadFile(code + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		if !norm.NFC.IsNormal(raw) {
			t.Errorf("%s.toml is not in NFC", code)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if found := otherTone.FindString(line); found != "" && code == "vi" {
				t.Errorf("%s.toml, line %d: the tone of %q stands elsewhere in this file's spelling: %s", code, i+1, strings.TrimSpace(found), line)
			}
			for _, r := range line {
				if r == '\u200b' && code != "km" || r == '\ufeff' || r == '\u00a0' || r == '\t' || r == '\r' {
					t.Errorf("%s.toml, line %d: holds %U", code, i+1, r)
				}
			}
		}
	}
	for text, wrong := range map[string]bool{"hoà": true, "hòa": false, "huỷ": true, "hủy": false, "Xoá đi": true, "quý": false, "hoàn": false, "tuỳ,": true, "thuỷ": true, "khoẻ": true, "oà": true, "uý": true, "Huýt": false} {
		if got := otherTone.MatchString(text); got != wrong {
			t.Errorf("otherTone(%q) = %v, want %v", text, got, wrong)
		}
	}
}

// No message says by itself whose bot it is: that is a setting of the operator.
func TestNoNames(t *testing.T) {
	c := load(t)
	for _, code := range Languages {
		for id, forms := range c.languages[code].forms {
			for _, text := range forms {
				for _, name := range []string{"Sóc Trăng", "Cần Thơ", "Dự án 8", " tỉnh "} {
					if strings.Contains(" "+text+" ", name) {
						t.Errorf("%s.toml: %s names %q", code, id, strings.TrimSpace(name))
					}
				}
			}
		}
	}
}

// Recordings are of messages that there are, in languages that there are.
func TestVoices(t *testing.T) {
	c := load(t)
	err := fs.WalkDir(voices, "voice", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "voice/README.md" {
			return err
		}
		code, name, _ := strings.Cut(strings.TrimPrefix(path, "voice/"), "/")
		id, ogg := strings.CutSuffix(name, ".ogg")
		if !ogg || !slices.Contains(Languages, code) || !c.Has(id) {
			t.Errorf("%s is no recording of a message", path)
			return nil
		}
		if !HasVoice(code, id) {
			t.Errorf("HasVoice(%q, %q) = false", code, id)
		}
		info, err := d.Info()
		if err == nil && info.Size() > 1<<20 {
			t.Errorf("%s has %d bytes, at most 1 MB is sent as a voice message", path, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if HasVoice("vi", "menu.nothing") || HasVoice("xx", "menu.what") || HasVoice("vi", "../vi.toml") {
		t.Error("HasVoice finds what is not there")
	}
}

func ExamplePrinter_T() {
	c, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.In("vi", "bac").T("menu.hello_name", "name", "Hoa"))
	fmt.Println(c.In("vi", "").T("mine.code", "code", "7K2M4"))
	// Output:
	// Chào bác Hoa!
	// Mã đăng ký: 7K2M4
}
