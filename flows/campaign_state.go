package flows

import (
	"slices"
	"strings"

	"chihai/store"
)

// This file says how far a campaign is.

// shownCampaignAreas is how many areas one message tells of.
const shownCampaignAreas = 10

// sayCampaignState says how c is, and n, what was counted of it, if it was.
func (t *Turn) sayCampaignState(c *store.Campaign, n *store.CampaignCount, counted bool) error {
	lines := []string{t.T("campaign.head", "title", cut(c.Title, 80)), t.campaignStateLine(c)}
	if c.Started.IsZero() {
		t.SayText(joined(lines))
		if c.State == store.CampaignDraft {
			return nil
		}
		facts, err := t.campaignFacts(c)
		t.SayText(joined(facts))
		return err
	}
	if !counted {
		lines = append(lines, t.T("campaign.counting"))
		t.SayText(joined(lines))
		return nil
	}
	if c.Invited != "" {
		lines = append(lines, t.T("campaign.line_invited", "n", n.Invited.Sum(), "reached", n.Invited.Delivered))
		if gone := n.Invited.Blocked + n.Invited.Failed + n.Invited.Unreachable; gone > 0 {
			lines = append(lines, t.T("campaign.line_unreached", "n", gone))
		}
	}
	lines = append(lines, t.T("campaign.line_sent", "n", n.Sent))
	for _, l := range []struct {
		id string
		n  int
	}{{"begun", n.Begun}, {"refused", n.Refused}, {"full", n.Full}, {"outside", n.Outside}, {"aside", n.Aside}} {
		if l.n > 0 {
			lines = append(lines, t.T("campaign.line_"+l.id, "n", l.n))
		}
	}
	if len(c.Reminded) > 0 {
		last, err := t.Broadcast(c.Reminded[len(c.Reminded)-1])
		if err != nil {
			return err
		}
		lines = append(lines, t.T("campaign.line_reminded", "n", len(c.Reminded), "most", store.MaxReminders, "date", t.ShortDate(t.Local(last.Created))))
	}
	paused, err := t.campaignPaused(c)
	if err != nil {
		return err
	}
	if paused {
		lines = append(lines, t.T("campaign.line_paused"))
	}
	if n.Minutes > 0 {
		lines = append(lines, t.T("campaign.line_minutes", "n", n.Minutes))
	}
	if !n.Last.IsZero() {
		lines = append(lines, t.T("campaign.line_last", "date", t.ShortDate(t.Local(n.Last))))
	}
	t.SayText(joined(lines))
	if err := t.sayCampaignAreas(c, n); err != nil {
		return err
	}
	t.sayCampaignStops(n)
	t.Say("campaign.counted_at", "time", t.Clock(t.Local(n.Made)))
	return nil
}

// campaignPaused says whether letters of c wait until somebody lets them go on.
func (t *Turn) campaignPaused(c *store.Campaign) (bool, error) {
	for _, id := range slices.Concat([]string{c.Invited}, c.Again, c.Reminded) {
		if id == "" {
			continue
		}
		b, err := t.Broadcast(id)
		if err != nil || b.State == store.Paused {
			return err == nil, err
		}
	}
	return false, nil
}

func (t *Turn) campaignStateLine(c *store.Campaign) string {
	switch c.State {
	case store.CampaignPlanned:
		return t.T("campaign.state_planned", "time", t.When(t.Local(c.Since)))
	case store.CampaignRunning:
		if !c.Takes(t.Now) {
			return t.T("campaign.state_ending")
		}
		return t.T("campaign.state_running", "time", t.When(t.Local(c.Until)))
	case store.CampaignClosed:
		return t.T("campaign.state_closed", "time", t.When(t.Local(c.Closed)))
	}
	return t.T("campaign.state_" + string(c.State))
}

// sayCampaignAreas says how many came from where. Of an anonymous campaign few are
// left out already where it was counted.
func (t *Turn) sayCampaignAreas(c *store.Campaign, n *store.CampaignCount) error {
	var lines []string
	for i, a := range n.Areas {
		if i == shownCampaignAreas {
			lines = append(lines, t.T("campaign.areas_more", "n", len(n.Areas)-i))
			break
		}
		name, err := t.areaName(a.Area)
		if err != nil {
			return err
		}
		if name == "" {
			name = t.T("shelf.area_unknown")
		}
		id := "campaign.area"
		if a.Open > 0 {
			id = "campaign.area_open"
		}
		lines = append(lines, t.T(id, "area", name, "sent", a.Sent, "open", a.Open))
	}
	if c.Mode == store.Anonymous && n.Sent > 0 {
		lines = append(lines, t.T("campaign.areas_few", "n", store.LotSize))
	}
	if len(lines) > 0 {
		t.SayText(joined(lines))
	}
	return nil
}

// sayCampaignStops says where people have stopped.
func (t *Turn) sayCampaignStops(n *store.CampaignCount) {
	var lines []string
	for _, s := range n.Stops {
		if s.Number > 0 {
			lines = append(lines, t.T("campaign.stop", "number", s.Number, "n", s.People))
		}
	}
	if len(lines) > 0 {
		t.Say("campaign.stops", "lines", strings.Join(lines, "\n"))
	}
}
