package flows

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"chihai/store"
)

// invited is a letterbox whose letter invites to a campaign by name; first is the
// campaign.
func newInvited(t *testing.T, meet func(tx *store.Tx, members map[string]*store.Member) error, to ...string) *letterbox {
	l := newLetterbox(t, meet)
	l.update(func(tx *store.Tx) error {
		_, officer, _, err := tx.Meet("test:1", "Lan")
		if err != nil {
			return err
		}
		f := &store.Form{Name: "mau", Area: "92", By: officer.ID}
		v := &store.FormVersion{Title: "Mẫu", By: officer.ID}
		if err := tx.AddForm(f, v, store.File{Name: "a.xlsx", Type: "application/zip"}, []byte("PK"), []byte(`{}`)); err != nil {
			return err
		}
		c := &store.Campaign{
			Form: f.ID, Version: 1, Title: v.Title, By: officer.ID, Area: "92", Mode: store.Named,
			Audience: store.Audience{Op: store.InArea, ID: "92"}, Scope: store.Scope{Areas: []string{"92"}},
			Until: tx.Now.AddDate(0, 0, 10), Invite: store.Text{"vi": "Mời"},
		}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		if c, err = tx.PublishCampaign(c.ID, 0); err != nil {
			return err
		}
		l.first = c.ID
		b, err := tx.Broadcast(c.Invited)
		if err != nil {
			return err
		}
		var ids []string
		for _, name := range to {
			ids = append(ids, l.members[name].ID)
		}
		return tx.Freeze(b, ids, "")
	})
	return l
}

// press is a tap on the button of the invitation to a member, at an address.
func (l *letterbox) press(address, whose, what string) string {
	l.now = l.now.Add(time.Minute)
	l.inputs++
	l.posted = nil
	l.must(l.engine.Handle(context.Background(), Input{
		ID: fmt.Sprint("press/", l.inputs), Channel: "test:1", From: address, Kind: Choice, At: l.now,
		Tap: Tap{inviteToken(l.first, l.members[whose].ID), what},
	}))
	if len(l.posted) != 1 {
		l.t.Fatalf("%d answers to a tap", len(l.posted))
	}
	return l.posted[0].Text
}

// refused says which of those named have refused.
func (l *letterbox) refused(names ...string) (all string) {
	l.must(l.store.View(context.Background(), func(tx *store.Tx) error {
		for _, name := range names {
			p, err := tx.Participation(l.first, l.members[name].ID)
			if err == nil && p.State == store.PartRefused {
				all += name + " "
			} else if err := ignore(err, store.ErrNotFound); err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

// On a shared phone each invitation is answered for the one whose it is, who speaks
// from then on. Who was not invited answers nothing by pressing another one's
// button.
func TestInvitationSharedPhone(t *testing.T) {
	l := newInvited(t, func(tx *store.Tx, members map[string]*store.Member) error {
		if err := errors.Join(meetAt(tx, members, "Mai", "phone"), meetAt(tx, members, "Tư", "tu")); err != nil {
			return err
		}
		c, _, _, err := tx.Meet("test:1", "phone")
		if err != nil {
			return err
		}
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		m.Name, m.Area, m.Language = "Lê Thị Hoa", "31528", "vi"
		members["Hoa"] = m
		return errors.Join(tx.Join(c, m), tx.Join(c, members["Mai"]))
	}, "Mai", "Hoa")
	if got, want := l.press("tu", "Hoa", inviteRefuse), "Phiếu hỏi này không gửi cho chị, nên Chị Hai không ghi gì."; got != want {
		t.Errorf("a stranger hears %q", got)
	}
	l.press("phone", "Mai", inviteRefuse)
	if got := l.refused("Mai", "Hoa", "Tư"); got != "Mai " {
		t.Errorf("refused: %s", got)
	}
	l.press("phone", "Hoa", inviteAnswer)
	l.must(l.store.View(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", "phone"))
		if err != nil {
			return err
		}
		if c.Speaker != l.members["Hoa"].ID {
			t.Error("another one answers than she who was invited")
		}
		conv, err := tx.Conversation(c.Speaker)
		if err == nil && conv.Frames[len(conv.Frames)-1].Flow != answerFlow {
			t.Errorf("she stands in %s", conv.Frames[len(conv.Frames)-1].Flow)
		}
		return err
	}))
	l.press("phone", "Hoa", inviteRefuse)
	if got := l.refused("Mai", "Hoa"); got != "Mai Hoa " {
		t.Errorf("refused: %s", got)
	}
}

// A letter that somebody passes on has no buttons: nobody answers for another by
// herself. It says who helps.
func TestInvitationPassedOn(t *testing.T) {
	l := newInvited(t, func(tx *store.Tx, members map[string]*store.Member) error {
		if err := meetAt(tx, members, "Mai", "mai"); err != nil {
			return err
		}
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		m.Name, m.Area = "Lê Thị Hoa", "31528"
		members["Hoa"] = m
		return tx.SetRelay(m, members["Mai"].ID)
	}, "Hoa")
	l.update(func(tx *store.Tx) error {
		c, err := tx.Campaign(l.first)
		if err != nil {
			return err
		}
		b, err := tx.Broadcast(c.Invited)
		if err != nil {
			return err
		}
		contact, relay, err := tx.Reach(l.members["Hoa"])
		if err != nil {
			return err
		}
		letter, err := l.engine.Letter(tx, b, contact, relay, l.members["Hoa"], nil)
		if err == nil && (len(letter.Choices) > 0 || letter.Token != "") {
			t.Errorf("it has %d buttons", len(letter.Choices))
		}
		return err
	})
}

// A button of an inline keyboard carries at most 64 bytes of data
// (core.telegram.org/bots/api#inlinekeyboardbutton).
func TestInviteTokenFits(t *testing.T) {
	id := "06h2yn4d00000800vmc2xpsj7m"
	token := inviteToken(id, id[1:]+"x")
	if n := len(token + ":" + inviteAnswer); n > 64 {
		t.Errorf("a button carries %d bytes", n)
	}
	campaign, member, ok := readInviteToken(token)
	if !ok || campaign != id || member != id[1:]+"x" {
		t.Errorf("read %q, %q, %v", campaign, member, ok)
	}
	if _, _, ok := readInviteToken(letterToken(id, id)); ok {
		t.Error("the token of a letter is taken for that of an invitation")
	}
}
