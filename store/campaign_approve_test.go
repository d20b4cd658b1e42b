package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"chihai/store"
)

// survey makes a draft of a campaign of the officer to the commune 31 that is open
// for ten days.
func (p *parish) survey(set func(*store.Campaign)) *store.Campaign {
	p.t.Helper()
	var c *store.Campaign
	p.update(func(tx *store.Tx) error {
		f := &store.Form{Name: "mau", Area: "92", By: p.officer}
		v := &store.FormVersion{Title: "Nuôi con dưới 36 tháng", By: p.officer}
		if err := tx.AddForm(f, v, store.File{Name: "mau.xlsx", Type: "application/zip"}, []byte("PK"), []byte(`{}`)); err != nil {
			return err
		}
		c = &store.Campaign{
			Form: f.ID, Version: 1, Title: v.Title, By: p.officer, Area: "92", Mode: store.Named,
			Audience: store.Audience{Op: store.InArea, ID: "31"}, Scope: store.Scope{Areas: []string{"92"}},
			Until: p.now.AddDate(0, 0, 10), Reminders: 2, Pause: 3,
			Invite: store.Text{"vi": "Mời trả lời"}, Remind: store.Text{"vi": "Nhắc trả lời"},
		}
		if set != nil {
			set(c)
		}
		return tx.AddCampaign(c)
	})
	return c
}

// runningSurvey publishes one and puts all women down as invited.
func (p *parish) runningSurvey(set func(*store.Campaign)) *store.Campaign {
	p.t.Helper()
	c := p.survey(set)
	p.update(func(tx *store.Tx) (err error) {
		if c, err = tx.PublishCampaign(c.ID, 0); err != nil {
			return err
		}
		b, err := tx.Broadcast(c.Invited)
		if err != nil {
			return err
		}
		return tx.Freeze(b, p.women, "")
	})
	return c
}

// What somebody else has to approve begins when she does, and not before; the one
// who made it may not.
func TestApproveCampaign(t *testing.T) {
	p := newParish(t, 3)
	c := p.survey(nil)
	p.update(func(tx *store.Tx) error {
		var err error
		if c, err = tx.AskCampaign(c.ID, 0); err != nil || c.State != store.CampaignAsked {
			return fmt.Errorf("asked: %v, %v", c.State, err)
		}
		if _, err := tx.ApproveCampaign(c.ID, p.officer); !errors.Is(err, store.ErrOwnBroadcast) {
			return fmt.Errorf("approved her own: %v", err)
		}
		if _, err := tx.ChangeCampaign(c.ID, c.Revision, func(*store.Campaign) {}); !errors.Is(err, store.ErrCampaignState) {
			return fmt.Errorf("changed while it is looked at: %v", err)
		}
		if c, err = tx.ReturnCampaign(c.ID); err != nil || c.State != store.CampaignDraft {
			return fmt.Errorf("returned: %v, %v", c.State, err)
		}
		if c, err = tx.AskCampaign(c.ID, c.Revision); err != nil {
			return err
		}
		if c, err = tx.ApproveCampaign(c.ID, "somebody"); err != nil {
			return err
		}
		b, err := tx.Broadcast(c.Invited)
		if err != nil {
			return err
		}
		if c.State != store.CampaignRunning || b.State != store.Freezing || b.ApprovedBy != "somebody" {
			return fmt.Errorf("%s; its invitation %s, approved by %q", c.State, b.State, b.ApprovedBy)
		}
		if _, err := tx.ApproveCampaign(c.ID, "another"); !errors.Is(err, store.ErrCampaignState) {
			return fmt.Errorf("approved twice: %v", err)
		}
		return nil
	})
}

// What was approved and promised cannot be changed afterwards; the end can.
func TestPublishedCampaignStays(t *testing.T) {
	p := newParish(t, 2)
	c := p.runningSurvey(nil)
	p.update(func(tx *store.Tx) error {
		now, err := tx.ChangeCampaign(c.ID, c.Revision, func(c *store.Campaign) {
			c.Mode, c.KeepRest, c.Reminders, c.Scope, c.Remind["vi"] = store.Anonymous, true, 1, store.Scope{}, "Khác"
			c.Until = c.Until.AddDate(0, 0, 1)
		})
		if err != nil {
			return err
		}
		if now.Mode != store.Named || now.KeepRest || now.Reminders != 2 || now.Scope.None() || now.Remind["vi"] != "Nhắc trả lời" {
			t.Errorf("it has become %+v", now)
		}
		if !now.Until.Equal(c.Until.AddDate(0, 0, 1)) {
			t.Errorf("it ends %v", now.Until)
		}
		return nil
	})
}

