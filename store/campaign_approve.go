package store

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// This file holds what others have to do with a campaign than who makes it: who
// approves that it writes to many, and who hears what has become of it.
//
//	draft → (asked →) planned → running → closed
//
// The approval holds for the invitation and for the reminders: they go to no more
// people than the invitation did. From asked and planned it may go back to draft.

// CampaignFlow is the flow of staff that hears what has become of a campaign; its
// Data is a [CampaignNews].
const CampaignFlow = "campaign_one"

// CampaignNews is what staff are told of a campaign.
type CampaignNews struct {
	Campaign string       `json:"campaign"`
	What     CampaignEnds `json:"what"`
}

// A CampaignEnds is something that has become of a campaign by itself.
type CampaignEnds string

const (
	CampaignMissed     CampaignEnds = "missed"      // it was to begin while the bot was off, longer than [CampaignLate] ago: it is a draft again
	CampaignNoScope    CampaignEnds = "no_scope"    // who made it may not write to these people any more: it is a draft again
	CampaignNoReminder CampaignEnds = "no_reminder" // who made it may not write to them any more: nobody was reminded
	CampaignOver       CampaignEnds = "over"        // its time has come
	CampaignLook       CampaignEnds = "look"        // nothing: who looks at it is shown how far it is
)

const (
	// campaignNewsTime is for how long it is worth telling what has become of one.
	campaignNewsTime = 7 * 24 * time.Hour
	// campaignLookTime is for how long it is worth counting anew for who looked at one.
	campaignLookTime = 10 * time.Minute
	// maxCampaignStaff is how many staff hear of a campaign whose maker is staff no more.
	maxCampaignStaff = 3
)

// AskCampaign has the draft id wait until somebody else approves it. Its errors are
// those of [Tx.PublishCampaign].
func (tx *Tx) AskCampaign(id string, revision int) (*Campaign, error) {
	c, err := tx.publishable(id, revision)
	if err != nil {
		return c, err
	}
	c.State = CampaignAsked
	c.Revision++
	return c, tx.putCampaign(c)
}

// ApproveCampaign publishes the campaign id, which waits for that, because the
// member by agrees. It returns [ErrOwnBroadcast] when she has made it,
// [ErrCampaignState] when it does not wait any more, and the errors of
// [Tx.PublishCampaign].
func (tx *Tx) ApproveCampaign(id, by string) (*Campaign, error) {
	c, err := tx.Campaign(id)
	switch {
	case err != nil:
		return nil, err
	case c.State != CampaignAsked:
		return c, ErrCampaignState
	case c.By == by:
		return c, ErrOwnBroadcast
	}
	if err := errors.Join(c.complete(tx.Now), tx.campaignScope(c)); err != nil {
		return c, err
	}
	c.ApprovedBy, c.Approved = by, tx.Now
	return tx.beginCampaign(c)
}

// ReturnCampaign makes a draft again of the campaign id, which has not begun. It
// returns [ErrCampaignState] when it has, or is a draft already.
func (tx *Tx) ReturnCampaign(id string) (*Campaign, error) {
	c, err := tx.Campaign(id)
	if err != nil {
		return nil, err
	}
	if c.State != CampaignAsked && c.State != CampaignPlanned {
		return c, ErrCampaignState
	}
	return c, tx.returnCampaign(c)
}

func (tx *Tx) returnCampaign(c *Campaign) error {
	if c.State == CampaignPlanned {
		if err := errors.Join(tx.Done(c.due(CampaignOpens, 0, c.Since)), tx.Done(c.due(CampaignCloses, 0, c.Until))); err != nil {
			return err
		}
	}
	c.State, c.ApprovedBy, c.Approved = CampaignDraft, "", time.Time{}
	c.Revision++
	return tx.putCampaign(c)
}

// MissCampaign does what is left to do when d comes too late to be done: staff are
// told of an invitation. A reminder is left out.
func (tx *Tx) MissCampaign(d CampaignDue) error {
	c, err := tx.Campaign(d.Campaign)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil || d.What != CampaignOpens || c.State != CampaignPlanned || tx.Now.Before(c.Since) {
		return err
	}
	return tx.haltCampaign(c, CampaignMissed)
}

