package flows

import (
	"errors"
	"slices"

	"chihai/store"
)

// This file shows what was found in a workbook, and keeps it when she says so.

func askFormBroken(t *Turn) error {
	var e ExaminedForm
	t.Get("examined", &e)
	t.Say("formstaff.broken")
	t.SayText(joined(e.Lines))
	t.Say("formstaff.broken_then")
	t.Offer(Pick("templates", "formstaff.templates"))
	return nil
}

func takeFormBroken(t *Turn) error {
	switch {
	case t.Input.Kind == File:
		return t.takeFormBook()
	case t.Chosen() == "templates":
		return t.Goto("templates")
	}
	return t.Again("formstaff.file_again")
}

// examinedForm is what was found in her workbook. When that has gone meanwhile she
// is told so and asked for it again, and ok is false.
func (t *Turn) examinedForm() (e ExaminedForm, ok bool, err error) {
	t.Get("examined", &e)
	for _, id := range []string{e.Workbook, e.Content} {
		f, _, err := t.FileHead(id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return e, false, err
		}
		if err != nil || !t.Now.Before(f.Expires) {
			t.Forget("examined")
			t.Say("formstaff.gone")
			return e, false, t.Goto("file")
		}
	}
	return e, true, nil
}

// olderForm is the form of which her workbook may be a new version; nil: none.
func (t *Turn) olderForm(e ExaminedForm) (*store.Form, error) {
	if e.Old == "" {
		return nil, nil
	}
	return t.Form(e.Old)
}

func askFormCheck(t *Turn) error {
	e, ok, err := t.examinedForm()
	if err != nil || !ok {
		return err
	}
	old, err := t.olderForm(e)
	if err != nil {
		return err
	}
	if old != nil && e.Grade == "" {
		t.Say("formstaff.same", "title", old.Title)
		t.Offer(Option{ID: "see", Label: "formstaff.see", Wide: true}, Option{ID: "again", Label: "formstaff.again", Wide: true})
		return nil
	}
	t.SayText(t.formSummary(e.Title, e.Facts))
	if len(e.Lines) > 0 {
		t.Say("formstaff.warned")
		t.SayText(joined(e.Lines))
	}
	if old == nil {
		keep := "formstaff.keep"
		if len(e.Lines) > 0 {
			keep = "formstaff.keep_still"
		}
		t.Say("formstaff.keep_ask")
		t.Offer(Option{ID: "keep", Label: keep, Wide: true}, Option{ID: "again", Label: "formstaff.again", Wide: true})
		return nil
	}
	t.Say("formstaff.known", "title", old.Title, "n", old.Versions)
	t.Say("formstaff.grade_" + string(e.Grade))
	if len(e.Changed) > 0 {
		t.SayText(joined(e.Changed))
	}
	t.Offer(
		Option{ID: "version", Label: t.T("formstaff.keep_version", "n", old.Versions+1), Text: true, Wide: true},
		Option{ID: "keep", Label: "formstaff.keep_other", Wide: true},
		Option{ID: "again", Label: "formstaff.again", Wide: true},
	)
	return nil
}

// formSummary is what is said of a form: title, languages, length.
func (t *Turn) formSummary(title string, facts FormFacts) string {
	lines := []string{t.T("formstaff.summary", "title", title, "n", facts.Questions)}
	if named := t.formLanguages(facts.Languages); named != "" {
		lines = append(lines, t.T("formstaff.summary_languages", "languages", named))
	}
	switch {
	case facts.Expected == 0:
	case facts.Shortest == facts.Longest:
		lines = append(lines, t.T("formstaff.summary_same", "most", facts.Longest, "n", minutesOf(facts.Seconds)))
	case facts.Longest == 0:
		lines = append(lines, t.T("formstaff.summary_open", "least", facts.Shortest, "likely", facts.Expected, "n", minutesOf(facts.Seconds)))
	default:
		lines = append(lines, t.T("formstaff.summary_length", "least", facts.Shortest, "most", facts.Longest, "likely", facts.Expected, "n", minutesOf(facts.Seconds)))
	}
	return joined(lines)
}

