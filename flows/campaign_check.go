package flows

import (
	"slices"

	"chihai/store"
)

// This file shows a campaign before it begins, exactly as it will be, and has it
// begin, or somebody else look at it first.

// askCampaign shows the draft. What cannot be published as it is can only be changed.
func askCampaign(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	if c.Audience.Op != "" && c.Count == nil || c.Mode == "" {
		return t.Goto("count")
	}
	t.Set("checked", 1)
	t.Set("revision", c.Revision)
	against, err := t.againstPublishing(c)
	if err != nil {
		return err
	}
	if against != "" {
		t.SayText(against)
		t.Offer(Pick("fix", "broadcast.fix"))
		return nil
	}
	if c.Audience.Op != "" && t.Count("previewed") == 0 { // once is enough, until the words are changed
		t.Set("previewed", 1)
		if err := t.previewCampaign(c); err != nil {
			return err
		}
	}
	t.Say("campaign.check", "title", c.Title)
	facts, err := t.campaignFacts(c)
	if err != nil {
		return err
	}
	t.SayText(joined(facts))
	if err := t.sayLanguages(c); err != nil {
		return err
	}
	if c.Count != nil {
		night, err := t.night()
		if err != nil {
			return err
		}
		begin := t.Now
		if c.Since.After(begin) {
			begin = c.Since
		}
		t.sayCount(t.invitation(c), night, night.Awake(begin))
		if c.Count.People > t.engine.opt.Alone {
			t.Say("campaign.needs_approval", "n", t.engine.opt.Alone)
		}
	}
	t.Offer(Option{ID: "publish", Label: "campaign.publish", Wide: true}, Pick("fix", "broadcast.fix"))
	return nil
}

func takeCampaign(t *Turn) error {
	switch t.Chosen() {
	case "publish":
		return t.Goto("sure")
	case "fix":
		return t.Goto("fix")
	}
	return t.Again("engine.unclear")
}

// invitation is the broadcast by which c invites, as it is shown before it is sent.
func (t *Turn) invitation(c *store.Campaign) *store.Broadcast {
	return &store.Broadcast{By: c.By, Text: c.Invite, Campaign: c.ID, Title: c.Title, Audience: c.Audience, Scope: c.Scope, Count: c.Count}
}

// previewCampaign shows the invitation in her own chat as those will see it who are
// invited.
func (t *Turn) previewCampaign(c *store.Campaign) error { return t.preview(t.invitation(c), nil) }

// againstPublishing says what stands against publishing c; empty: nothing does.
func (t *Turn) againstPublishing(c *store.Campaign) (string, error) {
	invites := c.Audience.Op != ""
	switch {
	case t.endFault(c.Until, c.Since) != "":
		return t.T("campaign.against_window"), nil
	case !invites && !c.Open:
		return t.T("campaign.against_nobody"), nil
	case invites && c.Count.People == 0 && !c.Open:
		return t.T("campaign.against_empty"), nil
	case invites && c.Mode == store.Anonymous && !c.Open && c.Count.People < store.LotSize:
		return t.T("campaign.against_few", "n", c.Count.People, "least", store.LotSize), nil
	case invites && c.Count.Nameless > 0 && (uses(&store.Broadcast{Text: c.Invite}, NameVariable) || uses(&store.Broadcast{Text: c.Remind}, NameVariable)):
		return t.T("campaign.against_nameless", "n", c.Count.Nameless, "name", "{ten}"), nil
	case c.Mode == store.Anonymous:
		against, err := t.againstAnonymous(c) // the form may have another version by now
		if err != nil || len(against) == 0 {
			return "", err
		}
		return t.T("campaign.mode_refused", "questions", joined(against)), nil
	}
	return "", nil
}

// sayLanguages warns of a language of the Union that the form is not written in:
// whoever reads that alone is asked in Vietnamese.
func (t *Turn) sayLanguages(c *store.Campaign) error {
	v, err := t.FormVersion(c.Form, c.Version)
	if err != nil {
		return err
	}
	if len(v.Spoken) > 0 && !slices.Contains(v.Spoken, "km") || len(v.Spoken) == 0 {
		t.Say("campaign.no_khmer")
	}
	return nil
}

