package flows

import (
	"errors"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// This file is what a letter that invites to a questionnaire says, and what its
// buttons do. They belong to no question: they work for as long as the message
// stands on her phone. Where a network has no buttons, the same words are typed.

// What the buttons of an invitation do.
const (
	inviteAnswer = "answer"
	inviteLater  = "later"
	inviteRefuse = "refuse"
)

// answerFlow is the flow in which somebody answers a campaign; its note is the id
// of the campaign.
const answerFlow = "form_answer"

// inviteHead begins the token of an invitation.
const inviteHead = "q"

// inviteToken is what the buttons carry that a member gets with an invitation to
// the campaign.
func inviteToken(campaign, member string) string { return inviteHead + campaign + member }

// readInviteToken takes the token of an invitation apart.
func readInviteToken(token string) (campaign, member string, ok bool) {
	if len(token) != len(inviteHead)+2*idLength || token[:1] != inviteHead {
		return "", "", false
	}
	return token[1 : 1+idLength], token[1+idLength:], true
}

// addInvitation gives m the buttons of the campaign to which b invites the member.
// Whoever passes it on to her gets none: nobody answers for another by herself.
func addInvitation(p *locales.Printer, m *store.Message, b *store.Broadcast, member string) {
	if b.Campaign == "" {
		return
	}
	m.Layout, m.Token = store.Inline, inviteToken(b.Campaign, member)
	m.Choices = []store.Choice{
		{ID: inviteAnswer, Label: p.T("campaign.letter_answer"), Kind: store.Standing, Wide: true},
		{ID: inviteLater, Label: p.T("campaign.letter_later"), Kind: store.Standing},
		{ID: inviteRefuse, Label: p.T("campaign.letter_refuse"), Kind: store.Standing},
	}
}

// invitationHead is what stands at the head of a letter that invites to a campaign.
func invitationHead(p *locales.Printer, b *store.Broadcast) string {
	switch {
	case b.Campaign == "":
		return ""
	case b.Audience.Op == store.NotAnswered:
		return p.T("campaign.letter_remind", "title", b.Title) + "\n\n"
	}
	return p.T("campaign.letter_head", "title", b.Title) + "\n\n"
}

// invitationFacts is what such a letter says below its text, as things are now: how
// long it takes, until when, and who will know her answers.
func invitationFacts(tx *store.Tx, p *locales.Printer, zone *time.Location, b *store.Broadcast) (string, error) {
	if b.Campaign == "" {
		return "", nil
	}
	c, err := tx.Campaign(b.Campaign)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	v, err := tx.FormVersion(c.Form, c.Version)
	if err != nil {
		return "", err
	}
	facts := ""
	if minutes := campaignMinutes(v); minutes > 0 {
		facts = "\n" + p.T("campaign.letter_minutes", "n", minutes)
	}
	return "\n" + facts + "\n" + p.T("campaign.letter_until", "time", p.When(c.Until.In(zone))) + "\n" + p.T("campaign.letter_"+string(c.Mode)), nil
}

// campaignMinutes is about how many minutes the version takes to answer; 0: it is
// not known.
func campaignMinutes(v *store.FormVersion) int { return (v.Seconds + 59) / 60 }

// tappedInvitation takes the tap on a button of an invitation, and says whether it
// was one. The same one pressed twice at once counts once.
func (t *Turn) tappedInvitation() (bool, error) {
	tap := t.Input.Tap
	id, member, ok := readInviteToken(tap.Token)
	if !ok {
		return false, nil
	}
	if l := t.conv.Last; l != nil && l.Token == tap.Token && l.ID == tap.ID && t.Input.At.Sub(l.At).Abs() <= 5*doubleTap {
		return true, nil
	}
	t.conv.Last = &store.LastTap{Token: tap.Token, ID: tap.ID, At: t.Input.At}
	c, err := t.Campaign(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (c.State == store.CampaignDraft || c.State == store.CampaignAsked) {
		t.Say("campaign.letter_preview")
		return true, nil
	}
	if err != nil {
		return true, err
	}
	m, err := t.invitedFor(member)
	if err != nil {
		return true, err
	}
	return true, t.answerInvitation(c, m, tap.ID)
}

// invitedFor is for whom she taps on the invitation to the member: one who shares
// her phone, or else herself. One whose phone it is not decides for nobody.
func (t *Turn) invitedFor(member string) (*store.Member, error) {
	if member == t.Member.ID || !slices.Contains(t.Contact.Members, member) {
		return t.Member, nil
	}
	m, err := t.Tx.Member(member)
	if errors.Is(err, store.ErrNotFound) {
		return t.Member, nil
	}
	return m, err
}

// answerInvitation does for m what the button says.
func (t *Turn) answerInvitation(c *store.Campaign, m *store.Member, what string) error {
	may, err := t.MayAnswer(c, m.ID)
	if err != nil {
		return err
	}
	switch {
	case !c.Takes(t.Now):
		t.Say("campaign.letter_over")
		return nil
	case !may:
		t.Say("campaign.letter_not_hers")
		return nil
	}
	switch what {
	case inviteLater:
		t.Say("campaign.letter_kept", "time", t.When(t.Local(c.Until)))
		return nil
	case inviteRefuse:
		return t.refuseInvitation(c, m, t.begin)
	}
	if m.ID != t.Member.ID {
		if err := t.SpeakAs(m); err != nil {
			return err
		}
	}
	return t.begin(answerFlow, c.ID)
}

// refuseInvitation keeps that m does not want to answer c. Of what she has begun she
// is asked first, in the flow that enter goes into: it would be deleted.
func (t *Turn) refuseInvitation(c *store.Campaign, m *store.Member, enter func(flow string, note any) error) error {
	p, err := t.Participation(c.ID, m.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case p.State == store.PartSent:
		t.Say("campaign.letter_answered")
		return nil
	case p.Draft != "":
		return enter("campaign_refuse", refuseNote{c.ID, m.ID})
	}
	if err := t.RefuseCampaign(c, m); err != nil {
		return err
	}
	t.Say("campaign.letter_refused")
	return nil
}

// A refuseNote says who is about to refuse which campaign.
type refuseNote struct {
	Campaign string `json:"campaign"`
	Member   string `json:"member"`
}

// campaignRefuse asks whether what she has begun may be deleted.
func campaignRefuse() *Flow {
	return &Flow{
		Name:  "campaign_refuse",
		Aside: true,
		Steps: []Step{{Name: "sure", Ask: askRefuse, Take: takeRefuse}},
	}
}

func askRefuse(t *Turn) error {
	t.Say("campaign.refuse_sure")
	t.Offer(Option{ID: "yes", Label: "campaign.refuse_yes", Wide: true}, Option{ID: "no", Label: "campaign.refuse_no", Wide: true})
	return nil
}

func takeRefuse(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Return(nil)
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	var n refuseNote
	t.Get("campaign_refuse", &n)
	c, err := t.Campaign(n.Campaign)
	if err != nil {
		return err
	}
	m := t.Member
	if n.Member != m.ID && slices.Contains(t.Contact.Members, n.Member) {
		if m, err = t.Tx.Member(n.Member); err != nil {
			return err
		}
	}
	switch err := t.RefuseCampaign(c, m); {
	case errors.Is(err, store.ErrAnswered):
		t.Say("campaign.letter_answered")
	case err != nil:
		return err
	default:
		t.Say("campaign.letter_refused")
	}
	return t.Return(nil)
}

// inviteWord does what a button of an invitation does, by the word that stands on
// it: for the latest campaign that she may still answer.
func inviteWord(what string) *Flow {
	return &Flow{
		Name:     "campaign_" + what + "_word",
		Triggers: []string{"campaign.letter_" + what},
		Aside:    what != inviteAnswer,
		Steps: []Step{{
			Name: "answer",
			Ask: func(t *Turn) error {
				c, err := t.latestInvitation()
				switch {
				case err != nil:
					return err
				case c == nil:
					t.Say("campaign.letter_none")
				case what == inviteAnswer:
					return t.Start(answerFlow, c.ID)
				default:
					return t.refuseInvitation(c, t.Member, t.Start)
				}
				if what == inviteAnswer {
					return t.End()
				}
				return nil
			},
		}},
	}
}

// latestInvitation is the latest campaign that she was invited to and has not
// answered; nil: there is none.
func (t *Turn) latestInvitation() (*store.Campaign, error) {
	for c, err := range t.LiveCampaigns() {
		if err != nil {
			return nil, err
		}
		if !c.Takes(t.Now) || c.Invited == "" {
			continue
		}
		if asked, err := t.Meant(store.Audience{Op: store.NotAnswered, ID: c.ID}, t.Member.ID); err != nil || asked {
			return c, err
		}
	}
	return nil, nil
}