// minutesOf is a time in whole minutes, at least one.
func minutesOf(seconds int) int { return max(1, (seconds+30)/60) }

// formLanguages names languages; those that people here do not read by their codes.
func (t *Turn) formLanguages(codes []string) string {
	names := ""
	for i, code := range codes {
		if i > 0 {
			names += ", "
		}
		if t.engine.catalog.Has("language." + code) {
			names += t.T("language." + code)
		} else {
			names += cut(code, 20)
		}
	}
	return names
}

func takeFormCheck(t *Turn) error {
	if t.Input.Kind == File {
		return t.takeFormBook()
	}
	e, ok, err := t.examinedForm()
	if err != nil || !ok {
		return err
	}
	switch t.Chosen() {
	case "see":
		if err := t.dropExamined(); err != nil {
			return err
		}
		return t.Start("form_one", formNote{Form: e.Old})
	case "again":
		return t.Goto("file")
	case "keep":
		own, err := t.ownAreas()
		if err != nil {
			return err
		}
		if len(own) > 1 {
			return t.Goto("area")
		}
		return t.keepForm("")
	case "version":
		running, err := t.runningWith(e)
		if err != nil {
			return err
		}
		if len(running) > 0 {
			return t.Goto("running")
		}
		return t.keepVersion(nil)
	}
	return t.Again("engine.unclear")
}

func askFormArea(t *Turn) error {
	own, err := t.ownAreas()
	if err != nil {
		return err
	}
	t.Say("formstaff.area_ask")
	for _, a := range own {
		t.Offer(PickText(a.Code, cut(a.Name, mostLabel)))
	}
	return nil
}

func takeFormArea(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	return t.keepForm(t.Chosen())
}

// keepForm keeps her workbook as a new form of the area, which is one of hers now
// whatever she chose.
func (t *Turn) keepForm(area string) error {
	e, ok, err := t.examinedForm()
	if err != nil || !ok {
		return err
	}
	if known, err := FormNamed(t.Tx, t.Member, e.Name); err != nil {
		return err
	} else if known != nil && known.ID != e.Old && e.Old == "" { // somebody has kept one meanwhile
		return t.examineAnew()
	}
	f := &store.Form{Name: e.Name, By: t.Member.ID}
	if f.Area, err = t.formArea(area); err != nil {
		return err
	}
	v, book, data, content, err := t.versionOf(e)
	if err != nil {
		return err
	}
	v.Grade, v.Changes = "", nil // it is the first of a form of its own
	if err := t.AddForm(f, v, book, data, content); err != nil {
		return err
	}
	if err := errors.Join(t.Log(t.Member.ID, "add form", f.ID), t.dropExamined()); err != nil {
		return err
	}
	t.Say("formstaff.kept", "title", f.Title, "code", f.Code)
	return t.Start("form_one", formNote{Form: f.ID})
}

// formArea is the unit that a new form is for: the one with code, if it is hers,
// else the first of hers.
func (t *Turn) formArea(code string) (string, error) {
	own, err := t.ownAreas()
	if err != nil {
		return "", err
	}
	if len(own) > 0 {
		return own[max(0, slices.IndexFunc(own, func(a *store.Area) bool { return a.Code == code }))].Code, nil
	}
	scopes, err := t.Scopes(store.Staff) // the tree knows none of them
	if err != nil || len(scopes) == 0 {
		return "", errors.Join(err, errors.New("no area of hers"))
	}
	return scopes[0], nil
}

// versionOf is the version that her workbook becomes, with its files.
func (t *Turn) versionOf(e ExaminedForm) (v *store.FormVersion, book store.File, data, content []byte, err error) {
	sent, data, err := t.File(e.Workbook)
	if err != nil {
		return nil, book, nil, nil, err
	}
	_, content, err = t.File(e.Content)
	if err != nil {
		return nil, book, nil, nil, err
	}
	v = e.NewVersion(t.Member.ID)
	return v, store.File{Name: sent.Name, Type: sent.Type}, data, content, nil
}

