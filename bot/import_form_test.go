package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chihai/bot/export"
	"chihai/store"

	"github.com/xuri/excelize/v2"
)

// A questionnaire is read into a new database; the same again changes nothing,
// another one of its name is the next version. What cannot be used makes no
// database, and comes back with its mistakes.
func TestImportForm(t *testing.T) {
	e := newEnvironment(t)
	in := func(name string) string { return filepath.Join(t.TempDir(), name) }
	write := func(file string, change func(*excelize.File) error) {
		t.Helper()
		var b bytes.Buffer
		if err := export.XLSFormTemplate(&b); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := change(f); err != nil {
			t.Fatal(err)
		}
		if err := f.SaveAs(file); err != nil {
			t.Fatal(err)
		}
	}

	bad, marked := in("bad.xlsx"), in("bad-loi.xlsx")
	write(bad, func(f *excelize.File) error { return f.SetCellStr("survey", "H4", "${khong_co} = 'co'") })
	code, out, errs := e.command(t, "import", "form", bad, "-o", marked)
	if code != failed || !strings.Contains(out, "error: survey!H4: ") || !strings.Contains(errs, "cannot be used") {
		t.Errorf("a form with a mistake: exit %d, %q, %q", code, out, errs)
	}
	f, err := excelize.OpenFile(marked)
	if err != nil {
		t.Fatalf("the workbook with the mistake: %v", err)
	}
	defer f.Close()
	if at, err := f.GetSheetIndex("Lỗi"); err != nil || at < 0 {
		t.Errorf("it has no sheet of mistakes: %v", err)
	}
	junk := in("junk.xlsx")
	if err := os.WriteFile(junk, []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := e.command(t, "import", "form", junk); code != failed || !strings.Contains(out, "error: workbook: ") {
		t.Errorf("what is no workbook: exit %d, %q", code, out)
	}
	if err := os.Truncate(junk, store.MaxFile+1); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := e.command(t, "import", "form", junk); code != failed || !strings.Contains(errs, "larger than 20 MB") {
		t.Errorf("what is too large: exit %d, %q", code, errs)
	}
	if exists(e["CHIHAI_DB"]) {
		t.Fatal("a database was made for it")
	}

	good := in("good.xlsx")
	write(good, func(*excelize.File) error { return nil })
	first := e.must(t, "import", "form", good)
	if !strings.Contains(first, "version 1: Nuôi con dưới 36 tháng") {
		t.Errorf("the first time it says %q", first)
	}
	if again := e.must(t, "import", "form", good); !strings.Contains(again, "version 1: the same") {
		t.Errorf("the second time it says %q", again)
	}
	write(good, func(f *excelize.File) error { return f.SetCellStr("survey", "C3", "Chị có con nhỏ không?") })
	if next := e.must(t, "import", "form", good); !strings.Contains(next, "version 2, ") {
		t.Errorf("a changed one says %q", next)
	}
	if code, _, errs := e.command(t, "import", "form", good, "--area", "nowhere"); code != failed || !strings.Contains(errs, "no unit nowhere") {
		t.Errorf("an unknown unit: exit %d, %q", code, errs)
	}
	if code, _, errs := e.command(t, "import", "form", good, "--by", "NOSUCH"); code != failed || !strings.Contains(errs, "no member NOSUCH") {
		t.Errorf("an unknown member: exit %d, %q", code, errs)
	}
}
