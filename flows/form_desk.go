package flows

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"chihai/flows/form"
	"chihai/flows/form/xpath"
	"chihai/store"
)

// A desk is a place at which a questionnaire is answered: for oneself, for somebody
// else, or only to see what it is like. The questions are asked in the same way at
// all of them: by steps that a flow of one of them ends with.
//
// Which question comes next the form says, not the order of the steps: there is a
// step for each way of answering, and each of them hands over to the one that fits
// what is asked.
type desk struct {
	open func(*Turn) (*sheet, error)         // nil: the talk goes on elsewhere
	keep func(*Turn, *sheet, []byte) error   // keeps the response, as package form encodes it
	send func(*Turn, *sheet) error           // hands in what is complete
	hear func(*Turn, string) (string, error) // the reference of a file that was fetched, to be kept as an answer; nil: none are taken
	mark string                              // locale id of what stands before each question; empty: nothing
}

// A sheet is a questionnaire as it is answered in one turn.
type sheet struct {
	campaign *store.Campaign  // nil: it is only looked at
	draft    *store.Answering // nil: as above
	logic    *form.Logic
	walk     *form.Walk
	before   []byte // the response as it was kept last
}

// The steps at which questions are asked. They are kept: they never change.
const (
	deskGo     = "go"     // asks nothing: finds out what comes next
	deskChoose = "choose" // one of some choices
	deskFind   = "find"   // one of many choices, by typing
	deskScale  = "scale"  // one of a few, row by row, in the same message
	deskTick   = "tick"   // several choices
	deskRank   = "rank"   // all choices in an order
	deskWrite  = "write"  // a text, a number, a day
	deskFile   = "file"
	deskFetch  = "fetch" // waits until a file is there
	deskPlace  = "place"
	deskMore   = "more" // whether there is another instance
	deskRemove = "remove"
	deskSure   = "remove_sure"
	deskReview = "review"
	deskChange = "change" // which answer to change
)

// steps are those of the questions, with which a flow ends.
func (d *desk) steps() []Step {
	return []Step{
		{Name: deskGo, Ask: d.ask(deskGo)},
		{Name: deskChoose, Ask: d.ask(deskChoose), Take: d.take(takeFormChoice)},
		{Name: deskFind, Ask: d.ask(deskFind), Take: d.take(takeFormFind), Free: true},
		{Name: deskScale, Ask: d.ask(deskScale), Take: d.take(takeFormChoice)},
		{Name: deskTick, Ask: d.ask(deskTick), Take: d.take(takeFormTick)},
		{Name: deskRank, Ask: d.ask(deskRank), Take: d.take(takeFormRank)},
		{Name: deskWrite, Ask: d.ask(deskWrite), Take: d.take(takeFormWords), Free: true, Hears: []Kind{File, Location, Contact}},
		{Name: deskFile, Ask: d.ask(deskFile), Take: d.take(d.takeFile), Free: true, Hears: []Kind{File, Location, Contact}},
		{Name: deskFetch, Ask: d.askFetch, Take: d.takeFetch, Hears: []Kind{File}},
		{Name: deskPlace, Ask: d.ask(deskPlace), Take: d.take(takeFormPlace), Free: true, Hears: []Kind{File, Location, Contact}},
		{Name: deskMore, Ask: d.ask(deskMore), Take: d.take(takeFormMore)},
		{Name: deskRemove, Ask: d.askRemove, Take: d.takeRemove},
		{Name: deskSure, Ask: d.askSure, Take: d.takeSure},
		{Name: deskReview, Ask: d.ask(deskReview), Take: d.takeReview},
		{Name: deskChange, Ask: d.askChange, Take: d.takeChange, Free: true},
	}
}

// sheetOf takes up a response to a version of a form for this turn, in the newest
// words of this version.
func (t *Turn) sheetOf(id string, version int, answers []byte) (*sheet, error) {
	version, err := t.WordedVersion(id, version)
	if err != nil {
		return nil, err
	}
	return t.sheetIn(id, version, answers)
}

