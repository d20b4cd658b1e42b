package flows

import (
	"iter"
	"strings"
	"time"
	"unicode/utf8"

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
	t.Offer(Option{ID: "shelf", Label: "menu.shelf", Wide: true})
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
	case "report", "shelf":
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

// askTrainings offers the trainings of her areas: those of today and later,
// nearest first, or those that are past, latest first.
func askTrainings(t *Turn) error {
	past, search := t.Count("past") > 0, t.Note("search")
	found, more, err := t.areaTrainings(past, search, t.Count("skip"))
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0 && search != "":
		t.Say("staff.none_found", "search", search)
	case len(found) == 0 && past:
		t.Say("staff.none_past")
	case len(found) == 0:
		t.Say("staff.none")
	case search != "":
		t.Say("staff.found", "search", search)
	case past:
		t.Say("staff.choose_past")
	default:
		t.Say("staff.choose")
	}
	seen := map[string]bool{}
	for _, training := range found {
		t.Offer(PickText(training.ID, t.trainingLabel(training, seen)))
	}
	if more {
		t.Offer(Pick("more", "register.more"))
	}
	if search != "" || t.Count("skip") > 0 {
		t.Offer(Pick("all", "register.all"))
	}
	if past {
		t.Offer(Pick("upcoming", "staff.upcoming"))
	} else {
		t.Offer(Pick("past", "staff.past"))
	}
	return nil
}

func takeTrainings(t *Turn) error {
	switch id := t.Chosen(); id {
	case "more":
		t.Set("skip", t.Count("skip")+listPage)
		return t.Stay()
	case "all", "past", "upcoming":
		t.Forget("search")
		t.Forget("skip")
		if id != "all" {
			t.Forget("past")
		}
		if id == "past" {
			t.Set("past", 1)
		}
		return t.Stay()
	case "":
		words := cleanText(t.Words(), 60)
		if words == "" {
			return t.Again("engine.unclear")
		}
		found, _, err := t.areaTrainings(t.Count("past") > 0, words, 0)
		if err != nil {
			return err
		}
		t.Forget("skip")
		t.Forget("search")
		if len(found) == 0 {
			return t.Again("staff.none_found", "search", words)
		}
		t.Set("search", words)
		return t.Stay()
	default:
		return t.Call("training_one", oneNote{Training: id})
	}
}

// areaTrainings returns a page of the trainings in her areas that have all
// words of search in their names, place, area or code. The second result says
// whether there are more.
func (t *Turn) areaTrainings(past bool, search string, skip int) ([]*store.Training, bool, error) {
	within, err := t.InScope(store.Staff)
	if err != nil {
		return nil, false, err
	}
	tree, err := t.Areas()
	if err != nil {
		return nil, false, err
	}
	words := strings.Fields(store.FoldArea(search))
	var found []*store.Training
	for training, err := range t.pastOrAhead(past, within) {
		if err != nil {
			return nil, false, err
		}
		if !staffMatches(training, tree, words) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(found) == listPage {
			return found, true, nil
		}
		found = append(found, training)
	}
	return found, false, nil
}

// pastOrAhead yields the trainings before today, the latest first, or those of
// today and later.
func (t *Turn) pastOrAhead(past bool, within func(string) bool) iter.Seq2[*store.Training, error] {
	if past {
		return t.TrainingsBack(t.Today(), within)
	}
	return t.Trainings(t.Today(), time.Time{}, within)
}

// staffMatches is matches for staff, who know a training by its official name
// and its code too.
func staffMatches(training *store.Training, tree *store.AreaTree, words []string) bool {
	known := *training
	known.Place += " " + training.Official + " " + training.Code
	return matches(&known, tree, words)
}

// trainingLabel is how a training is offered: by its neutral name, because
// others may see her phone too. seen are the labels that are taken.
func (t *Turn) trainingLabel(training *store.Training, seen map[string]bool) string {
	mark := ""
	if !training.Cancelled.IsZero() {
		mark = " " + t.T("staff.cancelled_mark")
	}
	label := t.ShortDate(t.Local(training.Start)) + " · " + training.Name.In(t.Language)
	return unlike(seen, cut(label, mostLabel-utf8.RuneCountInString(mark))+mark)
}
