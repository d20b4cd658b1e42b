package flows

import (
	"slices"
	"strings"

	"chihai/flows/form"
	"chihai/store"
)

// This file decides how much is known of who answers. There is no silent default:
// it is the one thing that can never be changed afterwards. Anonymous stands first,
// because answers about one's own life and about offices are franker then.

func askCampaignMode(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("campaign.mode_ask")
	t.Offer(Option{ID: string(store.Anonymous), Label: "campaign.mode_anonymous", Wide: true},
		Option{ID: string(store.Pseudonymous), Label: "campaign.mode_pseudonymous", Wide: true},
		Option{ID: string(store.Named), Label: "campaign.mode_named", Wide: true})
	return nil
}

func takeCampaignMode(t *Turn) error {
	mode := store.Anonymity(t.Chosen())
	switch mode {
	case store.Named, store.Pseudonymous, store.Anonymous:
	default:
		return t.Again("engine.unclear")
	}
	if mode == store.Anonymous {
		c, err := t.draftCampaign()
		if err != nil || c == nil {
			return err
		}
		against, err := t.againstAnonymous(c)
		if err != nil {
			return err
		}
		if len(against) > 0 {
			t.Say("campaign.mode_refused", "questions", strings.Join(against, "\n"))
			return t.Stay()
		}
	}
	c, err := t.recast(func(c *store.Campaign) { c.Mode = mode })
	if err != nil || c == nil {
		return err
	}
	t.Forget("previewed")
	if mode == store.Anonymous {
		return t.Goto("rest")
	}
	t.Set("checked", 1)
	return t.Goto("count")
}

// campaignForm is the form that c asks.
func (t *Turn) campaignForm(c *store.Campaign) (*form.Form, error) {
	v, err := t.FormVersion(c.Form, c.Version)
	if err != nil {
		return nil, err
	}
	raw, err := t.FormContent(v)
	if err != nil {
		return nil, err
	}
	return form.Decode(raw)
}

// mostAgainst is how many questions are named that stand against something.
const mostAgainst = 10

// telling are the kinds of question whose answer is the person: her face, her voice,
// where she stands, what her telephone is.
var telling = []form.Kind{form.Image, form.Audio, form.Video, form.File, form.Point, form.Trace, form.Shape, form.Device, form.Background, form.Audit}

// againstAnonymous names the questions for which the form of c cannot be asked
// anonymously.
func (t *Turn) againstAnonymous(c *store.Campaign) ([]string, error) {
	f, err := t.campaignForm(c)
	if err != nil {
		return nil, err
	}
	var against []string
	for q := range f.Questions() {
		if !slices.Contains(telling, q.Kind) {
			continue
		}
		if len(against) == mostAgainst {
			against = append(against, "…")
			break
		}
		name := f.In(q.Label, t.Language)
		if name == "" {
			name = q.Name
		}
		against = append(against, "• "+cut(strings.Join(strings.Fields(name), " "), 80))
	}
	return against, nil
}

// askCampaignRest says what else might tell who answers, and asks what becomes of
// the last few answers: that is told to people before they answer.
func askCampaignRest(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	f, err := t.campaignForm(c)
	if err != nil {
		return err
	}
	if found := form.LintAnonymous(f); len(found) > 0 {
		t.Say("campaign.mode_tells", "lines", joined(form.Lines(found, t.Printer)))
	}
	t.Say("campaign.rest_ask", "n", store.LotSize)
	t.Offer(Option{ID: "keep", Label: "campaign.rest_keep", Wide: true}, Option{ID: "destroy", Label: "campaign.rest_destroy", Wide: true})
	return nil
}

func takeCampaignRest(t *Turn) error {
	keep := t.Chosen() == "keep"
	if !keep && t.Chosen() != "destroy" {
		return t.Again("engine.unclear")
	}
	c, err := t.recast(func(c *store.Campaign) { c.KeepRest = keep })
	if err != nil || c == nil {
		return err
	}
	t.Set("checked", 1)
	return t.Goto("count")
}