// sheetIn is sheetOf in the words of that very version.
func (t *Turn) sheetIn(id string, version int, answers []byte) (*sheet, error) {
	l, err := t.logic(id, version)
	if err != nil {
		return nil, err
	}
	r, err := form.DecodeResponse(answers)
	if err != nil {
		return nil, err
	}
	t.sheet = &sheet{logic: l, walk: l.Walk(r, t.formSetting()), before: answers}
	return t.sheet, nil
}

// formSetting is what a form may know of this turn.
func (t *Turn) formSetting() form.Setting {
	return form.Setting{Clock: xpath.Clock{Now: t.Now, Zone: t.engine.opt.Zone}, Language: t.Language}
}

// formSeed is a number by chance, for what a form leaves to chance.
func (t *Turn) formSeed() uint64 {
	h := fnv.New64a()
	h.Write([]byte(t.NewCode(12)))
	return h.Sum64()
}

// questionTag stands for a question in the ids of its choices, so that a button of
// an earlier one answers nothing else.
func questionTag(path string) string {
	h := fnv.New32a()
	h.Write([]byte(path))
	return fmt.Sprintf("%08x", h.Sum32())
}

// optionTag stands for a choice of a question. Choices have names of any length,
// and the id of a button is short.
func optionTag(path, name string) string {
	h := fnv.New64a()
	h.Write([]byte(path + "\x00" + name))
	return fmt.Sprintf("%016x", h.Sum64())
}

// ask asks what comes next if it belongs to the step, and hands over to the step to
// which it does otherwise.
func (d *desk) ask(step string) func(*Turn) error {
	return func(t *Turn) error {
		s, err := d.opened(t)
		if err != nil || s == nil {
			return err
		}
		q, ok := t.sayNotes(s)
		where := deskReview
		if ok {
			where = stepOf(s, &q)
		}
		if where != step {
			return t.Goto(where)
		}
		f := t.frame()
		f.Trail = slices.DeleteFunc(f.Trail, func(v store.Visit) bool { return v.In == nil && d.has(v.Step) })
		if d.mark != "" {
			t.Say(d.mark)
		}
		if ok {
			t.Set("path", q.Path)
			t.sayQuestion(s, &q)
		} else {
			t.sayReview(s)
		}
		return d.keepSheet(t, s, &q)
	}
}

// has says whether a step is one of the desk's.
func (d *desk) has(step string) bool {
	switch step {
	case deskGo, deskChoose, deskFind, deskScale, deskTick, deskRank, deskWrite, deskFile, deskFetch, deskPlace, deskMore, deskRemove, deskSure, deskReview, deskChange:
		return true
	}
	return false
}

// opened is the sheet of this turn.
func (d *desk) opened(t *Turn) (*sheet, error) {
	if t.sheet != nil {
		return t.sheet, nil
	}
	return d.open(t)
}

// keepSheet keeps the response if it has changed. q is what is asked now.
func (d *desk) keepSheet(t *Turn, s *sheet, q *form.Step) error {
	data, err := form.EncodeResponse(s.walk.Response())
	if err != nil {
		return err
	}
	at := ""
	if q.Question != nil {
		at = q.Question.Name
	} else if q.Group != nil {
		at = q.Group.Name
	}
	if dr := s.draft; dr != nil {
		same := dr.At == at && dr.Language == t.Language
		channel, _, _ := strings.Cut(t.Contact.Channel, ":")
		if same && dr.Channel == channel && bytes.Equal(data, s.before) {
			return nil
		}
		dr.At, dr.Number, dr.Of, dr.Language, dr.Channel = at, q.Number, q.Of, t.Language, channel
	}
	s.before = data
	return d.keep(t, s, data)
}

