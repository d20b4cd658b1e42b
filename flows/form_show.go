package flows

import (
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"chihai/flows/form"
)

// This file says what a question looks like in a chat.

const (
	mostOffered = 20   // choices that are shown at once; among more she searches
	mostButtons = 8    // choices that are shown as buttons with their labels; more stand in the text
	mostOnRow   = 30   // letters of a label that stands on a button
	mostOnHalf  = 14   // letters of labels of which two stand in a row
	mostScale   = 7    // choices of a scale
	mostNotes   = 1200 // how much of notes stands in the message of the question, in units of UTF-16
	mostRange   = 11   // steps of a range that are buttons
)

// sayNotes says the notes and headings that come before the next question, and returns
// that; false: nothing is left to ask. Questions that offer nothing are passed over.
func (t *Turn) sayNotes(s *sheet) (form.Step, bool) {
	for {
		q, ok := s.walk.Next()
		switch {
		case !ok:
			return q, false
		case empty(&q):
			if s.walk.Skip(q.Path) != nil {
				return q, true
			}
			continue
		case q.Kind == form.Ask || q.Kind == form.More:
			return q, true
		}
		if q.Kind == form.Head && strings.HasSuffix(q.Path, "]") {
			t.sayNote(t.instanceHead(s, &q))
		} else if q.Label != "" {
			t.sayNote(q.Label)
		}
		if q.Hint != "" && q.Kind == form.Head || q.Hint != "" && q.Question.Kind == form.Note {
			t.sayNote(q.Hint)
		}
		if q.Kind == form.Show && q.Question.Kind != form.Note && q.Answer.Value != "" {
			t.sayNote(t.answerText(&q))
		}
		if !s.walk.Pass(q.Path) {
			return q, false
		}
	}
}

// sayNote says a note; where there is much, it goes out before the question.
func (t *Turn) sayNote(text string) {
	long := 0
	for _, s := range t.said {
		long += len(utf16.Encode([]rune(s)))
	}
	if long > 0 && long+len(utf16.Encode([]rune(text))) > mostNotes {
		t.part()
	}
	t.SayText(text)
}

// instanceHead is the heading of an instance: Con thứ 2/3.
func (t *Turn) instanceHead(s *sheet, q *form.Step) string {
	name := q.Label
	if name == "" {
		name = t.T("questionnaire.instance_name")
	}
	if repeat := q.Path[:strings.LastIndexByte(q.Path, '[')]; !t.counts(s, repeat) {
		return t.T("questionnaire.instance", "name", name, "i", q.Instance)
	}
	return t.T("questionnaire.instance_of", "name", name, "i", q.Instance, "n", q.Count)
}

// counts says whether the number of instances of a repeat is known beforehand.
func (t *Turn) counts(s *sheet, repeat string) bool {
	end, ok := s.walk.At(repeat)
	return !ok || end.Kind != form.More
}

// sayQuestion says a question and offers its answers.
func (t *Turn) sayQuestion(s *sheet, q *form.Step) {
	if q.Kind == form.More {
		t.sayMore(s, q)
		return
	}
	label := q.Label
	if q.Question.Made {
		label = t.T("questionnaire.which_other")
	}
	if q.Refusal != nil {
		t.Say("questionnaire.not_any_more")
		if q.Refusal.Message != "" {
			t.SayText(q.Refusal.Message)
		}
	}
	lines := []string{t.T("questionnaire.question", "i", q.Number, "n", q.Of, "question", label)}
	if q.Hint != "" {
		lines = append(lines, q.Hint)
	}
	t.SayText(strings.Join(lines, "\n"))
	if how := t.howTo(q); how != "" && (t.conv.Prompt == nil || t.conv.Prompt.Tries == 0) { // else she was just told
		t.SayText(how)
	}
	if q.Answer.State == form.Answered && q.Refusal == nil && stepOf(s, q) != deskTick {
		t.Say("questionnaire.answered", "answer", cut(t.answerText(q), 200))
	}
	t.offerAnswers(s, q)
	tag := questionTag(q.Path)
	offer := t.Offer
	if step := stepOf(s, q); step == deskTick || step == deskRank || step == deskScale {
		offer = t.OfferInline
	}
	if q.Answer.State == form.Answered && q.Refusal == nil && stepOf(s, q) != deskTick {
		offer(Option{ID: "keep" + tag, Label: "questionnaire.keep"})
	}
	if !q.Required {
		offer(Option{ID: "skip" + tag, Label: "questionnaire.skip"})
	}
}

// howTo says how to answer where the question itself does not tell.
func (t *Turn) howTo(q *form.Step) string {
	switch q.Question.Kind {
	case form.Date:
		if q.Question.Has("year") {
			return t.T("questionnaire.how_year")
		}
		if q.Question.Has("month-year") {
			return t.T("questionnaire.how_month")
		}
		return t.T("questionnaire.how_date")
	case form.Time:
		return t.T("questionnaire.how_time")
	case form.DateTime:
		return t.T("questionnaire.how_moment")
	case form.SelectMultiple:
		return t.T("questionnaire.how_tick")
	case form.Rank:
		return t.T("questionnaire.how_rank")
	case form.Point:
		return t.T("questionnaire.how_place")
	case form.Image:
		return t.T("questionnaire.how_photo")
	case form.Audio:
		return t.T("questionnaire.how_voice")
	case form.Video, form.File:
		return t.T("questionnaire.how_file")
	}
	return ""
}

