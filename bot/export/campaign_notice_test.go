package export

import (
	"bytes"
	"testing"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// The notice is one page, for staff of the campaign's area alone.
func TestCampaignNotice(t *testing.T) {
	s, err := store.Open(t.Context(), memory.Open(memory.Options{Rerun: 2}), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var officer, stranger *store.Member
	var c *store.Campaign
	err = s.Update(t.Context(), func(tx *store.Tx) (err error) {
		if err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Thành phố Cần Thơ", Kind: "thanh_pho"}}); err != nil {
			return err
		}
		if err := tx.PutSettings(&store.Settings{Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ"}); err != nil {
			return err
		}
		if officer, err = tx.NewMember(); err != nil {
			return err
		}
		if stranger, err = tx.NewMember(); err != nil {
			return err
		}
		if err := tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "92"}); err != nil {
			return err
		}
		c = &store.Campaign{Form: "f", Version: 1, Title: "Nuôi con dưới 36 tháng", By: officer.ID, Area: "92", Mode: store.Anonymous, Until: tx.Now.AddDate(0, 0, 10)}
		return tx.AddCampaign(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(flows.CampaignPicture{Campaign: c.ID, Code: c.Code, URL: "https://t.me/chihai_bot?start=q_" + c.Code})
	if err != nil {
		t.Fatal(err)
	}
	result, err := exporter(t).CampaignNotice(t.Context(), s, store.Task{Member: officer.ID, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	f, pdf := file(t, s, result)
	if f == nil || f.Name != "phieu-hoi-"+c.Code+".pdf" || f.Type != PDF || f.Member != officer.ID {
		t.Fatalf("made %+v", f)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF")) || bytes.Count(pdf, []byte("/Type /Page ")) != 1 {
		t.Error("it is no page of PDF, or more than one")
	}
	if result, err = exporter(t).CampaignNotice(t.Context(), s, store.Task{Member: stranger.ID, Data: data}); err != nil {
		t.Fatal(err)
	}
	if f, _ := file(t, s, result); f != nil {
		t.Errorf("a stranger gets %s", f.Name)
	}
}
