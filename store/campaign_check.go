package store

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

func checkForms(c *checker) error {
	return documents(c, "form", func(key string, f *Form) {
		c.want(f.ID == key, "form", key, "says it is "+f.ID)
		ref := find[formRef](c, "form_code", f.Code)
		c.want(ref != nil && ref.Form == key, "form", key, "is not found by its code")
		c.want(f.Versions > 0 && c.has("form_version", formVersionKey(key, f.Versions)), "form", key, "has no newest version")
	})
}

func checkFormCodes(c *checker) error {
	return documents(c, "form_code", func(key string, ref *formRef) {
		f := find[Form](c, "form", ref.Form)
		c.want(f != nil && f.Code == key, "form_code", key, "leads to a form that has another code")
	})
}

func checkFormVersions(c *checker) error {
	return documents(c, "form_version", func(key string, v *FormVersion) {
		c.want(formVersionKey(v.Form, v.Number) == key, "form_version", key, "says it is another version")
		c.want(c.has("form", v.Form), "form_version", key, "is of a form that is not there")
		for _, id := range []string{v.Workbook, v.Content} {
			f := find[File](c, "file", id)
			c.want(f != nil && f.Form == v.Form, "form_version", key, "has lost a file")
		}
	})
}

func checkCampaigns(c *checker) error {
	return documents(c, "campaign", func(key string, p *Campaign) {
		c.want(p.ID == key, "campaign", key, "says it is "+p.ID)
		ref := find[campaignRef](c, "campaign_code", p.Code)
		c.want(ref != nil && ref.Campaign == key, "campaign", key, "is not found by its code")
		c.want(c.has("form_version", formVersionKey(p.Form, p.Version)), "campaign", key, "has a version of a form that is not there")
		c.want(p.Live() == c.has("campaign_live", key), "campaign", key, "is live, or is not, otherwise than its index says")
		c.want(p.Invited == "" || c.has("broadcast", p.Invited), "campaign", key, "has invited by a broadcast that is not there")
		c.want(len(p.Reminded) <= MaxReminders, "campaign", key, "was reminded of too often")
	})
}

func checkCampaignCodes(c *checker) error {
	return documents(c, "campaign_code", func(key string, ref *campaignRef) {
		p := find[Campaign](c, "campaign", ref.Campaign)
		c.want(p != nil && p.Code == key, "campaign_code", key, "leads to a campaign that has another code")
	})
}

func checkCampaignsLive(c *checker) error {
	return documents(c, "campaign_live", func(key string, _ *jsontext.Value) {
		c.want(c.has("campaign", key), "campaign_live", key, "leads to no campaign")
	})
}

func checkQuotas(c *checker) error {
	return documents(c, "campaign_quota", func(key string, n *quotaCount) {
		id, _, _ := strings.Cut(key, "/")
		c.want(c.has("campaign", id), "campaign_quota", key, "counts for a campaign that is not there")
		c.want(n.Sent >= 0, "campaign_quota", key, "counts less than nothing")
	})
}

func checkParticipations(c *checker) error {
	return documents(c, "participation", func(key string, p *Participation) {
		c.want(p.Campaign+"/"+p.Member == key, "participation", key, "says it is another's")
		c.wantMember(p.Member, "participation", key)
		c.want(c.has("participation_of", p.Member+"/"+p.Campaign), "participation", key, "is not found by its member")
		camp := find[Campaign](c, "campaign", p.Campaign)
		if c.want(camp != nil, "participation", key, "is of a campaign that is not there"); camp == nil {
			return
		}
		c.want(p.Draft == "" || c.has("draft", p.Campaign+"/"+p.Draft), "participation", key, "has begun what is not there")
		c.want(p.Response == "" || c.has("response", p.Campaign+"/"+p.Response), "participation", key, "has sent what is not there")
		if p.State != PartSent {
			return
		}
		if camp.Mode == Anonymous {
			c.want(p.Response == "" && p.Draft == "" && p.Begun.IsZero() && p.Ended.IsZero(), "participation", key, "tells more than that she has answered")
		} else {
			c.want(p.Response != "", "participation", key, "has sent nothing")
		}
	})
}

