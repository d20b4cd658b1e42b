package form

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Severity says whether a form can be used as it is.
type Severity string

const (
	Error   Severity = "error"   // the form cannot be used before this is mended
	Warning Severity = "warning" // it can, if its author says so
)

// A Code names a kind of finding. Codes are kept in the store and are keys of locale files: they
// never change once used.
type Code string

// A Finding is one thing that its author should know about a workbook. Its words come from locales,
// by Code, with Args as named placeholders: [Finding.Words].
type Finding struct {
	Sheet    string            `json:"sheet,omitzero"` // empty: the workbook as a whole
	Cell     string            `json:"cell,omitzero"`  // such as "C17", a row "17" or a column "C"; empty: the sheet as a whole
	Code     Code              `json:"code"`
	Args     map[string]string `json:"args,omitzero"`
	Severity Severity          `json:"severity"`
}

// String names the finding for programmers: place, severity, code and arguments. People read [Finding.Words].
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s", f.Place(), f.Severity, f.Code)
	for _, k := range slices.Sorted(maps.Keys(f.Args)) {
		fmt.Fprintf(&b, " %s=%q", k, f.Args[k])
	}
	return strings.TrimSpace(b.String())
}

// Place is where the finding stands, such as "survey!C17", "survey" or "".
func (f Finding) Place() string {
	if f.Cell == "" {
		return f.Sheet
	}
	return f.Sheet + "!" + f.Cell
}

// Broken reports whether one of the findings is an error.
func Broken(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// maxFindings bounds what is collected. A sheet that is wrong throughout is wrong for one reason,
// and nobody reads further.
const maxFindings = 200

// A findings collects.
type findings struct {
	list   []Finding
	left   int // not kept, beyond the bound
	broken bool
}

// add keeps a finding. pairs are the names and values of its arguments, in turn.
func (fs *findings) add(sheet, cell string, code Code, pairs ...string) {
	e := Explain(code)
	fs.broken = fs.broken || e.Severity == Error
	if len(fs.list) >= maxFindings {
		fs.left++
		if e.Severity != Error {
			return
		}
		// An error takes the place of the last warning, so that a reader never sees only warnings of
		// a form that cannot be used.
		i := len(fs.list) - 1
		for ; i >= 0 && fs.list[i].Severity == Error; i-- {
		}
		if i < 0 {
			return
		}
		fs.list = slices.Delete(fs.list, i, i+1)
	}
	f := Finding{Sheet: sheet, Cell: cell, Code: code, Severity: e.Severity}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[pairs[i]] = shorten(pairs[i+1])
	}
	fs.list = append(fs.list, f)
}

// done is everything that was found, in the order of sheets and rows.
func (fs *findings) done(sheets []string) []Finding {
	place := func(f Finding) (int, int) {
		s := slices.Index(sheets, f.Sheet)
		row, _ := strconv.Atoi(strings.TrimLeft(f.Cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return s, row
	}
	slices.SortStableFunc(fs.list, func(a, b Finding) int {
		as, ar := place(a)
		bs, br := place(b)
		return cmp.Or(cmp.Compare(as, bs), cmp.Compare(ar, br))
	})
	list := fs.list
	if fs.left > 0 {
		list = append(list, Finding{Code: TooMany, Severity: Warning, Args: map[string]string{"count": decimal(fs.left)}})
	}
	return slices.Clip(list)
}

// shorten keeps what is quoted within one line of a phone or two.
func shorten(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func decimal(n int) string { return strconv.Itoa(n) }
