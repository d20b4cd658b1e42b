package store

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Campaign puts one form before people for a while: it says who is asked, how
// much is known of who answers, and until when.
//
// Who is invited stands in the roll of its first broadcast, who has begun and
// finished in participation.go, the answers in draft.go and response.go.
//
//	campaign        ID → Campaign
//	campaign_code   Code → ID
//	campaign_live   ID → mark, of those that are planned or running
//	campaign_quota  campaign ID/number of 2 digits → how many were sent towards that quota
//	campaign_list   campaign ID/member ID → mark, of those whom its list names
type Campaign struct {
	ID      string    `json:"id"`
	Code    string    `json:"code"` // 6 characters, for people and links; unique
	Form    string    `json:"form"`
	Version int       `json:"version"` // with which one begins now
	Title   string    `json:"title"`   // for people
	By      string    `json:"by"`      // member who made it
	Area    string    `json:"area"`    // code of the unit whose staff see it; empty: everywhere
	Mode    Anonymity `json:"mode"`    // never changes once somebody could have answered

	// Audience is who is invited, as far as the Scope goes. Its Op is empty when
	// nobody is: then people come by the link.
	Audience Audience  `json:"audience,omitzero"`
	Scope    Scope     `json:"scope,omitzero"`
	Open     bool      `json:"open,omitzero"`  // whoever has the link may answer, invited or not
	Since    time.Time `json:"since,omitzero"` // answers are taken from then on; zero: as soon as it is published
	Until    time.Time `json:"until"`          // and before then

	Invite    Text    `json:"invite,omitzero"`    // what is said to those who are invited
	Remind    Text    `json:"remind,omitzero"`    // and to those who did not answer
	Reminders int     `json:"reminders,omitzero"` // how often these are reminded, at most [MaxReminders]
	Pause     int     `json:"pause,omitzero"`     // days before each reminder
	Quotas    []Quota `json:"quotas,omitzero"`    // beyond which no answers are taken

	// KeepRest says what becomes of the last answers of an anonymous campaign when
	// they are fewer than [LotSize]: they join those that were released before, or
	// where this is false, are destroyed. It is told to people before they answer.
	KeepRest bool `json:"keep_rest,omitzero"`

	// Count is what counting its audience came to while it was a draft; nil: it was
	// not counted since the draft was changed last.
	Count *AudienceCount `json:"count,omitzero"`

	State    CampaignState `json:"state"`
	Invited  string        `json:"invited,omitzero"`  // the [Broadcast] that invited; its roll says whom
	Again    []string      `json:"again,omitzero"`    // broadcasts to those whom it did not reach
	Reminded []string      `json:"reminded,omitzero"` // broadcasts that reminded, the first one first
	Created  time.Time     `json:"created"`
	Started  time.Time     `json:"started,omitzero"` // when answers were taken first
	Closed   time.Time     `json:"closed,omitzero"`
	Revision int           `json:"revision"`

	ApprovedBy string    `json:"approved_by,omitzero"` // member who agreed to its invitation and reminders; empty: nobody had to
	Approved   time.Time `json:"approved,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// Anonymity is how much is known of who answers.
type Anonymity string

const (
	Named        Anonymity = "named"        // staff see whose answers they are
	Pseudonymous Anonymity = "pseudonymous" // only this store knows: staff see a code in the place of her
	Anonymous    Anonymity = "anonymous"    // nobody does, from when she has sent them
)

// A CampaignState is how far a campaign is.
type CampaignState string

const (
	CampaignDraft   CampaignState = "draft"   // is being made
	CampaignAsked   CampaignState = "asked"   // waits until somebody else approves it: see campaign_approve.go
	CampaignPlanned CampaignState = "planned" // begins at [Campaign.Since]
	CampaignRunning CampaignState = "running" // takes answers
	CampaignClosed  CampaignState = "closed"  // takes none any more
)

// A Quota is how many responses are wanted from an area; from everywhere when its
// Area is empty. Areas without a quota have no bound.
type Quota struct {
	Area  string `json:"area,omitzero"`
	Count int    `json:"count"`
}

const (
	// MaxReminders is how often somebody is reminded of a questionnaire.
	MaxReminders = 2
	// MaxQuotas is how many quotas a campaign may have.
	MaxQuotas = 99
	// maxInvitees is how many members the list of a campaign may name.
	maxInvitees = 100_000
)

// CampaignJob is the job that opens a campaign, reminds of it and closes it; the
// Data of its rows is a [CampaignDue].
const CampaignJob = "campaign"

// A CampaignDue says what is to be done with a campaign at a time.
type CampaignDue struct {
	Campaign string       `json:"campaign"`
	What     CampaignTurn `json:"what"`
	Number   int          `json:"number,omitzero"` // CampaignReminds: which reminder, from 1
}

// A CampaignTurn is what happens to a campaign by itself.
type CampaignTurn string

const (
	CampaignOpens   CampaignTurn = "open"
	CampaignReminds CampaignTurn = "remind"
	CampaignCloses  CampaignTurn = "close"
)

// CampaignLate is how late a campaign's invitation or reminder still goes out by
// itself, as after a standstill. Closing is never too late.
const CampaignLate = 24 * time.Hour

var (
	// ErrCampaignState says that a campaign is not in the state for that.
	ErrCampaignState = errors.New("campaign is in another state")
	// ErrCampaign says that a campaign cannot be published as it is: see [Tx.PublishCampaign].
	ErrCampaign = errors.New("campaign is not complete")
	// ErrQuota says that no more answers of such people are wanted.
	ErrQuota = errors.New("quota is full")
)

type campaignRef struct {
	Campaign string `json:"campaign"`
}

type quotaCount struct {
	Sent int `json:"sent"`

	Rest jsontext.Value `json:",embed"`
}

// AddCampaign keeps c as a new draft and gives it its ID and code. c.Form,
// c.Version, c.By and c.Area must be set; the rest may follow.
func (tx *Tx) AddCampaign(c *Campaign) error {
	c.ID, c.Created, c.State, c.Revision = tx.NewID(), tx.Now, CampaignDraft, 0
	for {
		c.Code = tx.NewCode(6)
		taken, err := has(tx, "campaign_code", c.Code)
		if err != nil {
			return err
		}
		if !taken {
			break
		}
	}
	return errors.Join(put(tx, "campaign_code", c.Code, campaignRef{c.ID}), tx.putCampaign(c))
}

// Campaign returns the campaign with id, or [ErrNotFound].
func (tx *Tx) Campaign(id string) (*Campaign, error) {
	return read(tx, &tx.store.campaigns, "campaign", id, (*Campaign).clone)
}

// CampaignByCode returns the campaign with the code as people typed it, or
// [ErrNotFound].
func (tx *Tx) CampaignByCode(code string) (*Campaign, error) {
	ref, err := get[campaignRef](tx, "campaign_code", ReadCode(code))
	if err != nil {
		return nil, err
	}
	return tx.Campaign(ref.Campaign)
}

// Campaigns yields all campaigns, the latest first.
func (tx *Tx) Campaigns() iter.Seq2[*Campaign, error] {
	return tx.campaigns(tx.kv.ScanBack("campaign", "", ""))
}

// LiveCampaigns yields those that are planned or running, the latest first.
func (tx *Tx) LiveCampaigns() iter.Seq2[*Campaign, error] {
	return tx.campaigns(tx.kv.ScanBack("campaign_live", "", ""))
}

func (tx *Tx) campaigns(keys iter.Seq2[Pair, error]) iter.Seq2[*Campaign, error] {
	return func(yield func(*Campaign, error) bool) {
		for p, err := range keys {
			var c *Campaign
			if err == nil {
				c, err = tx.Campaign(p.Key)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// ChangeCampaign has change edit the campaign id, keeps the result and returns it.
// It returns [ErrChanged] when it is not at revision, and [ErrCampaignState] when
// it is closed, or waits to be approved. Of one that is not a draft any more what
// was promised and approved stays, whatever change does: the Mode and KeepRest, the
// Form, the Audience and the Scope, the words and the number of reminders. When its
// Until is moved, its end is planned anew.
func (tx *Tx) ChangeCampaign(id string, revision int, change func(*Campaign)) (*Campaign, error) {
	c, err := tx.Campaign(id)
	switch {
	case err != nil:
		return nil, err
	case c.State == CampaignClosed || c.State == CampaignAsked:
		return c, ErrCampaignState
	case c.Revision != revision:
		return c, ErrChanged
	}
	was := c.clone()
	if c.State == CampaignDraft {
		c.Count = nil
	}
	change(c)
	c.Revision++
	if was.State != CampaignDraft {
		c.Mode, c.KeepRest, c.Form, c.Audience, c.Scope = was.Mode, was.KeepRest, was.Form, was.Audience, was.Scope
		c.Invite, c.Remind, c.Reminders, c.Pause = was.Invite, was.Remind, was.Reminders, was.Pause
		if !c.Until.Equal(was.Until) {
			if err := errors.Join(tx.Done(was.due(CampaignCloses, 0, was.Until)), tx.planCampaign(c, CampaignCloses, 0, c.Until)); err != nil {
				return nil, err
			}
		}
	}
	return c, tx.putCampaign(c)
}

// PublishCampaign has the draft id begin: at its Since, or now. The invitation is
// made from then on by [Tx.TurnCampaign]. It returns [ErrCampaign] when its window
// is over, nobody could answer it, what is to be said is missing, or its numbers
// are out of bounds, the errors of [Audience.Check], and [ErrNoScope] when c.By may
// not write to those whom it invites.
func (tx *Tx) PublishCampaign(id string, revision int) (*Campaign, error) {
	c, err := tx.publishable(id, revision)
	if err != nil {
		return c, err
	}
	return tx.beginCampaign(c)
}

// publishable returns the draft id if it can be published as it is.
func (tx *Tx) publishable(id string, revision int) (*Campaign, error) {
	c, err := tx.Campaign(id)
	switch {
	case err != nil:
		return nil, err
	case c.State != CampaignDraft:
		return c, ErrCampaignState
	case c.Revision != revision:
		return c, ErrChanged
	}
	if err := c.complete(tx.Now); err != nil {
		return c, err
	}
	return c, tx.campaignScope(c)
}

// campaignScope returns [ErrNoScope] when c.By may not write to those whom c
// invites.
func (tx *Tx) campaignScope(c *Campaign) error {
	if c.Audience.Op == "" {
		return nil
	}
	return tx.wantScope(&Broadcast{By: c.By, Scope: c.Scope})
}

// beginCampaign has c, which is complete, begin.
func (tx *Tx) beginCampaign(c *Campaign) (*Campaign, error) {
	if _, err := tx.FormVersion(c.Form, c.Version); err != nil {
		return nil, err
	}
	c.State = CampaignPlanned
	c.Revision++
	if err := tx.planCampaign(c, CampaignCloses, 0, c.Until); err != nil {
		return nil, err
	}
	if c.Since.After(tx.Now) {
		return c, errors.Join(tx.planCampaign(c, CampaignOpens, 0, c.Since), tx.putCampaign(c))
	}
	return c, tx.openCampaign(c)
}

func (c *Campaign) complete(now time.Time) error {
	switch invites := c.Audience.Op != ""; {
	case !c.Until.After(now) || !c.Until.After(c.Since):
		return fmt.Errorf("%w: its window is over", ErrCampaign)
	case !invites && !c.Open:
		return fmt.Errorf("%w: nobody can answer it", ErrCampaign)
	case invites && (c.Invite["vi"] == "" || c.Reminders > 0 && c.Remind["vi"] == ""):
		return fmt.Errorf("%w: words are missing", ErrCampaign)
	case c.Mode != Named && c.Mode != Pseudonymous && c.Mode != Anonymous:
		return fmt.Errorf("%w: mode %q", ErrCampaign, c.Mode)
	case c.Reminders < 0 || c.Reminders > MaxReminders || c.Reminders > 0 && c.Pause < 1 || len(c.Quotas) > MaxQuotas:
		return fmt.Errorf("%w: a number is out of bounds", ErrCampaign)
	case invites:
		return c.Audience.Check()
	}
	return nil
}

// planCampaignReminders plans the reminders of c, which begins at begin; those that would
// come after its end are left out.
func (tx *Tx) planCampaignReminders(c *Campaign, begin time.Time) error {
	if c.Audience.Op == "" {
		return nil
	}
	for n := 1; n <= c.Reminders; n++ {
		at := begin.AddDate(0, 0, n*c.Pause)
		if !at.Before(c.Until) {
			break
		}
		if err := tx.planCampaign(c, CampaignReminds, n, at); err != nil {
			return err
		}
	}
	return nil
}

// planCampaign plans what happens to c by itself.
func (tx *Tx) planCampaign(c *Campaign, what CampaignTurn, number int, at time.Time) error {
	data, err := json.Marshal(CampaignDue{c.ID, what, number})
	if err != nil {
		return err
	}
	d := c.due(what, number, at)
	d.Data = data
	return tx.Plan(d)
}

func (c *Campaign) due(what CampaignTurn, number int, at time.Time) *Due {
	d := &Due{ID: fmt.Sprintf("campaign/%s/%s/%d", what, c.ID, number), At: at, Until: at.Add(CampaignLate), Job: CampaignJob}
	switch {
	case what == CampaignCloses:
		d.Until = at.AddDate(100, 0, 0)
	case d.Until.After(c.Until):
		d.Until = c.Until
	}
	return d
}

// TurnCampaign does what is due with a campaign. What is over, closed or done
// already changes nothing.
func (tx *Tx) TurnCampaign(d CampaignDue) error {
	c, err := tx.Campaign(d.Campaign)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case d.What == CampaignOpens && c.State == CampaignPlanned && tx.Now.Before(c.Since):
		return nil // it was planned anew
	case d.What == CampaignOpens && c.State == CampaignPlanned:
		switch err := tx.campaignScope(c); {
		case errors.Is(err, ErrNoScope):
			return tx.haltCampaign(c, CampaignNoScope)
		case err != nil:
			return err
		}
		return tx.openCampaign(c)
	case d.What == CampaignReminds && c.State == CampaignRunning && len(c.Reminded) < d.Number:
		_, err := tx.RemindCampaign(c)
		switch {
		case errors.Is(err, ErrNoScope):
			return tx.tellCampaign(c, CampaignNoReminder)
		case errors.Is(err, ErrReminded), errors.Is(err, ErrCampaignState):
			return nil
		}
		return err
	case d.What == CampaignCloses && (c.State == CampaignRunning || c.State == CampaignPlanned) && !tx.Now.Before(c.Until):
		c, err := tx.CloseCampaign(c.ID)
		if err != nil {
			return err
		}
		return tx.tellCampaign(c, CampaignOver)
	}
	return nil
}

// openCampaign lets c take answers, invites, and plans the reminders.
func (tx *Tx) openCampaign(c *Campaign) error {
	c.State, c.Started = CampaignRunning, tx.Now
	if err := tx.planCampaignReminders(c, tx.Now); err != nil {
		return err
	}
	if c.Audience.Op != "" {
		b, err := tx.campaignBroadcast(c, c.By, c.Audience, c.Invite, "")
		if err != nil {
			return err
		}
		c.Invited = b.ID
	}
	return tx.putCampaign(c)
}

// RemindCampaign writes to those whom c has invited and who have not answered when
// their turn comes. It returns [ErrReminded] when that was done [MaxReminders]
// times, [ErrCampaignState] when c takes no answers or has invited nobody, and
// [ErrNoScope] when c.By may not write to them any more.
func (tx *Tx) RemindCampaign(c *Campaign) (*Broadcast, error) {
	return tx.RemindCampaignBy(c, c.By)
}

// RemindCampaignBy is [Tx.RemindCampaign] in the name of the member by.
func (tx *Tx) RemindCampaignBy(c *Campaign, by string) (*Broadcast, error) {
	switch {
	case c.State != CampaignRunning || c.Invited == "":
		return nil, ErrCampaignState
	case len(c.Reminded) >= MaxReminders:
		return nil, ErrReminded
	}
	words := c.Remind
	if words["vi"] == "" {
		words = c.Invite
	}
	b, err := tx.campaignBroadcast(c, by, Audience{Op: NotAnswered, ID: c.ID}, words, c.Invited)
	if err != nil {
		return nil, err
	}
	c.Reminded = append(c.Reminded, b.ID)
	return b, tx.putCampaign(c)
}

// campaignBroadcast has a broadcast of c begin. Where it needs somebody's approval,
// c has it.
func (tx *Tx) campaignBroadcast(c *Campaign, by string, to Audience, words Text, follows string) (*Broadcast, error) {
	b := &Broadcast{
		By: by, Text: maps.Clone(words), Campaign: c.ID, Title: c.Title, Follows: follows,
		Audience: to, Scope: c.Scope, ApprovedBy: c.ApprovedBy, Approved: c.Approved,
	}
	if err := tx.sendable(b); err != nil { // before anything is kept of what is not sent
		return nil, err
	}
	if err := tx.AddBroadcast(b); err != nil {
		return nil, err
	}
	return tx.SendBroadcast(b.ID, false)
}

// CloseCampaign ends the campaign id: no answers are taken from now on, nobody is
// invited or reminded any more, and of an
// anonymous one those that wait are released or destroyed, as was said. What
// people have begun and not sent is deleted some days later by [Tx.ForgetDrafts].
// It returns [ErrCampaignState] when it is a draft or closed already.
func (tx *Tx) CloseCampaign(id string) (*Campaign, error) {
	c, err := tx.Campaign(id)
	if err != nil {
		return nil, err
	}
	if c.State != CampaignRunning && c.State != CampaignPlanned {
		return c, ErrCampaignState
	}
	c.State, c.Closed = CampaignClosed, tx.Now
	c.Revision++
	for _, id := range c.broadcasts() { // nobody is invited to what is over
		if _, err := tx.CancelBroadcast(id); err != nil && !errors.Is(err, ErrBroadcastState) {
			return nil, err
		}
	}
	if c.Mode == Anonymous {
		if err := tx.settleBox(c); err != nil {
			return nil, err
		}
	}
	return c, tx.putCampaign(c)
}

// DeleteCampaign removes the draft id. It returns [ErrCampaignState] when it is no
// draft any more.
func (tx *Tx) DeleteCampaign(id string) error {
	c, err := tx.Campaign(id)
	if err != nil {
		return err
	}
	if c.State != CampaignDraft {
		return ErrCampaignState
	}
	if _, err := tx.deleteRange("campaign_list", id+"/", after(id+"/"), maxInvitees); err != nil {
		return err
	}
	return errors.Join(tx.kv.Delete("campaign_code", c.Code), tx.kv.Delete("campaign", c.ID))
}

// ListMember puts the member on the list of the campaign, which an [Audience] with
// the operation [InList] means.
func (tx *Tx) ListMember(campaign, member string) error {
	return tx.kv.Put("campaign_list", campaign+"/"+member, mark)
}

// ClearList takes everybody off the list of the campaign.
func (tx *Tx) ClearList(campaign string) error {
	_, err := tx.deleteRange("campaign_list", campaign+"/", after(campaign+"/"), maxInvitees)
	return err
}

// Listed yields the members on the list of the campaign, in the order of their ids.
func (tx *Tx) Listed(campaign string) iter.Seq2[string, error] {
	return tx.keysFrom("campaign_list", campaign+"/", "")
}

// Takes says whether c takes answers at now.
func (c *Campaign) Takes(now time.Time) bool {
	return c.State == CampaignRunning && now.Before(c.Until)
}

// MayAnswer says whether the member may answer c: it is open, she was invited to
// it, or has begun already.
func (tx *Tx) MayAnswer(c *Campaign, member string) (bool, error) {
	if c.Open {
		return true, nil
	}
	if p, err := tx.Participation(c.ID, member); err == nil || !errors.Is(err, ErrNotFound) {
		return err == nil && p.State != "", err
	}
	if c.Invited == "" {
		return false, nil
	}
	bin, err := tx.BinOf(c.Invited, member)
	return bin != 0 && bin != BinWithdrawn, err
}

// quotasOf are the numbers of the quotas of c to which somebody from the area
// counts.
func (tx *Tx) quotasOf(c *Campaign, area string) ([]int, error) {
	var all []int
	for i, q := range c.Quotas {
		in, err := tx.livesIn(area, q.Area)
		if err != nil {
			return nil, err
		}
		if in {
			all = append(all, i)
		}
	}
	return all, nil
}

// QuotaSent is how many responses were sent towards the quota of c with that
// number, from 0.
func (tx *Tx) QuotaSent(c *Campaign, number int) (int, error) {
	n, err := get[quotaCount](tx, "campaign_quota", quotaKey(c.ID, number))
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return n.Sent, nil
}

// Wanted returns [ErrQuota] when no more answers are wanted from the area.
func (tx *Tx) Wanted(c *Campaign, area string) error {
	return tx.countQuotas(c, area, false)
}

// countQuotas counts one more response from the area, when count is set, unless a
// quota is full.
func (tx *Tx) countQuotas(c *Campaign, area string, count bool) error {
	numbers, err := tx.quotasOf(c, area)
	if err != nil {
		return err
	}
	for _, i := range numbers {
		sent, err := tx.QuotaSent(c, i)
		if err != nil {
			return err
		}
		if sent >= c.Quotas[i].Count {
			return ErrQuota
		}
		if count {
			if err := put(tx, "campaign_quota", quotaKey(c.ID, i), quotaCount{Sent: sent + 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// uncountQuotas takes one response from the area back.
func (tx *Tx) uncountQuotas(c *Campaign, area string) error {
	numbers, err := tx.quotasOf(c, area)
	if err != nil {
		return err
	}
	for _, i := range numbers {
		sent, err := tx.QuotaSent(c, i)
		if err != nil {
			return err
		}
		if err := put(tx, "campaign_quota", quotaKey(c.ID, i), quotaCount{Sent: max(0, sent-1)}); err != nil {
			return err
		}
	}
	return nil
}

func quotaKey(campaign string, number int) string { return fmt.Sprintf("%s/%02d", campaign, number) }

// audienceNotAnswered yields those whom the campaign id has invited and who have
// not answered it, in their order.
func (tx *Tx) audienceNotAnswered(id, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		c, err := tx.Campaign(id)
		if errors.Is(err, ErrNotFound) || err == nil && c.Invited == "" {
			return
		}
		if err != nil {
			yield("", err)
			return
		}
		r := tx.Roll(&Broadcast{ID: c.Invited})
		for part, err := range tx.keysFrom("broadcast_part", c.Invited+"/", "") {
			var s *sheet
			if err == nil {
				s, err = r.sheet(part)
			}
			if err == nil {
				err = r.readMembers(part, s)
			}
			if err != nil {
				yield("", err)
				return
			}
			delete(r.sheets, part)
			at, _ := slices.BinarySearch(s.members, from)
			for i := at; i < len(s.members); i++ {
				open := false
				if Bin(s.bins[i]) != BinWithdrawn {
					open, err = tx.unanswered(id, s.members[i])
				}
				if err == nil && !open {
					continue
				}
				if !yield(s.members[i], err) || err != nil {
					return
				}
			}
		}
	}
}

// notAnswered says whether the member is among those of audienceNotAnswered.
func (tx *Tx) notAnswered(id, member string) (bool, error) {
	c, err := tx.Campaign(id)
	if errors.Is(err, ErrNotFound) || err == nil && c.Invited == "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if bin, err := tx.BinOf(c.Invited, member); err != nil || bin == 0 || bin == BinWithdrawn {
		return false, err
	}
	return tx.unanswered(id, member)
}

// unanswered says whether the member may still answer the campaign.
func (tx *Tx) unanswered(campaign, member string) (bool, error) {
	p, err := tx.Participation(campaign, member)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return err == nil && p.State == PartBegun, err
}

// stillAsked says whether the member may still answer the campaign to which b
// invites, and an answer of hers is wanted. Who came by the link before the letter
// has reached her needs none.
func (tx *Tx) stillAsked(b *Broadcast, member string) (bool, error) {
	if b.Campaign == "" {
		return true, nil
	}
	c, err := tx.Campaign(b.Campaign)
	if err != nil || !c.Takes(tx.Now) {
		return false, err
	}
	open, err := tx.unanswered(c.ID, member)
	if err != nil || !open || len(c.Quotas) == 0 {
		return open, err
	}
	m, err := tx.Member(member)
	if err != nil {
		return false, err
	}
	err = tx.Wanted(c, m.Area)
	if errors.Is(err, ErrQuota) {
		return false, nil
	}
	return err == nil, err
}

// putCampaign keeps c, and whether it is live.
func (tx *Tx) putCampaign(c *Campaign) error {
	if err := write(tx, &tx.store.campaigns, "campaign", c.ID, c, (*Campaign).clone); err != nil {
		return err
	}
	if c.Live() {
		return tx.kv.Put("campaign_live", c.ID, mark)
	}
	return tx.kv.Delete("campaign_live", c.ID)
}

// Live says whether c is planned or running.
func (c *Campaign) Live() bool { return c.State == CampaignPlanned || c.State == CampaignRunning }

func (c *Campaign) clone() *Campaign {
	d := *c
	d.Invite, d.Remind = maps.Clone(c.Invite), maps.Clone(c.Remind)
	d.Audience = c.Audience.clone()
	d.Scope = Scope{slices.Clone(c.Scope.Areas), slices.Clone(c.Scope.Clubs), slices.Clone(c.Scope.Trainings)}
	d.Quotas, d.Again, d.Reminded = slices.Clone(c.Quotas), slices.Clone(c.Again), slices.Clone(c.Reminded)
	if c.Count != nil {
		n := *c.Count
		d.Count = &n
	}
	return &d
}
