package export

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"chihai/store"

	"github.com/xuri/excelize/v2"
)

// The sheet has a line for each question and one for the pairs; what few have
// answered stands there as a number of people only, in no total either.
func TestReportTests(t *testing.T) {
	share := func(answers, right int) store.QuizShare { return store.QuizShare{Answers: answers, Right: right} }
	question := store.QuizQuestion{Text: store.Text{"vi": "=Gọi số nào?"}, Answers: []store.Text{{"vi": "111"}, {"vi": "113"}}}
	start := time.Date(2026, 11, 5, 1, 0, 0, 0, time.UTC)
	made := func(name string, r store.QuizReport) store.QuizOutcome {
		return store.QuizOutcome{
			Training: &store.Training{Name: store.Text{"vi": name}, Start: start},
			Quiz:     &store.Quiz{Questions: []store.QuizQuestion{question, question}}, Report: &r,
		}
	}
	r := &Report{From: start, To: start.AddDate(0, 1, 0), Made: start, Tests: []store.QuizOutcome{
		made("Lớp đông", store.QuizReport{Questions: []store.QuizResult{{Before: share(8, 3), After: share(6, 5)}, {Before: share(7, 7), After: share(4, 0)}}, Pairs: 5, Scores: [2]int{5, 8}}),
		made("Lớp vắng", store.QuizReport{Questions: []store.QuizResult{{Before: share(3, 0), After: share(2, 0)}, {}}, Pairs: 2}),
	}}
	var b bytes.Buffer
	if err := r.write(&b, nil, time.UTC); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	got, err := book.GetRows(quizSheet)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Lớp", "Ngày", "Câu hỏi", "Trước: số người", "Trước: đúng (%)", "Sau: số người", "Sau: đúng (%)", "Chênh (điểm %)"},
		{"Lớp đông", "05/11/2026", "1. =Gọi số nào?", "8", "38", "6", "83", "45"},
		{"Lớp đông", "05/11/2026", "2. =Gọi số nào?", "7", "100", "4", "–", "–"},
		{"Lớp đông", "05/11/2026", "Cả bài, người trả lời cả hai lần", "5", "50", "5", "80", "30"},
		{"Lớp vắng", "05/11/2026", "1. =Gọi số nào?", "3", "–", "2", "–", "–"},
		{"Lớp vắng", "05/11/2026", "2. =Gọi số nào?", "0", "–", "0", "–", "–"},
		{"Lớp vắng", "05/11/2026", "Cả bài, người trả lời cả hai lần", "2", "–", "2", "–", "–"},
		{"Tổng cộng", "", "Người trả lời cả hai lần", "5", "50", "5", "80", "30"},
	}
	if len(got) < 3 || !slices.EqualFunc(got[2:], want, slices.Equal) {
		t.Errorf("the sheet is %q, want %q", got, want)
	}
	r.Tests = nil
	if err := r.write(&b, nil, time.UTC); err != nil {
		t.Fatal(err)
	}
	plain, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if got := plain.GetSheetList(); slices.Contains(got, quizSheet) {
		t.Errorf("without a test the sheets are %q", got)
	}
}
