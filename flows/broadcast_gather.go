package flows

import (
	"chihai/store"
)

// This file lets the steps that put an audience together serve a broadcast and a
// campaign, and lets both mean whoever has not answered a campaign.

// A gathering is an audience that is being put together.
type gathering struct {
	audience store.Audience
	campaign bool // it is that of a campaign
	leads    bool // facilitators are offered as a group
	members  bool // and others
}

// gathering is the audience that she puts together. It is nil when what it belongs
// to is no draft any more, and the talk goes on elsewhere then.
func (t *Turn) gathering() (*gathering, error) {
	if t.frame().Flow == "campaign_make" {
		c, err := t.draftCampaign()
		if err != nil || c == nil {
			return nil, err
		}
		return &gathering{audience: c.Audience, campaign: true, leads: true, members: true}, nil
	}
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return nil, err
	}
	d, err := t.brought(b)
	if err != nil {
		return nil, err
	}
	return &gathering{audience: b.Audience, leads: d != nil, members: d == nil || d.For == store.ForMembers}, nil
}

// gather has change make another audience of it. kept is false when there is no
// draft any more, as with gathering.
func (t *Turn) gather(change func(store.Audience) store.Audience) (kept bool, err error) {
	if t.frame().Flow == "campaign_make" {
		c, err := t.recast(func(c *store.Campaign) { c.Audience = change(c.Audience) })
		return c != nil, err
	}
	b, err := t.rewrite(func(b *store.Broadcast) {
		b.Audience = change(b.Audience)
		b.Training = trainingOf(b.Audience, b.Training)
	})
	return b != nil, err
}

// remindable are at most n campaigns of her areas that run and have invited
// somebody, the latest first.
func (t *Turn) remindable(n int) ([]*store.Campaign, error) {
	mine, err := t.InScope(store.Staff)
	if err != nil {
		return nil, err
	}
	var found []*store.Campaign
	for c, err := range t.LiveCampaigns() {
		if err != nil {
			return nil, err
		}
		if c.Takes(t.Now) && c.Invited != "" && mine(c.Area) {
			found = append(found, c)
		}
		if len(found) == n {
			break
		}
	}
	return found, nil
}

// staffsCampaign is the campaign when it is one of her areas, else nil.
func (t *Turn) staffsCampaign(id string) (*store.Campaign, error) {
	c, err := t.Campaign(id)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	may, err := t.Holds(store.Staff, c.Area)
	if err != nil || !may {
		return nil, err
	}
	return c, nil
}

// askUnanswered offers the campaigns whose invited people can be meant. That they
// have not answered is known in an anonymous one as well; what others answered is
// not.
func askUnanswered(t *Turn) error {
	running, err := t.remindable(broadcastPage)
	if err != nil {
		return err
	}
	if len(running) == 0 {
		t.Say("campaign.none_running")
		return t.Goto("audience")
	}
	t.Say("campaign.unanswered_which")
	seen := map[string]bool{}
	for _, c := range running {
		t.Offer(PickText(c.ID, unlike(seen, c.Title)))
	}
	return nil
}

func takeUnanswered(t *Turn) error {
	id := t.Chosen()
	if id == "" {
		return t.Again("engine.unclear")
	}
	return t.chooseGroup(store.Audience{Op: store.NotAnswered, ID: id})
}
