package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"chihai/store"
)

// trainingQuiz is where staff write the short test of a training, change it and
// see what came of it. Its note is that of training_one.
func trainingQuiz() *Flow {
	return &Flow{
		Name:  "training_quiz",
		Title: "quiz.staff_title",
		Role:  store.Staff,
		Steps: []Step{
			{Name: "quiz", Ask: askQuizOf, Take: takeQuizOf},
			{Name: "paste", Ask: askQuizPaste, Take: takeQuizPaste, Free: true},
			{Name: "text", Ask: askQuizText, Take: takeQuizText, Free: true},
			{Name: "answers", Ask: askQuizAnswers, Take: takeQuizAnswers, Free: true},
			{Name: "right", Ask: askQuizRight, Take: takeQuizRight},
			{Name: "more", Ask: askQuizMore, Take: takeQuizMore},
			{Name: "copy", Ask: askQuizCopy, Take: takeQuizCopy},
			{Name: "check", Ask: askQuizCheck, Take: takeQuizCheck},
			{Name: "remove", Ask: askQuizRemove, Take: takeQuizRemove},
		},
	}
}

// A quizDraft is a test that is being written.
type quizDraft struct {
	Questions []store.QuizQuestion `json:"questions"`
	Revision  int                  `json:"revision"` // of the test that it replaces
	Language  string               `json:"language"` // in which it is shown
	Words     bool                 `json:"words"`    // only its words change
}

func (t *Turn) quizDraft() quizDraft {
	d := quizDraft{Language: "vi"}
	t.Get("draft", &d)
	return d
}

// staffQuiz is the training, as [Turn.staffTraining], with its test, one without
// questions where there is none.
func (t *Turn) staffQuiz() (*store.Training, *store.Quiz, error) {
	var n oneNote
	t.Get("training_quiz", &n)
	training, err := t.staffTraining(n.Training)
	if err != nil || training == nil {
		return nil, nil, err
	}
	t.About(training.Name.In("vi"))
	q, err := t.Quiz(training.ID)
	if errors.Is(err, store.ErrNotFound) {
		return training, &store.Quiz{Training: training.ID}, nil
	}
	return training, q, err
}

// quizLanguages are those in which a test may be given too, with the labels by
// which that is chosen.
var quizLanguages = []struct{ code, label string }{{"km", "quiz.km"}, {"en", "quiz.en"}}

func askQuizOf(t *Turn) error {
	training, q, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	ahead := training.Cancelled.IsZero() && !training.Over(t.Now)
	switch {
	case len(q.Questions) == 0 && !ahead:
		t.Say("quiz.none_over")
	case len(q.Questions) == 0:
		t.Say("quiz.none", "least", store.LeastQuestions, "most", store.MostQuestions)
		t.Offer(Pick("write", "quiz.write"), Pick("paste", "quiz.paste_all"), Pick("copy", "quiz.copy"))
	default:
		t.Say("quiz.now", "training", training.OfficialName(), "n", len(q.Questions))
		t.sayQuiz(q.Questions, "vi")
		for _, l := range quizLanguages {
			if q.In(l.code) {
				t.Say("quiz.has", "language", t.T(l.label))
			}
		}
		if q.Begun {
			t.Say("quiz.begun")
			t.Offer(Pick("report", "quiz.see"))
		}
		if ahead {
			t.Offer(Pick("words", "quiz.words"))
			if !q.Begun {
				t.Offer(Pick("paste", "quiz.replace"))
			}
			for _, l := range quizLanguages {
				t.Offer(Pick(l.code, l.label))
			}
		}
		t.Offer(Pick("remove", "quiz.remove"))
	}
	t.Offer(Pick("one", "training.see"))
	return nil
}

func takeQuizOf(t *Turn) error {
	training, q, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "write":
		t.Set("draft", quizDraft{Revision: q.Revision, Language: "vi"})
		return t.Goto("text")
	case "paste":
		t.Set("draft", quizDraft{Revision: q.Revision, Language: "vi"})
		return t.Goto("paste")
	case "words":
		t.Set("draft", quizDraft{Questions: q.Questions, Revision: q.Revision, Language: "vi", Words: true})
		return t.Goto("paste")
	case "km", "en":
		t.Set("draft", quizDraft{Questions: q.Questions, Revision: q.Revision, Language: id, Words: true})
		return t.Goto("paste")
	case "copy", "remove":
		return t.Goto(id)
	case "report":
		if err := t.sayQuizReport(q); err != nil {
			return err
		}
		if err := t.Log(t.Member.ID, "see quiz", training.ID); err != nil {
			return err
		}
		return t.Stand()
	case "one":
		return t.Start("training_one", oneNote{Training: training.ID})
	}
	return t.Again("engine.unclear")
}

