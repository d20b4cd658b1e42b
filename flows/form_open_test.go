package flows

import (
	"strings"
	"testing"

	"chihai/flows/form"
	"chihai/store"
	"chihai/store/memory"
)

// Who has the code of a campaign that waits to be approved learns nothing of it, not
// even what it is called.
func TestCodeOfCampaignThatWaits(t *testing.T) {
	w := newTeller(t, memory.Open(memory.Options{}))
	running := w.campaign(readForm(t, "short"), store.Named)
	var c *store.Campaign
	w.update(func(tx *store.Tx) (err error) {
		c = &store.Campaign{Form: running.Form, Version: 1, Title: "Chuyện chưa ai được biết", Mode: store.Named, Open: true, Until: tx.Now.AddDate(0, 1, 0)}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		c, err = tx.AskCampaign(c.ID, c.Revision)
		return err
	})
	w.say("hoa", "/start")
	w.say("hoa", "Tiếng Việt")
	w.say("hoa", "/start q_"+c.Code)
	w.say("hoa", "/phieuhoi")
	w.say("hoa", c.Code)
	for place, doc := range w.dump() {
		bucket, _, _ := strings.Cut(place, " ")
		if bucket != "campaign" && strings.Contains(doc, c.Title) {
			t.Errorf("%s tells of it: %s", place, doc)
		}
	}
}

// New words of a form reach an anonymous campaign only with the version that staff
// have given it: they may ask for a name.
func TestAnonymousKeepsItsWords(t *testing.T) {
	for _, given := range []bool{false, true} {
		w := newTeller(t, memory.Open(memory.Options{}))
		c := w.campaign(readForm(t, "short"), store.Anonymous)
		const name = "Họ và tên đầy đủ?"
		renamed := readForm(t, "short")
		for q := range renamed.Questions() {
			for language := range q.Label {
				q.Label[language] = name
			}
		}
		content, err := form.Encode(renamed)
		w.must(err)
		w.update(func(tx *store.Tx) error {
			f, err := tx.Form(c.Form)
			if err != nil {
				return err
			}
			v := &store.FormVersion{Title: "Phiếu", Grade: store.Cosmetic}
			if _, err := tx.AddVersion(f.ID, f.Revision, v, store.File{Name: "b.xlsx"}, []byte("xlsx"), content); err != nil || !given {
				return err
			}
			_, err = tx.ChangeCampaign(c.ID, c.Revision, func(c *store.Campaign) { c.Version = v.Number })
			return err
		})
		w.say("hoa", "/start")
		w.say("hoa", "Tiếng Việt")
		w.say("hoa", "/start q_"+c.Code)
		w.say("hoa", "Trả lời")
		asked := false
		for place, doc := range w.dump() {
			bucket, _, _ := strings.Cut(place, " ")
			asked = asked || bucket == "message" && strings.Contains(doc, name)
		}
		if asked != given {
			t.Errorf("given the new version %v: asked in its words %v", given, asked)
		}
	}
}
