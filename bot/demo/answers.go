package demo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"chihai/flows/form"
	"chihai/flows/form/xpath"
	"chihai/store"
)

// answered is how many sheets of paper the staff of the sample have entered: as
// many as citizens answered in the meetings of the real report.
const answered = 200

// addQuestionnaire uploads the questionnaire, publishes it for whoever has the link,
// without names, and enters the answers of made-up women. Nobody has answered like
// this: the answers are drawn by lot, the first ones of a list more often.
func addQuestionnaire(tx *store.Tx, now time.Time, by *store.Member) error {
	seen := form.Examine(QuestionnaireName, Questionnaire())
	if seen.Form == nil || form.Broken(seen.Findings) {
		return errors.New("the questionnaire cannot be used")
	}
	content, err := form.Encode(seen.Form)
	if err != nil {
		return err
	}
	f := &store.Form{Name: seen.Form.ID, Area: Top, By: by.ID}
	v := &store.FormVersion{
		Title: seen.Form.Title, Version: seen.Form.Version, By: by.ID, Spoken: []string{"vi", "km"},
		Shortest: seen.Extent.Shortest, Longest: seen.Extent.Longest, Expected: int(seen.Extent.Expected + 0.5), Seconds: int(seen.Extent.Time.Seconds()),
	}
	file := store.File{Name: QuestionnaireName, Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	if err := tx.AddForm(f, v, file, Questionnaire(), content); err != nil {
		return err
	}
	c := &store.Campaign{
		Form: f.ID, Version: 1, Title: v.Title, By: by.ID, Area: Top, Mode: store.Anonymous, KeepRest: true,
		Open: true, Until: now.AddDate(0, 0, 21), Scope: store.Scope{Areas: []string{Top}},
	}
	if err := tx.AddCampaign(c); err != nil {
		return err
	}
	if c, err = tx.PublishCampaign(c.ID, c.Revision); err != nil {
		return err
	}
	logic, err := form.NewLogic(seen.Form)
	if err != nil {
		return err
	}
	lot := rand.New(rand.NewPCG(36, 18)) // #nosec G404 -- a sample, the same each time
	for i := range answered {
		r, err := answer(logic, lot, now)
		if err != nil {
			return fmt.Errorf("sheet %d: %w", i+1, err)
		}
		raw, err := form.EncodeResponse(logic.Anonymous(r))
		if err != nil {
			return err
		}
		d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, By: by.ID, How: store.FromPaper, Language: "vi", Answers: raw})
		if err != nil {
			return err
		}
		if _, err := tx.SendAnswers(d, raw, raw); err != nil {
			return err
		}
	}
	return nil
}

// answer answers all that one woman is asked.
func answer(logic *form.Logic, lot *rand.Rand, now time.Time) (*form.Response, error) {
	s := form.Setting{Clock: xpath.Clock{Now: now, Zone: now.Location()}, Language: "vi"}
	w := logic.Walk(logic.Begin(now, lot.Uint64(), nil), s)
	for tries := 0; ; tries++ {
		step, more := w.Next()
		if !more {
			break
		}
		if tries == 500 {
			return nil, fmt.Errorf("question %s takes no answer", step.Path)
		}
		switch step.Kind {
		case form.Ask:
			value := drawn(step, lot, now)
			var err error
			if value == "" && !step.Required {
				err = w.Skip(step.Path)
			} else {
				err = w.Answer(step.Path, value)
			}
			if _, refused := errors.AsType[*form.Refusal](err); err != nil && !refused {
				return nil, err
			}
		case form.More:
			if err := w.Done(step.Path); err != nil {
				return nil, err
			}
		default:
			w.Pass(step.Path)
		}
	}
	if err := w.Finish(); err != nil {
		return nil, err
	}
	return w.Response(), nil
}

// drawn is an answer by lot; "" is none.
func drawn(step form.Step, lot *rand.Rand, now time.Time) string {
	if !step.Required && lot.IntN(20) == 0 {
		return ""
	}
	first := func() string { // the first ones are likelier
		n := len(step.Options)
		return step.Options[min(lot.IntN(n), lot.IntN(n))].Name
	}
	switch q := step.Question; {
	case q.Kind == form.Acknowledge:
		return "OK"
	case len(step.Options) > 0 && q.Kind == form.SelectMultiple:
		names := first()
		for _, o := range step.Options[:len(step.Options)-1] { // the last one excludes the others
			if o.Name != names && names != step.Options[len(step.Options)-1].Name && lot.IntN(4) == 0 {
				names += " " + o.Name
			}
		}
		return names
	case len(step.Options) > 0:
		return first()
	case q.Kind == form.Integer || q.Kind == form.Range:
		return strconv.Itoa(min(lot.IntN(35), 1+lot.IntN(3)))
	case q.Kind == form.Date:
		return now.AddDate(0, 0, -30-lot.IntN(900)).Format(time.DateOnly)
	case q.Kind == form.TextAnswer && lot.IntN(5) == 0:
		return []string{"Mong có nhà trẻ gần nơi làm việc.", "Cần báo sớm về chế độ thai sản.", "Xin cho nghỉ bù khi con ốm."}[lot.IntN(3)]
	}
	return ""
}
