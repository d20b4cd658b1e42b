package form

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"chihai/locales"
)

func words(t *testing.T) *locales.Catalog {
	t.Helper()
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWords: every code and every phrase has words in every language, and no words are without a code.
func TestWords(t *testing.T) {
	c := words(t)
	owed := map[string]bool{}
	for _, e := range Explanations() {
		owed["finding."+string(e.Code)] = true
		for _, code := range locales.Languages {
			what, do := Finding{Code: e.Code}.Words(c.In(code, ""))
			if strings.HasPrefix(what, "[") || what == "" || do == "" || strings.Contains(do, "\n") {
				t.Errorf("%s: the words of %s are %q and %q, want a line each", code, e.Code, what, do)
			}
		}
	}
	for _, p := range Phrases() {
		id := "phrase." + phraseKey(p)
		if owed[id] {
			t.Errorf("two phrases have the id %s", id)
		}
		owed[id] = true
		if en := c.In("en", "").T(id); en != p {
			t.Errorf("%s says %q in English, want %q", id, en, p)
		}
		if vi := c.In("vi", "").T(id); vi == p {
			t.Errorf("%s says %q in Vietnamese, as in English", id, vi)
		}
	}
	for _, id := range c.IDs() {
		if section, _, _ := strings.Cut(id, "."); (section == "finding" || section == "phrase") && !owed[id] {
			t.Errorf("nothing finds %s", id)
		}
	}
}

// unsaid are arguments that no words use: they are there for whoever mends a form at one tap.
var unsaid = []string{"type_missing name", "end_unmatched name", "unreachable column", "circular name", "chat_barcode type"}

// TestWordsTakeAllArguments: what tests bring about is said with all that is known of it, and nothing
// stays to be filled in.
func TestWordsTakeAllArguments(t *testing.T) {
	c := words(t)
	left := regexp.MustCompile(`\{[a-z]+\}`)
	var found []Finding
	for _, tt := range slices.Concat(findingTests, entityTests, lintTests, expressionTests) {
		f, read := Read(markdown("", tt.md))
		if found = append(found, read...); f != nil {
			found = append(append(found, Lint(f)...), LintAnonymous(f)...)
		}
	}
	for _, tt := range simpleFindingTests {
		u := simpleUpload(tt.sheet)
		found = append(found, u.Findings...)
	}
	for _, tt := range releaseFindingTests {
		_, read := ReadRelease(releaseBook(tt.sheet))
		found = append(found, read...)
	}
	for _, f := range found {
		for _, code := range locales.Languages {
			what, do := f.Words(c.In(code, ""))
			both := what + "\n" + do
			if rest := left.FindString(both); rest != "" && !strings.Contains(both, "${"+rest[1:]) {
				t.Errorf("%s: %v leaves %s: %s", code, f, rest, both)
			}
			for k, v := range f.Args {
				if slices.Contains(Phrases(), v) {
					v = c.In(code, "").T("phrase." + phraseKey(v))
				}
				expression := strings.HasPrefix(string(f.Code), "expression_")
				if !strings.Contains(both, v) && !slices.Contains(unsaid, string(f.Code)+" "+k) && !(expression && (k == "column" || k == "at" || k == "a" || k == "b")) {
					t.Errorf("%s: %v does not say its %s: %s", code, f, k, both)
				}
			}
		}
	}
}

// TestLines: a chat shows at most fifteen lines, errors first.
func TestLines(t *testing.T) {
	p := words(t).In("vi", "")
	var found []Finding
	for range 20 {
		found = append(found, Finding{Sheet: "survey", Cell: "C2", Code: LabelMissing, Severity: Error, Args: map[string]string{"name": "a"}})
	}
	found = slices.Insert(found, 0, Finding{Code: FileMacros, Severity: Warning})
	lines := Lines(found, p)
	if len(lines) != ChatLines || lines[0] != "survey!C2: Câu a chưa có lời hỏi: không có label, không có hint." || lines[14] != "Còn 7 chỗ nữa, xem trang “Lỗi” trong tệp." {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	if lines = Lines(found[:15], p); len(lines) != 15 || lines[14] != "Tệp có macro. Macro không được chạy." {
		t.Errorf("%d lines of fifteen findings: %q", len(lines), lines)
	}
	if lines = Lines(nil, p); lines != nil {
		t.Errorf("nothing found says %q", lines)
	}
}
