package flows

import (
	"errors"
	"strings"

	"chihai/store"
)

// questionnaires lists what she is asked: what she was invited to, what she has begun,
// and what she has sent and may still change. A code that is typed here opens the
// questionnaire that has it.
func questionnaires() *Flow {
	return &Flow{
		Name:     "questionnaires",
		Triggers: []string{"command.questionnaires", "menu.questionnaires"},
		Steps:    []Step{{Name: "which", Ask: askQuestionnaires, Take: takeQuestionnaire}},
	}
}

// mostQuestionnaires is how many are listed at most.
const mostQuestionnaires = 10

func askQuestionnaires(t *Turn) error {
	var lines []string
	taken := map[string]bool{}
	for c, err := range t.LiveCampaigns() {
		if err != nil {
			return err
		}
		line, err := t.campaignForHer(c)
		if err != nil {
			return err
		}
		if line == "" {
			continue
		}
		lines = append(lines, "• "+line)
		t.Offer(PickText(c.ID, unlike(taken, t.apart(c.Title))))
		if len(lines) == mostQuestionnaires {
			break
		}
	}
	if len(lines) == 0 {
		t.Say("questionnaire.none")
		return nil
	}
	t.Say("questionnaire.list")
	t.SayText(strings.Join(lines, "\n"))
	return nil
}

// campaignForHer is how far she is with a campaign, in a line; empty: she has nothing
// to do with it, or nothing any more.
func (t *Turn) campaignForHer(c *store.Campaign) (string, error) {
	if !c.Takes(t.Now) {
		return "", nil
	}
	p, err := t.participated(c)
	if err != nil {
		return "", err
	}
	until := t.lastMoment(c)
	d, err := t.ownDraft(p)
	if err != nil {
		return "", err
	}
	switch {
	case p == nil || d == nil && p.Draft != "":
		invited := *c
		invited.Open = false // the link alone is no invitation
		may, err := t.MayAnswer(&invited, t.Member.ID)
		if err != nil || !may {
			return "", err
		}
		return t.T("questionnaire.line_new", "title", c.Title, "until", until), nil
	case d != nil:
		return t.T("questionnaire.line_begun", "title", c.Title, "i", d.Number, "n", d.Of, "until", until), nil
	case p.State == store.PartSent && c.Mode != store.Anonymous:
		return t.T("questionnaire.line_sent", "title", c.Title, "until", until), nil
	}
	return "", nil
}

func takeQuestionnaire(t *Turn) error {
	if id := t.Chosen(); id != "" {
		return t.Start("form_answer", id)
	}
	c, err := t.campaignTyped(t.Words())
	if err != nil {
		return err
	}
	if c == nil {
		return t.Again("questionnaire.code_again")
	}
	return t.Start("form_answer", c.ID)
}

// codeLetters is how long the code of a campaign is.
const codeLetters = 6

// campaignTyped is the campaign whose code was typed; nil: the text is none.
func (t *Turn) campaignTyped(text string) (*store.Campaign, error) {
	if code := store.ReadCode(text); len(code) != codeLetters {
		return nil, nil
	}
	c, err := t.CampaignByCode(text)
	if errors.Is(err, store.ErrNotFound) || err == nil && unpublished(c) {
		return nil, nil
	}
	return c, err
}