// A letter reaches nobody who has answered, refused or does not belong to it any
// more, whose answers are not wanted, or after the end.
func TestStillAsked(t *testing.T) {
	p := newParish(t, 6)
	c := p.runningSurvey(func(c *store.Campaign) { c.Quotas = []store.Quota{{Area: "32", Count: 1}} })
	sent, refused, moved, out, full := p.women[0], p.women[1], p.women[2], p.women[3], p.women[4]
	p.change(moved, func(m *store.Member) { m.Area = "" })
	p.change(out, func(m *store.Member) { m.OptedOut = p.now })
	p.change(full, func(m *store.Member) { m.Area = "32" })
	p.update(func(tx *store.Tx) error {
		d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: sent, How: store.InPerson, Area: "32"})
		if err != nil {
			return err
		}
		if _, err := tx.SendAnswers(d, []byte(`{}`), []byte(`{}`)); err != nil {
			return err
		}
		m, err := tx.Member(refused)
		if err != nil {
			return err
		}
		return tx.RefuseCampaign(c, m)
	})
	meant := func() (got string) {
		p.update(func(tx *store.Tx) error {
			got = ""
			b, err := tx.Broadcast(c.Invited)
			if err != nil {
				return err
			}
			reminder := *b
			reminder.Audience, reminder.Follows = store.Audience{Op: store.NotAnswered, ID: c.ID}, b.ID
			for i, m := range p.women {
				for _, b := range []*store.Broadcast{b, &reminder} {
					is, err := tx.StillMeant(b, m)
					if err != nil {
						return err
					}
					if is {
						got += fmt.Sprint(i, " ")
					}
				}
			}
			return nil
		})
		return got
	}
	// One who has moved stays among those who were invited; the audience of the
	// invitation itself is asked where she lives now.
	if got, want := meant(), "5 5 "; got != want {
		t.Errorf("asked: %q, want %q", got, want)
	}
	p.now = c.Until
	if got := meant(); got != "" {
		t.Errorf("asked after the end: %q", got)
	}
}

// Closing calls off what is still on its way.
func TestCloseCampaignCallsOff(t *testing.T) {
	p := newParish(t, 3)
	c := p.runningSurvey(nil)
	p.update(func(tx *store.Tx) error {
		if busy, err := tx.CampaignBusy(c); err != nil || !busy {
			return fmt.Errorf("busy: %v, %v", busy, err)
		}
		if _, err := tx.CloseCampaign(c.ID); err != nil {
			return err
		}
		b, err := tx.Broadcast(c.Invited)
		if err == nil && b.State != store.Cancelled {
			err = fmt.Errorf("the invitation is %s", b.State)
		}
		return err
	})
}

// Whoever's role has ended invites and reminds nobody: others who are staff there
// hear of it, and go on in their own name.
func TestCampaignWithoutRole(t *testing.T) {
	p := newParish(t, 3)
	var other string
	p.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", "other")
		if err != nil {
			return err
		}
		other = m.ID
		return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"})
	})
	begin := p.now.AddDate(0, 0, 1)
	planned := p.survey(func(c *store.Campaign) { c.Since = begin })
	running := p.runningSurvey(nil)
	p.update(func(tx *store.Tx) error {
		if _, err := tx.PublishCampaign(planned.ID, 0); err != nil {
			return err
		}
		_, err := tx.Revoke(p.officer, "")
		return err
	})
	p.now = begin
	p.update(func(tx *store.Tx) error {
		err := errors.Join(
			tx.TurnCampaign(store.CampaignDue{Campaign: planned.ID, What: store.CampaignOpens}),
			tx.TurnCampaign(store.CampaignDue{Campaign: running.ID, What: store.CampaignReminds, Number: 1}),
		)
		if err != nil {
			return err
		}
		c, err := tx.Campaign(planned.ID)
		if err != nil {
			return err
		}
		if c.State != store.CampaignDraft || c.Invited != "" {
			t.Errorf("it is %s and has invited by %q", c.State, c.Invited)
		}
		told := map[string]bool{}
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			if d.Kind() == "campaign/told" {
				if d.Member != other {
					t.Errorf("%s is told", d.Member)
				}
				told[string(d.Data)] = true
			}
		}
		if len(told) != 2 {
			t.Errorf("%d things were told", len(told))
		}
		c, err = tx.Campaign(running.ID)
		if err != nil {
			return err
		}
		if len(c.Reminded) != 0 {
			t.Errorf("reminded by %v", c.Reminded)
		}
		b, err := tx.RemindCampaignBy(c, other)
		if err == nil && b.By != other {
			t.Errorf("reminded in the name of %s", b.By)
		}
		return err
	})
}

// A campaign that was to begin while the bot was away for long is a draft again,
// and its maker hears of it. One that was put off meanwhile is left alone.
func TestMissCampaign(t *testing.T) {
	p := newParish(t, 1)
	c := p.survey(func(c *store.Campaign) { c.Since = p.now.Add(time.Hour) })
	p.update(func(tx *store.Tx) error {
		if _, err := tx.PublishCampaign(c.ID, 0); err != nil {
			return err
		}
		return tx.MissCampaign(store.CampaignDue{Campaign: c.ID, What: store.CampaignOpens}) // it is not its time
	})
	state := func() (s store.CampaignState, told int) {
		p.update(func(tx *store.Tx) error {
			told = 0
			now, err := tx.Campaign(c.ID)
			if err != nil {
				return err
			}
			s = now.State
			for d, err := range tx.AllDue() {
				if err != nil {
					return err
				}
				if d.Kind() == "campaign/told" && d.Member == p.officer {
					told++
				}
			}
			return nil
		})
		return s, told
	}
	if s, told := state(); s != store.CampaignPlanned || told != 0 {
		t.Errorf("before its time: %s, %d told", s, told)
	}
	p.now = p.now.Add(30 * time.Hour)
	p.update(func(tx *store.Tx) error {
		return tx.MissCampaign(store.CampaignDue{Campaign: c.ID, What: store.CampaignOpens})
	})
	if s, told := state(); s != store.CampaignDraft || told != 1 {
		t.Errorf("after it: %s, %d told", s, told)
	}
}
