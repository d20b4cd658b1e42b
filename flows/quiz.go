package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"chihai/store"
)

// quiz asks somebody the short test of a training: before it, and again after it,
// where what she thinks of the training is asked next. The first question comes
// only when she wants it: until then her phone, which may lie on the table, shows
// the neutral name of the training and no question. Each answer is kept at once.
// What is right nobody learns here before she has answered for the second time.
func quiz() *Flow {
	f := &Flow{
		Name:  "quiz",
		Title: "quiz.title",
		Waits: true,
		Steps: []Step{{Name: "intro", Ask: askQuizIntro, Take: takeQuizIntro}},
		Hear:  hearQuiz,
	}
	for i := range store.MostQuestions {
		f.Steps = append(f.Steps, Step{
			Name: fmt.Sprintf("q%d", i+1),
			Ask:  func(t *Turn) error { return t.askQuiz(i) },
			Take: func(t *Turn) error { return t.takeQuiz(i) },
		})
	}
	f.Steps = append(f.Steps, Step{Name: "end", Ask: endQuiz})
	return f
}

// hearQuiz asks who holds a seat, unless she has answered or is answering.
func hearQuiz(t *Turn) error {
	var n store.QuizAsk
	if err := jsonNote(t.Input.Data, &n); err != nil {
		return err
	}
	training, err := t.Training(n.Training)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	if t.atQuiz(n.Training) {
		return nil
	}
	wanted, err := t.wantsQuiz(training, n.When)
	if err != nil || !wanted {
		return err
	}
	return t.Start("quiz", n)
}

// atQuiz says whether she is answering the test of the training, or is being asked
// whether to go on with it: then a push would only be in her way.
func (t *Turn) atQuiz(training string) bool {
	if at := t.heldFrame(); at != nil {
		return at.Step != "intro" && quizFrame(at, training)
	}
	n, w := len(t.conv.Frames), t.conv.Waiting
	return n > 1 && t.conv.Frames[n-2].Flow == "resume" && len(w) > 0 && quizFrame(&w[len(w)-1][0], training)
}

// quizFrame says whether somebody stands in the test of the training there.
func quizFrame(f *store.Frame, training string) bool {
	var n store.QuizAsk
	raw, ok := f.Notes["quiz"]
	return f.Flow == "quiz" && ok && jsonNote(raw, &n) == nil && n.Training == training
}

// wantsQuiz says whether she is to be asked the test of the training at that
// time: there is one, she holds a seat, and has not answered all of it.
func (t *Turn) wantsQuiz(training *store.Training, when store.QuizWhen) (bool, error) {
	s, err := t.sittingOf(training, when)
	return s != nil && !s.sheet.Done(s.quiz, when), err
}

// A sitting is a test as far as she has answered it at one of the two times.
type sitting struct {
	training *store.Training
	quiz     *store.Quiz
	sheet    *store.QuizSheet
	when     store.QuizWhen
}

// sittingOf is hers at that time; nil when she cannot answer then.
func (t *Turn) sittingOf(training *store.Training, when store.QuizWhen) (*sitting, error) {
	if !training.QuizOpen(when, t.Now) {
		return nil, nil
	}
	r, err := t.Registration(training.ID, t.Member.ID)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	if !r.Holds() || when == store.QuizAfter && !training.Attended(r, t.Now) {
		return nil, nil
	}
	q, err := t.Quiz(training.ID)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	sheet, err := t.QuizSheet(training.ID, t.Member.ID)
	return &sitting{training, q, sheet, when}, err
}

// sitting is the one under way. When she cannot answer any more it is nil, and
// the talk goes on to what comes after it.
func (t *Turn) sitting() (*sitting, error) {
	var n store.QuizAsk
	t.Get("quiz", &n)
	training, err := t.Training(n.Training)
	if err != nil {
		return nil, err
	}
	t.About(training.Name.In(t.Language))
	s, err := t.sittingOf(training, n.When)
	if err != nil || s != nil {
		return s, err
	}
	if n.When == store.QuizBefore {
		t.Say("quiz.late")
	}
	return nil, t.afterQuiz(n)
}

// afterQuiz goes on to what comes after the test.
func (t *Turn) afterQuiz(n store.QuizAsk) error {
	if n.When == store.QuizAfter {
		return t.Start("feedback", store.After{Training: n.Training})
	}
	return t.End()
}

func askQuizIntro(t *Turn) error {
	s, err := t.sitting()
	if err != nil || s == nil {
		return err
	}
	args := []any{"training", s.training.Name.In(t.Language), "n", len(s.quiz.Questions), "when", t.When(t.Local(s.training.Start))}
	if s.when == store.QuizBefore {
		t.Say("quiz.before", args...)
		t.Offer(Option{ID: "start", Label: "quiz.start", Wide: true})
		return nil
	}
	t.dropEarlierQuiz(s.training.ID)
	t.Say("quiz.after", args...)
	t.Offer(Option{ID: "start", Label: "quiz.start", Wide: true}, Pick("skip", "quiz.skip"))
	return nil
}

