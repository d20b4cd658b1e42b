package flows

import (
	"strings"
	"testing"

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
