package flows

import (
	"fmt"
	"strings"
	"testing"

	"chihai/store"

	"pgregory.net/rapid"
)

// What cannot be read is said with its line; what people write around a question
// or an answer is no part of it.
func TestReadQuiz(t *testing.T) {
	rest := "\n\nCâu hai?\nCó ạ\n*Chưa\n\nCâu ba?\n*Có ạ\nChưa"
	for _, tt := range []struct{ text, fault, args string }{
		{"Câu 1: Số nào?\n111 *\n113" + rest, "", ""},
		{"\n\n  Số nào?  \n \t* a. 111\n- b. 113\n" + rest + "\n\n", "", ""},
		{"1) Số nào?\nA. *111\nB. 113" + rest, "", ""},
		{"Số nào?\n• 111*\n• 113" + rest, "", ""},
		{"", "quiz.bad_few", "[n 0 least 3]"},
		{"Số nào?\n*111\n113", "quiz.bad_few", "[n 1 least 3]"},
		{"Số nào?\n\n*111\n113" + rest, "quiz.bad_answers", "[least 2 most 5 line 1]"},
		{"Số nào?\n*111\n112\n113\n114\n115\n116" + rest, "quiz.bad_answers", "[least 2 most 5 line 1]"},
		{"1. A\n*111\n113" + rest, "quiz.bad_question", "[most 120 line 1]"},
		{strings.Repeat("ấ", 121) + "\n*111\n113" + rest, "quiz.bad_question", "[most 120 line 1]"},
		{"Số nào?\n111\n*" + rest, "quiz.bad_answer", "[most 40 line 3]"},
		{"Số nào?\n111\n" + strings.Repeat("ấ", 41) + rest, "quiz.bad_answer", "[most 40 line 3]"},
		{"Mấy lần?\n*hai\n១២" + rest, "quiz.bad_number", "[answer ១២ line 3]"},
		{"Số nào?\n*Một một một\nmot mot một" + rest, "quiz.bad_same", "[answer mot mot một line 3]"},
		{"Số nào?\n*111\n*113" + rest, "quiz.bad_stars", "[line 3]"},
		{"Số nào?\n111\n113" + rest, "quiz.bad_no_star", "[line 1]"},
		{"Số nào?\n*111\n113" + strings.Repeat(rest, 5), "quiz.bad_many", "[most 10 line 41]"},
	} {
		read, fault := readQuiz(tt.text)
		var questions []store.QuizQuestion
		if fault == nil {
			questions, fault = newQuiz(read)
		}
		if fault == nil {
			fault = &quizFault{}
			if q := questions[0]; q.Text["vi"] != "Số nào?" || q.Right != 0 || q.Answers[0]["vi"] != "111" || q.Answers[1]["vi"] != "113" {
				t.Errorf("%q is read as %v", tt.text, q)
			}
		}
		args := ""
		if len(fault.args) > 0 {
			args = fmt.Sprint(fault.args)
		}
		if fault.id != tt.fault || args != tt.args {
			t.Errorf("%q: %s %s, want %s %s", tt.text, fault.id, args, tt.fault, tt.args)
		}
	}
}

// What staff are shown they can copy, mend and paste again: it is read as the same
// test. Whatever is pasted, reading it does not fail otherwise than with a word.
func TestQuizReadBack(t *testing.T) {
	line := rapid.SampledFrom([]string{"Câu 1: ", "2. ", "*", "- ", "a. ", "111", "Gọi ai", " ", "?", "nhé", "\t", "ខ្មែរ", "**", "3) "})
	rapid.Check(t, func(rt *rapid.T) {
		var text strings.Builder
		for range rapid.IntRange(3, 6).Draw(rt, "questions") {
			for range rapid.IntRange(3, 5).Draw(rt, "lines") {
				text.WriteString(strings.Join(rapid.SliceOfN(line, 1, 6).Draw(rt, "line"), "") + "\n")
			}
			text.WriteString("\n")
		}
		read, fault := readQuiz(text.String())
		if fault != nil {
			return
		}
		for i := range read {
			read[i].right = max(read[i].right, 0)
		}
		questions, fault := newQuiz(read)
		if fault != nil {
			rt.Fatal(fault)
		}
		shown := strings.Join(quizBlocks(questions, "vi"), "\n\n")
		again, fault := readQuiz(shown)
		if fault != nil {
			rt.Fatalf("what is shown cannot be read: %v\n%s", fault, shown)
		}
		if got, err := newQuiz(again); err != nil || fmt.Sprint(got) != fmt.Sprint(questions) {
			rt.Fatalf("it is read as %v, %v, want %v", got, err, questions)
		}
	})
}
