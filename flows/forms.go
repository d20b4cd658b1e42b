package flows

import (
	"slices"
	"strings"

	"chihai/store"
)

// forms is where staff find the questionnaires of their areas, get a template, and
// send a workbook: at any of its questions, and from the menu as well. What was
// sent is examined outside the turn, shown, and kept when she says so.
func forms() *Flow {
	return &Flow{
		Name:  "forms",
		Title: "formstaff.title",
		Role:  store.Staff,
		Steps: []Step{
			{Name: "begin", Ask: askFormsBegin},
			{Name: "list", Ask: askForms, Take: takeForms, Hears: []Kind{File}},
			{Name: "templates", Ask: askFormTemplates, Take: takeFormTemplates, Hears: []Kind{File}},
			{Name: "offer", Ask: askFormOffer, Take: takeFormOffer, Hears: []Kind{File}},
			{Name: "file", Ask: askFormFile, Take: takeFormFile, Hears: []Kind{File}},
			{Name: "wait", Ask: askFormWait, Take: takeFormWait, Hears: []Kind{File}},
			{Name: "broken", Ask: askFormBroken, Take: takeFormBroken, Hears: []Kind{File}},
			{Name: "check", Ask: askFormCheck, Take: takeFormCheck, Hears: []Kind{File}},
			{Name: "area", Ask: askFormArea, Take: takeFormArea},
			{Name: "running", Ask: askFormRunning, Take: takeFormRunning},
		},
		Hear: hearForms,
	}
}

// A formsNote says with what the flow forms begins; without one it is the list.
type formsNote struct {
	Form    string   `json:"form,omitzero"`    // a new version of it is to be sent
	Channel string   `json:"channel,omitzero"` // that Sent came by
	Sent    *FileRef `json:"sent,omitzero"`    // a workbook that came out of the blue
}

func askFormsBegin(t *Turn) error {
	var n formsNote
	t.Get("forms", &n)
	switch {
	case n.Sent != nil:
		return t.Goto("offer")
	case n.Form != "":
		return t.Goto("file")
	}
	return nil
}

// formsPage is how many forms one message offers.
const formsPage = 6

func askForms(t *Turn) error {
	found, err := t.seenForms(t.Note("search"))
	if err != nil {
		return err
	}
	skip := t.Count("skip")
	if skip >= len(found) {
		skip = 0
	}
	switch search := t.Note("search"); {
	case search != "":
		t.Say("formstaff.found", "search", search)
	case len(found) == 0:
		t.Say("formstaff.none")
	default:
		t.Say("formstaff.choose")
	}
	t.Offer(Pick("send", "formstaff.send"), Pick("templates", "formstaff.templates"))
	var lines []string
	taken := map[string]bool{}
	for _, f := range found[skip:min(len(found), skip+formsPage)] {
		lines = append(lines, "• "+t.formLine(f))
		t.Offer(PickText(f.ID, unlike(taken, t.apart(f.Title))))
	}
	if len(lines) > 0 {
		t.SayText(joined(lines))
	}
	if len(found) > skip+formsPage {
		t.Offer(Pick("more", "register.more"))
	}
	if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

// formLine is a form in one line: title, version, day.
func (t *Turn) formLine(f *store.Form) string {
	return t.T("formstaff.line", "title", f.Title, "n", f.Versions, "date", t.Date(t.Local(f.Changed)))
}

func takeForms(t *Turn) error {
	if t.Input.Kind == File {
		return t.takeFormBook()
	}
	switch id := t.Chosen(); id {
	case "":
		return t.searchForms()
	case "send":
		return t.Goto("file")
	case "templates":
		return t.Goto("templates")
	case "more":
		t.Set("skip", t.Count("skip")+formsPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	default:
		return t.Start("form_one", formNote{Form: id})
	}
}

// searchForms looks for what she has typed in the titles.
func (t *Turn) searchForms() error {
	words := cleanText(t.Words(), 60)
	if store.Fold(words) == "" {
		return t.Again("engine.unclear")
	}
	found, err := t.seenForms(words)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return t.Again("formstaff.none_found", "search", words)
	}
	t.Set("search", words)
	t.Forget("skip")
	return t.Stay()
}

// seenForms are the forms that she sees, the latest change first, with all words of
// search in title or code.
func (t *Turn) seenForms(search string) ([]*store.Form, error) {
	sees, err := formRight(t.Tx, t.Member, false)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(store.Fold(search))
	var found []*store.Form
	for f, err := range t.Forms() {
		if err != nil {
			return nil, err
		}
		folded := store.Fold(f.Title + " " + f.Name + " " + f.Code)
		if !sees(f) || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(folded, w) }) {
			continue
		}
		found = append(found, f)
	}
	slices.SortStableFunc(found, func(a, b *store.Form) int { return b.Changed.Compare(a.Changed) })
	return found, nil
}

// formRight returns a function that says whether the member sees a form, or, with
// change set, may change it: it is of an area for all of which she is staff. A form
// of no area is seen by all staff, and changed by those of the whole Union.
func formRight(tx *store.Tx, m *store.Member, change bool) (func(*store.Form) bool, error) {
	grants, err := tx.Grants(m)
	if err != nil {
		return nil, err
	}
	settings, err := tx.Settings()
	if err != nil {
		return nil, err
	}
	tree, err := tx.Areas()
	if err != nil {
		return nil, err
	}
	var scopes []string
	whole := false
	for _, g := range grants {
		if g.Role == store.Staff || g.Role == store.Admin {
			scopes = append(scopes, g.Area)
			whole = whole || g.Area == "" || g.Area == settings.Top
		}
	}
	return func(f *store.Form) bool {
		if f.Area == "" {
			return whole || !change && len(scopes) > 0
		}
		return slices.ContainsFunc(scopes, func(top string) bool { return tree.Within(f.Area, top) })
	}, nil
}

// FormNamed is the form that the member may change and whose workbook calls it
// name, of several the one that was changed last; nil: there is none.
func FormNamed(tx *store.Tx, m *store.Member, name string) (*store.Form, error) {
	may, err := formRight(tx, m, true)
	if err != nil {
		return nil, err
	}
	var found *store.Form
	for f, err := range tx.Forms() {
		if err != nil {
			return nil, err
		}
		if f.Name == name && may(f) && (found == nil || f.Changed.After(found.Changed)) {
			found = f
		}
	}
	return found, nil
}

func askFormTemplates(t *Turn) error {
	t.Say("formstaff.templates_ask")
	t.Offer(Option{ID: "simple", Label: "formstaff.template_simple", Wide: true}, Option{ID: "xlsform", Label: "formstaff.template_xlsform", Wide: true})
	return nil
}

func takeFormTemplates(t *Turn) error {
	if t.Input.Kind == File {
		return t.takeFormBook()
	}
	id := t.Chosen()
	if id == "" {
		return t.Again("engine.unclear")
	}
	if err := t.TaskOnce(FormTemplateWork, FormTemplate{Simple: id == "simple"}); err != nil {
		return err
	}
	t.Say("formstaff.template_wait")
	return t.Stand()
}
