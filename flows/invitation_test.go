package flows

import (
	"errors"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// hostStage is a stage on which the sample training D is by invitation, Hoa writes
// to the bot, and her mother, who has no phone, is invited through her.
func hostStage(t *testing.T) (s *stage, hoa, mother string) {
	s = newStage(t)
	s.change("D", func(t *store.Training) { t.ByInvitation = true })
	s.update(func(tx *store.Tx) error {
		_, she, _, err := tx.Meet("test:1", "Hoa")
		if err != nil {
			return err
		}
		she.Name, she.Language = "Thạch Thị Hoa", "vi"
		if err := tx.PutMember(she); err != nil {
			return err
		}
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		m.Name = "Thạch Thị Sâm"
		if err := tx.SetRelay(m, she.ID); err != nil {
			return err
		}
		hoa, mother = she.ID, m.ID
		_, err = tx.Invite(s.training("D"), "", []*store.Guest{{Member: mother, Title: "Tổ trưởng"}})
		return err
	})
	s.wait(time.Minute)
	return s, hoa, mother
}

// latest is what was sent to who last.
func (s *stage) latest(who string) string {
	all := s.shown[who]
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].Text
}

// press taps the choice id of the question that is open with who.
func (s *stage) press(who, id string) {
	s.inputs++
	s.now = s.now.Add(10 * time.Second)
	s.handle(who, Input{ID: "press/" + id + s.now.String(), Channel: "test:1", From: who, Kind: Choice, Tap: Tap{s.prompt(who).Token, id}, At: s.now})
}

// Who passes messages on to a guest is asked for her, by name, answers for her,
// and is told what changes.
func TestInvitationThroughRelay(t *testing.T) {
	s, hoa, mother := hostStage(t)
	if got := s.latest("Hoa"); !strings.Contains(got, "Kính mời Thạch Thị Sâm dự") {
		t.Fatalf("she is asked %q", got)
	}
	s.press("Hoa", "yes")
	s.update(func(tx *store.Tx) error {
		r, err := tx.Registration(s.training("D"), mother)
		if err != nil {
			return err
		}
		g, err := tx.Guest(s.training("D"), mother)
		if err == nil && (g.RSVP(r) != store.Comes || g.Through != hoa) {
			t.Errorf("her mother's answer is %q, given by %q", g.RSVP(r), g.Through)
		}
		return err
	})
	before := len(s.shown["Hoa"])
	s.moveGuests("D - Nhà văn hóa")
	if got := s.latest("Hoa"); len(s.shown["Hoa"]) != before+1 || !strings.Contains(got, "Nhà văn hóa") || !strings.Contains(got, "Thạch Thị Sâm") {
		t.Errorf("%d messages came of the change, the last %q", len(s.shown["Hoa"])-before, got)
	}
}

// Who is invited answers in her own words. When she is asked once more after a
// change, a bare yes or no takes no substitute back; nor is "không" a title.
func TestInvitationInHerWords(t *testing.T) {
	for _, tt := range []struct {
		before, said string
		want         store.RSVP
	}{
		{"", "dạ", store.Comes},
		{"", "có", store.Comes},
		{"", "em dự", store.Comes},
		{"", "ko", store.Declines},
		{"", "Bận rồi", store.Declines},
		{"", "chưa biết", store.NoReply},
		{"yes", "dạ", store.Comes},
		{"yes", "không", store.Comes},
		{"yes", "không đi được", store.Declines},
		{"send", "dạ", store.Sends},
		{"send", "không", store.Sends},
		{"send", "tôi dự", store.Comes},
	} {
		s, hoa, _ := hostStage(t)
		s.press("Hoa", "no")
		s.update(func(tx *store.Tx) error {
			_, err := tx.Invite(s.training("D"), "", []*store.Guest{{Member: hoa}})
			return err
		})
		s.wait(time.Minute)
		write := func(text string) {
			s.now = s.now.Add(10 * time.Second)
			s.handle("Hoa", s.input("Hoa", text))
		}
		if tt.before != "" {
			s.press("Hoa", tt.before)
			if tt.before == "send" {
				write("Lâm Thị Bé")
				write("không")
				s.press("Hoa", "yes")
			}
			s.moveGuests("D - Nhà văn hóa")
		}
		write(tt.said)
		s.update(func(tx *store.Tx) error {
			r, err := tx.Registration(s.training("D"), hoa)
			if err != nil {
				return err
			}
			g, err := tx.Guest(r.Training, hoa)
			if err == nil && (g.RSVP(r) != tt.want || g.SubstituteTitle != "" || (g.Substitute != "") != (tt.want == store.Sends)) {
				t.Errorf("%q after %q is %q, substitute %q as %q, want %q", tt.said, tt.before, g.RSVP(r), g.Substitute, g.SubstituteTitle, tt.want)
			}
			return err
		})
	}
}

// moveGuests changes where the training D is, and tells its guests.
func (s *stage) moveGuests(place string) {
	s.update(func(tx *store.Tx) error {
		was, err := tx.Training(s.training("D"))
		if err != nil {
			return err
		}
		now, err := tx.ChangeTraining(was.ID, was.Revision, func(t *store.Training) { t.Place = place })
		if err != nil {
			return err
		}
		_, err = (&Turn{Tx: tx, engine: s.engine}).tellHolders(now, changeNews(was))
		return err
	})
	s.wait(time.Minute)
}

// Who comes to the question of another guest, for whom she passes nothing on,
// cannot answer it.
func TestInvitationOfAnother(t *testing.T) {
	s, _, mother := hostStage(t)
	s.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", "Mai")
		if err != nil {
			return err
		}
		m.Language = "vi"
		return tx.PutMember(m)
	})
	s.handle("Mai", Input{ID: "m1", Channel: "test:1", From: "Mai", Kind: Text, Text: "/start", At: s.now})
	s.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", "Mai")
		if err != nil {
			return err
		}
		turn := &Turn{Tx: tx, engine: s.engine, Printer: s.catalog.In("vi", ""), Member: m, conv: &store.Conversation{Frames: []store.Frame{{Flow: "menu"}}}}
		turn.push("invitation", store.GuestNews{Training: s.training("D"), Member: mother})
		if v, err := turn.answering(); v != nil || err != nil {
			t.Errorf("another one may answer: %v, %v", v, err)
		}
		return nil
	})
}

// Who deletes what is kept of her is no guest any more, and her seat is free.
func TestDeletedGuest(t *testing.T) {
	s, _, mother := hostStage(t)
	s.update(func(tx *store.Tx) error {
		m, err := tx.Member(mother)
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	s.update(func(tx *store.Tx) error {
		if _, err := tx.Guest(s.training("D"), mother); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Guest = %v, want %v", err, store.ErrNotFound)
		}
		tr, err := tx.Training(s.training("D"))
		if err == nil && tr.Held() != 0 {
			t.Errorf("%d seats are kept", tr.Held())
		}
		return err
	})
}