func askPublishCampaign(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	if t.Count("revision") != c.Revision {
		t.Say("campaign.changed_meanwhile")
		return t.Goto("count")
	}
	switch {
	case c.Audience.Op == "" && c.Since.After(t.Now):
		t.Say("campaign.sure_link_at", "time", t.moment(c.Since))
	case c.Audience.Op == "":
		t.Say("campaign.sure_link")
	case c.Since.After(t.Now):
		t.Say("campaign.sure_at", "n", c.Count.People, "time", t.moment(c.Since))
	default:
		t.Say("campaign.sure_now", "n", c.Count.People)
		night, err := t.night()
		if err != nil {
			return err
		}
		if morning := night.Awake(t.Now); morning.After(t.Now) {
			t.Say("campaign.sure_night", "time", t.moment(morning))
		}
	}
	t.Say("campaign.sure_" + string(c.Mode))
	yes := "campaign.publish_yes"
	if t.needsApproval(c) {
		yes = "broadcast.yes_approve"
	}
	t.Offer(Option{ID: "yes", Label: yes, Wide: true}, Pick("no", "campaign.publish_no"))
	return nil
}

// needsApproval says whether somebody else has to agree that c writes to so many.
func (t *Turn) needsApproval(c *store.Campaign) bool {
	return c.Count != nil && c.Count.People > t.engine.opt.Alone
}

func takePublishCampaign(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Goto("check")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	if t.Count("revision") != c.Revision {
		t.Say("campaign.changed_meanwhile")
		return t.Goto("count")
	}
	if against, err := t.againstPublishing(c); err != nil || against != "" {
		t.SayText(against)
		return t.Goto("fix")
	}
	scope, err := t.broadcastScope(c.Audience) // a role may have changed since she began
	if err != nil {
		return err
	}
	count, approve := c.Count, t.needsApproval(c)
	var others []*store.Member
	if approve {
		if others, err = t.approvers(scope); err != nil {
			return err
		}
		if len(others) == 0 {
			t.Say("broadcast.no_approver")
			return t.Goto("check")
		}
	}
	c, err = t.ChangeCampaign(c.ID, c.Revision, func(c *store.Campaign) {
		c.By, c.Scope, c.Count = t.Member.ID, scope, count
		if !c.Since.After(t.Now) {
			c.Since = t.Now
		}
	})
	if err != nil {
		return err
	}
	if approve {
		c, err = t.AskCampaign(c.ID, c.Revision)
	} else {
		c, err = t.PublishCampaign(c.ID, c.Revision)
	}
	if said, err := t.saidCampaignError(err); said || err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "publish campaign", c.ID); err != nil {
		return err
	}
	for _, m := range others {
		t.Ask(m, "campaign_approve", campaignNote{Campaign: c.ID})
	}
	switch c.State {
	case store.CampaignAsked:
		t.Say("campaign.asked_done")
	case store.CampaignPlanned:
		t.Say("campaign.planned_done", "time", t.moment(c.Since))
	default:
		t.Say("campaign.published_done")
	}
	return t.Start(store.CampaignFlow, campaignNote{Campaign: c.ID})
}

// saidCampaignError says in words why a campaign could not be published, and leads to
// where that is mended. Other errors it returns.
func (t *Turn) saidCampaignError(err error) (bool, error) {
	id, step := "", "fix"
	switch {
	case err == nil:
		return false, nil
	case isAny(err, store.ErrNoScope, store.ErrAudience):
		id, step = "broadcast.audience_not_yours", "audience"
		t.Set("op", opFirst)
	case isAny(err, store.ErrCampaign):
		id = "campaign.against_window"
	default:
		return false, err
	}
	t.Say(id)
	return true, t.Goto(step)
}

// isAny says whether err is one of those.
func isAny(err error, which ...error) bool { return err != nil && ignore(err, which...) == nil }
