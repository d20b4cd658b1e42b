package flows

import (
	"strings"

	"chihai/store"
)

// This file puts people on the list of a campaign, by the codes and telephone
// numbers that staff paste.

// CampaignListWork is the name of the work that looks up who is meant by the lines
// that were pasted; its Data is a [CampaignList], and what comes of it a
// [CampaignFound]. All members are passed over for it.
const CampaignListWork = "list of a campaign"

// A CampaignList is what such a task is to do.
type CampaignList struct {
	Campaign string   `json:"campaign"` // ID
	Codes    []string `json:"codes"`    // of members
	Phones   []string `json:"phones"`   // in E.164
}

// A CampaignFound is who is meant.
type CampaignFound struct {
	Members []string `json:"members"`          // ids
	Unknown []string `json:"unknown,omitzero"` // codes and phones of nobody in her areas
	Several []string `json:"several,omitzero"` // phones that several people share: all of them are meant
}

const (
	mostListed  = 1000 // lines that one message may bring
	shownListed = 20   // lines that are shown back
)

func askCampaignList(t *Turn) error {
	t.Say("campaign.list_ask", "most", mostListed)
	return nil
}

func takeCampaignList(t *Turn) error {
	ask := CampaignList{}
	var wrong []string
	for _, line := range strings.FieldsFunc(t.Words(), func(r rune) bool { return r == '\n' || r == ',' || r == ';' }) {
		line = strings.TrimSpace(line)
		phone, isPhone := readPhone(line)
		code := store.ReadCode(line)
		switch {
		case line == "":
		case isPhone:
			ask.Phones = append(ask.Phones, phone)
		case len(code) == 6:
			ask.Codes = append(ask.Codes, code)
		default:
			wrong = append(wrong, "• "+cut(line, 40))
		}
	}
	switch n := len(ask.Codes) + len(ask.Phones); {
	case n == 0:
		return t.Again("campaign.list_again")
	case n > mostListed:
		return t.Again("campaign.list_long", "n", n, "most", mostListed)
	}
	if len(wrong) > 0 {
		t.Say("campaign.list_wrong", "lines", joined(wrong[:min(len(wrong), shownListed)]))
	}
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	ask.Campaign = c.ID
	if err := t.Task(CampaignListWork, ask); err != nil {
		return err
	}
	return t.Goto("listing")
}

func askCampaignListing(t *Turn) error {
	if t.Count("listed") > 0 {
		t.Forget("listed")
		return t.Goto("groups")
	}
	t.Say("campaign.list_wait")
	t.Offer(Pick("list", "campaign.list_anew"))
	return nil
}

func takeCampaignListing(t *Turn) error {
	if t.Chosen() != "list" {
		return t.Again("engine.unclear")
	}
	return t.Goto("list")
}

// hearCampaignWork hears what came of the work that was left for a draft.
func hearCampaignWork(t *Turn) error {
	var o TaskOutcome
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return err
	}
	if o.Task == CampaignListWork {
		return t.hearListed()
	}
	return t.hearCampaignCounted()
}

// makes says whether she stands in the flow that hears this with the draft id.
func (t *Turn) makes(id string) bool {
	var n campaignMakeNote
	return t.Held("campaign_make", &n) && n.Campaign == id
}

func (t *Turn) hearListed() error {
	var ask CampaignList
	var found CampaignFound
	o, err := t.outcome(&ask, &found)
	if err != nil {
		return err
	}
	waits := t.Watches("listing") && t.makes(ask.Campaign)
	if o.Error != "" || !waits {
		if waits {
			t.Say("campaign.list_failed")
		}
		return nil
	}
	c, err := t.staffsCampaign(ask.Campaign)
	if err != nil || c == nil || c.State != store.CampaignDraft {
		return err
	}
	if len(found.Members) == 0 {
		t.Say("campaign.list_nobody")
		return t.Stay() // where she can paste anew
	}
	if c.Audience.Op != store.InList { // what is pasted again comes on top
		if err := t.ClearList(c.ID); err != nil {
			return err
		}
	}
	for _, m := range found.Members {
		if err := t.ListMember(c.ID, m); err != nil {
			return err
		}
	}
	if _, err := t.ChangeCampaign(c.ID, c.Revision, func(c *store.Campaign) { c.Audience = store.Audience{Op: store.InList, ID: c.ID} }); err != nil {
		return err
	}
	t.Say("campaign.list_done", "n", len(found.Members))
	if n := len(found.Unknown); n > 0 {
		t.Say("campaign.list_unknown", "n", n, "lines", "• "+strings.Join(found.Unknown[:min(n, shownListed)], "\n• "))
	}
	if len(found.Several) > 0 {
		t.Say("campaign.list_several", "n", len(found.Several))
	}
	if err := t.Hold("listed", 1); err != nil {
		return err
	}
	return t.Stay()
}
