package form

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// TestFiveThousandChoices: a list of 5,000 choices is opened and read in well under a second.
func TestFiveThousandChoices(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	f.SetSheetName("Sheet1", "survey")
	f.NewSheet("choices")
	rows := func(sheet string, table [][]any) {
		for i, row := range table {
			if err := f.SetSheetRow(sheet, Address(1, i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	rows("survey", [][]any{{"type", "name", "label"}, {"select_one ap", "ap", "Chị ở ấp nào?"}})
	table := [][]any{{"list_name", "name", "label::Tiếng Việt (vi)", "label::ភាសាខ្មែរ (km)", "xa"}}
	for i := range 5000 {
		table = append(table, []any{"ap", fmt.Sprintf("ap_%d", i), fmt.Sprintf("Ấp %d", i), fmt.Sprintf("ភូមិ %d", i), i / 10})
	}
	rows("choices", table)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	w, found := Open("x", b.Bytes())
	if w == nil {
		t.Fatal(found)
	}
	form, found := Read(w)
	took := time.Since(start)
	if len(form.Lists) != 1 || len(form.Lists[0].Choices) != 5000 || Broken(found) {
		t.Errorf("read %d lists; %v", len(form.Lists), found)
	}
	if q := form.Question("ap"); form.List(q) != &form.Lists[0] || form.Lists[0].Choices[4999].More["xa"] != "499" {
		t.Errorf("question %+v", q)
	}
	t.Logf("5,000 choices opened and read in %s", took.Round(time.Millisecond))
	if took > 700*time.Millisecond {
		t.Errorf("5,000 choices took %s, want well under a second", took)
	}
}
