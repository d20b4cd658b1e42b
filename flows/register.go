package flows

import (
	"errors"
	"strings"
	"time"

	"chihai/store"
)

// register is how she gets a seat in a training: she finds it, looks at it,
// says what is not known of her yet, checks, and is registered. She may do the
// same for somebody else.
func register() *Flow {
	return &Flow{
		Name:     "register",
		Triggers: []string{"command.register", "menu.register"},
		Title:    "register.title",
		Steps: []Step{
			{Name: "link", Ask: askLink},
			{Name: "list", Ask: askList, Take: takeList},
			{Name: "details", Ask: askDetails, Take: takeDetails},
			{Name: "whom", Ask: askWhom, Take: takeWhom},
			{Name: "who", Ask: askWho},
			{Name: "children", Ask: askChildren, Take: takeChildren},
			{Name: "check", Ask: askCheck, Take: takeCheck},
			{Name: "change", Ask: askChanged},
			{Name: "group", Ask: askWomen, Take: takeWomen},
			{Name: "group_new", Ask: askWomanNew},
			{Name: "full", Ask: askFull, Take: takeFull},
		},
	}
}

// listPage is how many trainings one message offers.
const listPage = 4

// askLink goes straight to the training whose code came with a link.
func askLink(t *Turn) error {
	code := t.Note("register")
	if code == "" {
		return nil
	}
	t.Forget("register")
	training, err := t.TrainingByCode(code)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("register.no_such_link")
		return nil
	}
	if err != nil {
		return err
	}
	t.Set("training", training.ID)
	return t.Goto("details")
}

func askList(t *Turn) error {
	mine, err := t.upcomingOf(t.Member)
	if err != nil {
		return err
	}
	if len(mine) > 0 {
		lines := []string{t.T("register.mine")}
		lines = append(lines, t.seatLines(mine)...)
		t.SayText(strings.Join(lines, "\n"))
	}
	search := t.Note("search")
	found, more, err := t.openTrainings(search, t.Count("skip"))
	if err != nil {
		return err
	}
	elsewhere := false
	if len(found) == 0 && search == "" && t.Member.Area != "" && t.Count("everywhere") == 0 { // what is near is better than nothing
		t.Set("everywhere", 1)
		if found, more, err = t.openTrainings("", 0); err != nil {
			return err
		}
		elsewhere = len(found) > 0
	}
	switch {
	case elsewhere:
		place, err := t.areaName(t.Member.Area)
		if err != nil {
			return err
		}
		t.Say("register.none_here", "area", place)
	case len(found) == 0 && search != "":
		t.Say("register.none_found", "search", search)
	case len(found) == 0:
		t.Say("register.none_open")
	case search != "":
		t.Say("register.found", "search", search)
	default:
		t.Say("register.choose")
	}
	labels := map[string]bool{}
	for _, training := range found {
		label := t.ShortDate(t.Local(training.Start)) + " · " + training.Name.In(t.Language)
		t.Offer(PickText(training.ID, unlike(labels, label)))
	}
	if more {
		t.Offer(Pick("more", "register.more"))
	}
	if search != "" {
		t.Offer(Pick("all", "register.all"))
	} else if t.Count("skip") > 0 {
		t.Offer(Pick("all", "area.first"))
	}
	if len(mine) > 0 {
		t.Offer(Pick("mine", "menu.mine"))
	}
	return nil
}

func takeList(t *Turn) error {
	switch id := t.Chosen(); id {
	case "more":
		t.Set("skip", t.Count("skip")+listPage)
		return t.Stay()
	case "all":
		t.Forget("search")
		t.Forget("skip")
		return t.Stay()
	case "mine":
		return t.Start("mine", nil)
	case "":
		words := t.Words()
		if words == "" {
			return t.Again("engine.unclear")
		}
		t.Set("search", cleanText(words, 60))
		t.Forget("skip")
		found, _, err := t.openTrainings(words, 0)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			t.Forget("search")
			return t.Again("register.none_found", "search", cleanText(words, 60))
		}
		return t.Stay()
	default:
		t.Set("training", id)
		return nil
	}
}

// openTrainings returns a page of the trainings that take people now: those in
// her area, or with words to search for those anywhere that have all of them
// in their name, place or area. The second result says whether there are more.
func (t *Turn) openTrainings(search string, skip int) ([]*store.Training, bool, error) {
	tree, err := t.Areas()
	if err != nil {
		return nil, false, err
	}
	within := func(area string) bool {
		return search != "" || t.Count("everywhere") > 0 || t.Member.Area == "" || tree.Within(t.Member.Area, area) || tree.Within(area, t.Member.Area)
	}
	words := strings.Fields(store.FoldArea(search))
	var found []*store.Training
	for training, err := range t.Upcoming(within) {
		if err != nil {
			return nil, false, err
		}
		if !training.Open(t.Now) || training.Free() == 0 || !matches(training, tree, words) {
			continue
		}
		if r, err := t.Registration(training.ID, t.Member.ID); err == nil && r.Stands() {
			continue // it stands on top
		} else if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, false, err
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

func matches(training *store.Training, tree *store.AreaTree, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := training.Place
	for _, name := range training.Name {
		text += " " + name
	}
	if a := tree.Area(training.Area); a != nil {
		text += " " + a.Name
	}
	text = store.FoldArea(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// training is the training that the flow is about. When it is gone she is
// shown the list again, and the result is nil.
func (t *Turn) training() (*store.Training, error) {
	training, err := t.Training(t.Note("training"))
	if errors.Is(err, store.ErrNotFound) {
		t.Forget("training")
		return nil, t.Goto("list")
	}
	return training, err
}

// describe says what, when, where and for whom.
func (t *Turn) describe(training *store.Training) error {
	place, err := t.areaName(training.Area)
	if err != nil {
		return err
	}
	start, end := t.Local(training.Start), t.Local(training.End)
	until := t.Clock(end)
	if start.YearDay() != end.YearDay() || start.Year() != end.Year() {
		until = t.When(end)
	}
	where := training.Place
	if !strings.Contains(store.Fold(where), store.Fold(place)) {
		where += ", " + place
	}
	name := training.Name.In(t.Language)
	if kind := t.T("kind." + string(training.Kind)); !strings.HasPrefix(store.Fold(name), store.Fold(kind)) {
		name = kind + ": " + name
	}
	t.Say("register.details", "name", name, "start", t.When(start), "end", until, "place", where)
	if training.Children {
		t.Say("register.with_children")
	}
	if audience := training.Audience.In(t.Language); audience != "" {
		t.Say("register.for_whom", "audience", audience)
	}
	return nil
}

// areaName is the name of the unit with code, or the code itself.
func (t *Turn) areaName(code string) (string, error) {
	tree, err := t.Areas()
	if err != nil {
		return "", err
	}
	if a := tree.Area(code); a != nil {
		return a.Name, nil
	}
	return code, nil
}

// nextReminder is the name of the first rule by which she will still be
// reminded of the training, or "none"; last is when the last one does.
func (t *Turn) nextReminder(training *store.Training) (rule string, last time.Time, err error) {
	night, err := t.night()
	rule = "none"
	for _, r := range store.Reminders(training.Start, night) {
		if last = r.At; rule == "none" && r.At.After(t.Now) {
			rule = r.Rule
		}
	}
	return rule, last, err
}