// take hears the answer to the question that was asked, and has read make of it what
// the form is to be told.
func (d *desk) take(read func(*Turn, *sheet, *form.Step) error) func(*Turn) error {
	return func(t *Turn) error {
		s, err := d.opened(t)
		if err != nil || s == nil {
			return err
		}
		q, ok := s.walk.Next()
		if !ok || q.Path != t.Note("path") { // it is asked no more, or not now
			return t.Goto(deskGo)
		}
		tag := questionTag(q.Path)
		switch chosen := t.Chosen(); {
		case chosen == "keep"+tag && q.Answer.State == form.Answered:
			err = s.walk.Answer(q.Path, q.Answer.Value)
		case chosen == "skip"+tag, q.Kind == form.Ask && t.passes("questionnaire.skip", &q):
			err = s.walk.Skip(q.Path)
		case q.Kind == form.Ask && t.passes("questionnaire.decline", &q):
			err = s.walk.Decline(q.Path)
		default:
			err = read(t, s, &q)
		}
		var refusal *form.Refusal
		switch {
		case errors.As(err, &refusal):
			return t.refusedAnswer(&q, refusal)
		case err != nil || t.move.kind != none:
			return err
		}
		if long, err := tooLong(s); err != nil {
			return err
		} else if long {
			t.sheet = nil // as it was kept: without this answer
			return t.Again("questionnaire.too_long")
		}
		for _, name := range []string{"ticked", "find", "skip"} {
			t.Forget(name)
		}
		if p := t.conv.Prompt; p != nil && p.Inline && t.chosen != "" && t.frame().Step == deskScale {
			if next, ok := s.walk.Next(); ok && stepOf(s, &next) == deskScale {
				t.edit = p.Message // the next row stands in the same message
			}
		}
		return t.Goto(deskGo)
	}
}

// tooLong says whether the response has become longer than can be kept. One answer
// makes it longer by far less than half of that.
func tooLong(s *sheet) (bool, error) {
	if len(s.before) < store.MaxAnswers/2 {
		return false, nil
	}
	data, err := form.EncodeResponse(s.walk.Response())
	return len(data) > store.MaxAnswers, err
}

// passes says whether she typed the words for passing a question over. At a text a
// single word may be her answer.
func (t *Turn) passes(id string, q *form.Step) bool {
	if q.Question.Kind == form.TextAnswer && !strings.Contains(t.Words(), " ") {
		return false
	}
	return t.meant(id)
}

// back goes back to the question before, within the steps of the desk.
func (d *desk) back(t *Turn) (bool, error) {
	switch step := t.frame().Step; {
	case !d.has(step):
		return false, nil
	case step == deskChange || step == deskRemove || step == deskSure || step == deskFetch:
		return true, t.Goto(deskGo)
	}
	s, err := d.opened(t)
	if err != nil || s == nil {
		return true, err
	}
	for _, name := range []string{"ticked", "find", "skip", "page"} {
		t.Forget(name)
	}
	for s.walk.Back() {
		if q, ok := s.walk.Next(); ok && !empty(&q) {
			return true, t.Goto(deskGo)
		}
	}
	return false, nil
}

// empty says whether nothing is offered at a question with choices: it is passed
// over by itself.
func empty(q *form.Step) bool {
	return q.Kind == form.Ask && q.Question.Kind.Selects() && len(q.Options) == 0
}

// stepOf is the step at which something is asked.
func stepOf(s *sheet, q *form.Step) string {
	if q.Kind == form.More {
		return deskMore
	}
	switch q.Question.Kind {
	case form.SelectOne, form.SelectExternal:
		switch {
		case len(q.Options) > mostOffered:
			return deskFind
		case len(q.Options) <= mostScale && (q.Question.Has("likert") || q.Question.Has("list-nolabel") || inTable(s, q)):
			return deskScale
		}
		return deskChoose
	case form.Acknowledge:
		return deskChoose
	case form.SelectMultiple:
		return deskTick
	case form.Rank:
		return deskRank
	case form.Image, form.Audio, form.Video, form.File:
		return deskFile
	case form.Point:
		return deskPlace
	}
	return deskWrite
}

// inTable says whether a question is a row of a table.
func inTable(s *sheet, q *form.Step) bool {
	if strings.IndexByte(q.Path, '/') < 0 {
		return false
	}
	for it, around := range s.logic.Form().All() {
		if it.Question == q.Question && len(around) > 0 {
			return slices.Contains(strings.Fields(around[len(around)-1].Body().Appearance), "table-list")
		}
	}
	return false
}
