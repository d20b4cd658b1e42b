package flows

import (
	"errors"
	"time"

	"chihai/flows/form"
	"chihai/store"
)

// campaignMake puts a form before people: whom, until when, how much is known of
// them, in which words. It stands in the store as a draft from the first step on.
// What the author has proposed in the workbook, and what is usual, is filled in;
// only what nobody can guess is asked, and all of it is shown before it begins.
func campaignMake() *Flow {
	return &Flow{
		Name:  "campaign_make",
		Title: "campaign.make_title",
		Role:  store.Staff,
		Steps: []Step{
			{Name: "begin", Ask: beginCampaign},
			{Name: "audience", Ask: askGroup, Take: takeGroup},
			{Name: "area", Ask: keepGroupArea},
			{Name: "groups", Ask: askGroups, Take: takeGroups},
			{Name: "training", Ask: askGroupTraining, Take: takeGroupTraining},
			{Name: "unanswered", Ask: askUnanswered, Take: takeUnanswered},
			{Name: "list", Ask: askCampaignList, Take: takeCampaignList, Free: true},
			{Name: "listing", Ask: askCampaignListing, Take: takeCampaignListing},
			{Name: "link", Ask: askCampaignLink, Take: takeCampaignLink},
			{Name: "mode", Ask: askCampaignMode, Take: takeCampaignMode},
			{Name: "rest", Ask: askCampaignRest, Take: takeCampaignRest},
			{Name: "until", Ask: askCampaignUntil, Take: takeCampaignUntil, Free: true},
			{Name: "since", Ask: askCampaignSince, Take: takeCampaignSince, Free: true},
			{Name: "reminders", Ask: askCampaignReminders, Take: takeCampaignReminders},
			{Name: "pause", Ask: askCampaignPause, Take: takeCampaignPause, Free: true},
			{Name: "quotas", Ask: askCampaignQuotas, Take: takeCampaignQuotas, Free: true},
			{Name: "words", Ask: askCampaignWords, Take: takeCampaignWords},
			{Name: "word", Ask: askCampaignWord, Take: takeCampaignWord, Free: true},
			{Name: "count", Ask: askCampaignCount, Take: takeCampaignCount},
			{Name: "check", Ask: askCampaign, Take: takeCampaign},
			{Name: "fix", Ask: askCampaignFix, Take: takeCampaignFix},
			{Name: "sure", Ask: askPublishCampaign, Take: takePublishCampaign},
		},
		Hear: hearCampaignWork,
	}
}

// A campaignMakeNote says which form is put before people, or which draft is gone
// on with.
type campaignMakeNote struct {
	Form     string       `json:"form,omitzero"`
	Version  int          `json:"version,omitzero"`
	Release  form.Release `json:"release,omitzero"`  // what its author proposes
	Campaign string       `json:"campaign,omitzero"` // id of the draft; empty: a new one
}

const (
	usualWindow    = 14 // days for which a campaign is open unless somebody says otherwise
	usualEnd       = 20 // o'clock at which it closes
	usualReminders = 2
	usualPause     = 3   // days before each reminder
	longestWindow  = 366 // days
)

func beginCampaign(t *Turn) error {
	var n campaignMakeNote
	t.Get("campaign_make", &n)
	if n.Campaign != "" {
		c, err := t.draftCampaign()
		if err != nil || c == nil {
			return err
		}
		t.About(cut(c.Title, mostLabel))
		return t.goOnCampaign(c)
	}
	c, err := t.newCampaign(n)
	if err != nil || c == nil {
		return err
	}
	t.Set("campaign_make", campaignMakeNote{Campaign: c.ID})
	t.About(cut(c.Title, mostLabel))
	return t.goOnCampaign(c)
}

// goOnCampaign goes to the first question that is still open.
func (t *Turn) goOnCampaign(c *store.Campaign) error {
	switch {
	case c.Audience.Op == "" && !c.Open:
		return t.Goto("audience")
	case c.Mode == "":
		return t.Goto("mode")
	}
	t.Set("checked", 1)
	return t.Goto("count")
}

