package flows

import (
	"chihai/store"
)

// staff is the menu of Union staff: what they can do, and the trainings of
// their areas.
func staff() *Flow {
	return &Flow{
		Name:     "staff",
		Triggers: []string{"menu.staff"},
		Role:     store.Staff,
		Steps: []Step{
			{Name: "menu", Ask: askStaff, Take: takeStaff},
			{Name: "list", Ask: askTrainings, Take: takeTrainings},
			{Name: "list_again", Ask: func(t *Turn) error { return t.Goto("list") }},
		},
	}
}

func askStaff(t *Turn) error {
	t.Say("staff.what")
	t.Offer(Option{ID: "new", Label: "staff.new", Wide: true}, Option{ID: "list", Label: "staff.list", Wide: true}, Option{ID: "report", Label: "report.title", Wide: true})
	t.Offer(Option{ID: "shelf", Label: "menu.shelf", Wide: true}, Option{ID: "forms", Label: "formstaff.title", Wide: true}, Option{ID: "campaigns", Label: "campaign.title", Wide: true})
	if t.engine.byName["merge"] != nil {
		t.Offer(Option{ID: "merge", Label: "merge.title", Wide: true})
	}
	t.Offer(Option{ID: "pages", Label: "staff.pages", Wide: true})
	return nil
}

func takeStaff(t *Turn) error {
	switch t.Chosen() {
	case "new":
		return t.Start("training_new", nil)
	case "report", "shelf", "forms", "campaigns":
		return t.Start(t.Chosen(), nil)
	case "merge":
		return t.Start("merge", nil)
	case "pages":
		return t.openPages()
	case "list":
		t.Forget("search")
		t.Forget("skip")
		t.Forget("past")
		return nil
	}
	return t.Again("engine.unclear")
}

// openPages gives her a one-time code for the staff pages. In the link it stands
// behind the #: networks that look at links before she does, and whatever writes
// down addresses on the way, do not see it.
func (t *Turn) openPages() error {
	code, err := t.NewLoginCode(t.Member.ID)
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "make login code", ""); err != nil {
		return err
	}
	t.part()
	t.send(&store.Message{
		Text:    t.T("staff.pages_link", "page", t.Page("/staff"), "code", code[:4]+" "+code[4:8]+" "+code[8:]),
		Choices: []store.Choice{{ID: "open", Label: t.T("staff.pages_open"), Kind: store.Link, URL: t.Page("/staff/in?lang=" + t.Language + "#" + code), Wide: true}},
		Layout:  store.Inline,
		Secret:  true,
		Until:   t.Now.Add(store.LoginTime),
	})
	return t.Stand()
}

// askTrainings offers the trainings of her areas.
func askTrainings(t *Turn) error {
	n, err := t.offerTrainings()
	if err != nil {
		return err
	}
	switch past, search := t.Count("past") > 0, t.Note("search"); {
	case n == 0 && search != "":
		t.Say("staff.none_found", "search", search)
	case n == 0 && past:
		t.Say("staff.none_past")
	case n == 0:
		t.Say("staff.none")
	case search != "":
		t.Say("staff.found", "search", search)
	case past:
		t.Say("staff.choose_past")
	default:
		t.Say("staff.choose")
	}
	return nil
}

func takeTrainings(t *Turn) error {
	id, err := t.takeListed()
	if err != nil || id == "" {
		return err
	}
	return t.Call("training_one", oneNote{Training: id})
}
