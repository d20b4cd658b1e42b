package export

import (
	"fmt"
	"time"

	"chihai/store"
)

// quizSheet is the sheet of a [Report] that says what the short tests of its
// trainings have shown; one without tests has none.
const quizSheet = "Trước và sau"

// tests writes the sheet: a line for each question, and one below them for the
// whole test of those who have answered both times. All shares are those of right
// answers, in whole percent.
func (r *Report) tests(b *book, title string, zone *time.Location) {
	if len(r.Tests) == 0 {
		return
	}
	_, err := b.NewSheet(quizSheet)
	b.try(err)
	rows := [][]any{{"Lớp", "Ngày", "Câu hỏi", "Trước: số người", "Trước: đúng (%)", "Sau: số người", "Sau: đúng (%)", "Chênh (điểm %)"}}
	var before, after store.QuizShare // of all pairs that are shown
	pairs := 0
	for _, o := range r.Tests {
		name, day := o.Training.OfficialName(), o.Training.Start.In(zone).Format("02/01/2006")
		for i, result := range o.Report.Questions {
			rows = append(rows, quizRow(name, day, fmt.Sprintf("%d. %s", i+1, o.Quiz.Questions[i].Text.In("vi")), result, [2]int{result.Before.Answers, result.After.Answers}))
		}
		asked := o.Report.Pairs * len(o.Quiz.Questions)
		whole := store.QuizResult{
			Before: store.QuizShare{Answers: asked, Right: o.Report.Scores[0]},
			After:  store.QuizShare{Answers: asked, Right: o.Report.Scores[1]},
		}
		if _, _, shown := o.Report.Averages(); !shown {
			whole = store.QuizResult{}
		} else {
			before.Answers, before.Right = before.Answers+asked, before.Right+whole.Before.Right
			after.Answers, after.Right = after.Answers+asked, after.Right+whole.After.Right
			pairs += o.Report.Pairs
		}
		rows = append(rows, quizRow(name, day, "Cả bài, người trả lời cả hai lần", whole, [2]int{o.Report.Pairs, o.Report.Pairs}))
	}
	rows = append(rows, quizRow("Tổng cộng", "", "Người trả lời cả hai lần", store.QuizResult{Before: before, After: after}, [2]int{pairs, pairs}))
	r.fill(b, quizSheet, title, rows)
	b.try(b.SetColWidth(quizSheet, "C", "C", 48))
	b.try(b.SetCellStr(quizSheet, "A2", fmt.Sprintf("Dưới %d người trả lời thì không hiện tỷ lệ, để không lộ câu trả lời của ai.", store.MinFeedback)))
}

// quizRow is a line of the sheet. people are how many have answered before and
// after.
func quizRow(training, day, what string, result store.QuizResult, people [2]int) []any {
	share := func(s store.QuizShare) any {
		if s.Few() {
			return "–"
		}
		return s.Percent()
	}
	var gain any = "–"
	if points, ok := result.Gain(); ok {
		gain = points
	}
	return []any{training, day, what, people[0], share(result.Before), people[1], share(result.After), gain}
}
