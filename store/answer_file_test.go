package store_test

import (
	"errors"
	"testing"
	"time"

	"chihai/store"
)

// begun has a woman begin to answer an open campaign in that mode.
func (h *hall) begun(name string, mode store.Anonymity) (d *store.Answering) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		f := &store.Form{Name: "anh"}
		if err := tx.AddForm(f, &store.FormVersion{Title: "Ảnh"}, store.File{Name: "anh.xlsx"}, []byte("xlsx"), []byte("{}")); err != nil {
			return err
		}
		c := &store.Campaign{Form: f.ID, Version: 1, Title: "Ảnh", Mode: mode, Open: true, Until: tx.Now.AddDate(0, 1, 0)}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		if _, err := tx.PublishCampaign(c.ID, c.Revision); err != nil {
			return err
		}
		d = &store.Answering{Campaign: c.ID, Member: h.members[name], How: store.InPerson, Answers: []byte("{}")}
		_, _, err := tx.BeginAnswers(d)
		return err
	})
	return d
}

// photo makes a file a part of d.
func (h *hall) photo(d *store.Answering) (id string) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		f := &store.File{Name: "anh.jpg", Member: d.Member, Expires: tx.Now.Add(time.Hour)}
		if err := tx.PutFile(f, []byte("jpg")); err != nil {
			return err
		}
		id = f.ID
		now, err := tx.Draft(d.Campaign, d.ID) // as it is kept: a transaction may run again
		if err != nil {
			return err
		}
		return errors.Join(tx.HoldAnswerFile(now, id), tx.KeepAnswers(now))
	})
	return id
}

func (h *hall) there(file string) bool {
	h.Helper()
	there := false
	h.update(func(tx *store.Tx) error {
		_, _, err := tx.File(file)
		if there = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return there
}

// A file in answers outlives what is fetched for an hour, and goes with the draft, with
// another that takes its place, and with the response; not with a change that is given up.
func TestAnswerFiles(t *testing.T) {
	h := newHall(t)
	h.meet("Mai", "Mai")
	h.meet("Yen", "Yen")
	d := h.begun("Mai", store.Named)
	first, second := h.photo(d), h.photo(d)
	h.now = h.now.AddDate(0, 0, 3)
	h.update(func(tx *store.Tx) error { _, err := tx.ForgetFiles(100); return err })
	if !h.there(first) {
		t.Fatal("the file is forgotten while she still answers")
	}
	h.update(func(tx *store.Tx) error {
		now, err := tx.Draft(d.Campaign, d.ID)
		if err != nil {
			return err
		}
		if err := tx.KeepAnswerFiles(now, []string{second}); err != nil {
			return err
		}
		_, err = tx.SendAnswers(now, []byte("{}"), []byte("{}"))
		return err
	})
	if h.there(first) || !h.there(second) {
		t.Errorf("after sending the first file is there: %v, and the second: %v", h.there(first), h.there(second))
	}
	var again *store.Answering
	h.update(func(tx *store.Tx) (err error) { again, err = tx.ChangeAnswers(d.Campaign, d.Member); return err })
	third := h.photo(again)
	h.update(func(tx *store.Tx) error { return tx.DropDraft(again.Campaign, again.ID) })
	if h.there(third) || !h.there(second) {
		t.Errorf("after the change was given up the new file is there: %v, and the one that was sent: %v", h.there(third), h.there(second))
	}
	h.update(func(tx *store.Tx) error {
		m, err := tx.Member(d.Member)
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	if h.there(second) {
		t.Error("the file is there after she was deleted with her answers")
	}
	refused := h.begun("Yen", store.Named)
	fourth := h.photo(refused)
	h.update(func(tx *store.Tx) error {
		c, err := tx.Campaign(refused.Campaign)
		if err != nil {
			return err
		}
		m, err := tx.Member(refused.Member)
		if err != nil {
			return err
		}
		return tx.RefuseCampaign(c, m)
	})
	if h.there(fourth) {
		t.Error("the file is there after she refused")
	}
}

// Before an anonymous response is sent, what was said in its course is wiped; not what
// belongs to other things, nor in a campaign by name.
func TestWipeTraces(t *testing.T) {
	for _, mode := range []store.Anonymity{store.Anonymous, store.Named} {
		h := newHall(t)
		h.meet("Mai", "Mai")
		post := func(questions string) (id string) {
			h.update(func(tx *store.Tx) error {
				m := &store.Message{Member: h.members["Mai"], Channel: "test:1", Address: "Mai", Text: "x", Questions: questions}
				err := tx.Post(m)
				id = m.ID
				return err
			})
			return id
		}
		line := func() (contact, id string) {
			h.update(func(tx *store.Tx) error {
				m, err := tx.Member(h.members["Mai"])
				if err != nil {
					return err
				}
				contact, id = m.Contacts[0], tx.NewID()
				_, err = tx.ShowLine(contact, &store.Line{ID: id, Mine: true, Text: "x"})
				return err
			})
			return contact, id
		}
		contact, before := line()
		h.now = h.now.Add(time.Minute)
		d := h.begun("Mai", mode)
		h.now = h.now.Add(time.Minute)
		_, after := line()
		hers, other := post(d.Campaign), post("")
		h.update(func(tx *store.Tx) error { return tx.WipeTraces(d) })
		gone := func(err error) bool { return errors.Is(err, store.ErrNotFound) }
		h.update(func(tx *store.Tx) error {
			_, err := tx.Message(hers)
			if gone(err) != (mode == store.Anonymous) {
				t.Errorf("%s: a message in its course: %v", mode, err)
			}
			if _, err := tx.Message(other); err != nil {
				t.Errorf("%s: another message: %v", mode, err)
			}
			_, err = tx.Line(contact, after)
			if gone(err) != (mode == store.Anonymous) {
				t.Errorf("%s: a line since she began: %v", mode, err)
			}
			if _, err := tx.Line(contact, before); err != nil {
				t.Errorf("%s: a line from before: %v", mode, err)
			}
			return nil
		})
	}
}
