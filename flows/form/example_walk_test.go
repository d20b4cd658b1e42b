package form_test

import (
	"errors"
	"fmt"
	"time"

	"chihai/flows/form"
	"chihai/flows/form/xpath"
)

// Three turns of a form of two questions. The response is what is kept between them.
func ExampleLogic_Walk() {
	workbook := &form.Workbook{Name: "con", Sheets: []*form.Sheet{form.NewSheet("survey", [][]string{
		{"type", "name", "label", "relevant", "constraint", "constraint_message"},
		{"integer", "con", "Chị có mấy con?", "", ". < 20", "Nhiều quá ạ"},
		{"text", "ten", "${con} cháu tên gì?", "${con} > 0", "", ""},
	})}}
	f, found := form.Read(workbook)
	if form.Broken(found) {
		fmt.Println(found)
		return
	}
	logic, err := form.NewLogic(f)
	if err != nil {
		fmt.Println(err)
		return
	}
	now := form.Setting{Language: "vi", Clock: xpath.Clock{Now: time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)}}
	response := logic.Begin(now.Clock.Now, 1, nil)
	for _, said := range []string{"50", "2", "Lan và Mai"} {
		w := logic.Walk(response, now)
		step, _ := w.Next()
		fmt.Printf("Câu %d/%d. %s — %s\n", step.Number, step.Of, step.Label, said)
		if refusal := (*form.Refusal)(nil); errors.As(w.Answer(step.Path, said), &refusal) {
			fmt.Println(refusal.Message)
		}
		response = w.Response()
	}
	w := logic.Walk(response, now)
	_, more := w.Next()
	fmt.Println(more, w.Finish())
	// Output:
	// Câu 1/2. Chị có mấy con? — 50
	// Nhiều quá ạ
	// Câu 1/2. Chị có mấy con? — 2
	// Câu 2/2. 2 cháu tên gì? — Lan và Mai
	// false <nil>
}
