package form

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// corpus is the folder of forms and cases that others wrote. It is not part of this module.
func corpus(t testing.TB) string {
	dir, set := os.LookupEnv("CHIHAI_XLSFORMS")
	if !set {
		dir = filepath.Join("..", "..", "..", "shared", "xlsforms")
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
		if set {
			t.Fatalf("CHIHAI_XLSFORMS: %v", err)
		}
		t.Skipf("no forms of others at %s; set CHIHAI_XLSFORMS to their folder", dir)
	}
	return dir
}

// A manifestForm is one file and what pyxform 4.5.0 said to it.
type manifestForm struct {
	File    string `json:"file"`
	Verdict string `json:"pyxform"`
	Error   string `json:"pyxform_error"`
}

// A pyxformCase is one form of pyxform's own tests and what pyxform 4.5.0 said to it.
type pyxformCase struct {
	Test    string                         `json:"test"`
	Name    string                         `json:"name"`
	MD      string                         `json:"md"`
	Sheets  map[string][]map[string]string `json:"ss_structure"`
	Outcome string                         `json:"outcome"`
	Error   string                         `json:"error"`
}

func load[T any](t testing.TB, name string) []T {
	raw, err := os.ReadFile(filepath.Join(corpus(t), name))
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// workbook builds what the case is about; nil for one without a form of its own.
func (c pyxformCase) workbook() *Workbook {
	name := c.Name
	if name == "" {
		name = "test_name" // what pyxform's tests call a form
	}
	if c.MD != "" {
		return markdown(name, c.MD)
	}
	if c.Sheets == nil {
		return nil
	}
	w := &Workbook{Name: name}
	for _, s := range slices.Sorted(maps.Keys(c.Sheets)) {
		var head []string
		for _, row := range c.Sheets[s] {
			for _, k := range slices.Sorted(maps.Keys(row)) {
				if !slices.Contains(head, k) {
					head = append(head, k)
				}
			}
		}
		table := [][]string{head}
		for _, row := range c.Sheets[s] {
			var cells []string
			for _, k := range head {
				cells = append(cells, row[k])
			}
			table = append(table, cells)
		}
		w.Sheets = append(w.Sheets, NewSheet(s, table))
	}
	return w
}

// outOfScope says why a form is not compared, or "". It looks at what is in the form and not at what
// anybody said to it:
//
//   - more than one row on the sheet entities: forms that write to several lists shared between forms.
//     ODK has rules on how such lists share the groups of a form; we ask the form and leave the
//     writing out, so they do not bind us.
//
// Everything else is compared, also types that no chat can ask (maps, OpenStreetMap tags, XML files,
// metadata of telephones): they are read, in order to say so.
func outOfScope(w *Workbook) string {
	if s := w.Sheet("entities"); s != nil && len(s.Rows) > 1 {
		return "several lists of entities"
	}
	return ""
}

// differences reads the verdicts in which we are known to differ, each with its reason.
func differences(t *testing.T) map[string]string {
	raw, err := os.ReadFile(filepath.Join("testdata", "differences.txt"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for l := range strings.Lines(string(raw)) {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		name, reason, ok := strings.Cut(l, " | ")
		if !ok {
			t.Fatalf("differences.txt: %q has no reason", l)
		}
		known[name] = reason
	}
	return known
}

// messageRow finds the row that a message of pyxform names.
var messageRow = regexp.MustCompile(`^\[row : (\d+)\]`)

// A tally counts verdicts.
type tally struct {
	t            *testing.T
	known        map[string]string
	used         map[string]bool
	same, differ int
	out          map[string]int
	outSame      int // of those not in scope, for the record
	rows, atRow  int // errors of pyxform that name a row, and those where one of ours stands in it
}

// compare holds our verdict on a form against pyxform's.
func (y *tally) compare(name, theirs, message string, found []Finding) {
	ours := "ok"
	if Broken(found) {
		ours = "error"
	}
	if ours == theirs {
		y.same++
		if m := messageRow.FindStringSubmatch(message); m != nil {
			y.rows++
			at := func(f Finding) bool {
				return f.Severity == Error && strings.TrimLeft(f.Cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == m[1]
			}
			if slices.ContainsFunc(found, at) {
				y.atRow++
			} else {
				y.t.Logf("%s: pyxform says %q, we say %v", name, message, found)
			}
		}
		return
	}
	y.differ++
	if y.known[name] != "" {
		y.used[name] = true
		return
	}
	var said []string
	for _, f := range found {
		if f.Severity == Error {
			said = append(said, f.String())
		}
	}
	y.t.Errorf("%s: pyxform says %s %q, we say %s %q", name, theirs, message, ours, said)
}

// leave counts a form that is not compared.
func (y *tally) leave(why, theirs string, found []Finding) {
	y.out[why]++
	if Broken(found) == (theirs == "error") {
		y.outSame++
	}
}

// TestVerdicts: at least 98 of 100 verdicts agree with pyxform's, and each other one is listed with
// its reason.
func TestVerdicts(t *testing.T) {
	y := &tally{t: t, known: differences(t), used: map[string]bool{}, out: map[string]int{}}
	numbered := map[string]int{}
	for _, c := range load[pyxformCase](t, "pyxform_cases.json") {
		numbered[c.Test]++
		w := c.workbook()
		if w == nil || c.Outcome != "ok" && c.Outcome != "error" {
			y.out["no form or no verdict"]++
			continue
		}
		_, found := Read(w)
		if why := outOfScope(w); why != "" {
			y.leave(why, c.Outcome, found)
			continue
		}
		name := strings.TrimPrefix(c.Test, "tests.")
		if n := numbered[c.Test]; n > 1 {
			name = fmt.Sprintf("%s#%d", name, n)
		}
		y.compare(name, c.Outcome, c.Error, found)
	}
	cases := y.same + y.differ
	for _, m := range load[manifestForm](t, "manifest.json") {
		raw, err := os.ReadFile(filepath.Join(corpus(t), m.File))
		if err != nil {
			t.Fatal(err)
		}
		w, found := Open("data", raw)
		if w != nil {
			_, more := Read(w)
			found = append(found, more...)
			if why := outOfScope(w); why != "" {
				y.leave(why, m.Verdict, found)
				continue
			}
		}
		y.compare(m.File, m.Verdict, m.Error, found)
	}
	total := y.same + y.differ
	share := 100 * float64(y.same) / float64(total)
	t.Logf("%d of %d verdicts agree with pyxform 4.5.0 (%.1f %%): %d cases, %d files; %d differ; not in scope %v, of which %d agree",
		y.same, total, share, cases, total-cases, y.differ, y.out, y.outSame)
	t.Logf("%d of %d messages that name a row name one in which we found an error as well", y.atRow, y.rows)
	if y.atRow*100 < y.rows*95 {
		t.Errorf("only %d of %d messages stand in the same row", y.atRow, y.rows)
	}
	if share < 98 {
		t.Errorf("%.1f %% of verdicts agree, want at least 98", share)
	}
	for name := range y.known {
		if !y.used[name] {
			t.Errorf("differences.txt lists %s, where we agree or which is not there", name)
		}
	}
}

// TestQuestions: of every form that pyxform accepts, every typed row becomes what it says. The rows
// are counted in the raw sheet by other means than Read has.
func TestQuestions(t *testing.T) {
	forms, rows := 0, 0
	section := regexp.MustCompile(`^(begin|end)[ _]`)
	for _, m := range load[manifestForm](t, "manifest.json") {
		if m.Verdict != "ok" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(corpus(t), m.File))
		if err != nil {
			t.Fatal(err)
		}
		want, sections := 0, 0
		for _, typ := range rawTypes(t, raw) {
			switch {
			case strings.HasPrefix(typ, "begin"):
				sections++
			case section.MatchString(typ):
			default:
				want++
				if strings.HasSuffix(typ, " or_other") || strings.HasSuffix(typ, " or other") || strings.HasSuffix(typ, " or specify other") {
					want++
				}
			}
		}
		w, _ := Open("data", raw)
		if w == nil {
			t.Errorf("%s: cannot be opened", m.File)
			continue
		}
		f, found := Read(w)
		type place struct {
			row  int
			name string
		}
		questions, groups := map[place]bool{}, map[int]bool{} // a loop asks the same rows several times
		for it := range f.All() {
			if it.Question != nil {
				questions[place{it.Row(), it.Name()}] = true
			} else {
				groups[it.Row()] = true
			}
		}
		if len(questions) != want || len(groups) != sections {
			t.Errorf("%s: %d questions and %d groups, want %d and %d; %v", m.File, len(questions), len(groups), want, sections, found)
		}
		forms++
		rows += want
		again, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(again)
		if err != nil {
			t.Fatalf("%s: %v", m.File, err)
		}
		if third, _ := Encode(back); string(third) != string(again) {
			t.Errorf("%s: decoded and encoded again, the form is another", m.File)
		}
	}
	t.Logf("%d forms with %d questions read", forms, rows)
}

// TestLintOthers: forms that others use are looked at in bounded time, and what their authors did
// wrong without knowing is found. Each of these was checked by hand.
func TestLintOthers(t *testing.T) {
	known := map[string]string{ // file, then what is found in it
		"PMA-2020__ppp/test__static__XlsFormNonStrictValidation__input__1.xlsx":                                     "survey!J324 unreachable",       // asks who has a child and has none
		"unhcr-americas__surveyDesigner/inst__SurveyDesigner_Referential.xlsx":                                      "survey!J350 unreachable",       // the same answer is 0 and 1
		"onaio__onadata/onadata__apps__main__tests__fixtures__transportation__error_test_form.xlsx":                 "survey!E5 expression_unclosed", // a bracket
		"onaio__onadata/onadata__apps__main__tests__fixtures__transportation__tutorial_.xlsx":                       "survey!G16 choice_column_unknown",
		"onaio__onadata/onadata__apps__api__tests__fixtures__forms__select_one_choices_test.xlsx":                   "survey!D226 equal_multiple",
		"khalilurrrahmanridoykhan__bangladesh-admin-boundary-xlsform/forms__Full_Bangladesh_Division_To_Union.xlsx": "choices!B20 choice_spaced",
	}
	counts := map[Code]int{}
	forms := 0
	var longest time.Duration
	for _, m := range load[manifestForm](t, "manifest.json") {
		raw, err := os.ReadFile(filepath.Join(corpus(t), m.File))
		if err != nil {
			t.Fatal(err)
		}
		w, _ := Open("data", raw)
		if w == nil {
			continue
		}
		f, _ := Read(w)
		start := time.Now()
		found := Lint(f)
		longest = max(longest, time.Since(start))
		forms++
		for _, x := range found {
			counts[x.Code]++
		}
		name := strings.TrimPrefix(m.File, "forms/")
		if want := known[name]; want != "" && !slices.Contains(places(found), want) {
			t.Errorf("%s: %s is not among %v", name, want, found)
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("%s is not there", name)
	}
	if longest > 2*time.Minute { // most of a second of one processor; the bound is for busy machines and the race detector
		t.Errorf("the longest took %s", longest)
	}
	t.Logf("%d forms, the longest in %s: %v", forms, longest.Round(time.Millisecond), counts)
}
