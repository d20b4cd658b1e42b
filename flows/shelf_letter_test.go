package flows

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"chihai/store"
)

// A letterbox is a stage with a document that was sent to members by name.
type letterbox struct {
	*stage
	members map[string]*store.Member
	first   string // broadcast
}

// newLetterbox sends a document to those named, whom meet has made known.
func newLetterbox(t *testing.T, meet func(tx *store.Tx, members map[string]*store.Member) error, to ...string) *letterbox {
	l := &letterbox{stage: newStage(t)}
	l.update(func(tx *store.Tx) error {
		l.members = map[string]*store.Member{}
		_, officer, _, err := tx.Meet("test:1", "Lan")
		if err != nil {
			return err
		}
		if err := errors.Join(tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "92"}), meet(tx, l.members)); err != nil {
			return err
		}
		f := &store.File{Name: "a.pdf", Expires: tx.Now.Add(time.Hour)}
		if err := tx.PutFile(f, []byte("%PDF")); err != nil {
			return err
		}
		d := &store.Document{Title: "Sổ tay", Theme: "An toàn", Kind: store.Leaflet, For: store.ForMembers, Area: "92", File: f.ID, Format: "pdf", By: officer.ID}
		if err := tx.AddDocument(d); err != nil {
			return err
		}
		b := &store.Broadcast{
			By: officer.ID, Text: store.Text{"vi": "Mời xem"}, Document: d.ID, Title: d.Title,
			Audience: store.Audience{Op: store.InArea, ID: "92"}, Scope: store.Scope{Areas: []string{"92"}},
		}
		if err := tx.AddBroadcast(b); err != nil {
			return err
		}
		if b, err = tx.SendBroadcast(b.ID, false); err != nil {
			return err
		}
		l.first = b.ID
		var ids []string
		for _, name := range to {
			ids = append(ids, l.members[name].ID)
		}
		return tx.Freeze(b, ids, "")
	})
	return l
}

// tap is a tap on the button of the letter to a member, at an address.
func (l *letterbox) tap(address, whose, what string) string {
	l.now = l.now.Add(time.Minute)
	l.inputs++
	l.posted = nil
	l.must(l.engine.Handle(context.Background(), Input{
		ID: fmt.Sprint("tap/", l.inputs), Channel: "test:1", From: address, Kind: Choice, At: l.now,
		Tap: Tap{letterToken(l.first, l.members[whose].ID), what},
	}))
	if len(l.posted) != 1 {
		l.t.Fatalf("%d answers to a tap", len(l.posted))
	}
	return l.posted[0].Text
}

// read says which of those named are noted as having read it.
func (l *letterbox) read(names ...string) (all string) {
	l.must(l.store.View(context.Background(), func(tx *store.Tx) error {
		for _, name := range names {
			r, err := tx.Reading(l.members[name].ID, l.first)
			if err != nil {
				return err
			}
			if !r.Read.IsZero() {
				all += name + " "
			}
		}
		return nil
	}))
	return all
}

// meetAt makes a member who speaks from an address known.
func meetAt(tx *store.Tx, members map[string]*store.Member, name, address string) error {
	_, m, _, err := tx.Meet("test:1", address)
	if err != nil {
		return err
	}
	m.Name, m.Language, m.Area = "Lê Thị "+name, "vi", "31528"
	members[name] = m
	return tx.PutMember(m)
}

// Who passes a letter on says that it was read for all to whom she does so, and
// who was not meant says nothing by pressing another one's button.
func TestLetterPassedOn(t *testing.T) {
	l := newLetterbox(t, func(tx *store.Tx, members map[string]*store.Member) error {
		if err := errors.Join(meetAt(tx, members, "Mai", "mai"), meetAt(tx, members, "Tư", "tu")); err != nil {
			return err
		}
		for _, name := range []string{"Hoa", "Sen"} {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name, m.Area = "Lê Thị "+name, "31528"
			members[name] = m
			if err := tx.SetRelay(m, members["Mai"].ID); err != nil {
				return err
			}
		}
		return nil
	}, "Hoa", "Sen")
	if got, want := l.tap("tu", "Hoa", letterRead), "Tài liệu này không gửi cho chị, nên Chị Hai không ghi gì."; got != want {
		t.Errorf("a stranger hears %q", got)
	}
	if got := l.read("Hoa", "Sen", "Mai", "Tư"); got != "" {
		t.Errorf("read after a stranger's tap: %s", got)
	}
	l.tap("mai", "Hoa", letterRead)
	if got := l.read("Hoa", "Sen", "Mai", "Tư"); got != "Hoa Sen " {
		t.Errorf("read after the tap of who passes it on: %s", got)
	}
}

// On a shared phone each letter counts for the one whose it is, whoever speaks
// now.
func TestLetterSharedPhone(t *testing.T) {
	l := newLetterbox(t, func(tx *store.Tx, members map[string]*store.Member) error {
		if err := meetAt(tx, members, "Mai", "phone"); err != nil {
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
		m.Name, m.Area = "Lê Thị Hoa", "31528"
		members["Hoa"] = m
		return tx.Join(c, m)
	}, "Mai", "Hoa")
	l.tap("phone", "Mai", letterRead)
	if got := l.read("Mai", "Hoa"); got != "Mai " {
		t.Errorf("read: %s", got)
	}
	l.tap("phone", "Hoa", letterRead)
	if got := l.read("Mai", "Hoa"); got != "Mai Hoa " {
		t.Errorf("read: %s", got)
	}
}

// A button of an inline keyboard carries at most 64 bytes of data
// (core.telegram.org/bots/api#inlinekeyboardbutton).
func TestLetterTokenFits(t *testing.T) {
	id := "06h2yn4d00000800vmc2xpsj7m"
	token := letterToken(id, id[1:]+"x")
	if n := len(token + ":" + letterOpen); n > 64 {
		t.Errorf("a button carries %d bytes", n)
	}
	first, member, ok := readLetterToken(token)
	if !ok || first != id || member != id[1:]+"x" {
		t.Errorf("read %q, %q, %v", first, member, ok)
	}
	if _, _, ok := readLetterToken("d6h2yn4d00"); ok {
		t.Error("the token of a question is taken for that of a letter")
	}
}
