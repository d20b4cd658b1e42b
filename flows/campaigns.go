package flows

import (
	"chihai/store"
)

// campaigns is where staff find what was put before people in their areas, and what
// is still being made.
func campaigns() *Flow {
	return &Flow{
		Name: "campaigns",
		Role: store.Staff,
		Steps: []Step{
			{Name: "which", Ask: askCampaigns, Take: takeCampaigns},
			{Name: "again", Ask: func(t *Turn) error { return t.Goto("which") }},
		},
	}
}

// campaignPage is how many campaigns one message offers.
const campaignPage = 6

func askCampaigns(t *Turn) error {
	mine, err := t.InScope(store.Staff)
	if err != nil {
		return err
	}
	skip, shown, seen := t.Count("skip"), 0, map[string]bool{}
	for c, err := range t.Campaigns() {
		if err != nil {
			return err
		}
		if !mine(c.Area) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if shown == campaignPage {
			t.Offer(Pick("more", "register.more"))
			break
		}
		shown++
		at := c.Created
		if !c.Started.IsZero() {
			at = c.Started
		}
		t.Offer(PickText(c.ID, unlike(seen, t.ShortDate(t.Local(at))+" "+t.T("campaign.mark_"+string(c.State))+" · "+c.Title)))
	}
	if shown == 0 && t.Count("skip") == 0 {
		t.Say("campaign.none")
		return nil
	}
	t.Say("campaign.which")
	if t.Count("skip") > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

func takeCampaigns(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "more":
		t.Set("skip", t.Count("skip")+campaignPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	default:
		return t.Call(store.CampaignFlow, campaignNote{Campaign: id})
	}
}
