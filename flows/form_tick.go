package flows

import (
	"slices"
	"strconv"
	"strings"

	"chihai/flows/form"
)

// This file asks for several choices, and for an order of them. What is ticked so far
// stands in a note and becomes an answer when she says that it is all.

// A tickNote is what is ticked so far of a question.
type tickNote struct {
	Path  string   `json:"path"`
	Names []string `json:"names,omitzero"` // of choices, in the order in which they were ticked
}

// exclusive are the names that forms give, here and elsewhere, to a choice that goes
// with no other: none, don't know, not said.
var exclusive = map[string]bool{
	"khong": true, "khong_co": true, "khong_biet": true, "khongbiet": true, "khong_nho": true, "none": true, "no": true, "nothing": true,
	"dk": true, "dont_know": true, "refused": true, "0": true, "98": true, "99": true, "-98": true, "-99": true,
}

// ticked is what is ticked of the question so far: at first her earlier answer.
// What is not offered any more is left out.
func (t *Turn) ticked(q *form.Step) []string {
	var n tickNote
	if !t.Get("ticked", &n) || n.Path != q.Path {
		n.Names = strings.Fields(q.Answer.Value)
	}
	return slices.DeleteFunc(n.Names, func(name string) bool { return optionNamed(q.Options, name) == nil })
}

func optionNamed(options []form.Option, name string) *form.Option {
	for i := range options {
		if options[i].Name == name {
			return &options[i]
		}
	}
	return nil
}

// tickPage are the choices that are shown now: of many some at a time.
func (t *Turn) tickPage(q *form.Step) (page []form.Option, more bool) {
	if len(q.Options) <= mostOffered {
		return q.Options, false
	}
	skip := t.Count("skip")
	if skip >= len(q.Options) {
		skip = 0
	}
	return q.Options[skip:min(len(q.Options), skip+mostButtons)], true
}

// offerTicks shows the choices with what is ticked. The id of a button says what it
// does, so that a tap that comes twice does it once.
func (t *Turn) offerTicks(q *form.Step) {
	ticked := t.ticked(q)
	page, more := t.tickPage(q)
	long := longestLabel(page) > mostLabel-2
	if long {
		t.sayListed(page)
	}
	taken := map[string]bool{}
	for i, o := range page {
		label := o.Label
		if long {
			label = strconv.Itoa(i + 1)
		}
		id, box := "+", "☐ "
		if slices.Contains(ticked, o.Name) {
			id, box = "-", "☑ "
		}
		t.OfferInline(Option{ID: id + optionTag(q.Path, o.Name), Label: box + cutUnlike(taken, label), Text: true, Wide: true})
	}
	if more {
		t.OfferInline(Pick("further", "questionnaire.further"))
	}
	if len(ticked) > 0 {
		t.OfferInline(Option{ID: "done" + questionTag(q.Path), Label: t.T("questionnaire.done_n", "n", len(ticked)), Text: true, Like: "questionnaire.done", Wide: true})
	}
}

// cutUnlike is [unlike] with room for a box before the label.
func cutUnlike(taken map[string]bool, label string) string {
	return cut(unlike(taken, cut(label, mostLabel-2)), mostLabel-2)
}

// takeFormTick takes a tick, the numbers of all that are meant, or that it is all.
func takeFormTick(t *Turn, s *sheet, q *form.Step) error {
	chosen := t.Chosen()
	ticked := t.ticked(q)
	page, _ := t.tickPage(q)
	if chosen == "further" {
		t.Set("skip", t.Count("skip")+mostButtons)
		return t.tickOnwards(q, ticked)
	}
	if chosen == "done"+questionTag(q.Path) || t.meant("questionnaire.done") {
		if len(ticked) == 0 {
			return t.Again("questionnaire.tick_none")
		}
		return s.walk.Answer(q.Path, strings.Join(ticked, " "))
	}
	for _, o := range q.Options {
		switch chosen {
		case "+" + optionTag(q.Path, o.Name):
			return t.tickOnwards(q, withTick(ticked, o.Name))
		case "-" + optionTag(q.Path, o.Name):
			return t.tickOnwards(q, slices.DeleteFunc(ticked, func(n string) bool { return n == o.Name }))
		}
	}
	if chosen != "" {
		t.Say("engine.late")
		return t.Stay()
	}
	if numbers, ok := readNumbers(t.Words(), len(page)); ok {
		var names []string
		for _, n := range numbers {
			names = append(names, page[n-1].Name)
		}
		if len(names) > 1 && slices.ContainsFunc(names, func(n string) bool { return exclusive[strings.ToLower(n)] }) {
			return t.Again("questionnaire.tick_alone")
		}
		return s.walk.Answer(q.Path, strings.Join(names, " "))
	}
	if o := optionTyped(q.Options, t.Words()); o != nil {
		return t.tickOnwards(q, withTick(ticked, o.Name))
	}
	return &form.Refusal{Code: form.RefusedChoice}
}