// offerAnswers offers what can be answered with one press.
func (t *Turn) offerAnswers(s *sheet, q *form.Step) {
	switch stepOf(s, q) {
	case deskChoose:
		if q.Question.Kind == form.Acknowledge {
			t.Offer(Option{ID: optionTag(q.Path, "OK"), Label: "questionnaire.acknowledge", Wide: true})
			return
		}
		t.offerChoices(q)
	case deskScale:
		t.offerScale(q)
	case deskFind:
		t.offerFound(q)
	case deskTick:
		t.offerTicks(q)
	case deskRank:
		t.offerRanks(q)
	case deskWrite:
		t.offerWords(q)
	}
}

// offerWords offers ready answers where she types otherwise.
func (t *Turn) offerWords(q *form.Step) {
	head := "=" + questionTag(q.Path)
	ready := func(value, label string) { t.Offer(short(head+value, label)) }
	switch kind := q.Question.Kind; {
	case kind == form.Range:
		for _, v := range rangeSteps(q.Question) {
			ready(v, numberText(v))
		}
	case kind == form.Date && !q.Question.Has("year") && !q.Question.Has("month-year"):
		ready(t.Today().Format(time.DateOnly), t.T("questionnaire.today"))
		ready(t.Today().AddDate(0, 0, -1).Format(time.DateOnly), t.T("questionnaire.yesterday"))
	case q.Preset != "" && q.Answer.State == "" && utf8.RuneCountInString(q.Preset) <= mostLabel:
		preset := *q
		preset.Answer = form.Answer{State: form.Answered, Value: q.Preset}
		if len(head)+len(q.Preset) <= 64 {
			ready(q.Preset, cut(t.answerText(&preset), mostLabel))
		}
	}
}

// rangeSteps are the values of a range, when they are few enough for buttons.
func rangeSteps(q *form.Question) []string {
	of := func(key string, otherwise int64) *big.Rat {
		if x, ok := new(big.Rat).SetString(q.Parameters[key]); ok {
			return x
		}
		return big.NewRat(otherwise, 1)
	}
	at, end, step := of("start", 1), of("end", 10), of("step", 1)
	if step.Sign() == 0 {
		return nil
	}
	if step.Sign() < 0 {
		step.Neg(step)
	}
	down := at.Cmp(end) > 0
	if down {
		step.Neg(step)
	}
	var all []string
	for ; down && at.Cmp(end) >= 0 || !down && at.Cmp(end) <= 0; at.Add(at, step) {
		if len(all) == mostRange {
			return nil
		}
		if at.IsInt() {
			all = append(all, at.Num().String())
		} else {
			all = append(all, strings.TrimRight(at.FloatString(6), "0"))
		}
	}
	return all
}

// numberText is a number as people read it: 1.500.000 and 3,5.
func numberText(value string) string {
	whole, part, _ := strings.Cut(value, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if len(whole) > 4 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "." + whole[i:]
		}
	}
	if part != "" {
		whole += "," + part
	}
	return sign + whole
}

// answerText is an answer as she reads it. What the form calls masked is not said.
func (t *Turn) answerText(q *form.Step) string {
	switch q.Answer.State {
	case form.Skipped:
		return t.T("questionnaire.was_skipped")
	case form.Declined:
		return t.T("questionnaire.was_declined")
	case "":
		return "–"
	}
	v := q.Answer.Value
	switch kind := q.Question.Kind; {
	case q.Question.Has("masked"):
		return "••••"
	case kind.Selects():
		var labels []string
		for name := range strings.FieldsSeq(v) {
			label := name
			for _, o := range q.Options {
				if o.Name == name {
					label = o.Label
				}
			}
			labels = append(labels, label)
		}
		if kind == form.Rank {
			for i := range labels {
				labels[i] = fmt.Sprintf("%d) %s", i+1, labels[i])
			}
		}
		return strings.Join(labels, ", ")
	case kind == form.Integer || kind == form.Decimal || kind == form.Range:
		return numberText(v)
	case kind == form.Date:
		if at, err := time.Parse(time.DateOnly, v); err == nil {
			switch {
			case q.Question.Has("year"):
				return at.Format("2006")
			case q.Question.Has("month-year"):
				return at.Format("1/2006")
			}
			return at.Format("2/1/2006")
		}
	case kind == form.DateTime:
		if at, err := time.Parse("2006-01-02T15:04:05.000-07:00", v); err == nil {
			return t.Local(at).Format("15:04 2/1/2006")
		}
	case kind == form.Acknowledge:
		return t.T("questionnaire.acknowledge")
	case kind == form.Point:
		return t.T("questionnaire.place_there")
	case kind == form.Image || kind == form.Audio || kind == form.Video || kind == form.File:
		return t.T("questionnaire.file_there")
	}
	return strings.Join(strings.Fields(v), " ")
}
