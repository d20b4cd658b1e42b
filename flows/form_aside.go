package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// formAside enters the answers of others: read aloud to a woman beside the officer, or
// from sheets of paper. Its note is the campaign's ID. Who is a member here answers
// once, whoever enters it; of others nobody can tell.
func formAside() *Flow {
	d := &desk{open: openAside, keep: keepAnswering, send: sendAside, hear: (*Turn).keepAnswerFile}
	return &Flow{
		Name:  "form_aside",
		Title: "questionnaire.aside_title",
		Roles: []store.Role{store.Staff, store.Facilitator},
		Back:  d.back,
		Hear:  d.hearFile,
		Steps: append([]Step{
			{Name: "begin", Ask: askAsideDrafts, Take: takeAsideDraft},
			{Name: "how", Ask: askAsideHow, Take: takeAsideHow},
			{Name: "whom", Ask: askAsideWhom, Take: takeAsideWhom},
			{Name: "next", Ask: askAsideNext, Take: takeAsideNext},
		}, d.steps()...),
	}
}

// asideCampaign is the campaign for which she enters answers, if it is one of her
// area; otherwise she is told so and it is nil.
func (t *Turn) asideCampaign() (*store.Campaign, error) {
	c, err := t.namedCampaign(t.Note("form_aside"))
	if err != nil || c == nil {
		return nil, err
	}
	if !c.Takes(t.Now) {
		t.Say("questionnaire.over", "title", c.Title)
		return nil, t.End()
	}
	area, err := t.asideArea(c)
	if err != nil {
		return nil, err
	}
	if area == "" {
		t.Say("questionnaire.aside_not_yours")
		return nil, t.End()
	}
	return c, nil
}

// asideArea is the area of hers that the campaign touches: one within the campaign's,
// or one that the campaign's lies in; empty: none.
func (t *Turn) asideArea(c *store.Campaign) (string, error) {
	tree, err := t.Areas()
	if err != nil {
		return "", err
	}
	for _, role := range []store.Role{store.Facilitator, store.Staff} {
		scopes, err := t.Scopes(role)
		if err != nil {
			return "", err
		}
		for _, s := range scopes {
			if c.Area == "" || tree.Within(s, c.Area) {
				return s, nil
			}
			if tree.Within(c.Area, s) {
				return c.Area, nil
			}
		}
	}
	return "", nil
}

// asideDrafts are those that she has begun for others in the campaign.
func (t *Turn) asideDrafts(c *store.Campaign) ([]*store.Answering, error) {
	var all []*store.Answering
	for d, err := range t.DraftsOf(t.Member.ID) {
		if err != nil {
			return nil, err
		}
		if d.By == t.Member.ID && d.Campaign == c.ID {
			all = append(all, d)
		}
	}
	return all, nil
}

// mostAside is how many begun ones are offered to go on with.
const mostAside = 8

func askAsideDrafts(t *Turn) error {
	c, err := t.asideCampaign()
	if err != nil || c == nil {
		return err
	}
	drafts, err := t.asideDrafts(c)
	if err != nil {
		return err
	}
	if len(drafts) == 0 {
		return t.Goto("how")
	}
	t.Say("questionnaire.aside_drafts", "n", len(drafts))
	taken := map[string]bool{}
	for _, d := range drafts[:min(len(drafts), mostAside)] {
		name := ""
		if d.Member != "" {
			m, err := t.Tx.Member(d.Member)
			if err := ignore(err, store.ErrNotFound); err != nil {
				return err
			}
			if m != nil {
				name = m.Name
			}
		}
		if name == "" {
			name = t.T("questionnaire.aside_unnamed")
		}
		t.Offer(PickText(d.ID, unlike(taken, t.T("questionnaire.aside_draft", "i", d.Number, "n", d.Of, "name", cut(name, mostGiven)))))
	}
	t.Offer(Pick("new", "questionnaire.aside_new"))
	return nil
}

func takeAsideDraft(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "new":
		return t.Goto("how")
	default:
		t.Set("draft", id)
		return t.Goto(deskGo)
	}
}

func askAsideHow(t *Turn) error {
	c, err := t.asideCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("questionnaire.aside_how", "title", c.Title)
	if c.Mode == store.Anonymous {
		t.Say("questionnaire.aside_anonymous", "lot", store.LotSize)
	} else {
		t.Say("questionnaire.aside_named")
	}
	t.Offer(Option{ID: string(store.ReadAloud), Label: "questionnaire.aside_aloud", Wide: true},
		Option{ID: string(store.FromPaper), Label: "questionnaire.aside_paper", Wide: true})
	return nil
}

