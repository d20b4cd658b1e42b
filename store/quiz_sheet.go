package store

import (
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A QuizSheet is what somebody has answered to the test of a training, before it
// and after it.
//
//	quiz_sheet  training ID/member ID → QuizSheet, as long as she may still answer
//	quiz_sheet  training ID/~random   → QuizSheet, from then on
//
// Both times stand in one document: so there is at most one sheet of each person
// for each time, and what she knew before and after stays together when it is
// forgotten whose it is. That happens as with a [Feedback], for the same reason,
// and nothing here says when she answered. Numbers of answers are no words of
// hers: they are not encrypted.
type QuizSheet struct {
	Training string `json:"training"`
	Member   string `json:"member,omitzero"` // empty: it is not known any more whose it is
	Before   []int  `json:"before,omitzero"` // by question: which answer she chose, from 1; 0: none yet
	After    []int  `json:"after,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// A QuizWhen says which of the two times it is.
type QuizWhen string

const (
	QuizBefore QuizWhen = "before"
	QuizAfter  QuizWhen = "after"
)

// QuizLate is how long after the beginning of a training its test can still be
// answered as one before it, for those who come late: later she has heard what it
// asks.
const QuizLate = time.Hour

// ErrAnswered says that a sheet is finished: it stands.
var ErrAnswered = errors.New("was answered already")

// QuizOpen says whether the test of t can be answered at now: before it until
// [QuizLate] after its beginning, after it for as long as there is a [Feedback].
func (t *Training) QuizOpen(when QuizWhen, now time.Time) bool {
	if when == QuizAfter {
		return t.Over(now) && now.Before(t.End.AddDate(0, 0, answerDays))
	}
	return t.Cancelled.IsZero() && now.Before(t.quizEnd())
}

// quizEnd is when the test of t cannot be answered any more as one before it.
func (t *Training) quizEnd() time.Time {
	if late := t.Start.Add(QuizLate); late.Before(t.End) {
		return late
	}
	return t.End
}

// at are the answers of that time.
func (s *QuizSheet) at(when QuizWhen) *[]int {
	if when == QuizAfter {
		return &s.After
	}
	return &s.Before
}

// Answer is which answer she has chosen to the question with that number, from 0,
// at that time: from 0 as well, and -1 when she has not answered.
func (s *QuizSheet) Answer(when QuizWhen, question int) int {
	if a := *s.at(when); question < len(a) {
		return a[question] - 1
	}
	return -1
}

// Done says whether every question of q is answered at that time.
func (s *QuizSheet) Done(q *Quiz, when QuizWhen) bool {
	for i := range q.Questions {
		if s.Answer(when, i) < 0 {
			return false
		}
	}
	return true
}

// Score is how many questions of q are answered right at that time.
func (s *QuizSheet) Score(q *Quiz, when QuizWhen) int {
	n := 0
	for i := range q.Questions {
		if s.Answer(when, i) == q.Questions[i].Right {
			n++
		}
	}
	return n
}

// QuizSheet returns what the member has answered to the test of the training; a
// sheet without answers when she has answered nothing, or nobody knows any more
// which is hers.
func (tx *Tx) QuizSheet(training, member string) (*QuizSheet, error) {
	s, err := get[QuizSheet](tx, "quiz_sheet", training+"/"+member)
	if errors.Is(err, ErrNotFound) {
		return &QuizSheet{Training: training, Member: member}, nil
	}
	return s, err
}

// AnswerQuiz keeps that the member has chosen an answer to a question of q, the
// test of t; both count from 0. Until she has answered all of that time she can
// choose another one. It returns [ErrOver] when it is too late or too early,
// [ErrAnswered] when her sheet of that time is finished, and [ErrNotFound] when
// there is no such question or answer.
func (tx *Tx) AnswerQuiz(t *Training, q *Quiz, member string, when QuizWhen, question, answer int) (*QuizSheet, error) {
	if question < 0 || question >= len(q.Questions) || answer < 0 || answer >= len(q.Questions[question].Answers) {
		return nil, ErrNotFound
	}
	if !t.QuizOpen(when, tx.Now) {
		return nil, ErrOver
	}
	s, err := tx.QuizSheet(t.ID, member)
	if err != nil {
		return nil, err
	}
	if s.Done(q, when) {
		return s, ErrAnswered
	}
	if !q.Begun { // once only, so that the test is no document of every answer
		q.Begun = true
		if err := put(tx, "quiz", t.ID, q); err != nil {
			return nil, err
		}
	}
	answers := s.at(when)
	for len(*answers) < len(q.Questions) {
		*answers = append(*answers, 0)
	}
	(*answers)[question] = answer + 1
	return s, put(tx, "quiz_sheet", t.ID+"/"+member, s)
}

// QuizSheets yields what was answered to the test of the training.
func (tx *Tx) QuizSheets(training string) iter.Seq2[*QuizSheet, error] {
	return each[QuizSheet](tx, "quiz_sheet", training+"/", after(training+"/"))
}

// FreeQuizSheets forgets of at most n sheets whose they are, as soon as nothing
// more can be answered. It looks at those from the key from on, and returns where
// to go on; empty: at the end.
func (tx *Tx) FreeQuizSheets(from string, n int) (next string, err error) {
	var keys []string
	for p, err := range tx.kv.Scan("quiz_sheet", from, "") {
		if err != nil {
			return "", err
		}
		if len(keys) == n {
			next = p.Key
			break
		}
		keys = append(keys, p.Key)
	}
	freed := false
	for _, key := range keys {
		s, err := get[QuizSheet](tx, "quiz_sheet", key)
		if err != nil {
			return "", err
		}
		if s.Member == "" {
			continue
		}
		t, err := tx.Training(s.Training)
		if err != nil {
			return "", err
		}
		if tx.Now.Before(t.End.AddDate(0, 0, answerDays)) { // by its end as it is now: a training may have been moved
			continue
		}
		if err := tx.freeQuizSheet(s); err != nil {
			return "", err
		}
		freed = true
	}
	if freed {
		return next, tx.planScrub() // the file still says whose they were
	}
	return next, nil
}

// freeQuizSheet makes s nobody's.
func (tx *Tx) freeQuizSheet(s *QuizSheet) error {
	if err := tx.kv.Delete("quiz_sheet", s.Training+"/"+s.Member); err != nil {
		return err
	}
	s.Member = ""
	return put(tx, "quiz_sheet", s.Training+"/~"+strings.ToLower(tx.NewCode(12)), s)
}

// passQuizSheet makes what the member gone has answered in the training keep's.
// Of each time at which both have answered the sheet with more answers stays,
// keep's own where they are as many. An empty keep makes it nobody's.
func (tx *Tx) passQuizSheet(training, gone, keep string) error {
	s, err := get[QuizSheet](tx, "quiz_sheet", training+"/"+gone)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if keep == "" {
		return tx.freeQuizSheet(s)
	}
	if err := tx.kv.Delete("quiz_sheet", training+"/"+gone); err != nil {
		return err
	}
	hers, err := tx.QuizSheet(training, keep)
	if err != nil {
		return err
	}
	for _, when := range []QuizWhen{QuizBefore, QuizAfter} {
		if quizAnswers(*s.at(when)) > quizAnswers(*hers.at(when)) {
			*hers.at(when) = *s.at(when)
		}
	}
	return put(tx, "quiz_sheet", training+"/"+keep, hers)
}

// quizAnswers is how many questions are answered.
func quizAnswers(answers []int) int {
	n := 0
	for _, a := range answers {
		if a > 0 {
			n++
		}
	}
	return n
}
