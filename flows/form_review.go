package flows

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"chihai/flows/form"
)

// This file shows her answers before they are sent, and lets her change each of them.

const (
	reviewLines = 20   // on a page at most
	reviewUnits = 1400 // and how long a page is at most, in units of UTF-16
	reviewLabel = 60   // letters of a question on it
	reviewValue = 80   // and of its answer
)

// reviewLine is a question with its answer in one line.
func (t *Turn) reviewLine(q *form.Step) string {
	label := q.Label
	if q.Question.Made {
		label = t.T("questionnaire.which_other")
	}
	label = cut(strings.Join(strings.Fields(label), " "), reviewLabel)
	if !strings.HasSuffix(label, "?") && !strings.HasSuffix(label, ":") {
		label += ":"
	}
	return fmt.Sprintf("%d. %s %s", q.Number, label, cut(t.answerText(q), reviewValue))
}

// reviewPage are the lines of a page, counted from 0, and whether there are more
// behind it. A page that is not there any more is the first one.
func (t *Turn) reviewPage(s *sheet, within string, page int) (lines []string, more bool, at int) {
	units, n := 0, 0
	for _, path := range s.walk.Paths(form.Ask) {
		if within != "" && !strings.HasPrefix(path, within+"[") {
			continue
		}
		q, ok := s.walk.At(path)
		if !ok {
			continue
		}
		line := t.reviewLine(&q)
		long := len(utf16.Encode([]rune(line))) + 1
		if len(lines) > 0 && (len(lines) == reviewLines || units+long > reviewUnits) {
			if n == page {
				return lines, true, page
			}
			n, lines, units = n+1, nil, 0
		}
		lines, units = append(lines, line), units+long
	}
	if n < page {
		return t.reviewPage(s, within, 0)
	}
	return lines, false, page
}

// sayReview shows what will be sent.
func (t *Turn) sayReview(s *sheet) {
	lines, more, page := t.reviewPage(s, "", t.Count("page"))
	t.Set("page", page)
	t.Say("questionnaire.review")
	t.SayText(strings.Join(lines, "\n"))
	t.Offer(Option{ID: "send", Label: "questionnaire.send", Wide: true}, Pick("change", "questionnaire.change"))
	if more {
		t.Offer(Pick("further", "questionnaire.further"))
	} else if page > 0 {
		t.Offer(Pick("first", "questionnaire.first"))
	}
}

// sayReviewed says what would have been sent, as much of it as a page holds.
func (t *Turn) sayReviewed(s *sheet) {
	lines, _, _ := t.reviewPage(s, "", 0)
	t.SayText(strings.Join(lines, "\n"))
}

func (d *desk) takeReview(t *Turn) error {
	s, err := d.opened(t)
	if err != nil || s == nil {
		return err
	}
	if _, more := s.walk.Next(); more { // something was left out meanwhile
		return t.Goto(deskGo)
	}
	switch t.Chosen() {
	case "send":
		if err := s.walk.Finish(); err != nil {
			return t.Goto(deskGo)
		}
		return d.send(t, s)
	case "change":
		t.Forget("within")
		return t.Goto(deskChange)
	case "further":
		t.Set("page", t.Count("page")+1)
		return t.Stay()
	case "first":
		t.Forget("page")
		return t.Stay()
	}
	return t.Again("engine.unclear")
}

// askChange asks for the number of the answer to change. Those of a repeat are shown
// here; all of them she has just seen.
func (d *desk) askChange(t *Turn) error {
	s, err := d.opened(t)
	if err != nil || s == nil {
		return err
	}
	if within := t.Note("within"); within != "" {
		lines, more, page := t.reviewPage(s, within, t.Count("page"))
		if len(lines) == 0 {
			return t.Goto(deskGo)
		}
		t.SayText(strings.Join(lines, "\n"))
		if more {
			t.Offer(Pick("further", "questionnaire.further"))
		} else if page > 0 {
			t.Offer(Pick("first", "questionnaire.first"))
		}
	}
	t.Say("questionnaire.change_which")
	return nil
}

func (d *desk) takeChange(t *Turn) error {
	s, err := d.opened(t)
	if err != nil || s == nil {
		return err
	}
	switch t.Chosen() {
	case "further":
		t.Set("page", t.Count("page")+1)
		return t.Stay()
	case "first":
		t.Forget("page")
		return t.Stay()
	}
	paths := s.walk.Paths(form.Ask)
	words := strings.Fields(t.Words())
	if len(words) == 2 { // câu 7
		words = words[1:]
	}
	numbers, ok := readNumbers(strings.Join(words, " "), len(paths))
	if !ok || len(numbers) != 1 || !s.walk.Change(paths[numbers[0]-1]) {
		return t.Again("questionnaire.change_again", "n", len(paths))
	}
	for _, name := range []string{"within", "page", "ticked", "find", "skip"} {
		t.Forget(name)
	}
	return t.Goto(deskGo)
}
