package flows

import (
	"errors"

	"chihai/store"
)

// This file counts whom a draft of a campaign invites.

// askCampaignCount waits until those are counted who are invited.
func askCampaignCount(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	switch {
	case c.Audience.Op == "" && !c.Open:
		t.Set("op", opFirst)
		return t.Goto("audience")
	case c.Mode == "":
		return t.Goto("mode")
	case c.Audience.Op == "" || c.Count != nil:
		return t.Goto("check")
	}
	if t.Count("counting") != c.Revision+1 {
		scope, err := t.broadcastScope(c.Audience)
		if err != nil {
			return err
		}
		if scope.None() {
			t.Say("broadcast.audience_not_yours")
			t.Set("op", opFirst)
			return t.Goto("audience")
		}
		if c, err = t.recast(func(c *store.Campaign) { c.Scope, c.By = scope, t.Member.ID }); err != nil || c == nil {
			return err
		}
		t.Set("counting", c.Revision+1)
		if err := t.Task(CampaignCountWork, CountCampaign{Campaign: c.ID, Revision: c.Revision}); err != nil {
			return err
		}
	}
	t.Say("broadcast.counting")
	t.Offer(Pick("again", "broadcast.count_again"), Pick("fix", "broadcast.fix"))
	return nil
}

// CampaignCountWork is the name of the work that counts whom a draft invites; its
// Data is a [CountCampaign], and what comes of it a [store.AudienceCount].
const CampaignCountWork = "count campaign"

// A CountCampaign is what such a task is to do.
type CountCampaign struct {
	Campaign string `json:"campaign"` // ID
	Revision int    `json:"revision"` // of the draft: what is counted of another one is not kept
}

func takeCampaignCount(t *Turn) error { return takeCount(t) }

func (t *Turn) hearCampaignCounted() error {
	var ask CountCampaign
	var n store.AudienceCount
	o, err := t.outcome(&ask, &n)
	if err != nil {
		return err
	}
	waits := t.Watches("count") && t.makes(ask.Campaign)
	if o.Error != "" {
		if waits {
			t.Say("broadcast.count_failed")
		}
		return nil
	}
	err = t.KeepCampaignCount(ask.Campaign, ask.Revision, n)
	if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrCampaignState) || errors.Is(err, store.ErrNotFound) {
		return nil // it is counted anew, or was published or deleted
	}
	if err != nil || !waits {
		return err
	}
	return t.Stay()
}
