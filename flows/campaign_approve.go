package flows

import (
	"strings"

	"chihai/locales"
	"chihai/store"
)

// campaignApprove asks somebody else whether a campaign may write to many.
func campaignApprove() *Flow {
	return &Flow{
		Name:  "campaign_approve",
		Title: "campaign.approve_title",
		Role:  store.Staff,
		Waits: true,
		Steps: []Step{
			{Name: "ask", Ask: askApproveCampaign, Take: takeApproveCampaign},
			{Name: "why", Ask: askRefuseCampaign, Take: takeRefuseCampaign, Free: true},
		},
	}
}

// askedCampaign is the campaign that she is asked about. It is nil when somebody
// else has decided meanwhile, or it is not hers to decide; the talk ends then.
func (t *Turn) askedCampaign() (*store.Campaign, error) {
	var n campaignNote
	t.Get("campaign_approve", &n)
	c, err := t.Campaign(n.Campaign)
	if isAny(err, store.ErrNotFound) || err == nil && c.State != store.CampaignAsked {
		t.Say("campaign.approve_over")
		return nil, t.End()
	}
	if err != nil {
		return nil, err
	}
	ok, err := t.mayApprove(t.Member, c.Scope)
	if err == nil && (!ok || c.By == t.Member.ID) {
		t.Say("campaign.approve_not_yours")
		return nil, t.End()
	}
	return c, err
}

func askApproveCampaign(t *Turn) error {
	c, err := t.askedCampaign()
	if err != nil || c == nil {
		return err
	}
	who := t.T("training.somebody")
	if m, err := t.Tx.Member(c.By); err == nil && m.Name != "" {
		who = m.Name
	} else if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	t.Say("campaign.approve_ask", "who", locales.Capital(who), "title", c.Title)
	if !t.Anew() {
		if err := t.previewCampaign(c); err != nil {
			return err
		}
	}
	facts, err := t.campaignFacts(c)
	if err != nil {
		return err
	}
	t.SayText(joined(facts))
	if c.Count != nil {
		t.SayText(t.T("broadcast.people", "n", c.Count.People))
	}
	t.Offer(Pick("yes", "campaign.approve_yes"), Pick("no", "broadcast.approve_no"))
	return nil
}

func takeApproveCampaign(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return nil
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	c, err := t.askedCampaign()
	if err != nil || c == nil {
		return err
	}
	c, err = t.ApproveCampaign(c.ID, t.Member.ID)
	switch {
	case isAny(err, store.ErrNoScope):
		t.Say("campaign.approve_no_scope")
		return t.End()
	case isAny(err, store.ErrCampaign):
		t.Say("campaign.approve_late")
		return t.End()
	case err != nil:
		return err
	}
	if err := t.Log(t.Member.ID, "approve campaign", c.ID); err != nil {
		return err
	}
	t.Say("campaign.approve_done")
	if err := t.tellCampaignMaker(c, "campaign.told_approved", ""); err != nil {
		return err
	}
	return t.End()
}

func askRefuseCampaign(t *Turn) error {
	c, err := t.askedCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("broadcast.refuse_why")
	t.Offer(Pick("none", "broadcast.refuse_none"))
	return nil
}

func takeRefuseCampaign(t *Turn) error {
	reason := cleanText(t.Words(), mostReason)
	if reason == "" && t.Chosen() != "none" {
		return t.Again("broadcast.refuse_why")
	}
	c, err := t.askedCampaign()
	if err != nil || c == nil {
		return err
	}
	if c, err = t.ReturnCampaign(c.ID); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "refuse campaign", c.ID); err != nil {
		return err
	}
	t.Say("campaign.refuse_done")
	told := "campaign.told_refused_why"
	if strings.TrimSpace(reason) == "" {
		told = "campaign.told_refused"
	}
	if err := t.tellCampaignMaker(c, told, reason); err != nil {
		return err
	}
	return t.End()
}

// tellCampaignMaker tells who made c what was decided.
func (t *Turn) tellCampaignMaker(c *store.Campaign, id, reason string) error {
	m, err := t.Tx.Member(c.By)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	return t.Tell(m, t.Now.AddDate(0, 0, 7), id, func(*locales.Printer) []any { return []any{"title", cut(c.Title, 80), "reason", reason} })
}