// sayQuiz says questions with their answers.
func (t *Turn) sayQuiz(questions []store.QuizQuestion, language string) {
	t.sayBlocks(quizBlocks(questions, language))
}

// quizBlocks are questions with their answers, a text each. The right answers are
// marked as staff mark them: it can be copied, mended and pasted again.
func quizBlocks(questions []store.QuizQuestion, language string) (blocks []string) {
	for i, q := range questions {
		lines := []string{fmt.Sprintf("%d. %s", i+1, q.Text.In(language))}
		for j, a := range q.Answers {
			mark := ""
			if j == q.Right {
				mark = "* "
			}
			lines = append(lines, mark+a.In(language))
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	return blocks
}

func askQuizPaste(t *Turn) error {
	d := t.quizDraft()
	switch {
	case !d.Words:
		t.Say("quiz.paste", "least", store.LeastQuestions, "most", store.MostQuestions)
	case d.Language == "vi":
		t.Say("quiz.paste_words")
	default:
		t.Say("quiz.paste_language", "language", t.T("language."+d.Language))
	}
	return nil
}

func takeQuizPaste(t *Turn) error {
	d := t.quizDraft()
	read, fault := readQuiz(t.Words())
	if fault == nil && d.Words {
		fault = rewordQuiz(d.Questions, d.Language, read)
	} else if fault == nil {
		d.Questions, fault = newQuiz(read)
	}
	if fault != nil {
		return t.Again(fault.id, fault.args...)
	}
	t.Set("draft", d)
	return t.Goto("check")
}

func askQuizText(t *Turn) error {
	t.Say("quiz.text", "i", len(t.quizDraft().Questions)+1)
	return nil
}

func takeQuizText(t *Turn) error {
	line, _ := oneLine(t.Words(), 0, 0)
	q, fault := readQuizQuestion(line, 1)
	if fault != nil {
		return t.Again("quiz.text_again", "most", store.MostQuestion)
	}
	t.Set("text", q.text)
	return nil
}

func askQuizAnswers(t *Turn) error {
	t.Say("quiz.answers", "question", t.Note("text"), "least", store.LeastAnswers, "most", store.MostAnswers)
	return nil
}

func takeQuizAnswers(t *Turn) error {
	q, fault := readQuizAnswers(t.Words())
	switch {
	case fault != nil && fault.id == "quiz.bad_answers":
		return t.Again("quiz.answers_again", fault.args...)
	case fault != nil:
		return t.Again(fault.id, fault.args...)
	}
	q.text = t.Note("text")
	if q.right >= 0 {
		t.Forget("answers")
		return t.addQuestion(q.question())
	}
	t.Set("answers", q.answers)
	return nil
}

func askQuizRight(t *Turn) error {
	var answers []string
	if !t.Get("answers", &answers) {
		return t.Next()
	}
	t.Say("quiz.which", "question", t.Note("text"))
	for i, a := range answers {
		t.Offer(PickText(fmt.Sprint(i), t.apart(a)))
	}
	return nil
}

func takeQuizRight(t *Turn) error {
	q := quizText{text: t.Note("text")}
	t.Get("answers", &q.answers)
	for i := range q.answers {
		if t.Chosen() == fmt.Sprint(i) {
			q.right = i
			return t.addQuestion(q.question())
		}
	}
	return t.Again("engine.unclear")
}

// addQuestion adds q to the draft. A text that stands there already is the same
// question, to which she came back.
func (t *Turn) addQuestion(q store.QuizQuestion) error {
	d := t.quizDraft()
	at := slices.IndexFunc(d.Questions, func(o store.QuizQuestion) bool { return o.Text["vi"] == q.Text["vi"] })
	switch {
	case at >= 0:
		d.Questions[at] = q
	case len(d.Questions) < store.MostQuestions:
		d.Questions = append(d.Questions, q)
	}
	t.Set("draft", d)
	return t.Goto("more")
}

func askQuizMore(t *Turn) error {
	d := t.quizDraft()
	switch n := len(d.Questions); {
	case n < store.LeastQuestions:
		return t.Goto("text")
	case n == store.MostQuestions:
		return t.Goto("check")
	default:
		t.Say("quiz.more", "n", n)
	}
	t.Offer(Pick("more", "quiz.more_yes"), Pick("done", "quiz.more_no"))
	return nil
}

func takeQuizMore(t *Turn) error {
	switch t.Chosen() {
	case "more":
		return t.Goto("text")
	case "done":
		return t.Goto("check")
	}
	return t.Again("engine.unclear")
}

// shownQuizzes is how many trainings are offered to copy a test from.
const shownQuizzes = 8

// askQuizCopy offers the tests of other trainings of her areas, the latest first.
func askQuizCopy(t *Turn) error {
	training, _, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	within, err := t.InScope(store.Staff)
	if err != nil {
		return err
	}
	var others []*store.Training
	for q, err := range t.Quizzes() {
		if err != nil {
			return err
		}
		other, err := t.Training(q.Training)
		if err != nil {
			return err
		}
		if other.ID != training.ID && within(other.Area) {
			others = append(others, other)
		}
	}
	if len(others) == 0 {
		t.Say("quiz.copy_none")
		return t.Goto("quiz")
	}
	slices.SortFunc(others, func(a, b *store.Training) int { return b.Start.Compare(a.Start) })
	t.Say("quiz.copy_which")
	taken := map[string]bool{}
	for _, o := range others[:min(len(others), shownQuizzes)] {
		t.Offer(PickText(o.ID, t.apart(unlike(taken, t.Local(o.Start).Format("02/01")+" · "+o.Name.In("vi")))))
	}
	return nil
}

func takeQuizCopy(t *Turn) error {
	training, q, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	from, err := t.Quiz(t.Chosen())
	if errors.Is(err, store.ErrNotFound) {
		return t.Stay() // it was removed meanwhile: she sees which there are
	}
	if err != nil {
		return err
	}
	t.Set("draft", quizDraft{Questions: from.Questions, Revision: q.Revision, Language: "vi"})
	return t.Goto("check")
}

// askQuizCheck shows what was written, and warns of words by which somebody who
// looks on would see what a woman learns about.
func askQuizCheck(t *Turn) error {
	d := t.quizDraft()
	t.Say("quiz.check", "n", len(d.Questions))
	t.sayQuiz(d.Questions, d.Language)
	for i := range d.Questions {
		words := d.Questions[i].Text.In(d.Language)
		for _, a := range d.Questions[i].Answers {
			words += "\n" + a.In(d.Language)
		}
		if word := revealing(words); word != "" {
			t.Say("quiz.doubt", "word", word)
			break
		}
	}
	t.Offer(Option{ID: "save", Label: "quiz.save", Wide: true}, Pick("again", "quiz.again"))
	return nil
}

func takeQuizCheck(t *Turn) error {
	training, q, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	d := t.quizDraft()
	switch t.Chosen() {
	case "again":
		d.Questions = nil
		if d.Words {
			d.Questions = q.Questions
		}
		t.Set("draft", d)
		return t.Goto("paste")
	case "save":
	default:
		return t.Again("engine.unclear")
	}
	switch err := t.PutQuiz(training, d.Questions, d.Revision, t.Member.ID); {
	case errors.Is(err, store.ErrOver):
		t.Say("quiz.over")
	case errors.Is(err, store.ErrChanged):
		t.Say("quiz.other")
	case errors.Is(err, store.ErrBegun): // why not, the page that follows says
		t.Say("quiz.not_saved")
	case err != nil:
		return err
	default:
		if err := t.Log(t.Member.ID, "put quiz", training.ID); err != nil {
			return err
		}
		t.Say("quiz.saved")
	}
	t.Forget("draft")
	return t.Start("training_quiz", oneNote{Training: training.ID})
}

func askQuizRemove(t *Turn) error {
	training, q, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	if len(q.Questions) == 0 {
		return t.Goto("quiz")
	}
	if q.Begun {
		r, err := t.QuizReport(q)
		if err != nil {
			return err
		}
		t.Say("quiz.remove_answers", "before", r.Sheets[0], "after", r.Sheets[1])
	}
	t.Say("quiz.remove_sure")
	t.Offer(Pick("yes", "quiz.remove_yes"), Pick("no", "quiz.remove_no"))
	return nil
}

func takeQuizRemove(t *Turn) error {
	training, _, err := t.staffQuiz()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("quiz")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if err := t.RemoveQuiz(training.ID); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "remove quiz", training.ID); err != nil {
		return err
	}
	t.Say("quiz.removed")
	return t.Start("training_quiz", oneNote{Training: training.ID})
}
