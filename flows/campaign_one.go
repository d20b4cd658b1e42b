package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// campaignOne shows staff one campaign: how far it is, in a message that changes in
// place while she looks at it, and what can be done about it. It hears what has
// become of one by itself (store.CampaignFlow), and its counts.
func campaignOne() *Flow {
	return &Flow{
		Name:  store.CampaignFlow,
		Title: "campaign.one_title",
		Role:  store.Staff,
		Steps: []Step{
			{Name: "state", Ask: askCampaignState, Take: takeCampaignState},
			{Name: "remind", Ask: askCampaignRemind, Take: takeCampaignRemind},
			{Name: "extend", Ask: askCampaignExtend, Take: takeCampaignExtend, Free: true},
			{Name: "close", Ask: askCampaignClose, Take: takeCampaignClose},
			{Name: "share", Ask: askCampaignShare, Take: takeCampaignShare},
		},
		Hear: hearCampaign,
	}
}

// A campaignNote says which campaign it is.
type campaignNote struct {
	Campaign string `json:"campaign"` // ID
}

// CampaignStateWork is the name of the work that counts how far a campaign is; its
// Data is a [CampaignWatch], and what comes of it a [store.CampaignCount].
const CampaignStateWork = "state of a campaign"

// A CampaignWatch is what such a task is to do.
type CampaignWatch struct {
	Campaign string `json:"campaign"` // ID
}

const (
	// countedFor is for how long what was counted is shown without counting anew.
	countedFor = time.Minute
	// mostLooks is how often it is counted anew by itself for who looks at it, and
	// does nothing else.
	mostLooks = 30
)

// theCampaign is the campaign that she looks at. It is nil when it is gone or not of
// her areas any more; the talk goes on elsewhere then.
func (t *Turn) theCampaign() (*store.Campaign, error) {
	var n campaignNote
	t.Get(store.CampaignFlow, &n)
	c, err := t.staffsCampaign(n.Campaign)
	if err == nil && c == nil {
		t.Say("campaign.gone")
		return nil, t.Home()
	}
	return c, err
}

func askCampaignState(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	t.frame().Trail = nil // from here one goes back to what was before the campaign
	t.About(cut(c.Title, mostLabel))
	var n store.CampaignCount
	counted := t.Get("count", &n)
	if begun := !c.Started.IsZero(); begun && (!counted || t.Count("anew") > 0 || t.Now.Sub(n.Made) >= countedFor) {
		t.Forget("anew")
		if err := t.TaskOnce(CampaignStateWork, CampaignWatch{c.ID}); err != nil {
			return err
		}
	}
	if err := t.sayCampaignState(c, &n, counted); err != nil {
		return err
	}
	if c.State == store.CampaignRunning && c.Invited != "" && len(c.Reminded) < store.MaxReminders && (!counted || n.Left > 0) {
		t.OfferInline(Option{ID: "remind", Label: "campaign.remind", Wide: true})
	}
	switch c.State {
	case store.CampaignDraft:
		t.OfferInline(Option{ID: "write", Label: "campaign.write_on", Wide: true})
	case store.CampaignAsked, store.CampaignPlanned:
		t.OfferInline(Option{ID: "back", Label: "campaign.take_back", Wide: true})
	}
	if c.Live() {
		t.OfferInline(Pick("share", "campaign.share"), Pick("extend", "campaign.extend"))
	}
	if c.Takes(t.Now) && t.engine.byName[asideFlow] != nil {
		t.OfferInline(Pick(asideFlow, "campaign.aside"))
	}
	if c.Live() {
		t.OfferInline(Pick("close", "campaign.close"))
	}
	if !c.Started.IsZero() {
		t.OfferInline(Option{ID: "campaign_results", Label: "results.title", Wide: true})
	}
	t.OfferInline(Pick("look", "broadcast.refresh"))
	return nil
}

// asideFlow is the flow in which staff enter answers for somebody; its note is the
// id of the campaign.
const asideFlow = "form_aside"

func takeCampaignState(t *Turn) error {
	c, err := t.theCampaign()
	if err != nil || c == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "look":
		t.Forget("looks")
		t.Set("anew", 1) // who presses it wants to see what has come since
		return t.Stay()
	case "remind", "extend", "close", "share":
		return t.Goto(id)
	case asideFlow, "campaign_results":
		return t.Start(id, c.ID)
	case "write":
		return t.Start("campaign_make", campaignMakeNote{Campaign: c.ID})
	case "back":
		_, err := t.ReturnCampaign(c.ID)
		if isAny(err, store.ErrCampaignState) { // it has gone on while she looked at it
			return t.Stay()
		}
		if err != nil {
			return err
		}
		if err := t.Log(t.Member.ID, "take back campaign", c.ID); err != nil {
			return err
		}
		t.Say("campaign.taken_back")
		return t.Stay()
	}
	return t.Again("engine.unclear")
}

// hearCampaign shows what was counted where she waits for it, sends what was made for
// her, and tells what has become of a campaign by itself.
func hearCampaign(t *Turn) error {
	if t.Input.Kind == Outcome {
		return t.hearCampaignTask()
	}
	var news store.CampaignNews
	if err := jsonNote(t.Input.Data, &news); err != nil {
		return err
	}
	c, err := t.staffsCampaign(news.Campaign)
	if err != nil || c == nil {
		return err
	}
	if news.What == store.CampaignLook {
		return t.lookAgain(c)
	}
	t.Say("campaign.news_"+string(news.What), "title", cut(c.Title, 80))
	if news.What == store.CampaignOver {
		n, err := t.CountResponses(c.ID)
		if err != nil {
			return err
		}
		t.Say("campaign.news_responses", "n", n)
	}
	t.Say("campaign.where")
	return nil
}

// lookAgain has the campaign counted anew for who still looks at it.
func (t *Turn) lookAgain(c *store.Campaign) error {
	var at campaignNote
	if !t.Watches("state") || !t.Held(store.CampaignFlow, &at) || at.Campaign != c.ID || !c.Takes(t.Now) {
		return nil
	}
	return t.TaskOnce(CampaignStateWork, CampaignWatch{c.ID})
}

func (t *Turn) hearCampaignTask() error {
	var o TaskOutcome
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return err
	}
	if o.Task == CampaignPictureWork || o.Task == CampaignNoticeWork {
		return t.hearCampaignPicture()
	}
	var ask CampaignWatch
	var n store.CampaignCount
	o, err := t.outcome(&ask, &n)
	var at campaignNote
	if err != nil || o.Error != "" || !t.Held(store.CampaignFlow, &at) || at.Campaign != ask.Campaign {
		return err
	}
	if err := t.Hold("count", n); err != nil || !t.Watches("state") {
		return err
	}
	c, err := t.staffsCampaign(ask.Campaign)
	if err != nil || c == nil {
		return err
	}
	var looks int
	t.Held("looks", &looks)
	if looks < mostLooks && c.Takes(t.Now) {
		if err := errors.Join(t.Hold("looks", looks+1), t.WatchCampaign(c.ID, t.Member.ID, t.Now.Add(countedFor))); err != nil {
			return err
		}
	}
	return t.Refresh()
}
