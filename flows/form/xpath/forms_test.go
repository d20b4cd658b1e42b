package xpath

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A formCell is an expression of a real form and where it stands.
type formCell struct {
	file, column string
	row          int
	source       string
}

// unreadable lists the expressions of real forms that are not read, each with
// the reason. Each is a mistake of its author, which no XPath reads.
var unreadable = map[string]string{
	// PMA2020, the Female Questionnaire, in seven copies: a bracket too many.
	"(${recent_birth} != '') and (${age} != '') and ((${today} - ${recent_birth}) > (${age} - 10)*365))":           "closes a bracket that was never opened",
	"(${penultimate_birth} != '') and (${age} != '') and ((${today} - ${penultimate_birth}) > (${age} - 10)*365))": "closes a bracket that was never opened",
	"(${child_death} != '') and (${age} != '') and ((${today} - ${child_death}) > (${age} - 10)*365))":             "closes a bracket that was never opened",

	// Forms that their projects keep because they are wrong.
	"because pyxform doesn't know what to do": "is a sentence (bad_calc.xlsx)",
	"if(${num}<1,0,1":                         "never closes its bracket (error_test_form.xlsx)",
	"label::English != ''":                    "names a column as no XPath can: :: makes it an axis (xl_date_ambiguous.xlsx)",
}

// TestForms reads every expression of the forms that others wrote and expects at
// least 99.5 % of them to parse; each other one is listed with its reason.
func TestForms(t *testing.T) {
	cells := formCells(t)
	parsed, listed := 0, map[string]bool{}
	for _, c := range cells {
		e, err := Parse(c.source)
		if err == nil {
			parsed++
			again, err := Parse(e.String())
			if err != nil || again.String() != e.String() {
				t.Errorf("%s: %q becomes %q: %v", c.file, c.source, e, err)
			}
			continue
		}
		var mistake *Error
		if !errors.As(err, &mistake) {
			t.Fatalf("%q: %T", c.source, err)
		}
		reason, known := unreadable[c.source]
		if !known {
			t.Errorf("%s %s row %d: %q: %v (%s)", c.file, c.column, c.row, c.source, err, mistake.Code)
		}
		listed[c.source] = true
		t.Logf("%s %s row %d: %v (%s)", c.file, c.column, c.row, err, reason)
	}
	for source := range unreadable {
		if !listed[source] {
			t.Errorf("%q is listed as unreadable and is read", source)
		}
	}
	share := float64(parsed) / float64(len(cells))
	t.Logf("%d expressions, %d parsed (%.2f %%)", len(cells), parsed, 100*share)
	if share < 0.995 {
		t.Errorf("%.2f %% of the expressions parse, want 99.5 %%", 100*share)
	}
}

// formCells are the cells of all forms that hold expressions.
func formCells(t testing.TB) []formCell {
	t.Helper()
	folder := filepath.Join(xlsforms(t), "forms")
	var cells []formCell
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".xlsx" {
			return err
		}
		workbook, err := excelize.OpenFile(path)
		if err != nil {
			t.Logf("%s is no workbook: %v", filepath.Base(path), err)
			return nil
		}
		defer workbook.Close()
		rows, err := workbook.GetRows(sheetNamed(workbook, "survey"), excelize.Options{RawCellValue: true})
		if err != nil || len(rows) == 0 {
			return nil // no survey sheet: pyxform refuses it
		}
		for column, head := range rows[0] {
			kind, ok := expressionColumn(head)
			if !ok {
				continue
			}
			for i, row := range rows[1:] {
				if column >= len(row) {
					continue
				}
				if source, ok := expressionIn(kind, row[column]); ok {
					cells = append(cells, formCell{filepath.Base(path), kind, i + 2, source})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

func sheetNamed(workbook *excelize.File, name string) string {
	for _, sheet := range workbook.GetSheetList() {
		if strings.EqualFold(strings.TrimSpace(sheet), name) {
			return sheet
		}
	}
	return name
}

// expressionColumn knows the columns of expressions under the names that pyxform
// takes for them.
func expressionColumn(head string) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(head)) {
	case "relevant", "relevance", "skip_logic", "bind:relevant", "bind::relevant":
		return "relevant", true
	case "constraint", "bind:constraint", "bind::constraint":
		return "constraint", true
	case "calculation", "calculate", "bind:calculate", "bind::calculate":
		return "calculation", true
	case "choice_filter", "repeat_count", "required":
		return strings.ToLower(strings.TrimSpace(head)), true
	}
	return "", false
}

// expressionIn makes of a cell what the reader of workbooks makes of it: straight
// quotation marks, nothing where a cell is blank or only says yes or no.
func expressionIn(kind, cell string) (string, bool) {
	source := strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`).Replace(strings.TrimSpace(cell))
	if kind == "required" {
		switch strings.ToLower(source) {
		case "yes", "no", "true", "false", "1", "0":
			return "", false
		}
	}
	return source, source != ""
}
