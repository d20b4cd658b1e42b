package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"chihai/flows/form"
	"chihai/flows/form/tally"
	"chihai/store"
)

// campaignResults shows staff what was answered to a campaign, a question at a
// time: as a picture of bars, with the same in words. What would tell of fewer than
// five people is hidden by package tally, whoever asks.
func campaignResults() *Flow {
	return &Flow{
		Name: "campaign_results",
		Role: store.Staff,
		Steps: []Step{
			{Name: "question", Ask: askResultQuestion, Take: takeResultQuestion},
			{Name: "question_again", Ask: func(t *Turn) error { return t.Goto("question") }},
			{Name: "rows", Ask: askCrossRows, Take: takeCrossRows},
			{Name: "columns", Ask: askCrossColumns, Take: takeCrossColumns},
		},
		Hear: hearFigure,
	}
}

// FigureWork is work that is left outside the turn: counting answers and drawing
// them. Its Data is a [FigureAsk], what comes of it a [FigureResult].
const FigureWork = "figure"

// A FigureAsk says what of a campaign is to be counted: one question, or with
// Columns a cross table of two. [tally.Areas] stands for where people live.
type FigureAsk struct {
	Campaign string `json:"campaign"`
	Question string `json:"question"`
	Columns  string `json:"columns,omitzero"`
	Language string `json:"language"`
}

// A FigureResult is what may be said. Picture is the ID of a file; it is empty when
// there is nothing to draw. Lines are empty when the campaign is gone, or she may not
// see it any more.
type FigureResult struct {
	Lines   []string `json:"lines,omitzero"`
	Picture string   `json:"picture,omitzero"`
}

// resultPage is how many questions are offered at a time.
const resultPage = 8

// resultCampaign is the campaign whose results she looks at, with its form; nil when
// it is gone or not hers, which was said then.
func (t *Turn) resultCampaign() (*store.Campaign, *form.Form, error) {
	var id string
	t.Get(t.frame().Flow, &id)
	c, err := t.Campaign(id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	if err == nil {
		may, err := t.Holds(store.Staff, c.Area)
		if err != nil {
			return nil, nil, err
		}
		if may {
			logic, err := t.logic(c.Form, c.Version)
			if err != nil {
				return nil, nil, err
			}
			t.About(c.Title)
			return c, logic.Form(), nil
		}
	}
	t.Say("results.gone")
	return nil, nil, t.End()
}

// countable are the questions of f that figures can be made of, in their order.
func countable(f *form.Form) []*form.Question {
	var all []*form.Question
	for q := range f.Questions() {
		if q.Kind.Asked() {
			all = append(all, q)
		}
	}
	return all
}

func askResultQuestion(t *Turn) error {
	c, f, err := t.resultCampaign()
	if c == nil || err != nil {
		return err
	}
	t.Forget("rows")
	all := countable(f)
	first := min(t.Count("skip"), max(0, len(all)-1)) / resultPage * resultPage
	t.Say("results.which", "title", c.Title)
	for i, q := range all[first:min(first+resultPage, len(all))] {
		t.Offer(PickText(q.Name, t.questionLabel(f, q, first+i+1)))
	}
	if first > 0 {
		t.Offer(Pick("before", "training.list_before"))
	}
	if first+resultPage < len(all) {
		t.Offer(Pick("after", "training.list_after"))
	}
	t.Offer(Pick("cross", "results.cross"), Pick("file", "results.file"))
	return nil
}

// questionLabel is the number of a question with the beginning of its text.
func (t *Turn) questionLabel(f *form.Form, q *form.Question, number int) string {
	text := f.In(q.Label, t.Language)
	if text == "" {
		text = q.Name
	}
	return cut(fmt.Sprintf("%d. %s", number, cleanText(text, mostLabel)), mostLabel)
}

func takeResultQuestion(t *Turn) error {
	c, f, err := t.resultCampaign()
	if c == nil || err != nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "before":
		t.Set("skip", max(0, t.Count("skip")-resultPage))
		return t.Stay()
	case "after":
		t.Set("skip", t.Count("skip")+resultPage)
		return t.Stay()
	case "cross":
		return t.Goto("rows")
	case "file":
		return t.Call("campaign_file", c.ID)
	default:
		if !slices.ContainsFunc(countable(f), func(q *form.Question) bool { return q.Name == id }) {
			return t.Again("engine.unclear")
		}
		return t.count(c, id, "")
	}
}