func checkParticipationsOf(c *checker) error {
	return documents(c, "participation_of", func(key string, _ *jsontext.Value) {
		member, campaign, _ := strings.Cut(key, "/")
		c.want(c.has("participation", campaign+"/"+member), "participation_of", key, "leads to nothing")
	})
}

func checkDrafts(c *checker) error {
	return documents(c, "draft", func(key string, d *Answering) {
		c.want(d.Campaign+"/"+d.ID == key, "draft", key, "says it is another")
		c.want(c.has("campaign", d.Campaign), "draft", key, "is of a campaign that is not there")
		c.want(c.has("draft_of", d.holder()+"/"+d.ID), "draft", key, "is not found by who holds it")
		c.wantAnswerFiles("draft", key, d.Campaign, d.Files)
		if d.Member != "" {
			p := find[Participation](c, "participation", d.Campaign+"/"+d.Member)
			c.want(p != nil && p.Draft == d.ID, "draft", key, "is not what she has begun")
		}
	})
}

// wantAnswerFiles looks whether the files of answers are there.
func (c *checker) wantAnswerFiles(bucket, key, campaign string, files []string) {
	for _, id := range files {
		f := find[File](c, "file", id)
		c.want(f != nil && f.Campaign == campaign, bucket, key, "has lost a file")
	}
}

func checkDraftsOf(c *checker) error {
	return documents(c, "draft_of", func(key string, ref *draftRef) {
		_, id, _ := strings.Cut(key, "/")
		c.want(c.has("draft", ref.Campaign+"/"+id), "draft_of", key, "leads to nothing")
	})
}

func checkResponses(c *checker) error {
	return documents(c, "response", func(key string, r *Response) {
		c.want(r.Campaign+"/"+r.ID == key, "response", key, "says it is another")
		c.wantAnswerFiles("response", key, r.Campaign, r.Files)
		camp := find[Campaign](c, "campaign", r.Campaign)
		if c.want(camp != nil, "response", key, "is of a campaign that is not there"); camp == nil {
			return
		}
		c.want(c.has("form_version", formVersionKey(camp.Form, r.Version)), "response", key, "has a version that is not there")
		c.want((camp.Mode == Anonymous) != c.has("response_past", key), "response", key, "has a history, or has none, otherwise than its campaign says")
		switch camp.Mode {
		case Anonymous:
			c.want(r.Member == "" && r.Pseudonym == "" && r.By == "" && r.Area == "" && r.Language == "" && r.Channel == "" && r.Begun.IsZero() && r.Revision == 0,
				"response", key, "tells more than answers")
		case Pseudonymous:
			c.want(r.Member == "" && r.Pseudonym != "", "response", key, "tells who answered")
		default:
			if r.Member != "" {
				p := find[Participation](c, "participation", r.Campaign+"/"+r.Member)
				c.want(p != nil && p.Response == r.ID, "response", key, "is not what she has sent")
			}
		}
	})
}

func checkBoxes(c *checker) error {
	waiting := map[string]int{}
	err := documents(c, "response_box", func(key string, _ *boxed) {
		id, _, _ := strings.Cut(key, "/")
		waiting[id]++
		camp := find[Campaign](c, "campaign", id)
		c.want(camp != nil && camp.Mode == Anonymous && camp.State == CampaignRunning, "response_box", key, "waits in a campaign that has no box")
	})
	for id, n := range waiting {
		c.want(n < LotSize, "response_box", id, "holds a lot that was not released")
	}
	return err
}

func checkResponsesPast(c *checker) error {
	return documents(c, "response_past", func(key string, _ *responsePast) {
		c.want(c.has("response", key), "response_past", key, "is of a response that is not there")
	})
}

// checkAnswerChunks looks whether each chunk in the bucket belongs to a document of
// another one.
func checkAnswerChunks(bucket, of string) func(*checker) error {
	return func(c *checker) error {
		return documents(c, bucket, func(key string, _ *chunk) {
			c.want(c.has(of, key[:max(0, strings.LastIndexByte(key, '/'))]), bucket, key, "is a part of nothing")
		})
	}
}
