package responses_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"chihai/bot/export/responses"
	"chihai/flows/form"
	"chihai/locales"
)

// Two responses to a form of two questions as CSV; the second woman was not asked for the name.
func ExampleWrite() {
	f, _ := form.Read(&form.Workbook{Name: "con", Sheets: []*form.Sheet{form.NewSheet("survey", [][]string{
		{"type", "name", "label", "relevant"},
		{"integer", "con", "Chị có mấy con?", ""},
		{"text", "ten", "Cháu tên gì?", "${con} > 0"},
	})}})
	sent := time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC)
	said := []map[string]form.Answer{
		{"con": {State: form.Answered, Value: "1"}, "ten": {State: form.Declined}},
		{"con": {State: form.Answered, Value: "0"}},
	}
	d := &responses.Dataset{
		Name: "con", Forms: []*form.Form{f}, Anonymous: true,
		Rows: func() iter.Seq2[*responses.Row, error] {
			return func(yield func(*responses.Row, error) bool) {
				for _, answers := range said {
					row := &responses.Row{Response: &form.Response{Answers: answers}, Submitted: sent, Mode: "self"}
					if !yield(row, nil) {
						return
					}
				}
			}
		},
	}
	words, err := locales.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	var file strings.Builder
	o := responses.Options{Format: responses.CSV, Words: words.In("vi", "")}
	if err := responses.Write(context.Background(), &file, d, o, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(os.Stdout, strings.NewReplacer("\uFEFF", "", "\r", "").Replace(file.String()))
	// Output:
	// con,ten,_submission_time,__version__,_mode,_index
	// 1,-98,2026-11-24,1,self,1
	// 0,,2026-11-24,1,self,2
}
