package store

import (
	"errors"
	"time"
)

// A QuizReport is what all together have answered to a test. It holds nothing
// that fewer than [MinFeedback] people have answered, but for their number: of
// fewer one could tell who knew what.
//
// # How it is counted
//
// A question counts everybody who has answered it, also on a sheet that was left
// halfway and by who answered at one of the two times only: it tells the teacher
// what the room knew, and the more answers, the surer. The two averages count
// only who has finished the test both times, a pair each: somebody who came late
// or left early would move one of them without anybody having learnt anything,
// and half a sheet would count as half wrong.
type QuizReport struct {
	Questions []QuizResult
	Sheets    [2]int // how many have finished before and after
	Pairs     int    // how many have finished both
	Scores    [2]int // of the pairs: right answers before and after, added up
}

// A QuizResult is that of one question.
type QuizResult struct {
	Before, After QuizShare
}

// A QuizShare is how many of those who have answered a question did so right. Few
// says that there are too few of them to tell.
type QuizShare struct {
	Answers int
	Right   int // 0 when there are too few answers
}

// Few says whether there are too few answers to show more than their number.
func (s QuizShare) Few() bool { return s.Answers < MinFeedback }

// Percent is the share of right answers, from 0 to 100; 0 when there are too few.
func (s QuizShare) Percent() int {
	if s.Few() {
		return 0
	}
	return (200*s.Right + s.Answers) / (2 * s.Answers)
}

// Gain is by how many percentage points more answered right after than before. It
// is that of the two whole numbers which are shown, so that nobody who subtracts
// them finds another one. ok is false when there are too few answers of one time.
func (r QuizResult) Gain() (points int, ok bool) {
	if r.Before.Few() || r.After.Few() {
		return 0, false
	}
	return r.After.Percent() - r.Before.Percent(), true
}

// Averages are how many questions a pair has answered right on average before and
// after; ok is false when there are too few pairs.
func (r *QuizReport) Averages() (before, after float64, ok bool) {
	if r.Pairs < MinFeedback {
		return 0, 0, false
	}
	n := float64(r.Pairs)
	return float64(r.Scores[0]) / n, float64(r.Scores[1]) / n, true
}

// QuizReport counts what was answered to q.
func (tx *Tx) QuizReport(q *Quiz) (*QuizReport, error) {
	r := &QuizReport{Questions: make([]QuizResult, len(q.Questions))}
	for s, err := range tx.QuizSheets(q.Training) {
		if err != nil {
			return nil, err
		}
		r.count(q, s)
	}
	for i := range r.Questions {
		r.Questions[i].Before.hide()
		r.Questions[i].After.hide()
	}
	if r.Pairs < MinFeedback {
		r.Scores = [2]int{}
	}
	return r, nil
}

// count counts one sheet.
func (r *QuizReport) count(q *Quiz, s *QuizSheet) {
	done := 0
	for i, when := range []QuizWhen{QuizBefore, QuizAfter} {
		if s.Done(q, when) {
			r.Sheets[i]++
			done++
		}
	}
	if done == 2 {
		r.Pairs++
		r.Scores[0] += s.Score(q, QuizBefore)
		r.Scores[1] += s.Score(q, QuizAfter)
	}
	for i, question := range q.Questions {
		r.Questions[i].Before.count(s.Answer(QuizBefore, i), question.Right)
		r.Questions[i].After.count(s.Answer(QuizAfter, i), question.Right)
	}
}

func (s *QuizShare) count(answer, right int) {
	if answer >= 0 {
		s.Answers++
	}
	if answer == right {
		s.Right++
	}
}

func (s *QuizShare) hide() {
	if s.Few() {
		s.Right = 0
	}
}

// A QuizOutcome is what came of the test of one training.
type QuizOutcome struct {
	Training *Training
	Quiz     *Quiz
	Report   *QuizReport
}

// QuizOutcomes returns those of the trainings that [Tx.Turnout] counts and that
// had a test, in the order of their start. It is as slow.
func (tx *Tx) QuizOutcomes(from, to time.Time, within func(area string) bool) ([]QuizOutcome, error) {
	var found []QuizOutcome
	for t, err := range tx.Trainings(from, to, within) {
		if err != nil {
			return nil, err
		}
		if !t.Over(tx.Now) {
			continue
		}
		q, err := tx.Quiz(t.ID)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		r, err := tx.QuizReport(q)
		if err != nil {
			return nil, err
		}
		found = append(found, QuizOutcome{t, q, r})
	}
	return found, nil
}
