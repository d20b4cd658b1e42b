package flows

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// This file plays talks in which something else happens between a question and
// its answer.

// goOn plays lines as they stand in a transcript, without what is answered.
func (s *stage) goOn(lines ...string) {
	for _, l := range lines {
		if strings.HasPrefix(l, "@") {
			s.direct(strings.Fields(l))
			continue
		}
		who, what, ok := strings.Cut(l, ": ")
		if !ok || strings.HasPrefix(l, " ") || strings.HasPrefix(l, "#") {
			continue
		}
		s.now = s.now.Add(10 * time.Second)
		s.handle(who, s.input(who, what))
	}
}

// Two of the staff who remind the same people at once do so once: the second one
// sees that it was done.
func TestRemindReadersTwice(t *testing.T) {
	s := newStage(t)
	text, err := os.ReadFile("testdata/shelf_send_read.txt")
	s.must(err)
	lines := strings.Split(string(text), "\n")
	yes := slices.Index(lines, "Lan: Có, nhắc")
	s.goOn(lines[:yes]...)
	reminders := func() (n int) {
		s.must(s.store.View(t.Context(), func(tx *store.Tx) error {
			for sent, err := range tx.SentDocuments() {
				if err != nil {
					return err
				}
				n += len(sent.Reminders)
			}
			return nil
		}))
		return n
	}
	s.update(func(tx *store.Tx) error {
		for sent, err := range tx.SentDocuments() {
			if err != nil {
				return err
			}
			b, err := tx.Broadcast(sent.Broadcast)
			if err != nil {
				return err
			}
			_, err = tx.RemindReaders(sent, b.By, b.Scope, store.Text{"vi": "Nhắc"}, store.AudienceCount{}, false)
			return err
		}
		return nil
	})
	s.goOn("Lan: Có, nhắc")
	if n := reminders(); n != 1 {
		t.Errorf("they were reminded %d times at once, the last word is %q", n, s.latest("Lan"))
	}
	s.goOn("Lan: Có, nhắc")
	if n := reminders(); n != 2 {
		t.Errorf("asked anew, they were reminded %d times in all, want 2", n)
	}
}

// More names than the list of guests takes leave nobody behind.
func TestInviteTooMany(t *testing.T) {
	s := newStage(t)
	s.direct(strings.Fields("@grant Lan staff 92"))
	s.change("D", func(t *store.Training) { t.ByInvitation, t.Seats = true, 2*store.MaxGuests })
	training := s.training("D")
	people := func() (n int) {
		s.must(s.store.Backend().View(t.Context(), func(kv store.KV) error {
			for _, err := range kv.Scan("member", "", "") {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		}))
		return n
	}
	s.update(func(tx *store.Tx) error {
		var guests []*store.Guest
		for i := range store.MaxGuests - 1 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name = fmt.Sprintf("Thạch Thị Khách %c%c", 'A'+i/26, 'A'+i%26)
			if err := tx.PutMember(m); err != nil {
				return err
			}
			guests = append(guests, &store.Guest{Member: m.ID})
		}
		_, err := tx.Invite(training, "", guests)
		return err
	})
	s.goOn("Lan: /start", "Lan: Tiếng Việt", "Lan: Dành cho cán bộ", "Lan: Các lớp của địa bàn", "Lan: 20/12 · Buổi trao đổi chính sách",
		"Lan: Khách mời", "Lan: (tap) Mời khách", "Lan: Gõ tên và chức vụ", "Lan: Sơn Thị Mỹ⏎Sơn Thị Một")
	before := people()
	s.goOn("Lan: Mời")
	if n := people(); n != before {
		t.Errorf("%d members are kept of whom nobody knows; the last word is %q", n-before, s.latest("Lan"))
	}
	s.goOn("Lan: Gõ tên và chức vụ", "Lan: Sơn Thị Mỹ", "Lan: Mời")
	if n := people(); n != before+1 {
		t.Errorf("%d members were made of the last guest, want 1; the last word is %q", n-before, s.latest("Lan"))
	}
}