// haltCampaign makes a draft again of c, which could not begin, and tells staff why.
func (tx *Tx) haltCampaign(c *Campaign, why CampaignEnds) error {
	return errors.Join(tx.returnCampaign(c), tx.tellCampaign(c, why))
}

// CampaignBusy says whether letters of c are still on their way: then it is too
// early to remind anybody.
func (tx *Tx) CampaignBusy(c *Campaign) (bool, error) {
	for _, id := range c.broadcasts() {
		b, err := tx.Broadcast(id)
		if err != nil {
			return false, err
		}
		if b.Live() {
			return true, nil
		}
	}
	return false, nil
}

// broadcasts are the ids of all that c has sent.
func (c *Campaign) broadcasts() []string {
	var all []string
	if c.Invited != "" {
		all = append(all, c.Invited)
	}
	return slices.Concat(all, c.Again, c.Reminded)
}

// tellCampaign has who made c told what has become of it; if she is staff there no
// more, others who are.
func (tx *Tx) tellCampaign(c *Campaign, what CampaignEnds) error {
	whom, err := tx.campaignStaff(c)
	if err != nil {
		return err
	}
	for _, member := range whom {
		err := tx.Plan(&Due{
			ID: fmt.Sprintf("campaign/told/%s/%s/%s", c.ID, what, member), At: tx.Now.Truncate(time.Second), Until: tx.Now.Add(campaignNewsTime),
			Job: TellOneJob, Member: member, Flow: CampaignFlow, Data: fmt.Appendf(nil, `{"campaign":%q,"what":%q}`, c.ID, what),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// WatchCampaign has the member, who looks at the campaign, shown at at how far it is
// then.
func (tx *Tx) WatchCampaign(campaign, member string, at time.Time) error {
	return tx.Plan(&Due{
		ID: fmt.Sprintf("campaign/look/%s/%s", campaign, member), At: at.Truncate(time.Second), Until: at.Add(campaignLookTime),
		Job: HearJob, Member: member, Flow: CampaignFlow, Data: fmt.Appendf(nil, `{"campaign":%q,"what":%q}`, campaign, CampaignLook),
	})
}

// campaignStaff are those who hear of c.
func (tx *Tx) campaignStaff(c *Campaign) (whom []string, err error) {
	tree, err := tx.Areas()
	if err != nil {
		return nil, err
	}
	for g, err := range tx.AllGrants() {
		if err != nil {
			return nil, err
		}
		if g.Role != Staff && g.Role != Admin || !g.Holds(tx.Now) || !tree.Within(c.Area, g.Area) {
			continue
		}
		if g.Member == c.By {
			return []string{c.By}, nil
		}
		if len(whom) < maxCampaignStaff && !slices.Contains(whom, g.Member) {
			whom = append(whom, g.Member)
		}
	}
	return whom, nil
}

// noteAgain notes that b, which begins, sends the invitation of a campaign to those
// whom it did not reach.
func (tx *Tx) noteAgain(b *Broadcast) error {
	if b.Campaign == "" || b.Source == "" {
		return nil
	}
	c, err := tx.Campaign(b.Campaign)
	if err != nil || slices.Contains(c.broadcasts(), b.ID) {
		return err
	}
	c.Again = append(c.Again, b.ID)
	return tx.putCampaign(c)
}

// KeepCampaignCount keeps what counting the audience of the draft id came to when it
// was at revision. It returns [ErrChanged] when the draft was changed meanwhile, and
// [ErrCampaignState] when it is no draft any more.
func (tx *Tx) KeepCampaignCount(id string, revision int, n AudienceCount) error {
	c, err := tx.Campaign(id)
	switch {
	case err != nil:
		return err
	case c.State != CampaignDraft:
		return ErrCampaignState
	case c.Revision != revision:
		return ErrChanged
	}
	c.Count = &n
	return tx.putCampaign(c)
}

// Recipients is who is invited to c: its audience as far as c.By may write to it.
func (c *Campaign) Recipients() Audience {
	return Audience{Op: And, Of: []Audience{c.Audience, c.Scope.Audience()}}
}
