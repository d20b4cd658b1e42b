package flows

import (
	"errors"

	"chihai/flows/form"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// formOne shows staff one form with its versions, and what can be done with it.
func formOne() *Flow {
	return &Flow{
		Name: "form_one",
		Role: store.Staff,
		Steps: []Step{
			{Name: "one", Ask: askFormOne, Take: takeFormOne},
			{Name: "one_again", Ask: func(t *Turn) error { return t.Goto("one") }},
			{Name: "versions", Ask: askFormVersions, Take: takeFormVersions},
			{Name: "proof", Ask: askFormProof, Take: takeFormProof},
			{Name: "off", Ask: askFormOff, Take: takeFormOff},
		},
		Hear: hearFormOne,
	}
}

// A formNote says which form it is.
type formNote struct {
	Form     string `json:"form"`
	Revision int    `json:"revision,omitzero"` // that she has seen
}

// seenForm is the form that the flow form_one is about, with its newest version.
// When it was put away, or is not hers to see, she is told so and shown the list,
// and the result is nil.
func (t *Turn) seenForm() (*store.Form, *store.FormVersion, error) {
	var n formNote
	t.Get("form_one", &n)
	f, err := t.Form(n.Form)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	if err == nil && f.Off.IsZero() {
		sees, err := formRight(t.Tx, t.Member, false)
		if err != nil {
			return nil, nil, err
		}
		if sees(f) {
			v, err := t.FormVersion(f.ID, f.Versions)
			return f, v, err
		}
	}
	t.Say("formstaff.gone_form")
	return nil, nil, t.Start("forms", nil)
}

// changesForm says whether she may change f.
func (t *Turn) changesForm(f *store.Form) (bool, error) {
	may, err := formRight(t.Tx, t.Member, true)
	return err == nil && may(f), err
}

func askFormOne(t *Turn) error {
	f, v, err := t.seenForm()
	if err != nil || f == nil {
		return err
	}
	if _, p, err := t.formProof(); err != nil {
		return err
	} else if p != nil {
		return t.Goto("proof")
	}
	t.Set("form_one", formNote{Form: f.ID, Revision: f.Revision})
	t.SayText(t.formSummary(f.Title, FormFacts{
		Questions: v.Questions, Shortest: v.Shortest, Longest: v.Longest, Expected: v.Expected, Seconds: v.Seconds, Languages: v.Spoken,
	}))
	area, err := t.areaName(f.Area)
	if err != nil {
		return err
	}
	if f.Area == "" {
		area = t.T("formstaff.everywhere")
	}
	t.SayText(joined([]string{t.T("formstaff.about", "code", f.Code, "area", area), t.versionLine(v)}))
	if t.engine.byName["form_try"] != nil {
		t.Offer(Pick("try", "formstaff.try"))
	}
	t.Offer(Pick("proof", "formstaff.proof"))
	if t.engine.byName["campaign_make"] != nil {
		t.Offer(Pick("release", "formstaff.release"))
	}
	may, err := t.changesForm(f)
	if err != nil {
		return err
	}
	if may {
		t.Offer(Pick("send", "formstaff.send_new"))
	}
	t.Offer(Pick("book", "formstaff.book"))
	if v.Simple {
		t.Offer(Pick("sheets", "formstaff.sheets"))
	}
	if f.Versions > 1 {
		t.Offer(Pick("versions", "formstaff.versions"))
	}
	if may {
		t.Offer(Pick("off", "formstaff.off"))
	}
	t.Offer(Pick("list", "formstaff.list"))
	return nil
}

// versionLine is a version in one line: number, day, how grave its change was.
func (t *Turn) versionLine(v *store.FormVersion) string {
	line := t.T("formstaff.version", "n", v.Number, "date", t.Date(t.Local(v.Created)))
	if v.Grade != "" {
		line += ": " + t.T("formstaff.version_"+string(v.Grade))
	}
	return line
}

func takeFormOne(t *Turn) error {
	f, v, err := t.seenForm()
	if err != nil || f == nil {
		return err
	}
	at := FormAt{Form: f.ID, Version: f.Versions}
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "try":
		return t.Call("form_try", formTryNote{Form: f.ID, Version: f.Versions})
	case "release":
		n := campaignMakeNote{Form: f.ID, Version: f.Versions}
		if len(v.Release) > 0 {
			if err := json.Unmarshal(v.Release, &n.Release); err != nil {
				n.Release = form.Release{} // it is a proposal: she is asked for all of it then
			}
		}
		return t.Start("campaign_make", n)
	case "proof":
		t.Forget("proof")
		if err := t.TaskOnce(FormProofWork, at); err != nil {
			return err
		}
		t.Say("formstaff.proof_wait")
		return t.Stand()
	case "send":
		return t.Start("forms", formsNote{Form: f.ID})
	case "book":
		if err := t.Log(t.Member.ID, "fetch workbook of form", f.ID); err != nil {
			return err
		}
		t.SayFile(v.Workbook, "formstaff.book_here", "title", f.Title, "n", v.Number)
		return t.Stay()
	case "sheets":
		if err := t.TaskOnce(FormSheetsWork, at); err != nil {
			return err
		}
		t.Say("formstaff.book_wait")
		return t.Stand()
	case "list":
		return t.Start("forms", nil)
	default:
		return t.Goto(id)
	}
}

// versionsPage is how many versions one message tells of.
const versionsPage = 5