// withTick is what is ticked when name is, too. A choice that goes with no other
// takes the place of all, and goes when another one is ticked.
func withTick(ticked []string, name string) []string {
	if exclusive[strings.ToLower(name)] {
		return []string{name}
	}
	ticked = slices.DeleteFunc(ticked, func(n string) bool { return n == name || exclusive[strings.ToLower(n)] })
	return append(ticked, name)
}

// tickOnwards shows the question with other ticks, in the message in which it stands.
// Its buttons stay those of the same question: one may be tapped before the last tap
// shows.
func (t *Turn) tickOnwards(q *form.Step, names []string) error {
	t.Set("ticked", tickNote{q.Path, names})
	t.token = t.conv.Prompt.Token
	return t.Stay()
}

// offerRanks shows the order so far and what is left to choose.
func (t *Turn) offerRanks(q *form.Step) {
	ranked := t.ranked(q)
	if len(ranked) > 0 {
		sofar := *q
		sofar.Answer = form.Answer{State: form.Answered, Value: strings.Join(ranked, " ")}
		t.SayText(t.answerText(&sofar))
	}
	long := longestLabel(q.Options) > mostLabel
	if long {
		t.sayListed(q.Options)
	}
	taken := map[string]bool{}
	for i, o := range q.Options {
		if slices.Contains(ranked, o.Name) {
			continue
		}
		label := unlike(taken, o.Label)
		if long {
			label = cut(o.Label, mostLabel-4)
			label = unlike(taken, strconv.Itoa(i+1)+" "+label)
		}
		t.OfferInline(PickText("+"+optionTag(q.Path, o.Name), label))
	}
	if len(ranked) > 0 {
		t.OfferInline(Option{ID: "undo" + optionTag(q.Path, strings.Join(ranked, " ")), Label: "questionnaire.rank_undo"})
	}
}

// ranked are the choices that were put into an order so far.
func (t *Turn) ranked(q *form.Step) []string {
	var n tickNote
	if !t.Get("ticked", &n) || n.Path != q.Path {
		return nil
	}
	return slices.DeleteFunc(n.Names, func(name string) bool { return optionNamed(q.Options, name) == nil })
}

// takeFormRank takes the next choice of the order, the whole order in numbers, or
// takes the last one back. The last choice that is left follows by itself.
func takeFormRank(t *Turn, s *sheet, q *form.Step) error {
	ranked := t.ranked(q)
	if chosen := t.Chosen(); chosen != "" {
		if len(ranked) > 0 && chosen == "undo"+optionTag(q.Path, strings.Join(ranked, " ")) {
			return t.tickOnwards(q, ranked[:len(ranked)-1])
		}
		for _, o := range q.Options {
			if chosen == "+"+optionTag(q.Path, o.Name) {
				return rankOnwards(t, s, q, append(ranked, o.Name))
			}
		}
		t.Say("engine.late")
		return t.Stay()
	}
	numbers, ok := readNumbers(t.Words(), len(q.Options))
	if !ok || len(numbers) != len(q.Options) {
		if o := optionTyped(q.Options, t.Words()); o != nil && !slices.Contains(ranked, o.Name) {
			return rankOnwards(t, s, q, append(ranked, o.Name))
		}
		return &form.Refusal{Code: form.RefusedOrder}
	}
	var names []string
	for _, n := range numbers {
		names = append(names, q.Options[n-1].Name)
	}
	return s.walk.Answer(q.Path, strings.Join(names, " "))
}

func rankOnwards(t *Turn, s *sheet, q *form.Step, ranked []string) error {
	if len(ranked) < len(q.Options)-1 {
		return t.tickOnwards(q, ranked)
	}
	for _, o := range q.Options {
		if !slices.Contains(ranked, o.Name) {
			ranked = append(ranked, o.Name)
		}
	}
	return s.walk.Answer(q.Path, strings.Join(ranked, " "))
}
