package flows

import (
	"fmt"
	"math"
	"strings"

	"chihai/store"
)

// sayQuizReport says what all together knew before and after a training, a
// question after the other. What too few have answered is not shown, and why.
func (t *Turn) sayQuizReport(q *store.Quiz) error {
	r, err := t.QuizReport(q)
	if err != nil {
		return err
	}
	few := false
	var blocks []string
	for i, result := range r.Questions {
		lines := []string{fmt.Sprintf("%d. %s", i+1, q.Questions[i].Text.In(t.Language))}
		for _, time := range []struct {
			label string
			share store.QuizShare
		}{{"quiz.bar_before", result.Before}, {"quiz.bar_after", result.After}} {
			if time.share.Few() {
				few = true
				lines = append(lines, t.T(time.label, "bar", "–", "n", time.share.Answers))
				continue
			}
			lines = append(lines, t.T(time.label, "bar", fmt.Sprintf("%s %d%%", quizBar(time.share.Percent()), time.share.Percent()), "n", time.share.Answers))
		}
		if points, ok := result.Gain(); ok {
			lines = append(lines, t.T("quiz.gain", "points", signed(points)))
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	t.Say("quiz.report", "before", r.Sheets[0], "after", r.Sheets[1])
	t.sayBlocks(blocks)
	if before, after, ok := r.Averages(); ok {
		t.Say("quiz.average", "before", decimal(t.Language, before), "after", decimal(t.Language, after), "n", len(q.Questions), "pairs", r.Pairs)
	} else {
		few = true
		t.Say("quiz.average_few", "pairs", r.Pairs)
	}
	if few {
		t.Say("quiz.few", "least", store.MinFeedback)
	}
	return nil
}

// quizPart is how many letters of a long test stand in one message, so that it
// fits every network with what is said around it.
const quizPart = 1300

// sayBlocks says blocks one below the other, in as many messages as they need.
func (t *Turn) sayBlocks(blocks []string) {
	room := quizPart
	for _, b := range blocks {
		n := len([]rune(b))
		if n > room {
			t.part()
			room = quizPart
		}
		room -= n
		t.SayText(b)
	}
}

// quizBar shows a share as ten boxes.
func quizBar(percent int) string {
	full := (percent + 5) / 10
	return strings.Repeat("█", full) + strings.Repeat("░", 10-full)
}

// signed writes points with their sign: a difference of none has none.
func signed(points int) string {
	switch {
	case points > 0:
		return fmt.Sprintf("+%d", points)
	case points < 0:
		return fmt.Sprintf("−%d", -points)
	}
	return "0"
}

// decimal writes a number with one place behind the point, which is a comma in
// Vietnamese; Khmer has one too until its reviewer says otherwise.
func decimal(language string, v float64) string {
	s := fmt.Sprintf("%.1f", math.Round(v*10)/10)
	if language == "en" {
		return s
	}
	return strings.Replace(s, ".", ",", 1)
}