func askFormVersions(t *Turn) error {
	f, _, err := t.seenForm()
	if err != nil || f == nil {
		return err
	}
	t.Say("formstaff.versions_of", "title", f.Title)
	skip := min(t.Count("skip"), f.Versions-1)
	for number := f.Versions - skip; number > max(0, f.Versions-skip-versionsPage); number-- {
		v, err := t.FormVersion(f.ID, number)
		if err != nil {
			return err
		}
		lines := []string{t.versionLine(v)}
		if len(v.Changes) > 0 {
			logic, err := t.logic(f.ID, number)
			if err != nil {
				return err
			}
			lines = append(lines, formChangeLines(v.Changes, logic.Form(), t.Printer)...)
		}
		t.SayText(joined(lines[:min(len(lines), 6)]))
	}
	if f.Versions > skip+versionsPage {
		t.Offer(Pick("more", "register.more"))
	}
	t.Offer(Pick("one", "formstaff.see"))
	return nil
}

func takeFormVersions(t *Turn) error {
	switch t.Chosen() {
	case "more":
		t.Set("skip", t.Count("skip")+versionsPage)
		return t.Stay()
	case "one":
		t.Forget("skip")
		return t.Goto("one")
	}
	return t.Again("engine.unclear")
}

func askFormOff(t *Turn) error {
	f, _, err := t.seenForm()
	if err != nil || f == nil {
		return err
	}
	running := 0
	for c, err := range t.LiveCampaigns() {
		if err != nil {
			return err
		}
		if c.Form == f.ID {
			running++
		}
	}
	t.Say("formstaff.off_sure", "title", f.Title)
	if running > 0 {
		t.Say("formstaff.off_running", "n", running)
	}
	t.Offer(Option{ID: "yes", Label: "formstaff.off_yes", Wide: true}, Option{ID: "no", Label: "formstaff.off_no", Wide: true})
	return nil
}

func takeFormOff(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	var n formNote
	t.Get("form_one", &n)
	f, _, err := t.seenForm()
	if err != nil || f == nil {
		return err
	}
	may, err := t.changesForm(f)
	switch {
	case err != nil:
		return err
	case !may:
		t.Say("formstaff.not_yours")
		return t.Goto("one")
	case f.Revision != n.Revision:
		t.Say("formstaff.changed_other")
		return t.Goto("one")
	}
	if _, err := t.PutAwayForm(f.ID); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "put form away", f.ID); err != nil {
		return err
	}
	t.Say("formstaff.off_done", "title", f.Title)
	return t.Start("forms", nil)
}

// hearFormOne hears what came of the works that form_one leaves.
func hearFormOne(t *Turn) error {
	var o TaskOutcome
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return err
	}
	if o.Task == FormProofWork {
		return t.hearFormProof()
	}
	return t.hearFormFile("formstaff.sheets_here", "formstaff.file_made_not")
}

// formProofNote is where she is among the made-up respondents.
type formProofNote struct {
	File string `json:"file"` // ID of the [FormProof]
	At   int    `json:"at"`   // which of them is shown, from 0
}

// hearFormProof shows the first of the made-up respondents, if she is still at the
// form.
func (t *Turn) hearFormProof() error {
	var at FormAt
	var file string
	o, err := t.outcome(&at, &file)
	if err != nil {
		return err
	}
	var n formNote
	switch {
	case !t.Held("form_one", &n) || n.Form != at.Form || !t.Watches("one"):
		return t.dropFetched(file)
	case o.Error != "" || file == "":
		t.Say("formstaff.proof_none")
		return nil
	}
	if err := t.Hold("proof", formProofNote{File: file}); err != nil {
		return err
	}
	return t.Stay()
}

// formProof reads the ways of the made-up respondents; nil when they are kept no
// more.
func (t *Turn) formProof() (n formProofNote, p *FormProof, err error) {
	if !t.Get("proof", &n) {
		return n, nil, nil
	}
	_, data, err := t.File(n.File)
	if errors.Is(err, store.ErrNotFound) {
		return n, nil, nil
	}
	if err != nil {
		return n, nil, err
	}
	p = &FormProof{}
	if err := json.Unmarshal(data, p); err != nil || len(p.Ways) == 0 {
		return n, nil, err
	}
	n.At = min(max(0, n.At), len(p.Ways)-1)
	return n, p, nil
}

func askFormProof(t *Turn) error {
	n, p, err := t.formProof()
	if err != nil {
		return err
	}
	if p == nil {
		return t.Goto("one")
	}
	t.Say("formstaff.proof_one", "i", n.At+1, "n", len(p.Ways))
	t.SayText(p.Ways[n.At])
	if n.At+1 < len(p.Ways) {
		t.Offer(Pick("next", "formstaff.proof_next"))
	} else if p.Left > 0 {
		t.Say("formstaff.proof_left", "n", p.Left)
	}
	if n.At > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	t.Offer(Pick("one", "formstaff.see"))
	return nil
}

func takeFormProof(t *Turn) error {
	n, _, err := t.formProof()
	if err != nil {
		return err
	}
	switch t.Chosen() {
	case "next":
		n.At++
	case "first":
		n.At = 0
	case "one":
		t.Forget("proof")
		return errors.Join(t.dropFetched(n.File), t.Goto("one"))
	default:
		return t.Again("engine.unclear")
	}
	t.Set("proof", n)
	return t.Stay()
}
