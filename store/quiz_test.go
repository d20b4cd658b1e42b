package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"

	"pgregory.net/rapid"
)

// quizQuestions are n questions with three answers each, the second of which is
// right.
func quizQuestions(n int) []store.QuizQuestion {
	var questions []store.QuizQuestion
	for i := range n {
		q := store.QuizQuestion{Text: store.Text{"vi": fmt.Sprint("Câu ", i)}, Right: 1}
		for j := range 3 {
			q.Answers = append(q.Answers, store.Text{"vi": fmt.Sprint("Đáp ", j)})
		}
		questions = append(questions, q)
	}
	return questions
}

// fillQuiz gives t a test to which the member has answered the first question.
func fillQuiz(tx *store.Tx, t *store.Training, member string) error {
	if err := tx.PutQuiz(t, quizQuestions(3), 0, member); err != nil {
		return err
	}
	q, err := tx.Quiz(t.ID)
	if err == nil {
		_, err = tx.AnswerQuiz(t, q, member, store.QuizBefore, 0, 1)
	}
	return err
}

// A quizRoom is a training with a test and women who hold a seat in it.
type quizRoom struct {
	backend  store.Backend
	store    *store.Store
	now      time.Time
	training string
	women    []string
}

// newQuizRoom makes one that begins in three days and takes three hours.
func newQuizRoom(t interface {
	Fatal(...any)
	Cleanup(func())
}, women, questions int) *quizRoom {
	r := &quizRoom{backend: memory.Open(memory.Options{Rerun: 2}), now: villageTime}
	t.Cleanup(func() { r.backend.Close() })
	r.open(t)
	err := r.store.Update(context.Background(), func(tx *store.Tx) error {
		r.women = nil
		start := r.now.AddDate(0, 0, 3)
		c := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp"}, Start: start, End: start.Add(3 * time.Hour), Seats: women + 1}
		if err := tx.AddTraining(c); err != nil {
			return err
		}
		r.training = c.ID
		for range women {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			if _, err := tx.Register(&store.Registration{Training: c.ID, Member: m.ID}); err != nil {
				return err
			}
			r.women = append(r.women, m.ID)
		}
		c, err := tx.Training(c.ID)
		if err != nil || questions == 0 {
			return err
		}
		return tx.PutQuiz(c, quizQuestions(questions), 0, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// open opens the store, as a new process does.
func (r *quizRoom) open(t interface{ Fatal(...any) }) {
	var err error
	r.store, err = store.Open(context.Background(), r.backend, store.Options{Now: func() time.Time { return r.now }})
	if err != nil {
		t.Fatal(err)
	}
}

// answer keeps an answer and returns why it was refused.
func (r *quizRoom) answer(woman string, when store.QuizWhen, question, answer int) error {
	return r.store.Update(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Training(r.training)
		if err != nil {
			return err
		}
		q, err := tx.Quiz(r.training)
		if err == nil {
			_, err = tx.AnswerQuiz(c, q, woman, when, question, answer)
		}
		return err
	})
}

// put keeps a test and returns why it was refused.
func (r *quizRoom) put(questions []store.QuizQuestion, revision int) error {
	return r.store.Update(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Training(r.training)
		if err != nil {
			return err
		}
		return tx.PutQuiz(c, questions, revision, "")
	})
}

func (r *quizRoom) report(t interface{ Fatal(...any) }) (report *store.QuizReport) {
	if err := r.store.View(context.Background(), func(tx *store.Tx) error {
		q, err := tx.Quiz(r.training)
		if err == nil {
			report, err = tx.QuizReport(q)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return report
}

// at sets the clock to so long after the training began.
func (r *quizRoom) at(after time.Duration) { r.now = villageTime.AddDate(0, 0, 3).Add(after) }

// A test may be replaced until somebody has answered, then only reworded, and not
// at all when the training is over.
func TestPutQuiz(t *testing.T) {
	r := newQuizRoom(t, 1, 3)
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("somebody else was quicker", r.put(quizQuestions(3), 0), store.ErrChanged)
	want("another test", r.put(quizQuestions(4), 1), nil)
	want("an answer", r.answer(r.women[0], store.QuizBefore, 0, 0), nil)
	want("another test after an answer", r.put(quizQuestions(3), 2), store.ErrBegun)
	moved := quizQuestions(4)
	moved[0].Right = 2
	want("another right answer", r.put(moved, 2), store.ErrBegun)
	other := quizQuestions(4)
	other[0].Text["vi"], other[0].Text["km"] = "Câu khác", "សំណួរ"
	want("other words", r.put(other, 2), nil)
	r.at(4 * time.Hour)
	want("when it is over", r.put(other, 3), store.ErrOver)
}

// The test is answered in its time, and a finished sheet stands.
func TestAnswerQuiz(t *testing.T) {
	r := newQuizRoom(t, 1, 3)
	hoa := r.women[0]
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("after it, too early", r.answer(hoa, store.QuizAfter, 0, 0), store.ErrOver)
	want("a question that is not there", r.answer(hoa, store.QuizBefore, 3, 0), store.ErrNotFound)
	want("an answer that is not there", r.answer(hoa, store.QuizBefore, 0, 3), store.ErrNotFound)
	want("an answer", r.answer(hoa, store.QuizBefore, 0, 0), nil)
	want("another answer", r.answer(hoa, store.QuizBefore, 0, 1), nil)
	r.at(store.QuizLate - time.Second)
	want("coming late", r.answer(hoa, store.QuizBefore, 1, 1), nil)
	want("the last one", r.answer(hoa, store.QuizBefore, 2, 0), nil)
	want("a finished sheet", r.answer(hoa, store.QuizBefore, 2, 1), store.ErrAnswered)
	r.at(store.QuizLate)
	want("too late", r.answer(hoa, store.QuizBefore, 0, 0), store.ErrOver)
	r.at(3 * time.Hour)
	want("after it", r.answer(hoa, store.QuizAfter, 0, 1), nil)
	r.at(30 * 24 * time.Hour)
	want("weeks after it", r.answer(hoa, store.QuizAfter, 1, 1), store.ErrOver)
}

// Whose a sheet is, is forgotten when nothing more can be answered, by the end of
// the training as it is then, and the report stays.
func TestFreeQuizSheets(t *testing.T) {
	r := newQuizRoom(t, 6, 3)
	for _, w := range r.women {
		for i := range 3 {
			if err := r.answer(w, store.QuizBefore, i, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	free := func() (known int) {
		t.Helper()
		err := r.store.Update(t.Context(), func(tx *store.Tx) error {
			for from := ""; ; {
				next, err := tx.FreeQuizSheets(from, 4)
				if err != nil {
					return err
				}
				if from = next; from == "" {
					break
				}
			}
			known = 0
			for s, err := range tx.QuizSheets(r.training) {
				if err != nil {
					return err
				}
				if s.Member != "" {
					known++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return known
	}
	if err := r.store.Update(t.Context(), func(tx *store.Tx) error { // it is put off for a week
		_, err := tx.ChangeTraining(r.training, 0, func(c *store.Training) { c.Start, c.End = c.Start.AddDate(0, 0, 7), c.End.AddDate(0, 0, 7) })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	before := r.report(t)
	r.at(8 * 24 * time.Hour)
	if known := free(); known != 6 {
		t.Errorf("of %d sheets it is known whose they are, want 6: it was put off", known)
	}
	r.at(16 * 24 * time.Hour)
	if known := free(); known != 0 {
		t.Errorf("of %d sheets it is known whose they are, want 0", known)
	}
	if after := r.report(t); !slices.Equal(after.Questions, before.Questions) || after.Questions[0].Before.Right != 6 {
		t.Errorf("the report was %+v and is %+v", before, after)
	}
}

// A removed test takes its answers with it.
func TestRemoveQuiz(t *testing.T) {
	r := newQuizRoom(t, 2, 3)
	if err := r.answer(r.women[0], store.QuizBefore, 0, 1); err != nil {
		t.Fatal(err)
	}
	err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.RemoveQuiz(r.training); err != nil {
			return err
		}
		for range tx.QuizSheets(r.training) {
			t.Error("a sheet is left")
		}
		_, err := tx.Quiz(r.training)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// Whatever women answer in whatever order, some twice, while the bot is started
// anew, some of them become one and some are deleted, at most one sheet of each counts at each time, and the
// report is what counting by hand gives.
func TestQuizReport(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newQuizRoom(rt, 8, 3)
		type sheet = map[store.QuizWhen][]int
		hers := map[string]sheet{} // by woman: by time, as many answers as there are questions, -1: none
		for _, w := range r.women {
			hers[w] = sheet{store.QuizBefore: {-1, -1, -1}, store.QuizAfter: {-1, -1, -1}}
		}
		var nobodys []sheet
		there := slices.Clone(r.women)
		some := func() string { return rapid.SampledFrom(there).Draw(rt, "woman") }
		leave := func(w string) {
			there = slices.DeleteFunc(there, func(o string) bool { return o == w })
			delete(hers, w)
		}
		update := func(fn func(*store.Tx) error) {
			rt.Helper()
			if err := r.store.Update(context.Background(), fn); err != nil {
				rt.Fatal(err)
			}
		}
		answer := func(w string, question int) {
			answer := rapid.IntRange(0, 2).Draw(rt, "answer")
			when, open := store.QuizBefore, r.now.Before(villageTime.AddDate(0, 0, 3).Add(store.QuizLate))
			if !open && !r.now.Before(villageTime.AddDate(0, 0, 3).Add(3*time.Hour)) {
				when, open = store.QuizAfter, r.now.Before(villageTime.AddDate(0, 0, 10).Add(3*time.Hour))
			}
			err := r.answer(w, when, question, answer)
			done := !slices.Contains(hers[w][when], -1)
			switch {
			case !open && !errors.Is(err, store.ErrOver), open && done && !errors.Is(err, store.ErrAnswered), open && !done && err != nil:
				rt.Fatalf("answering says %v", err)
			case open && !done:
				hers[w][when][question] = answer
			}
		}
		actions := map[string]func(*rapid.T){
			"answer": func(*rapid.T) { answer(some(), rapid.IntRange(0, 2).Draw(rt, "question")) },
			"most answer all": func(*rapid.T) {
				for _, w := range there {
					if rapid.IntRange(0, 9).Draw(rt, "stays away") == 0 {
						continue
					}
					for question := range 3 {
						answer(w, question)
					}
				}
			},
			"restart": func(*rapid.T) { r.open(rt) },
			"time passes": func(*rapid.T) {
				r.now = r.now.Add(time.Duration(rapid.SampledFrom([]int{1, 40, 60}).Draw(rt, "hours")) * time.Hour)
			},
			"forget": func(*rapid.T) {
				update(func(tx *store.Tx) error { _, err := tx.FreeQuizSheets("", 100); return err })
				if !r.now.Before(villageTime.AddDate(0, 0, 10).Add(3 * time.Hour)) {
					for _, w := range there { // whoever answers now is refused anyway
						nobodys = append(nobodys, hers[w])
						hers[w] = sheet{store.QuizBefore: {-1, -1, -1}, store.QuizAfter: {-1, -1, -1}}
					}
				}
			},
			"delete": func(*rapid.T) {
				if len(there) < 4 {
					rt.Skip("few are left")
				}
				w := some()
				update(func(tx *store.Tx) error {
					m, err := tx.Member(w)
					if err != nil {
						return err
					}
					return tx.DeleteMember(m, nil)
				})
				nobodys = append(nobodys, hers[w])
				leave(w)
			},
			"merge": func(*rapid.T) {
				keep, gone := some(), some()
				if keep == gone || len(there) < 4 {
					rt.Skip("she is one already")
				}
				update(func(tx *store.Tx) error {
					k, err := tx.Member(keep)
					if err != nil {
						return err
					}
					g, err := tx.Member(gone)
					if err != nil {
						return err
					}
					_, err = tx.Merge(k, g)
					return err
				})
				for when, a := range hers[gone] {
					if given(a) > given(hers[keep][when]) {
						hers[keep][when] = a
					}
				}
				leave(gone)
			},
			"": func(*rapid.T) {
				all := slices.Clone(nobodys)
				for _, w := range there {
					all = append(all, hers[w])
				}
				if got, want := fmt.Sprintf("%+v", *r.report(rt)), fmt.Sprintf("%+v", quizByHand(all)); got != want {
					rt.Fatalf("the report is\n%s, by hand it is\n%s", got, want)
				}
			},
		}
		rt.Repeat(actions)
		if _, err := store.Check(context.Background(), r.store.Backend(), r.now, func(bucket, key, what string) {
			rt.Errorf("afterwards: %s %s %s", bucket, key, what)
		}); err != nil {
			rt.Fatal(err)
		}
	})
}

func given(answers []int) (n int) {
	for _, a := range answers {
		if a >= 0 {
			n++
		}
	}
	return n
}

// quizByHand counts sheets of a test of three questions, of which the answer 1 is
// right.
func quizByHand(all []map[store.QuizWhen][]int) store.QuizReport {
	r := store.QuizReport{Questions: make([]store.QuizResult, 3)}
	right := func(a []int) (n int) {
		for _, x := range a {
			if x == 1 {
				n++
			}
		}
		return n
	}
	for _, s := range all {
		for i := range 3 {
			for share, when := range map[*store.QuizShare]store.QuizWhen{&r.Questions[i].Before: store.QuizBefore, &r.Questions[i].After: store.QuizAfter} {
				if s[when][i] >= 0 {
					share.Answers++
				}
				if s[when][i] == 1 {
					share.Right++
				}
			}
		}
		before, after := given(s[store.QuizBefore]) == 3, given(s[store.QuizAfter]) == 3
		if before {
			r.Sheets[0]++
		}
		if after {
			r.Sheets[1]++
		}
		if before && after {
			r.Pairs++
			r.Scores[0] += right(s[store.QuizBefore])
			r.Scores[1] += right(s[store.QuizAfter])
		}
	}
	for i := range r.Questions {
		for _, share := range []*store.QuizShare{&r.Questions[i].Before, &r.Questions[i].After} {
			if share.Answers < store.MinFeedback {
				share.Right = 0
			}
		}
	}
	if r.Pairs < store.MinFeedback {
		r.Scores = [2]int{}
	}
	return r
}

// Shares are rounded to whole percent, and the gain is that of what is shown.
func TestQuizShares(t *testing.T) {
	for _, tt := range []struct {
		before, after   store.QuizShare
		percents, gains int
		shown           bool
	}{
		{store.QuizShare{Answers: 8, Right: 3}, store.QuizShare{Answers: 6, Right: 5}, 38, 45, true}, // 37.5 and 83.3
		{store.QuizShare{Answers: 5, Right: 5}, store.QuizShare{Answers: 5, Right: 4}, 100, -20, true},
		{store.QuizShare{Answers: 4, Right: 4}, store.QuizShare{Answers: 5, Right: 4}, 0, 0, false},
		{store.QuizShare{}, store.QuizShare{}, 0, 0, false},
	} {
		r := store.QuizResult{Before: tt.before, After: tt.after}
		if points, ok := r.Gain(); points != tt.gains || ok != tt.shown || tt.before.Percent() != tt.percents {
			t.Errorf("%+v: gain %d, %v, before %d%%, want %d, %v, %d%%", r, points, ok, tt.before.Percent(), tt.gains, tt.shown, tt.percents)
		}
	}
}