func takeAsideHow(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	t.Set("how", t.Chosen())
	return t.Goto("whom")
}

// askAsideWhom asks whose answers they are. Those to whom she passes messages on are
// offered; others tell her their code.
func askAsideWhom(t *Turn) error {
	c, err := t.asideCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("questionnaire.aside_whom")
	taken := map[string]bool{}
	n := 0
	for m, err := range t.RelayedBy(t.Member.ID) {
		if err != nil {
			return err
		}
		if n++; n > unitPage {
			break
		}
		t.Offer(PickText(m.ID, unlike(taken, t.apart(m.Name))))
	}
	t.Offer(Option{ID: "nobody", Label: "questionnaire.aside_nobody", Wide: true})
	return nil
}

func takeAsideWhom(t *Turn) error {
	c, err := t.asideCampaign()
	if err != nil || c == nil {
		return err
	}
	d := &store.Answering{By: t.Member.ID, How: store.AnswerMode(t.Note("how"))}
	if d.How != store.FromPaper {
		d.How = store.ReadAloud
	}
	var m *store.Member
	switch id := t.Chosen(); id {
	case "nobody":
		area, err := t.asideArea(c)
		if err != nil {
			return err
		}
		return t.beginAnswering(c, "", area, d)
	case "":
		if m, err = t.asideByCode(); err != nil || m == nil {
			return err
		}
	default:
		if m, err = t.Tx.Member(id); err != nil {
			return err
		}
	}
	p, err := t.Participation(c.ID, m.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case p.State == store.PartSent:
		t.Say("questionnaire.aside_already")
		return t.Stay()
	case p.Draft != "":
		mine, err := t.Draft(c.ID, p.Draft)
		if err != nil {
			return err
		}
		if mine.By != t.Member.ID { // what she has answered herself is not for others to see
			t.Say("questionnaire.begun_elsewhere")
			return t.Stay()
		}
	}
	return t.beginAnswering(c, m.ID, m.Area, d)
}

// asideByCode is the member of her areas whose code she typed; nil: there is none, and
// she is told so. Who types too many that are wrong has to wait.
func (t *Turn) asideByCode() (*store.Member, error) {
	wait, err := t.Paused(store.TryPerson, t.Member.ID)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		t.Say("invite.code_wait", "n", int((wait+time.Minute-1)/time.Minute))
		return nil, t.Stay()
	}
	m, err := t.MemberByCode(t.Words())
	if err := ignore(err, store.ErrNotFound); err != nil {
		return nil, err
	}
	if m != nil && m.Area != "" {
		for _, role := range []store.Role{store.Staff, store.Facilitator} {
			if ok, err := t.Holds(role, m.Area); err != nil || ok {
				return m, err
			}
		}
	}
	if _, _, err := t.Try(store.TryPerson, t.Member.ID); err != nil {
		return nil, err
	}
	return nil, t.Again("questionnaire.aside_none")
}

func openAside(t *Turn) (*sheet, error) {
	c, err := t.asideCampaign()
	if err != nil || c == nil {
		return nil, err
	}
	d, err := t.Draft(c.ID, t.Note("draft"))
	if errors.Is(err, store.ErrNotFound) || err == nil && d.By != t.Member.ID {
		return nil, t.Goto("begin")
	}
	if err != nil {
		return nil, err
	}
	return t.answeringSheet(c, d)
}

func sendAside(t *Turn, s *sheet) error {
	ok, err := t.handIn(s)
	if err != nil || !ok {
		return err
	}
	how := t.Note("how")
	t.dropAnswering(s.campaign.ID)
	t.Set("form_aside", s.campaign.ID)
	t.Set("how", how)
	return t.Goto("next")
}

func askAsideNext(t *Turn) error {
	t.Say("questionnaire.aside_sent")
	t.Offer(Option{ID: "next", Label: "questionnaire.aside_next", Wide: true}, Pick("end", "questionnaire.aside_end"))
	return nil
}

func takeAsideNext(t *Turn) error {
	switch t.Chosen() {
	case "next":
		return t.Goto("whom")
	case "end":
		return t.End()
	}
	return t.Again("engine.unclear")
}
