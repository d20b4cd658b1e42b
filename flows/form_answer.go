package flows

import (
	"errors"
	"slices"

	"chihai/flows/form"
	"chihai/store"
)

// formAnswer answers a campaign for the one who speaks. Its note is the campaign's ID
// or code. It says first who asks, how long it takes and what will be known of her,
// and begins only when she wants to. What she has answered is kept with every turn.
func formAnswer() *Flow {
	d := answerDesk()
	return &Flow{
		Name:  "form_answer",
		Title: "questionnaire.title",
		Waits: true,
		Back:  d.back,
		Hear:  d.hearFile,
		Steps: append([]Step{
			{Name: "intro", Ask: askFormIntro, Take: takeFormIntro},
			{Name: "refuse", Ask: askFormRefuse, Take: takeFormRefuse},
		}, d.steps()...),
	}
}

func answerDesk() *desk {
	return &desk{open: openAnswering, keep: keepAnswering, send: sendAnswering, hear: (*Turn).keepAnswerFile}
}

// namedCampaign is the campaign that the flow of that name is about, by its id or its
// code. When there is none, or it is no use to go on, she is told so and it is nil.
func (t *Turn) namedCampaign(note string) (*store.Campaign, error) {
	c, err := t.Campaign(note)
	if errors.Is(err, store.ErrNotFound) {
		c, err = t.CampaignByCode(note)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && unpublished(c) {
		t.Say("questionnaire.unknown")
		return nil, t.End()
	}
	if err == nil {
		t.About(c.Title)
	}
	return c, err
}

// unpublished says whether c may still become something else: nobody but staff hears of it.
func unpublished(c *store.Campaign) bool {
	return c.State == store.CampaignDraft || c.State == store.CampaignAsked
}

// participated is how far she has come; nil: she has done nothing.
func (t *Turn) participated(c *store.Campaign) (*store.Participation, error) {
	p, err := t.Participation(c.ID, t.Member.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return p, err
}

// ownDraft is what she has begun herself of what p is about; nil: nothing, though
// somebody else may be entering her answers.
func (t *Turn) ownDraft(p *store.Participation) (*store.Answering, error) {
	if p == nil || p.Draft == "" {
		return nil, nil
	}
	d, err := t.Draft(p.Campaign, p.Draft)
	if err != nil || d.By != "" {
		return nil, err
	}
	return d, nil
}

func askFormIntro(t *Turn) error {
	c, err := t.namedCampaign(t.Note("form_answer"))
	if err != nil || c == nil {
		return err
	}
	t.Set("form_answer", c.ID)
	p, err := t.participated(c)
	if err != nil {
		return err
	}
	switch {
	case c.State == store.CampaignPlanned:
		t.Say("questionnaire.not_yet", "title", c.Title, "from", t.Date(t.Local(c.Since)))
		return t.End()
	case p != nil && p.State == store.PartSent && (c.Mode == store.Anonymous || !c.Takes(t.Now)):
		t.Say("questionnaire.sent_before", "title", c.Title)
		return t.End()
	case !c.Takes(t.Now):
		t.Say("questionnaire.over", "title", c.Title)
		return t.End()
	}
	if may, err := t.MayAnswer(c, t.Member.ID); err != nil {
		return err
	} else if !may {
		t.Say("questionnaire.not_invited", "title", c.Title)
		return t.End()
	}
	d, err := t.ownDraft(p)
	if err != nil {
		return err
	}
	if d != nil && !t.Anew() {
		if d.Number > 0 {
			t.Say("questionnaire.resumed", "title", c.Title, "i", d.Number, "n", d.Of)
		}
		visit(t.frame(), store.Visit{Step: "intro"}) // she can go back to it
		return t.Goto(deskGo)
	}
	if p != nil && p.State == store.PartSent {
		t.Say("questionnaire.sent_changeable", "title", c.Title, "until", t.lastMoment(c))
		t.Offer(Option{ID: "change", Label: "questionnaire.change_sent", Wide: true})
		return nil
	}
	if err := t.Wanted(c, t.Member.Area); errors.Is(err, store.ErrQuota) {
		t.Say("questionnaire.full", "title", c.Title)
		return t.End()
	} else if err != nil {
		return err
	}
	if err := t.sayFormIntro(c); err != nil {
		return err
	}
	t.Offer(Option{ID: "begin", Label: "questionnaire.begin", Wide: true}, Option{ID: "refuse", Label: "questionnaire.refuse"})
	return nil
}

// lastMoment is the last moment at which a campaign takes answers, as people say it.
func (t *Turn) lastMoment(c *store.Campaign) string { return t.When(t.Local(c.Until)) }

// sayFormIntro says who asks, how long it takes, until when, and what will be known
// of her.
func (t *Turn) sayFormIntro(c *store.Campaign) error {
	settings, err := t.Settings()
	if err != nil {
		return err
	}
	org := settings.Organisation
	if org == "" {
		org = t.T("welcome.organisation")
	}
	t.Say("questionnaire.intro", "title", c.Title, "organisation", org)
	v, err := t.FormVersion(c.Form, c.Version)
	if err != nil {
		return err
	}
	if v.Longest > 0 && v.Seconds > 0 {
		minutes := max(1, (v.Seconds+59)/60)
		if v.Shortest == v.Longest {
			t.Say("questionnaire.length", "n", v.Longest, "minutes", minutes)
		} else {
			t.Say("questionnaire.length_between", "least", v.Shortest, "most", v.Longest, "minutes", minutes)
		}
	}
	t.Say("questionnaire.until", "until", t.lastMoment(c))
	switch c.Mode {
	case store.Anonymous:
		rest := t.T("questionnaire.rest_destroyed", "lot", store.LotSize)
		if c.KeepRest {
			rest = t.T("questionnaire.rest_kept", "lot", store.LotSize)
		}
		t.SayText(t.T("questionnaire.mode_anonymous", "others", store.LotSize-1) + "\n" + rest)
	case store.Pseudonymous:
		t.Say("questionnaire.mode_pseudonymous")
	default:
		t.Say("questionnaire.mode_named")
	}
	return nil
}

func takeFormIntro(t *Turn) error {
	c, err := t.namedCampaign(t.Note("form_answer"))
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "refuse":
		return t.Goto("refuse")
	case "begin":
		return t.beginAnswering(c, t.Member.ID, t.Member.Area, &store.Answering{How: store.InPerson})
	case "change":
		_, err := t.ChangeAnswers(c.ID, t.Member.ID)
		if errors.Is(err, store.ErrOver) {
			t.Say("questionnaire.over", "title", c.Title)
			return t.End()
		}
		if err != nil {
			return err
		}
		return t.Goto(deskGo)
	}
	return t.Again("engine.unclear")
}

// beginAnswering begins d for the member, or for somebody without an entry where it
// is empty, and goes on to the first question.
func (t *Turn) beginAnswering(c *store.Campaign, member, area string, d *store.Answering) error {
	l, err := t.logic(c.Form, c.Version)
	if err != nil {
		return err
	}
	data, err := form.EncodeResponse(l.Begin(t.Now, t.formSeed(), t.knownToForm(c, l.Form(), member)))
	if err != nil {
		return err
	}
	d.Campaign, d.Member, d.Area, d.Language, d.Answers = c.ID, member, area, t.Language, data
	now, began, err := t.BeginAnswers(d)
	switch {
	case errors.Is(err, store.ErrOver):
		t.Say("questionnaire.over", "title", c.Title)
		return t.End()
	case errors.Is(err, store.ErrQuota):
		t.Say("questionnaire.full", "title", c.Title)
		return t.End()
	case errors.Is(err, store.ErrAnswered):
		t.Say("questionnaire.sent_before", "title", c.Title)
		return t.End()
	case err != nil:
		return err
	case !began && now.By != d.By:
		t.Say("questionnaire.begun_elsewhere")
		return t.End()
	}
	t.Set("draft", now.ID)
	return t.Goto(deskGo)
}

// knownToForm is what a form may know of who answers without asking: only where
// answers go by name, and only what it asks for.
func (t *Turn) knownToForm(c *store.Campaign, f *form.Form, member string) map[string]string {
	if c.Mode != store.Named || member != t.Member.ID {
		return nil
	}
	known := map[string]string{}
	for q := range f.Questions() {
		switch {
		case q.Kind != form.Device:
		case q.Type == "username" && t.Member.Name != "":
			known["username"] = t.Member.Name
		case q.Type == "phonenumber" && t.Member.Phone != "":
			known["phonenumber"] = t.Member.Phone
		}
	}
	return known
}

func askFormRefuse(t *Turn) error {
	t.Say("questionnaire.refuse_sure")
	t.Offer(Option{ID: "yes", Label: "questionnaire.refuse_yes", Wide: true})
	return nil
}

func takeFormRefuse(t *Turn) error {
	if t.Chosen() != "yes" {
		return t.Again("engine.unclear")
	}
	c, err := t.namedCampaign(t.Note("form_answer"))
	if err != nil || c == nil {
		return err
	}
	err = t.RefuseCampaign(c, t.Member)
	if errors.Is(err, store.ErrAnswered) {
		t.Say("questionnaire.sent_before", "title", c.Title)
		return t.End()
	}
	if err != nil {
		return err
	}
	t.Say("questionnaire.refused")
	return t.End()
}

// openAnswering takes up what she has begun of the campaign.
func openAnswering(t *Turn) (*sheet, error) {
	c, err := t.namedCampaign(t.Note("form_answer"))
	if err != nil || c == nil {
		return nil, err
	}
	d, err := t.Draft(c.ID, t.Note("draft"))
	if errors.Is(err, store.ErrNotFound) {
		p, err := t.participated(c)
		if err != nil {
			return nil, err
		}
		if d, err = t.ownDraft(p); err != nil {
			return nil, err
		}
		if d == nil {
			return nil, t.Goto("intro")
		}
		t.Set("draft", d.ID)
	} else if err != nil {
		return nil, err
	}
	return t.answeringSheet(c, d)
}

// answeringSheet takes up the draft d, unless its campaign takes no answers any more.
func (t *Turn) answeringSheet(c *store.Campaign, d *store.Answering) (*sheet, error) {
	if !c.Takes(t.Now) {
		t.Say("questionnaire.over", "title", c.Title)
		return nil, t.End()
	}
	if c.Mode == store.Anonymous {
		t.quiet = c.ID
	}
	version, err := t.askedVersion(c, d)
	if err != nil {
		return nil, err
	}
	s, err := t.sheetIn(c.Form, version, d.Answers)
	if err != nil {
		return nil, err
	}
	s.campaign, s.draft = c, d
	return s, nil
}

// askedVersion is the version in whose words d is asked. Other words reach an
// anonymous campaign only when it was given that version: new ones may ask who she is.
func (t *Turn) askedVersion(c *store.Campaign, d *store.Answering) (int, error) {
	version, err := t.WordedVersion(c.Form, d.Version)
	if c.Mode == store.Anonymous {
		version = min(version, max(c.Version, d.Version))
	}
	return version, err
}

func keepAnswering(t *Turn, s *sheet, data []byte) error {
	s.draft.Answers = data
	return t.KeepAnswers(s.draft)
}

// handIn sends what is complete and says whether it did; otherwise she is told why
// not, and the talk is over.
func (t *Turn) handIn(s *sheet) (bool, error) {
	r := s.walk.Response()
	whole, err := form.EncodeResponse(r)
	if err != nil {
		return false, err
	}
	final := r.Final()
	if s.campaign.Mode == store.Anonymous {
		final = s.logic.Anonymous(r)
	}
	answers, err := form.EncodeResponse(final)
	if err != nil {
		return false, err
	}
	if err := t.KeepAnswerFiles(s.draft, filesIn(s.draft, final)); err != nil {
		return false, err
	}
	if err := t.WipeTraces(s.draft); err != nil {
		return false, err
	}
	_, err = t.SendAnswers(s.draft, answers, whole)
	switch {
	case errors.Is(err, store.ErrOver):
		t.Say("questionnaire.over", "title", s.campaign.Title)
	case errors.Is(err, store.ErrQuota):
		t.Say("questionnaire.full", "title", s.campaign.Title)
	case errors.Is(err, store.ErrLongAnswers):
		t.Say("questionnaire.too_long")
		return false, t.Goto(deskGo)
	default:
		t.sheet = nil
		return err == nil, err
	}
	return false, t.End()
}

// filesIn are the files of a draft that its final answers still hold.
func filesIn(d *store.Answering, final *form.Response) []string {
	var used []string
	for _, a := range final.Answers {
		if slices.Contains(d.Files, a.Value) {
			used = append(used, a.Value)
		}
	}
	return used
}

func sendAnswering(t *Turn, s *sheet) error {
	ok, err := t.handIn(s)
	if err != nil || !ok {
		return err
	}
	t.dropAnswering(s.campaign.ID)
	switch s.campaign.Mode {
	case store.Anonymous:
		t.Say("questionnaire.thanks_anonymous", "others", store.LotSize-1)
	default:
		t.Say("questionnaire.thanks", "until", t.lastMoment(s.campaign))
	}
	return t.End()
}

// dropAnswering drops what waits to be gone on with of the campaign, and the step in
// which she stands: their notes may hold answers.
func (t *Turn) dropAnswering(campaign string) {
	t.frame().Notes, t.frame().Trail = nil, nil
	t.conv.Waiting = slices.DeleteFunc(t.conv.Waiting, func(w []store.Frame) bool {
		return slices.ContainsFunc(w, func(f store.Frame) bool {
			var id string
			raw, ok := f.Notes[f.Flow]
			return ok && jsonNote(raw, &id) == nil && id == campaign
		})
	})
	t.conv.Last = nil
}
