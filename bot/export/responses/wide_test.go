package responses

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"chihai/bot/export/sheet"
	"chihai/flows/form"

	"github.com/xuri/excelize/v2"
)

// TestWide: more choices than a sheet has columns leave the workbook with the summary columns of the longest
// lists; the other formats have them all.
func TestWide(t *testing.T) {
	choices := "co_khong | 1 | Có | មាន\nco_khong | 0 | Không | គ្មាន\n"
	for i := range 5000 {
		choices += fmt.Sprintf("ap | a%d | Ấp %d | ភូមិ\n", i, i)
	}
	survey := "select_multiple co_khong | it | Ít | តិច\n"
	for i := range 4 {
		survey += fmt.Sprintf("select_multiple ap | ap%d | Những ấp nào? | ភូមិណា?\n", i)
	}
	f := formOf(t, "1", survey, choices)
	rows := []*Row{{ID: "r1", Response: &form.Response{Answers: map[string]form.Answer{
		"ap0": {State: form.Answered, Value: "a0 a4999"}, "it": {State: form.Answered, Value: "1"},
	}}}}
	d := datasetOf([]*form.Form{f}, rows)
	book, err := excelize.OpenReader(bytes.NewReader(written(t, d, Options{Format: XLSX})), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	table, err := book.GetRows("cham_con")
	if err != nil {
		t.Fatal(err)
	}
	if len(table[0]) > sheet.MaxColumns {
		t.Errorf("the sheet has %d columns", len(table[0]))
	}
	row := rowOf([][]string{table[0], append(table[1], make([]string, len(table[0])-len(table[1]))...)}, 1)
	if row["ap0"] != "a0 a4999" || row["it/1"] != "1" || row["_uuid"] != "r1" {
		t.Errorf("the sheet has ap0 %q, it/1 %q, _uuid %q", row["ap0"], row["it/1"], row["_uuid"])
	}
	all := csvTables(t, written(t, d, Options{Format: CSV}), d, Options{Format: CSV})["cham_con"]
	if row := rowOf(all, 1); len(all[0]) < 20_000 || row["ap0/a4999"] != "1" || row["ap0/a1"] != "0" || row["ap1/a1"] != "" {
		t.Errorf("CSV has %d columns, and of ap0 and ap1 %q, %q, %q", len(all[0]), row["ap0/a4999"], row["ap0/a1"], row["ap1/a1"])
	}
	for _, format := range []Format{SPSS, Stata} {
		if file := written(t, d, Options{Format: format}); len(file) < 1000 {
			t.Errorf("%s has %d bytes", format, len(file))
		}
	}
}

// TestLongText: texts of more than 2,045 bytes leave for Stata, and of more than 255 for SPSS.
func TestLongText(t *testing.T) {
	f := formOf(t, "1", "text | y_kien | Ý kiến | យោបល់", "")
	long := strings.Repeat("Ý kiến ", 1200)
	answers := []string{long, "ngắn", "", long[:2046]}
	var rows []*Row
	for _, a := range answers {
		r := &form.Response{Answers: map[string]form.Answer{}}
		if a != "" {
			r.Answers["y_kien"] = form.Answer{State: form.Answered, Value: a}
		}
		rows = append(rows, &Row{ID: "r", Response: r})
	}
	d := datasetOf([]*form.Form{f}, rows)
	passes := 0
	var b bytes.Buffer
	if err := Write(t.Context(), &b, d, Options{Format: Stata, Words: words(t, "vi")}, func(p Progress) { passes = max(passes, p.Pass) }); err != nil {
		t.Fatal(err)
	}
	if passes != 3 || !bytes.Contains(b.Bytes(), []byte(long)) || !bytes.Contains(b.Bytes(), []byte("ngắn\x00")) {
		t.Errorf("Stata's file of %d passes and %d bytes lacks the texts", passes, b.Len())
	}
	if file := written(t, d, Options{Format: SPSS}); !bytes.Contains(file, []byte(fmt.Sprintf("V$1=%05d", len(long)))) {
		t.Error("SPSS's file does not say how long the texts are")
	}
}

// TestForeignChoice: an answer that names a choice which no version has is not lost.
func TestForeignChoice(t *testing.T) {
	f := formOf(t, "1", "select_one nghe | nghe | Nghề? | មុខរបរ", sampleChoices)
	rows := []*Row{{ID: "r", Response: &form.Response{Answers: map[string]form.Answer{"nghe": {State: form.Answered, Value: "la_thuong"}}}}}
	d := datasetOf([]*form.Form{f}, rows)
	for _, format := range []Format{CSV, SPSS, Stata, JSON} {
		if file := written(t, d, Options{Format: format}); !bytes.Contains(file, []byte("la_thuong")) {
			t.Errorf("%s lacks the answer", format)
		}
	}
}

// TestMemory: forty times as many rows take no more memory.
func TestMemory(t *testing.T) {
	g := guesser{rand.New(rand.NewPCG(3, 4))}
	forms := sample(t)
	few := g.rows(forms, 50)
	for _, format := range []Format{CSV, XLSX, SPSS, Stata, JSON} {
		var used [2]uint64
		for i, times := range []int{1, 40} {
			var rows []*Row
			for range times {
				rows = append(rows, few...)
			}
			d := datasetOf(forms, rows)
			peak := watchHeap()
			if err := Write(t.Context(), new(counter), d, Options{Format: format, Words: words(t, "vi")}, nil); err != nil {
				t.Fatal(err)
			}
			used[i] = peak()
		}
		if used[1] > used[0]+32<<20 {
			t.Errorf("%s: the heap grew from %d to %d MB", format, used[0]>>20, used[1]>>20)
		}
	}
}
