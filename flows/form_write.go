package flows

import (
	"errors"
	"fmt"
	"strings"

	"chihai/flows/form"
)

// This file takes what is typed: texts, numbers, days; and places.

// takeFormWords makes a value of what she typed.
func takeFormWords(t *Turn, s *sheet, q *form.Step) error {
	if t.Input.Kind != Text && t.Chosen() == "" {
		if q.Question.Kind == form.TextAnswer && strings.HasPrefix(t.Input.File.Type, "audio/") {
			return t.Again("questionnaire.voice_typed")
		}
		return &form.Refusal{Code: form.RefusedKind}
	}
	if chosen := t.Chosen(); chosen != "" {
		value, ok := strings.CutPrefix(chosen, "="+questionTag(q.Path))
		if !ok {
			t.Say("engine.late")
			return t.Stay()
		}
		return s.walk.Answer(q.Path, value)
	}
	text := t.Words()
	value, ok := text, true
	switch kind := q.Question.Kind; kind {
	case form.Integer, form.Decimal, form.Range:
		value, ok = readNumber(text, kind == form.Integer)
	case form.Date:
		value, ok = readAnswerDay(text, q.Question, t.Today())
	case form.Time:
		value, ok = readAnswerTime(text)
	case form.DateTime:
		value, ok = readAnswerMoment(text, q.Question, t.Local(t.Now))
	}
	if !ok {
		return &form.Refusal{Code: form.RefusedKind}
	}
	return s.walk.Answer(q.Path, value)
}

// takeFormPlace takes a place that she shares, or types in degrees.
func takeFormPlace(t *Turn, s *sheet, q *form.Step) error {
	switch {
	case t.Input.Kind == Location:
		p := t.Input.Place
		return s.walk.Answer(q.Path, fmt.Sprintf("%.6f %.6f 0 0", p.Latitude, p.Longitude))
	case t.Chosen() == "" && t.Input.Kind == Text:
		text := strings.NewReplacer(", ", " ", ";", " ").Replace(foldDigits(t.Words()))
		if err := s.walk.Answer(q.Path, text); err == nil || !errors.As(err, new(*form.Refusal)) {
			return err
		}
	}
	return &form.Refusal{Code: form.RefusedKind}
}

// refusedAnswer says why an answer is not taken and asks again: in the form's own
// words where it has some, and with an example after the second time.
func (t *Turn) refusedAnswer(q *form.Step, r *form.Refusal) error {
	if r.Code == form.RefusedStep {
		return t.Goto(deskGo)
	}
	if r.Message != "" {
		t.SayText(r.Message)
	}
	tries := 0
	if t.conv.Prompt != nil {
		tries = t.conv.Prompt.Tries
	}
	switch {
	case r.Message == "":
		t.Say(refusalWords(q, r), "least", numberText(r.Least), "most", numberText(r.Most))
	case tries > 0 && q.Question != nil:
		t.Say(kindWords(q.Question))
	}
	if tries > 0 && q.Kind == form.Ask && !q.Required {
		t.Say("questionnaire.may_skip")
	}
	return t.go_(move{kind: again})
}

// refusalWords is the locale id of why an answer to the question is not taken.
func refusalWords(q *form.Step, r *form.Refusal) string {
	switch r.Code {
	case form.RefusedLong:
		return "questionnaire.bad_long"
	case form.RefusedRange:
		return "questionnaire.bad_range"
	case form.RefusedStride:
		return "questionnaire.bad_stride"
	case form.RefusedOrder:
		return "questionnaire.bad_order"
	case form.RefusedRequired:
		return "questionnaire.bad_required"
	case form.RefusedFull:
		return "questionnaire.bad_full"
	case form.RefusedConstraint:
		return "questionnaire.bad_constraint"
	case form.RefusedChoice:
		return "questionnaire.bad_choice"
	}
	return kindWords(q.Question)
}

// kindWords is the locale id of what such a question wants, with an example.
func kindWords(q *form.Question) string {
	switch q.Kind {
	case form.Integer, form.Range:
		return "questionnaire.bad_integer"
	case form.Decimal:
		return "questionnaire.bad_decimal"
	case form.Date:
		switch {
		case q.Has("year"):
			return "questionnaire.bad_year"
		case q.Has("month-year"):
			return "questionnaire.bad_month"
		}
		return "questionnaire.bad_date"
	case form.Time:
		return "questionnaire.bad_time"
	case form.DateTime:
		return "questionnaire.bad_moment"
	case form.Point:
		return "questionnaire.bad_place"
	case form.Image:
		return "questionnaire.bad_photo"
	case form.Audio:
		return "questionnaire.bad_voice"
	case form.Video, form.File:
		return "questionnaire.bad_file"
	case form.TextAnswer:
		return "questionnaire.bad_text"
	}
	return "questionnaire.bad_choice"
}
