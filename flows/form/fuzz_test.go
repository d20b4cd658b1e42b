package form

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// hold checks what holds of every form, however it came about.
func hold(t *testing.T, w *Workbook) {
	f, found := Read(w)
	again, more := Read(w)
	if (f == nil) != (again == nil) || !slices.EqualFunc(found, more, func(a, b Finding) bool { return a.String() == b.String() }) {
		t.Fatalf("read twice, the findings differ:\n%v\n%v", found, more)
	}
	if len(found) > maxFindings+1 {
		t.Fatalf("%d findings", len(found))
	}
	if f == nil {
		if !Broken(found) {
			t.Fatal("no form, and no reason why")
		}
		return
	}
	for _, x := range slices.Concat(found, Lint(f), LintAnonymous(f)) {
		known := slices.ContainsFunc(explanations[:], func(e Explanation) bool { return e == (Explanation{x.Code, x.Severity}) })
		if !known {
			t.Fatalf("the finding %+v has no explanation", x)
		}
	}
	b, err := Encode(f)
	if err != nil {
		return // bytes that are no text: nothing to keep
	}
	g, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := Encode(g); err != nil || !bytes.Equal(b, c) {
		t.Fatalf("kept and read again, the form is another: %v\n%s\n%s", err, b, c)
	}
	if Broken(found) {
		return
	}
	for q := range f.Questions() {
		if !isName(q.Name) || q.Kind == "" {
			t.Fatalf("accepted a question %+v", q)
		}
		if q.Kind.Selects() && q.File == "" && q.From == "" && f.List(q) == nil {
			t.Fatalf("accepted %s without its choices", q.Name)
		}
	}
	l, err := NewLogic(f)
	if err != nil {
		return // an expression that Lint names
	}
	if e := l.Extent(); e.Shortest < 0 || e.Longest < e.Shortest || e.Expected > float64(e.Longest)+1e-6 || e.Expected < float64(e.Shortest)-1e-6 {
		t.Fatalf("the extent is %+v", e)
	}
	if changes := Compare(f, g); len(changes) > 0 {
		t.Fatalf("a form is another than itself: %+v", changes)
	}
}

// FuzzRead reads small tables, in the writing of pyxform's tests.
func FuzzRead(f *testing.F) {
	for _, tt := range slices.Concat(findingTests, entityTests, lintTests, expressionTests) {
		f.Add(tt.md)
	}
	f.Add(family)
	f.Add(compared)
	for name, relevant := range map[string]string{ // bad input as people and Excel make it
		"a": "${b} = ‘x’", "tuổi con": "${tuổi con} > 1", "b": strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000),
		"c": strings.Repeat("${c} + ", 1400) + "1", "d": "${d} = 1 and 2025-05-01 00:00:00", "TRUE": "=A1+B2", "e": "${f", "f": "#REF!",
	} {
		f.Add("| survey | type | name | label | relevant | repeat_count |\n| | integer | " + name + " | L | " + relevant + " | |\n| | begin repeat | r | R | | " + relevant + " |\n| | date | x | X | | |\n| | end repeat | | | | |")
	}
	f.Fuzz(func(t *testing.T, md string) {
		if len(md) > 1<<16 {
			return
		}
		hold(t, markdown("", md))
	})
}

// FuzzOpen reads files.
func FuzzOpen(f *testing.F) {
	x := excelize.NewFile()
	defer x.Close()
	x.SetSheetName("Sheet1", "survey")
	for cell, v := range map[string]any{"A1": "type", "B1": "name", "C1": "label", "A2": "integer", "B2": "a", "C2": 1.5, "D1": "required", "D2": true} {
		if err := x.SetCellValue("survey", cell, v); err != nil {
			f.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, file []byte) {
		w, found := Open("x", file)
		if w == nil {
			if !Broken(found) {
				t.Fatal("not opened, and no reason why")
			}
			return
		}
		hold(t, w)
	})
}

// FuzzSheet reads what stands in a sheet's part of an otherwise good file: most random files are not
// even containers.
func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c><c r="B1" t="str"><v>name</v></c></row><row r="2"><c t="s"><v>0</v></c><c><v>1e9</v></c></row>`)
	f.Add(`<row r="9"><c r="ZZZ1" t="b"><v>1</v></c></row><row r="-1"><c r="A" t="e"><f/><v>#N/A</v></c></row>`)
	f.Add(`<row><c s="1"><v>45000.5</v></c><c s="2"><v>-3.25</v></c><c s="3"><v>9e99</v></c></row>`)
	f.Fuzz(func(t *testing.T, data string) {
		file := book(t, data, map[string]string{
			"xl/sharedStrings.xml": `<sst><si><t>text</t></si></sst>`,
			"xl/styles.xml":        `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		})
		w, found := Open("x", file)
		if w == nil {
			if !Broken(found) {
				t.Fatal("not opened, and no reason why")
			}
			return
		}
		hold(t, w)
	})
}