// examineAnew has her workbook examined once more, because the form of that name
// has changed since.
func (t *Turn) examineAnew() error {
	var asked ExamineForm
	t.Get("asked", &asked)
	t.Say("formstaff.changed_meanwhile")
	return t.examineBook(asked.Channel, FileRef{ID: asked.ID, Name: asked.Name})
}

// runningWith are the campaigns of her areas that are planned or running with the
// form of which her workbook is a new version.
func (t *Turn) runningWith(e ExaminedForm) ([]*store.Campaign, error) {
	in, err := t.InScope(store.Staff)
	if err != nil {
		return nil, err
	}
	var found []*store.Campaign
	for c, err := range t.LiveCampaigns() {
		if err != nil {
			return nil, err
		}
		if c.Form == e.Old && in(c.Area) {
			found = append(found, c)
		}
	}
	return found, nil
}

// askFormRunning asks what is to be asked from now on in the campaigns that run
// with the form. What is usual for the change is offered first.
func askFormRunning(t *Turn) error {
	e, ok, err := t.examinedForm()
	if err != nil || !ok {
		return err
	}
	running, err := t.runningWith(e)
	if err != nil {
		return err
	}
	t.Say("formstaff.running", "n", len(running))
	if e.Tells && slices.ContainsFunc(running, hidesNames) {
		t.Say("formstaff.running_tells")
	}
	fresh, old := Option{ID: "new", Label: "formstaff.running_new", Wide: true}, Option{ID: "old", Label: "formstaff.running_old", Wide: true}
	if e.Grade == store.Breaking {
		t.Say("formstaff.running_breaking")
		t.Offer(old, fresh)
	} else {
		t.Say("formstaff.running_safe")
		t.Offer(fresh, old)
	}
	return nil
}

// hidesNames says whether a campaign has promised not to know who answers.
func hidesNames(c *store.Campaign) bool { return c.Mode == store.Anonymous }

func takeFormRunning(t *Turn) error {
	var take func(*store.Campaign) bool
	switch t.Chosen() {
	case "":
		return t.Again("engine.unclear")
	case "new":
		var e ExaminedForm
		t.Get("examined", &e)
		take = func(c *store.Campaign) bool { return !e.Tells || !hidesNames(c) }
	}
	return t.keepVersion(take)
}

// keepVersion keeps her workbook as the newest version of its form, and has the
// campaigns that take says begin with it from now on; nil: none does.
func (t *Turn) keepVersion(take func(*store.Campaign) bool) error {
	e, ok, err := t.examinedForm()
	if err != nil || !ok {
		return err
	}
	old, err := t.Form(e.Old)
	if err != nil {
		return err
	}
	may, err := formRight(t.Tx, t.Member, true)
	if err != nil {
		return err
	}
	if !may(old) {
		t.Say("formstaff.not_yours")
		return t.Goto("file")
	}
	running, err := t.runningWith(e)
	if err != nil {
		return err
	}
	v, book, data, content, err := t.versionOf(e)
	if err != nil {
		return err
	}
	f, err := t.AddVersion(e.Old, e.Revision, v, book, data, content)
	switch {
	case errors.Is(err, store.ErrChanged), errors.Is(err, store.ErrOff):
		return t.examineAnew()
	case errors.Is(err, store.ErrSameForm):
		t.Say("formstaff.same", "title", old.Title)
		return errors.Join(t.dropExamined(), t.Start("form_one", formNote{Form: old.ID}))
	case err != nil:
		return err
	}
	for _, c := range running {
		if take == nil || !take(c) {
			continue
		}
		if _, err := t.ChangeCampaign(c.ID, c.Revision, func(c *store.Campaign) { c.Version = v.Number }); err != nil {
			return err
		}
		if err := t.Log(t.Member.ID, "change form of campaign", c.ID); err != nil {
			return err
		}
	}
	if err := errors.Join(t.Log(t.Member.ID, "add form version", f.ID), t.dropExamined()); err != nil {
		return err
	}
	t.Say("formstaff.kept_version", "title", f.Title, "n", v.Number)
	return t.Start("form_one", formNote{Form: f.ID})
}
