package store

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Quiz is the short test of a training, which who comes is asked before it and
// in the same words after it. Staff write it; see [QuizSheet] for the answers.
//
//	quiz  training ID → Quiz
type Quiz struct {
	Training  string         `json:"training"`
	Questions []QuizQuestion `json:"questions"`
	Begun     bool           `json:"begun,omitzero"`      // somebody has answered: from then on only its spelling changes
	Revision  int            `json:"revision"`            // how often staff have changed it; at least 1 once it is kept
	By        string         `json:"by,omitzero"`         // member who wrote it
	ChangedBy string         `json:"changed_by,omitzero"` // member who changed it last; empty: nobody did

	Rest jsontext.Value `json:",embed"`
}

// A QuizQuestion has one right answer among several.
type QuizQuestion struct {
	Text    Text   `json:"text"`
	Answers []Text `json:"answers"`
	Right   int    `json:"right"` // which of Answers it is, from 0
}

// How much a short test holds. It takes two minutes, and an answer fits a button.
// The lengths are in letters.
const (
	LeastQuestions = 3
	MostQuestions  = 10
	LeastAnswers   = 2
	MostAnswers    = 5
	MostQuestion   = 120
	MostAnswer     = 40
)

// ErrBegun says that somebody has answered, so that a test cannot become another
// one any more: what was answered before and after would be two different things.
var ErrBegun = errors.New("somebody has answered already")

// Same says whether other asks the same as q, in whatever words: as many
// questions and answers, of which the same are right.
func (q *Quiz) Same(other []QuizQuestion) bool {
	return slices.EqualFunc(q.Questions, other, func(a, b QuizQuestion) bool {
		return len(a.Answers) == len(b.Answers) && a.Right == b.Right
	})
}

// In says whether the test can be asked in the language: every text is there.
func (q *Quiz) In(language string) bool {
	missing := func(t Text) bool { return t[language] == "" }
	return !slices.ContainsFunc(q.Questions, func(o QuizQuestion) bool {
		return missing(o.Text) || slices.ContainsFunc(o.Answers, missing)
	})
}

// Quiz returns the test of the training, or [ErrNotFound].
func (tx *Tx) Quiz(training string) (*Quiz, error) {
	return get[Quiz](tx, "quiz", training)
}

// Quizzes yields those of all trainings, in the order in which the trainings were
// made.
func (tx *Tx) Quizzes() iter.Seq2[*Quiz, error] {
	return each[Quiz](tx, "quiz", "", "")
}

// PutQuiz keeps questions as the test of t; by is who wrote them. revision is
// that of the test which they replace, 0 where there is none. Who holds a seat is
// asked a day before t begins, or as soon as it is day. It returns, in this
// order, [ErrOver] when t is over or cancelled, [ErrChanged] when somebody else
// was quicker, and [ErrBegun] when questions are not the [Quiz.Same] as those
// which somebody has answered.
func (tx *Tx) PutQuiz(t *Training, questions []QuizQuestion, revision int, by string) error {
	q, err := tx.Quiz(t.ID)
	if errors.Is(err, ErrNotFound) {
		q, err = &Quiz{Training: t.ID, By: by}, nil
	}
	switch {
	case err != nil:
		return err
	case !t.Cancelled.IsZero() || t.Over(tx.Now):
		return ErrOver
	case q.Revision != revision:
		return ErrChanged
	case q.Begun && !q.Same(questions):
		return ErrBegun
	}
	if q.Revision > 0 {
		q.ChangedBy = by
	}
	q.Questions = questions
	q.Revision++
	if err := put(tx, "quiz", t.ID, q); err != nil || q.Revision > 1 {
		return err
	}
	return tx.planQuiz(t)
}

// RemoveQuiz deletes the test of the training and what was answered to it.
func (tx *Tx) RemoveQuiz(training string) error {
	if err := tx.kv.Delete("quiz", training); err != nil {
		return err
	}
	n, err := tx.deleteRange("quiz_sheet", training+"/", after(training+"/"), MaxSeats)
	if err != nil || n == 0 {
		return err
	}
	return tx.planScrub()
}

// BeforeJob is the job that has a flow turn to who holds a seat in a training
// before it begins, each in a turn of her own and by day: to [Due.Member], or
// where that is empty to all of them.
const BeforeJob = "before"

// A QuizAsk is the Data of the due input that the flow quiz hears.
type QuizAsk struct {
	Training string   `json:"training"`
	When     QuizWhen `json:"when"`
}

// quizDay is when those who hold a seat in t are asked: together with the
// reminder of the last day, so that it is one glance at the phone.
func (t *Training) quizDay() time.Time { return t.Start.AddDate(0, 0, -1) }

// planQuiz plans that all who hold a seat in t are asked its test before it. What
// was planned for an earlier start lapses, because its Moved is not t's any more.
func (tx *Tx) planQuiz(t *Training) error {
	at := t.quizDay()
	if at.Before(tx.Now) {
		at = tx.Now
	}
	return tx.planQuizOf(t, "", at)
}

// planLateQuiz plans that the member, who has just got a seat in t or come to it,
// is asked the test as well if the others have been asked already.
func (tx *Tx) planLateQuiz(t *Training, member string) error {
	if tx.Now.Before(t.quizDay()) {
		return nil
	}
	return tx.planQuizOf(t, member, tx.Now)
}

func (tx *Tx) planQuizOf(t *Training, member string, at time.Time) error {
	if !t.QuizOpen(QuizBefore, at) {
		return nil
	}
	if there, err := has(tx, "quiz", t.ID); err != nil || !there {
		return err
	}
	data, err := json.Marshal(QuizAsk{Training: t.ID, When: QuizBefore})
	if err != nil {
		return err
	}
	id := fmt.Sprintf("test/%s/%d", t.ID, at.Unix())
	if member != "" {
		id += "/of"
	}
	return tx.Plan(&Due{
		ID: id + member, At: at, Until: t.quizEnd(), Job: BeforeJob,
		Training: t.ID, Moved: t.Moved, Member: member, Flow: "quiz", Data: data,
	})
}