// count leaves the counting and stays at the list.
func (t *Turn) count(c *store.Campaign, question, columns string) error {
	t.Say("results.wait")
	if err := t.TaskOnce(FigureWork, FigureAsk{Campaign: c.ID, Question: question, Columns: columns, Language: t.Language}); err != nil {
		return err
	}
	if columns == "" {
		return t.Stand()
	}
	return t.Goto("question")
}

func askCrossRows(t *Turn) error { return t.askCrossed(true) }

func takeCrossRows(t *Turn) error {
	ok, err := t.takeCrossed(true)
	if !ok || err != nil {
		return err
	}
	t.Set("rows", t.Chosen())
	return t.Next()
}

func askCrossColumns(t *Turn) error { return t.askCrossed(false) }

func takeCrossColumns(t *Turn) error {
	ok, err := t.takeCrossed(false)
	if !ok || err != nil {
		return err
	}
	c, _, err := t.resultCampaign()
	if c == nil || err != nil {
		return err
	}
	return t.count(c, t.Note("rows"), t.Chosen())
}

// crossed are the names of what may stand in the rows or the columns of a cross
// table, and how many there are before the page that is shown.
func (t *Turn) crossed(asRows bool) (c *store.Campaign, f *form.Form, names []string, err error) {
	c, f, err = t.resultCampaign()
	if c == nil || err != nil {
		return nil, nil, nil, err
	}
	counts, err := tally.New(f)
	if err != nil {
		return nil, nil, nil, err
	}
	if asRows && c.Mode != store.Anonymous {
		names = append(names, tally.Areas)
	}
	for _, q := range countable(f) {
		if counts.Crossable(q.Name, asRows) && (asRows || q.Name != t.Note("rows")) {
			names = append(names, q.Name)
		}
	}
	return c, f, names, nil
}

func (t *Turn) askCrossed(asRows bool) error {
	c, f, names, err := t.crossed(asRows)
	if c == nil || err != nil {
		return err
	}
	if len(names) == 0 {
		t.Say("results.cross_none")
		return t.Goto("question")
	}
	if asRows {
		t.Say("results.cross_rows")
	} else {
		t.Say("results.cross_columns")
	}
	skip := "skip_columns"
	if asRows {
		skip = "skip_rows"
	}
	all := countable(f)
	first := min(t.Count(skip), len(names)-1) / resultPage * resultPage
	for _, name := range names[first:min(first+resultPage, len(names))] {
		if name == tally.Areas {
			t.Offer(Option{ID: name, Label: "figure.areas", Wide: true})
			continue
		}
		i := slices.IndexFunc(all, func(q *form.Question) bool { return q.Name == name })
		t.Offer(PickText(name, t.questionLabel(f, all[i], i+1)))
	}
	if first > 0 {
		t.Offer(Pick("/before", "training.list_before"))
	}
	if first+resultPage < len(names) {
		t.Offer(Pick("/after", "training.list_after"))
	}
	return nil
}

// takeCrossed says whether she chose one of them.
func (t *Turn) takeCrossed(asRows bool) (bool, error) {
	c, _, names, err := t.crossed(asRows)
	if c == nil || err != nil {
		return false, err
	}
	skip := "skip_columns"
	if asRows {
		skip = "skip_rows"
	}
	switch id := t.Chosen(); {
	case id == "/before":
		t.Set(skip, max(0, t.Count(skip)-resultPage))
		return false, t.Stay()
	case id == "/after":
		t.Set(skip, t.Count(skip)+resultPage)
		return false, t.Stay()
	case !slices.Contains(names, id):
		return false, t.Again("engine.unclear")
	}
	return true, nil
}

// hearFigure shows what was counted.
func hearFigure(t *Turn) error {
	var work FigureAsk
	var made FigureResult
	o, err := t.outcome(&work, &made)
	if err != nil {
		return err
	}
	may := false
	if c, err := t.Campaign(work.Campaign); err == nil {
		if may, err = t.Holds(store.Staff, c.Area); err != nil {
			return err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	switch {
	case !may || t.Relay != nil || t.Contact.Speaker != t.Member.ID: // nobody hears it in her stead
		if made.Picture != "" {
			return t.DeleteFile(made.Picture)
		}
	case o.Error != "":
		t.Say("results.failed")
	case len(made.Lines) == 0:
		t.Say("results.gone")
	case made.Picture == "":
		t.SayText(strings.Join(made.Lines, "\n"))
	default:
		t.SayFile(made.Picture, "results.picture", "text", strings.Join(made.Lines, "\n"))
	}
	return nil
}
