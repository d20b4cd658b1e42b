package flows

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"chihai/store"
)

// This file reads a short test as staff paste it: a question in a line, its
// answers below it in a line each, the right one with a star, and an empty line
// before the next question.

// A quizText is a question as somebody wrote it, in one language.
type quizText struct {
	line    int // in which it stands, from 1
	text    string
	answers []string
	right   int // of answers, from 0; -1: no star says so
}

// A quizFault says what cannot be read, by a message that tells how to mend it.
type quizFault struct {
	id   string
	args []any
}

func quizFaultIn(id string, line int, args ...any) *quizFault {
	return &quizFault{id, append(args, "line", line)}
}

var (
	quizNumber = regexp.MustCompile(`^(?i:câu|cau|សំណួរ(?:ទី)?|question)?\s*[0-9០-៩]{1,2}\s*[.:)]\s+`)
	quizBullet = regexp.MustCompile(`^(?:[-–•]|[a-eA-E1-5][.)])\s+`)
)

// readQuiz reads a test. Whether a star says which answer is right, the caller
// looks: a translation needs none.
func readQuiz(text string) ([]quizText, *quizFault) {
	var all []quizText
	open := false
	for i, line := range strings.Split(text, "\n") {
		line, n := strings.Join(strings.Fields(line), " "), i+1
		if line == "" {
			open = false
			continue
		}
		if !open {
			if len(all) == store.MostQuestions {
				return nil, quizFaultIn("quiz.bad_many", n, "most", store.MostQuestions)
			}
			question, fault := readQuizQuestion(line, n)
			if fault != nil {
				return nil, fault
			}
			all, open = append(all, question), true
			continue
		}
		if fault := all[len(all)-1].read(line, n); fault != nil {
			return nil, fault
		}
	}
	if len(all) < store.LeastQuestions {
		return nil, &quizFault{"quiz.bad_few", []any{"n", len(all), "least", store.LeastQuestions}}
	}
	for _, q := range all {
		if fault := q.whole(); fault != nil {
			return nil, fault
		}
	}
	return all, nil
}

// readQuizQuestion reads the line of a question, without the number that may
// stand before it.
func readQuizQuestion(line string, n int) (quizText, *quizFault) {
	text := quizNumber.ReplaceAllString(line, "")
	if len := utf8.RuneCountInString(text); len < 3 || len > store.MostQuestion {
		return quizText{}, quizFaultIn("quiz.bad_question", n, "most", store.MostQuestion)
	}
	return quizText{line: n, text: text, right: -1}, nil
}

// readQuizAnswers reads the answers of one question, a line each.
func readQuizAnswers(text string) (quizText, *quizFault) {
	q := quizText{line: 1, right: -1}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line == "" {
			continue
		}
		if fault := q.read(line, i+1); fault != nil {
			return q, fault
		}
	}
	return q, q.whole()
}

// read takes the line n as the next answer. An answer that reads like the number
// of another one would not be told from it where people type a number.
func (q *quizText) read(line string, n int) *quizFault {
	text, star := plainAnswer(line)
	switch {
	case len(q.answers) == store.MostAnswers:
		return quizFaultIn("quiz.bad_answers", q.line, "least", store.LeastAnswers, "most", store.MostAnswers)
	case text == "" || utf8.RuneCountInString(text) > store.MostAnswer:
		return quizFaultIn("quiz.bad_answer", n, "most", store.MostAnswer)
	case choiceNumber(text) != 0 || store.Fold(text) == "":
		return quizFaultIn("quiz.bad_number", n, "answer", text)
	}
	for _, other := range q.answers {
		if store.Fold(other) == store.Fold(text) {
			return quizFaultIn("quiz.bad_same", n, "answer", text)
		}
	}
	if star {
		if q.right >= 0 {
			return quizFaultIn("quiz.bad_stars", n)
		}
		q.right = len(q.answers)
	}
	q.answers = append(q.answers, text)
	return nil
}

// plainAnswer is the answer in a line without its star, wherever that stands, and
// without the letters, numbers and dashes by which people make a list.
func plainAnswer(line string) (text string, star bool) {
	text = line
	for {
		bare := strings.Trim(text, "* ")
		star = star || strings.Trim(text, " ") != bare
		if bare = quizBullet.ReplaceAllString(bare, ""); bare == text {
			return text, star
		}
		text = bare
	}
}

// whole says what is missing of q.
func (q *quizText) whole() *quizFault {
	if len(q.answers) < store.LeastAnswers {
		return quizFaultIn("quiz.bad_answers", q.line, "least", store.LeastAnswers, "most", store.MostAnswers)
	}
	return nil
}

// newQuiz makes a test of what was read in Vietnamese.
func newQuiz(all []quizText) ([]store.QuizQuestion, *quizFault) {
	var questions []store.QuizQuestion
	for _, q := range all {
		if q.right < 0 {
			return nil, quizFaultIn("quiz.bad_no_star", q.line)
		}
		questions = append(questions, q.question())
	}
	return questions, nil
}

// question is q as one of a test.
func (q *quizText) question() store.QuizQuestion {
	made := store.QuizQuestion{Text: store.Text{"vi": q.text}, Right: q.right}
	for _, a := range q.answers {
		made.Answers = append(made.Answers, store.Text{"vi": a})
	}
	return made
}

// rewordQuiz puts what was read into the place of what questions say in that
// language. It must be the same test: as many questions, as many answers to each,
// and stars, if any, where they are.
func rewordQuiz(questions []store.QuizQuestion, language string, all []quizText) *quizFault {
	if len(all) != len(questions) {
		return &quizFault{"quiz.bad_count", []any{"n", len(all), "want", len(questions)}}
	}
	for i, q := range all {
		was := &questions[i]
		if len(q.answers) != len(was.Answers) {
			return quizFaultIn("quiz.bad_shape", q.line, "n", len(q.answers), "want", len(was.Answers))
		}
		if q.right >= 0 && q.right != was.Right {
			return quizFaultIn("quiz.bad_moved", q.line, "answer", was.Answers[was.Right]["vi"])
		}
		was.Text[language] = q.text
		for j, a := range q.answers {
			was.Answers[j][language] = a
		}
	}
	return nil
}