func takeQuizIntro(t *Turn) error {
	switch t.Chosen() {
	case "start":
		return nil
	case "skip":
		var n store.QuizAsk
		t.Get("quiz", &n)
		return t.afterQuiz(n)
	}
	return t.Again("engine.unclear")
}

// askQuiz asks the question with that number, from 0, unless she has answered it
// and does not come back to it. A finished sheet is not opened again.
func (t *Turn) askQuiz(i int) error {
	s, err := t.sitting()
	if err != nil || s == nil {
		return err
	}
	if i >= len(s.quiz.Questions) || s.sheet.Done(s.quiz, s.when) || s.sheet.Answer(s.when, i) >= 0 && !t.Anew() {
		return t.Next()
	}
	t.Set("asked", t.quizWords(&s.quiz.Questions[i]))
	t.Say("quiz.question", "i", i+1, "n", len(s.quiz.Questions), "question", s.quiz.Questions[i].Text.In(t.Language))
	for j, answer := range s.quiz.Questions[i].Answers {
		t.Offer(PickText(fmt.Sprint(j+1), t.apart(answer.In(t.Language))))
	}
	return nil
}

// quizWords is all that a question says to her.
func (t *Turn) quizWords(q *store.QuizQuestion) string {
	lines := []string{q.Text.In(t.Language)}
	for _, a := range q.Answers {
		lines = append(lines, a.In(t.Language))
	}
	return strings.Join(lines, "\n")
}

func (t *Turn) takeQuiz(i int) error {
	s, err := t.sitting()
	if err != nil || s == nil {
		return err
	}
	if i >= len(s.quiz.Questions) {
		return t.Next()
	}
	question := &s.quiz.Questions[i]
	if t.Note("asked") != t.quizWords(question) { // staff have changed it while she was reading
		t.Say("quiz.changed")
		return t.Stay()
	}
	for j := range question.Answers {
		if t.Chosen() == fmt.Sprint(j+1) {
			_, err := t.AnswerQuiz(s.training, s.quiz, t.Member.ID, s.when, i, j)
			return ignore(err, store.ErrAnswered)
		}
	}
	return t.Again("engine.unclear")
}

// endQuiz thanks her. After the training she learns what she has answered right
// and what is right, in a message of its own, and goes on to the feedback.
func endQuiz(t *Turn) error {
	s, err := t.sitting()
	if err != nil || s == nil {
		return err
	}
	if !s.sheet.Done(s.quiz, s.when) { // she came back to a question that was left out
		for i := range s.quiz.Questions {
			if s.sheet.Answer(s.when, i) < 0 {
				return t.Goto(fmt.Sprintf("q%d", i+1))
			}
		}
	}
	if s.when == store.QuizBefore {
		t.Say("quiz.thanks")
		return t.End()
	}
	t.sayQuizOwn(s)
	t.part()
	return t.afterQuiz(store.QuizAsk{Training: s.training.ID, When: s.when})
}

// sayQuizOwn says her own two results and the right answers, to her alone.
func (t *Turn) sayQuizOwn(s *sitting) {
	before, after := s.sheet.Score(s.quiz, store.QuizBefore), s.sheet.Score(s.quiz, store.QuizAfter)
	args := []any{"before", before, "after", after, "n", len(s.quiz.Questions), "more", after - before}
	switch {
	case !s.sheet.Done(s.quiz, store.QuizBefore):
		t.Say("quiz.own_once", args...)
	case after > before:
		t.Say("quiz.own_more", args...)
	default:
		t.Say("quiz.own", args...)
	}
	lines := []string{t.T("quiz.right_head")}
	for i := range s.quiz.Questions {
		q := &s.quiz.Questions[i]
		lines = append(lines, fmt.Sprintf("%d. %s\n→ %s", i+1, q.Text.In(t.Language), q.Answers[q.Right].In(t.Language)))
	}
	t.SayText(strings.Join(lines, "\n"))
}

// dropEarlierQuiz drops the test before the training which still waits to be gone
// on with, now that the one after it is asked.
func (t *Turn) dropEarlierQuiz(training string) {
	t.conv.Waiting = slices.DeleteFunc(t.conv.Waiting, func(w []store.Frame) bool { return quizFrame(&w[0], training) })
}

// quizThere says whether the training has a test.
func (t *Turn) quizThere(training string) (bool, error) {
	_, err := t.Quiz(training)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
