package flows

import (
	"chihai/store"
)

// This file is what staff do with a campaign that runs: remind, extend, close, hand
// its link on.

func askCampaignRemind(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	if sorry, err := t.againstReminding(c); err != nil || sorry {
		return err
	}
	t.Set("times", len(c.Reminded))
	var n store.CampaignCount
	if t.Get("count", &n) {
		t.Say("campaign.remind_sure_n", "n", n.Left, "time", len(c.Reminded)+1, "most", store.MaxReminders)
	} else {
		t.Say("campaign.remind_sure", "time", len(c.Reminded)+1, "most", store.MaxReminders)
	}
	if len(c.Reminded) > 0 {
		last, err := t.Broadcast(c.Reminded[len(c.Reminded)-1])
		if err != nil {
			return err
		}
		t.Say("campaign.remind_last", "time", t.When(t.Local(last.Created)))
	}
	night, err := t.night()
	if err != nil {
		return err
	}
	if morning := night.Awake(t.Now); morning.After(t.Now) {
		t.Say("shelf.remind_night", "time", t.moment(morning))
	}
	t.Offer(Option{ID: "yes", Label: "shelf.remind_yes", Wide: true}, Pick("no", "shelf.remind_no"))
	return nil
}

// againstReminding says what stands against reminding anybody of c now, goes back,
// and says whether anything does.
func (t *Turn) againstReminding(c *store.Campaign) (bool, error) {
	busy, err := t.CampaignBusy(c)
	switch {
	case err != nil:
		return false, err
	case !c.Takes(t.Now) || c.Invited == "":
		t.Say("campaign.remind_over")
	case len(c.Reminded) >= store.MaxReminders:
		t.Say("shelf.remind_enough", "most", store.MaxReminders)
	case busy:
		t.Say("campaign.remind_busy")
	default:
		return false, nil
	}
	return true, t.Goto("state")
}

func takeCampaignRemind(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Goto("state")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	if sorry, err := t.againstReminding(c); err != nil || sorry {
		return err
	}
	if len(c.Reminded) != t.Count("times") { // somebody else has reminded them while she looked
		return t.Stay()
	}
	b, err := t.RemindCampaignBy(c, t.Member.ID)
	if isAny(err, store.ErrNoScope) {
		t.Say("campaign.remind_no_scope")
		return t.Goto("state")
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "remind campaign", b.ID); err != nil {
		return err
	}
	t.Say("campaign.remind_done")
	return t.Goto("state")
}

func askCampaignExtend(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("campaign.until_ask", "time", t.When(t.Local(c.Until)))
	t.offerEnds()
	return nil
}

func takeCampaignExtend(t *Turn) error {
	end, ok := t.readEnd()
	if !ok {
		return t.Again("campaign.until_again")
	}
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	if fault := t.endFault(end, c.Since); fault != "" {
		return t.Again(fault)
	}
	c, err = t.ChangeCampaign(c.ID, c.Revision, func(c *store.Campaign) { c.Until = end.UTC() })
	if isAny(err, store.ErrCampaignState) {
		t.Say("campaign.remind_over")
		return t.Goto("state")
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "extend campaign", c.ID); err != nil {
		return err
	}
	t.Say("campaign.extended", "time", t.When(t.Local(c.Until)))
	return t.Goto("state")
}

func askCampaignClose(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("campaign.close_sure", "title", cut(c.Title, 80))
	var n store.CampaignCount
	if t.Get("count", &n) && n.Begun > 0 {
		t.Say("campaign.close_begun", "n", n.Begun)
	}
	switch {
	case c.Mode != store.Anonymous:
	case c.KeepRest:
		t.Say("campaign.close_keep", "n", store.LotSize)
	default:
		t.Say("campaign.close_destroy", "n", store.LotSize)
	}
	t.Offer(Option{ID: "yes", Label: "campaign.close_yes", Wide: true}, Pick("no", "campaign.close_no"))
	return nil
}

func takeCampaignClose(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Goto("state")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	_, err = t.CloseCampaign(c.ID)
	if isAny(err, store.ErrCampaignState) {
		return t.Goto("state")
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "close campaign", c.ID); err != nil {
		return err
	}
	t.Forget("count")
	t.Say("campaign.closed")
	return t.Goto("state")
}

// CampaignPictureWork is the name of the work that draws the code that opens a
// campaign; its Data is a [CampaignPicture], and what comes of it is a file.
const CampaignPictureWork = "campaign qr"

// CampaignNoticeWork is the name of the work that makes a notice for the wall with the
// same code; its Data is a [CampaignPicture] as well, and what comes of it is a file.
const CampaignNoticeWork = "campaign notice"

// A CampaignPicture is what such a task is to do.
type CampaignPicture struct {
	Campaign string `json:"campaign"` // ID
	Code     string `json:"code"`     // of the campaign, for the name of the file
	URL      string `json:"url"`      // what the code says
}

// campaignDoor is what the links carry that open the campaign c.
func campaignDoor(c *store.Campaign) string { return "q_" + c.Code }

func askCampaignShare(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	t.part()
	t.Say("campaign.invitation", "title", c.Title, "time", t.When(t.Local(c.Until)))
	links := t.Links(campaignDoor(c))
	for _, l := range links {
		t.Say("club.invitation_link", "network", l.Network, "link", l.URL)
	}
	t.Say("campaign.invitation_code", "code", c.Code)
	t.part() // a message of its own, to be passed on as it is
	if c.Open {
		t.Say("campaign.share_open")
	} else {
		t.Say("campaign.share_invited")
	}
	if len(links) > 0 {
		t.Offer(Pick("qr", "club.qr"), Pick("notice", "campaign.notice"))
	}
	t.Offer(Pick("state", "campaign.see"))
	return nil
}

func takeCampaignShare(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	work := map[string]string{"qr": CampaignPictureWork, "notice": CampaignNoticeWork}[t.Chosen()]
	switch {
	case t.Chosen() == "state":
		return t.Goto("state")
	case work == "":
		return t.Again("engine.unclear")
	}
	t.Say("campaign.paper_wait")
	if err := t.TaskOnce(work, CampaignPicture{c.ID, c.Code, t.Links(campaignDoor(c))[0].URL}); err != nil {
		return err
	}
	return t.Stand()
}

// hearCampaignPicture sends the picture, or the notice.
func (t *Turn) hearCampaignPicture() error {
	var work CampaignPicture
	var file string
	o, err := t.outcome(&work, &file)
	if err != nil {
		return err
	}
	switch c, err := t.staffsCampaign(work.Campaign); {
	case err != nil:
		return err
	case c == nil || t.Relay != nil:
		return t.dropFetched(file)
	case o.Error != "" || file == "":
		t.Say("campaign.paper_failed")
	case o.Task == CampaignNoticeWork:
		t.SayFile(file, "campaign.notice_here", "title", cut(c.Title, 80))
	default:
		t.SayFile(file, "campaign.qr_here", "title", cut(c.Title, 80))
	}
	return nil
}