// newCampaign keeps a draft with what the form's author proposes and what is usual.
// It is nil when the form was put away; the talk goes on elsewhere then.
func (t *Turn) newCampaign(n campaignMakeNote) (*store.Campaign, error) {
	f, err := t.Form(n.Form)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err != nil || !f.Off.IsZero() {
		t.Say("campaign.form_gone")
		return nil, t.Home()
	}
	v, err := t.FormVersion(f.ID, n.Version)
	if err != nil {
		return nil, err
	}
	area, err := t.campaignArea(f)
	if err != nil {
		return nil, err
	}
	end := t.Today().AddDate(0, 0, usualWindow)
	c := &store.Campaign{
		Form: f.ID, Version: v.Number, Title: v.Title, By: t.Member.ID, Area: area,
		Until:     time.Date(end.Year(), end.Month(), end.Day(), usualEnd, 0, 0, 0, end.Location()).UTC(),
		Reminders: usualReminders, Pause: usualPause,
		Invite: t.usualWords("campaign.invite_lines"), Remind: t.usualWords("campaign.remind_lines"),
	}
	if err := t.propose(c, &n.Release); err != nil {
		return nil, err
	}
	return c, t.AddCampaign(c)
}

// campaignArea is the unit whose staff see a campaign with the form: that of the
// form, or the first one of hers where the form is for everywhere.
func (t *Turn) campaignArea(f *store.Form) (string, error) {
	if f.Area != "" {
		if hers, err := t.Holds(store.Staff, f.Area); err != nil || hers {
			return f.Area, err
		}
	}
	own, err := t.ownAreas()
	if err != nil || len(own) == 0 {
		return "", err
	}
	return own[0].Code, nil
}

// draftCampaign is the draft that she makes. It is nil when it is none any more;
// she is told so, and the talk goes on elsewhere then.
func (t *Turn) draftCampaign() (*store.Campaign, error) {
	var n campaignMakeNote
	t.Get("campaign_make", &n)
	c, err := t.staffsCampaign(n.Campaign)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		t.Say("campaign.gone")
		return nil, t.Home()
	case c.State != store.CampaignDraft:
		t.Say("campaign.published_meanwhile")
		return nil, t.Start(store.CampaignFlow, campaignNote{Campaign: c.ID})
	}
	return c, nil
}

// recast changes the draft. The result is nil when it is none any more, as with
// draftCampaign.
func (t *Turn) recast(change func(*store.Campaign)) (*store.Campaign, error) {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return nil, err
	}
	return t.ChangeCampaign(c.ID, c.Revision, change)
}

// onToCampaign goes on with the step, or with counting once she has been shown all.
func (t *Turn) onToCampaign(step string) error {
	if t.Count("checked") > 0 {
		step = "count"
	}
	return t.Goto(step)
}

// inviteNobody has people come by the link alone.
func (t *Turn) inviteNobody() error {
	c, err := t.recast(func(c *store.Campaign) { c.Audience, c.Open = store.Audience{}, true })
	if err != nil || c == nil {
		return err
	}
	return t.onToCampaign("mode")
}

func askCampaignLink(t *Turn) error {
	t.Say("campaign.link_ask")
	t.Offer(Option{ID: "no", Label: "campaign.link_no", Wide: true}, Option{ID: "yes", Label: "campaign.link_yes", Wide: true})
	return nil
}

func takeCampaignLink(t *Turn) error {
	open := t.Chosen() == "yes"
	if !open && t.Chosen() != "no" {
		return t.Again("engine.unclear")
	}
	c, err := t.recast(func(c *store.Campaign) { c.Open = open })
	if err != nil || c == nil {
		return err
	}
	if c.Mode != "" && t.Count("checked") == 0 {
		t.Set("checked", 1)
	}
	return t.onToCampaign("mode")
}

func askCampaignFix(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("campaign.fix_ask")
	t.Offer(Pick("audience", "campaign.fix_audience"), Pick("link", "campaign.fix_link"), Pick("mode", "campaign.fix_mode"),
		Pick("until", "campaign.fix_until"), Pick("since", "campaign.fix_since"), Pick("quotas", "campaign.fix_quotas"))
	if c.Audience.Op != "" {
		t.Offer(Pick("reminders", "campaign.fix_reminders"), Pick("words", "campaign.fix_words"))
	}
	t.Offer(Pick("count", "broadcast.fix_done"), Option{ID: "delete", Label: "campaign.delete", Wide: true})
	return nil
}

func takeCampaignFix(t *Turn) error {
	switch step := t.Chosen(); step {
	case "":
		return t.Again("engine.unclear")
	case "audience":
		t.Set("op", opFirst)
		return t.Goto(step)
	case "delete":
		c, err := t.draftCampaign()
		if err != nil || c == nil {
			return err
		}
		if err := t.DeleteCampaign(c.ID); err != nil {
			return err
		}
		t.Say("campaign.deleted")
		return t.Home()
	default:
		return t.Goto(step)
	}
}
