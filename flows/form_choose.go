package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chihai/flows/form"
	"chihai/store"
)

// This file asks for one of several choices.

// longest is how many letters the longest label of the choices has.
func longestLabel(options []form.Option) int {
	n := 0
	for _, o := range options {
		n = max(n, utf8.RuneCountInString(o.Label))
	}
	return n
}

// offerChoices offers a choice each: few and short ones by their labels, others by
// numbers, with the labels in the text.
func (t *Turn) offerChoices(q *form.Step) {
	long := longestLabel(q.Options)
	if len(q.Options) > mostButtons || long > mostOnRow {
		t.sayListed(q.Options)
		for i, o := range q.Options {
			t.Offer(short(optionTag(q.Path, o.Name), strconv.Itoa(i+1)))
		}
		return
	}
	taken := map[string]bool{}
	for _, o := range q.Options {
		t.Offer(Option{
			ID: optionTag(q.Path, o.Name), Label: unlike(taken, t.apart(o.Label)), Text: true, Like: t.likeYesNo(o.Label), Wide: long > mostOnHalf,
		})
	}
}

// sayListed says choices with their numbers.
func (t *Turn) sayListed(options []form.Option) {
	var lines []string
	for i, o := range options {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, o.Label))
	}
	t.SayText(strings.Join(lines, "\n"))
}

// likeYesNo is the locale id of the answer that a label is, so that "dạ" is
// understood for "Có"; empty: none of them.
func (t *Turn) likeYesNo(label string) string {
	for _, id := range []string{"answer.yes", "answer.no", "answer.agree", "answer.disagree"} {
		if strings.EqualFold(label, t.T(id)) {
			return id
		}
	}
	return ""
}

// offerScale offers the points of a scale below the message, in which the next row
// will stand as well.
func (t *Turn) offerScale(q *form.Step) {
	long := longestLabel(q.Options)
	if long > mostOnRow {
		t.sayListed(q.Options)
	}
	taken := map[string]bool{}
	for i, o := range q.Options {
		label := unlike(taken, t.apart(o.Label))
		if long > mostOnRow {
			label = strconv.Itoa(i + 1)
		}
		t.OfferInline(Option{ID: optionTag(q.Path, o.Name), Label: label, Text: true, Wide: long > mostOnHalf})
	}
}

// takeFormChoice takes one of the choices: by its button, its number or its label.
func takeFormChoice(t *Turn, s *sheet, q *form.Step) error {
	if chosen := t.Chosen(); chosen != "" {
		if q.Question.Kind == form.Acknowledge && chosen == optionTag(q.Path, "OK") {
			return s.walk.Answer(q.Path, "OK")
		}
		for _, o := range q.Options {
			if chosen == optionTag(q.Path, o.Name) {
				return s.walk.Answer(q.Path, o.Name)
			}
		}
		t.Say("engine.late")
		return t.Stay()
	}
	if q.Question.Kind == form.Acknowledge && t.meant("answer.agree") {
		return s.walk.Answer(q.Path, "OK")
	}
	if o := optionTyped(q.Options, t.Words()); o != nil {
		return s.walk.Answer(q.Path, o.Name)
	}
	return &form.Refusal{Code: form.RefusedChoice}
}

// optionTyped is the choice whose label was typed, whole or so much of it that it
// can be no other; nil: none.
func optionTyped(options []form.Option, text string) *form.Option {
	folded := store.Fold(text)
	if folded == "" {
		return nil
	}
	var begins []*form.Option
	for i := range options {
		label := store.Fold(options[i].Label)
		if label == folded {
			return &options[i]
		}
		if strings.HasPrefix(label, folded) && len(folded) >= 3 {
			begins = append(begins, &options[i])
		}
	}
	if len(begins) == 1 {
		return begins[0]
	}
	return nil
}

// mostFound is how many choices are offered to what she has typed.
const mostFound = 6

// found are the choices whose label has words that begin like those of text, those
// that begin with it first.
func found(options []form.Option, text string) []form.Option {
	words := strings.Fields(store.Fold(text))
	var first, rest []form.Option
	for _, o := range options {
		label := store.Fold(o.Label)
		has := len(words) > 0
		for _, w := range words {
			has = has && (strings.HasPrefix(label, w) || strings.Contains(label, " "+w))
		}
		switch {
		case has && strings.HasPrefix(label, strings.Join(words, " ")):
			first = append(first, o)
		case has:
			rest = append(rest, o)
		}
	}
	return append(first, rest...)
}

// offerFound offers what suits what she has typed, or the first ones.
func (t *Turn) offerFound(q *form.Step) {
	options := q.Options
	if text := t.Note("find"); text != "" {
		options = found(q.Options, text)
		t.Say("questionnaire.found")
	} else {
		t.Say("questionnaire.find", "n", len(q.Options))
	}
	skip := t.Count("skip")
	if skip >= len(options) {
		skip = 0
	}
	taken := map[string]bool{}
	for _, o := range options[skip:min(len(options), skip+mostFound)] {
		t.Offer(PickText(optionTag(q.Path, o.Name), unlike(taken, t.apart(o.Label))))
	}
	if skip+mostFound < len(options) {
		t.Offer(Pick("further", "questionnaire.further"))
	} else if skip > 0 {
		t.Offer(Pick("first", "questionnaire.first"))
	}
}

// takeFormFind takes what she has chosen, or typed to search.
func takeFormFind(t *Turn, s *sheet, q *form.Step) error {
	switch chosen := t.Chosen(); chosen {
	case "further":
		t.Set("skip", t.Count("skip")+mostFound)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	case "":
	default:
		return takeFormChoice(t, s, q)
	}
	text := t.Words()
	if numbers, ok := readNumbers(text, mostFound); ok && len(numbers) == 1 {
		shown := q.Options
		if find := t.Note("find"); find != "" {
			shown = found(q.Options, find)
		}
		if at := t.Count("skip") + numbers[0] - 1; at < len(shown) {
			return s.walk.Answer(q.Path, shown[at].Name)
		}
	}
	some := found(q.Options, text)
	if i := slices.IndexFunc(some, func(o form.Option) bool { return store.Fold(o.Label) == store.Fold(text) }); i >= 0 {
		return s.walk.Answer(q.Path, some[i].Name)
	}
	if len(some) == 0 {
		return t.Again("questionnaire.found_none")
	}
	t.Set("find", cleanText(text, 60))
	t.Forget("skip")
	return t.Stay()
}
