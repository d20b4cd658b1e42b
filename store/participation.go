package store

import (
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Participation is how far a member has come with a campaign. That there is one
// of each member is why she answers once.
//
// Of an anonymous campaign it says from when she has sent her answers only that
// she has: no time, and nothing that leads to them.
//
//	participation     campaign ID/member ID → Participation
//	participation_of  member ID/campaign ID → mark
type Participation struct {
	Campaign string    `json:"campaign"`
	Member   string    `json:"member"`
	State    PartState `json:"state"`
	Area     string    `json:"area,omitzero"`     // code of the unit where she lived when she began
	Draft    string    `json:"draft,omitzero"`    // id of what she has begun, or is changing
	Response string    `json:"response,omitzero"` // id of what she has sent; empty in an anonymous campaign
	Begun    time.Time `json:"begun,omitzero"`
	Ended    time.Time `json:"ended,omitzero"` // when she sent, or said no

	Rest jsontext.Value `json:",embed"`
}

// A PartState is how far somebody has come.
type PartState string

const (
	PartBegun   PartState = "begun"
	PartSent    PartState = "sent"
	PartRefused PartState = "refused" // she does not want to answer
	PartFull    PartState = "full"    // no more answers of such people were wanted
)

// Participation returns how far the member has come with the campaign, or
// [ErrNotFound] when she has done nothing.
func (tx *Tx) Participation(campaign, member string) (*Participation, error) {
	return get[Participation](tx, "participation", campaign+"/"+member)
}

// Participations yields all of a campaign, in the order of the members' ids.
func (tx *Tx) Participations(campaign string) iter.Seq2[*Participation, error] {
	return each[Participation](tx, "participation", campaign+"/", after(campaign+"/"))
}

// ParticipationsOf yields those of a member, the latest campaign first.
func (tx *Tx) ParticipationsOf(member string) iter.Seq2[*Participation, error] {
	return func(yield func(*Participation, error) bool) {
		prefix := member + "/"
		for p, err := range tx.kv.ScanBack("participation_of", prefix, after(prefix)) {
			var part *Participation
			if err == nil {
				part, err = tx.Participation(p.Key[len(prefix):], member)
			}
			if !yield(part, err) || err != nil {
				return
			}
		}
	}
}

// RefuseCampaign keeps that the member does not want to answer c, and deletes what
// she has begun, with its traces where c is anonymous; the database file is wiped of
// it soon. It returns [ErrAnswered] when she has sent her answers.
func (tx *Tx) RefuseCampaign(c *Campaign, m *Member) error {
	p, err := tx.Participation(c.ID, m.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		p = &Participation{Campaign: c.ID, Member: m.ID, Area: m.Area}
	case err != nil:
		return err
	case p.State == PartSent:
		return ErrAnswered
	case p.State == PartRefused:
		return nil
	}
	if p.Draft != "" {
		d, err := tx.Draft(c.ID, p.Draft)
		if err != nil {
			return err
		}
		if err := errors.Join(tx.WipeTraces(d), tx.deleteDraft(c.ID, d.ID), tx.planScrub()); err != nil {
			return err
		}
		p.Draft = ""
	}
	p.State, p.Ended = PartRefused, tx.Now
	return tx.putParticipation(p)
}

func (tx *Tx) putParticipation(p *Participation) error {
	return errors.Join(
		put(tx, "participation", p.Campaign+"/"+p.Member, p),
		tx.kv.Put("participation_of", p.Member+"/"+p.Campaign, mark),
	)
}

func (tx *Tx) deleteParticipation(p *Participation) error {
	return errors.Join(
		tx.kv.Delete("participation", p.Campaign+"/"+p.Member),
		tx.kv.Delete("participation_of", p.Member+"/"+p.Campaign),
	)
}

// leaveCampaigns deletes what the member, who goes, has answered. What nobody knows
// to be hers stays.
func (tx *Tx) leaveCampaigns(member string) error {
	var hers []*Participation
	for p, err := range tx.ParticipationsOf(member) {
		if err != nil {
			return err
		}
		hers = append(hers, p)
	}
	for _, p := range hers {
		if err := tx.dropAnswers(p); err != nil {
			return err
		}
		if err := tx.deleteParticipation(p); err != nil {
			return err
		}
	}
	return tx.dropDraftsBy(member)
}

// dropAnswers deletes what was begun and sent under p.
func (tx *Tx) dropAnswers(p *Participation) error {
	if p.Draft != "" {
		if err := tx.deleteDraft(p.Campaign, p.Draft); err != nil {
			return err
		}
	}
	if p.Response == "" {
		return nil
	}
	c, err := tx.Campaign(p.Campaign)
	if err != nil {
		return err
	}
	return tx.deleteResponse(c, p.Response)
}

// mergeCampaigns makes keep's what gone has begun and answered. Where both have,
// one of them stays: what was sent before what was begun, what was sent first, and
// otherwise keep's own.
func (tx *Tx) mergeCampaigns(keep, gone *Member) error {
	var theirs []*Participation
	for p, err := range tx.ParticipationsOf(gone.ID) {
		if err != nil {
			return err
		}
		theirs = append(theirs, p)
	}
	for _, p := range theirs {
		hers, err := tx.Participation(p.Campaign, keep.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		stays, goes := hers, p
		if hers == nil || p.before(hers) {
			stays, goes = p, hers
		}
		if goes != nil {
			if err := tx.dropAnswers(goes); err != nil {
				return err
			}
		}
		if err := tx.deleteParticipation(p); err != nil {
			return err
		}
		if stays.Member == gone.ID {
			if err := tx.passAnswers(stays, keep.ID); err != nil {
				return err
			}
			stays.Member = keep.ID
		}
		if err := tx.putParticipation(stays); err != nil {
			return err
		}
	}
	return tx.passDraftsBy(gone.ID, keep.ID)
}

// before says whether p stays rather than o when two members become one.
func (p *Participation) before(o *Participation) bool {
	rank := map[PartState]int{PartSent: 3, PartBegun: 2, PartRefused: 1}
	if rank[p.State] != rank[o.State] {
		return rank[p.State] > rank[o.State]
	}
	return p.State == PartSent && p.Ended.Before(o.Ended)
}

// passAnswers makes what was begun and sent under p the member keep's.
func (tx *Tx) passAnswers(p *Participation, keep string) error {
	if p.Draft != "" {
		d, err := tx.Draft(p.Campaign, p.Draft)
		if err != nil {
			return err
		}
		if err := tx.kv.Delete("draft_of", d.holder()+"/"+d.ID); err != nil {
			return err
		}
		d.Member = keep
		if err := errors.Join(tx.putDraft(d), tx.holdDraft(d)); err != nil {
			return err
		}
	}
	if p.Response == "" {
		return nil
	}
	r, err := get[Response](tx, "response", p.Campaign+"/"+p.Response)
	if err != nil || r.Member == "" {
		return err
	}
	r.Member = keep
	return put(tx, "response", r.Campaign+"/"+r.ID, r)
}
