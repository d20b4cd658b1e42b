package flows

import (
	"errors"
	"fmt"
	"strings"

	"chihai/store"
)

// feedback asks somebody who came to a training three things about it: how
// content she is, whether she will use it, and for a sentence. Each answer is
// kept at once, so that who stops halfway has been heard as well.
func feedback() *Flow {
	return &Flow{
		Name:  "feedback",
		Title: "feedback.title",
		Waits: true,
		Steps: []Step{
			{Name: "stars", Ask: askStars, Take: takeStars},
			{Name: "use", Ask: askUse, Take: takeUse},
			{Name: "sentence", Ask: askSentence, Take: takeSentence, Free: true},
		},
		Hear: hearFeedback,
	}
}

// mostSentence is how long her sentence may be, in letters.
const mostSentence = 300

// stars are the labels of 1 to 5; a typed digit is the same.
var stars = []string{"feedback.star1", "feedback.star2", "feedback.star3", "feedback.star4", "feedback.star5"}

func hearFeedback(t *Turn) error {
	var n store.After
	if err := jsonNote(t.Input.Data, &n); err != nil {
		return err
	}
	training, err := t.Training(n.Training)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	r, err := t.Registration(n.Training, t.Member.ID)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	if !training.Attended(r, t.Now) || !n.End.Equal(training.End) {
		return nil
	}
	if _, err := t.Feedback(training, t.Member.ID); !errors.Is(err, store.ErrNotFound) {
		return ignore(err, store.ErrOver) // she has said it, or it is too late
	}
	tested, err := t.wantsQuiz(training, store.QuizAfter)
	if err != nil {
		return err
	}
	if tested { // one push for both: the feedback follows the test
		return t.Start("quiz", store.QuizAsk{Training: n.Training, When: store.QuizAfter})
	}
	return t.Start("feedback", n)
}

// felt is the training she is asked about and what she has said of it so far.
// When it is too late she is told so, and the training is nil.
func (t *Turn) felt() (*store.Training, *store.Feedback, error) {
	var n store.After
	t.Get("feedback", &n)
	training, err := t.Training(n.Training)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	if err == nil {
		t.About(training.Name.In(t.Language))
		f, err := t.Feedback(training, t.Member.ID)
		switch {
		case err == nil:
			return training, f, nil
		case errors.Is(err, store.ErrNotFound):
			return training, &store.Feedback{Member: t.Member.ID}, nil
		case !errors.Is(err, store.ErrOver):
			return nil, nil, err
		}
	}
	t.Say("feedback.late")
	return nil, nil, t.End()
}

func askStars(t *Turn) error {
	training, _, err := t.felt()
	if err != nil || training == nil {
		return err
	}
	t.Say("feedback.stars", "training", training.Name.In(t.Language))
	for i, label := range stars {
		t.Offer(Pick(fmt.Sprint(i+1), label))
	}
	return nil
}

func takeStars(t *Turn) error {
	for i := range stars {
		if t.Chosen() == fmt.Sprint(i+1) {
			return t.feel(func(f *store.Feedback) { f.Stars = i + 1 })
		}
	}
	return t.Again("engine.unclear")
}

func askUse(t *Turn) error {
	training, _, err := t.felt()
	if err != nil || training == nil {
		return err
	}
	t.Say("feedback.use")
	t.Offer(Pick(string(store.UseYes), "feedback.use_yes"), Pick(string(store.UseNot), "feedback.use_not_yet"), Pick(string(store.UseNo), "feedback.use_no"))
	return nil
}

func takeUse(t *Turn) error {
	switch use := store.Use(t.Chosen()); use {
	case store.UseYes, store.UseNot, store.UseNo:
		return t.feel(func(f *store.Feedback) { f.Use = use })
	}
	return t.Again("engine.unclear")
}

func askSentence(t *Turn) error {
	training, _, err := t.felt()
	if err != nil || training == nil {
		return err
	}
	t.Say("feedback.sentence")
	t.Offer(Pick("skip", "feedback.skip"))
	return nil
}

func takeSentence(t *Turn) error {
	if t.Chosen() != "skip" {
		text, ok := oneLine(t.Words(), 2, mostSentence)
		if !ok {
			return t.Again("feedback.sentence_again", "most", mostSentence)
		}
		if err := t.feel(func(f *store.Feedback) { f.Sentence = text }); err != nil || t.move.kind != none {
			return err
		}
	}
	t.Say("feedback.thanks")
	return t.End()
}

// feel keeps what she has said. When it is too late the talk ends.
func (t *Turn) feel(say func(*store.Feedback)) error {
	training, f, err := t.felt()
	if err != nil || training == nil {
		return err
	}
	say(f)
	return t.PutFeedback(training, f)
}

// sayOpinion says what those who came think of the training, as soon as there
// are enough of them.
func (t *Turn) sayOpinion(training *store.Training) error {
	o, err := t.Opinion(training.ID)
	if err != nil {
		return err
	}
	if o.Answers < store.MinFeedback {
		t.Say("feedback.few", "n", o.Answers, "least", store.MinFeedback)
		return nil
	}
	lines := []string{t.T("feedback.answers", "n", o.Answers)}
	for i := len(stars) - 1; i >= 0; i-- {
		lines = append(lines, t.T("feedback.count", "what", t.T(stars[i]), "count", o.Stars[i]))
	}
	lines = append(lines, "", t.T("feedback.use_head"))
	for _, u := range []struct {
		use   store.Use
		label string
	}{{store.UseYes, "feedback.use_yes"}, {store.UseNot, "feedback.use_not_yet"}, {store.UseNo, "feedback.use_no"}} {
		lines = append(lines, t.T("feedback.count", "what", t.T(u.label), "count", o.Use[u.use]))
	}
	t.SayText(strings.Join(lines, "\n"))
	t.sentences(o.Sentences)
	return nil
}

// sentences says as many of them as a message holds.
func (t *Turn) sentences(all []string) {
	const room = 1200 // in letters, so that the rest of the message fits as well
	left := room
	var lines []string
	for i, s := range all {
		if left -= len([]rune(s)); left < 0 {
			lines = append(lines, t.T("feedback.more", "n", len(all)-i))
			break
		}
		lines = append(lines, "• "+s)
	}
	if len(lines) > 0 {
		t.SayText(t.T("feedback.said") + "\n" + strings.Join(lines, "\n"))
	}
}
