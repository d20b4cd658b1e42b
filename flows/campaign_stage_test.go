package flows

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"chihai/flows/form"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This file lets transcripts put questionnaires before people:
//
//	@publish Lan                she publishes the sample form; … photo: one that asks for a picture; … proposed: with proposals
//	@answered w1, w2            they have answered the campaign that was made last
//	@begun w3 9                 she has begun and stands at question 9
//	@refused w4                 she does not want to answer
//	Mai: (invite) Trả lời       she taps a button of the latest invitation that was sent to her

// withAnswering adds what stands in for flows that answer a campaign and publish a
// form, where there are none yet.
func withAnswering(flows func() []*Flow) func() []*Flow {
	return func() []*Flow {
		all := flows()
		for _, name := range []string{answerFlow, asideFlow} {
			if !slices.ContainsFunc(all, func(f *Flow) bool { return f.Name == name }) {
				all = append(all, &Flow{Name: name, Title: "campaign.one_title", Steps: []Step{{
					Name: "first",
					Ask:  func(t *Turn) error { t.SayText("(" + name + ")"); t.OfferInline(PickText("x", "Câu 1")); return nil },
					Take: func(t *Turn) error { return t.Home() },
				}}})
			}
		}
		return append(all, &Flow{Name: "publish_stub", Hear: func(t *Turn) error {
			var n campaignMakeNote
			if err := jsonNote(t.Input.Data, &n); err != nil {
				return err
			}
			return t.Start("campaign_make", n)
		}})
	}
}

// sampleForm is a form with two questions, one of which may ask for a picture.
func sampleForm(photo bool) *form.Form {
	vi := func(s string) form.Text { return form.Text{"": s} }
	f := &form.Form{ID: "nuoi_con", Title: "Nuôi con dưới 36 tháng", Name: "data"}
	f.Items = append(f.Items, form.Item{Question: &form.Question{Name: "chinh_sach", Kind: form.TextAnswer, Type: "text", Label: vi("Chính sách nào giúp chị nhất?")}})
	if photo {
		f.Items = append(f.Items, form.Item{Question: &form.Question{Name: "anh", Kind: form.Image, Type: "image", Label: vi("Chụp giúp nơi giữ trẻ")}})
	}
	return f
}

// publish has a member of staff publish the sample form.
func (s *stage) publish(who, how string) {
	var n campaignMakeNote
	var member string
	content, err := form.Encode(sampleForm(how == "photo"))
	s.must(err)
	s.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", who)
		if err != nil {
			return err
		}
		member = m.ID
		f := &store.Form{Name: "nuoi_con", Area: "92", By: m.ID}
		v := &store.FormVersion{Title: "Nuôi con dưới 36 tháng", By: m.ID, Shortest: 7, Longest: 18, Seconds: 330, Spoken: []string{"vi"}}
		n = campaignMakeNote{Version: 1}
		err = tx.AddForm(f, v, store.File{Name: "a.xlsx", Type: "application/zip"}, []byte("PK"), content)
		n.Form = f.ID
		return err
	})
	if how == "proposed" {
		once := 1
		n.Release = form.Release{
			Audience:  []form.Audience{{Kind: form.OfArea, Name: "xa ke sach"}, {Kind: form.OfClub, Name: "Hoa Sen"}},
			Anonymity: form.Named, Quotas: []form.Quota{{Area: "Kế Sách", Count: 30}, {Area: "Hà Nội", Count: 5}}, Reminders: &once, Until: "2026-12-20",
		}
	}
	raw, err := json.Marshal(n)
	s.must(err)
	s.inputs++
	s.posted = nil
	s.must(s.engine.Handle(context.Background(), Input{
		ID: "publish/" + strconv.Itoa(s.inputs), Kind: Due, Member: member, Flow: "publish_stub", Data: raw, At: s.now,
	}))
	s.write("")
}

// lastCampaign is the campaign that was made last.
func (s *stage) lastCampaign(tx *store.Tx) *store.Campaign {
	for c, err := range tx.Campaigns() {
		s.must(err)
		return c
	}
	s.t.Fatal("no campaign")
	return nil
}

// partake has members do something with the campaign that was made last.
func (s *stage) partake(names []string, do func(tx *store.Tx, c *store.Campaign, m *store.Member) error) {
	for _, name := range names {
		s.update(func(tx *store.Tx) error {
			_, m, _, err := tx.Meet("test:1", name)
			if err != nil {
				return err
			}
			return do(tx, s.lastCampaign(tx), m)
		})
	}
}

func answered(tx *store.Tx, c *store.Campaign, m *store.Member) error {
	d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: m.ID, How: store.InPerson, Area: m.Area})
	if err != nil {
		return err
	}
	_, err = tx.SendAnswers(d, []byte(`{}`), []byte(`{}`))
	return err
}

func begunAt(number int) func(*store.Tx, *store.Campaign, *store.Member) error {
	return func(tx *store.Tx, c *store.Campaign, m *store.Member) error {
		d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: m.ID, How: store.InPerson, Area: m.Area})
		if err != nil {
			return err
		}
		d.At, d.Number = "cau"+strconv.Itoa(number), number
		return tx.KeepAnswers(d)
	}
}

// directCampaign does what a line about campaigns says, and whether it was one.
func (s *stage) directCampaign(words []string) bool {
	switch words[0] {
	case "@publish":
		s.publish(words[1], append(words, "", "")[2])
	case "@answered":
		s.partake(words[1:], answered)
	case "@begun":
		n, err := strconv.Atoi(words[len(words)-1])
		s.must(err)
		s.partake(words[1:len(words)-1], begunAt(n))
	case "@refused":
		s.partake(words[1:], func(tx *store.Tx, c *store.Campaign, m *store.Member) error { return tx.RefuseCampaign(c, m) })
	default:
		return false
	}
	return true
}

// campaignWork does the work that campaigns leave, and says whether it was such.
func (s *stage) campaignWork(task *store.Task) (result jsontext.Value, ok bool) {
	read := func(ask any, do func(tx *store.Tx) (any, error)) {
		s.must(json.Unmarshal(task.Data, ask))
		s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
			made, err := do(tx)
			if err == nil {
				result, err = json.Marshal(made)
			}
			return err
		}))
		ok = true
	}
	switch task.Work {
	case CampaignCountWork:
		var ask CountCampaign
		read(&ask, func(tx *store.Tx) (any, error) {
			c, err := tx.Campaign(ask.Campaign)
			if err != nil {
				return nil, err
			}
			return tx.CountAudience(c.Recipients())
		})
	case CampaignStateWork:
		var ask CampaignWatch
		read(&ask, func(tx *store.Tx) (any, error) {
			c, err := tx.Campaign(ask.Campaign)
			if err != nil {
				return nil, err
			}
			return tx.CountCampaign(c)
		})
	case CampaignListWork: // telephone numbers are nobody's here
		var ask CampaignList
		read(&ask, func(tx *store.Tx) (any, error) {
			found := CampaignFound{Unknown: ask.Phones}
			for _, code := range ask.Codes {
				m, err := tx.MemberByCode(code)
				if errors.Is(err, store.ErrNotFound) {
					found.Unknown = append(found.Unknown, code)
					continue
				}
				if err != nil {
					return nil, err
				}
				found.Members = append(found.Members, m.ID)
			}
			return found, nil
		})
	}
	return result, ok
}

// fireCampaign does what is due with a campaign, as bot/schedule does.
func (s *stage) fireCampaign(d *store.Due) {
	var due store.CampaignDue
	s.must(json.Unmarshal(d.Data, &due))
	s.update(func(tx *store.Tx) error { return tx.TurnCampaign(due) })
}
