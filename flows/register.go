package flows

import (
	"errors"
	"strings"

	"chihai/locales"
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
		if r, err := t.Registration(training.ID, t.Member.ID); err == nil && r.Holds() {
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

func askDetails(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	t.About(training.Name.In(t.Language))
	if err := t.describe(training); err != nil {
		return err
	}
	held := false
	if r, err := t.Registration(training.ID, t.Member.ID); err == nil {
		held = r.Holds()
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	switch {
	case !training.Cancelled.IsZero():
		t.Say("register.cancelled")
	case !training.Open(t.Now):
		t.Say("register.over")
	case held:
		t.Say("register.have")
		t.Offer(Pick("mine", "menu.mine"))
		if training.Free() > 0 {
			t.Offer(Pick("other", "register.other"))
		}
	case training.Free() == 0:
		t.Say("register.full")
	default:
		t.Say("register.seats", "n", training.Free())
		t.Offer(Pick("me", "register.me"), Pick("other", "register.other"))
	}
	t.Offer(Pick("list", "register.see_others"))
	return nil
}

func takeDetails(t *Turn) error {
	switch t.Chosen() {
	case "me":
		t.Forget("for")
		return t.Goto("who")
	case "other":
		if many, err := t.registersMany(); err != nil || many {
			return err
		}
		return nil
	case "mine":
		return t.Start("mine", nil)
	case "list":
		t.Forget("training")
		return t.Goto("list")
	}
	return t.Again("engine.unclear")
}

// maxOthers is how many women without a chat of their own somebody who is
// neither staff nor a facilitator can register: enough for a family and the
// neighbours, too few to take all seats with invented people.
const maxOthers = 10

// registersMany says, when it is so, that she registers so many others that
// staff must do it, and shows the training again.
func (t *Turn) registersMany() (bool, error) {
	n := 0
	for _, err := range t.RelayedBy(t.Member.ID) {
		if err != nil {
			return false, err
		}
		if n++; n == maxOthers {
			break
		}
	}
	if n < maxOthers {
		return false, nil
	}
	for _, role := range []store.Role{store.Staff, store.Facilitator} {
		if ok, err := t.Holds(role, "*"); err != nil || ok {
			return false, err
		}
	}
	t.Say("register.too_many", "n", n)
	return true, t.Stay()
}

// someoneNew is the note "for" while she registers somebody who is not kept yet;
// what is known of her stands in the note "draft".
const someoneNew = "new"

// askWhom offers those to whom she passes messages on already, so that she does
// not type them in again.
func askWhom(t *Turn) error {
	t.Set("for", someoneNew)
	skip, n := t.Count("whom"), 0
	names := map[string]bool{}
	for o, err := range t.RelayedBy(t.Member.ID) {
		if err != nil {
			return err
		}
		if n++; n > skip && n <= skip+unitPage {
			t.Offer(PickText(o.ID, unlike(names, o.Name)))
		}
		if n > skip+unitPage {
			break
		}
	}
	if n == 0 {
		return t.Call("profile", profileNote{Other: true, Consent: true})
	}
	t.Say("register.whom")
	if n > skip+unitPage {
		t.Offer(Pick("more", "register.more"))
	} else if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	t.Offer(Pick(someoneNew, "register.someone_new"))
	return nil
}

func takeWhom(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "more":
		t.Set("whom", t.Count("whom")+unitPage)
		return t.Stay()
	case "first":
		t.Forget("whom")
		return t.Stay()
	case someoneNew:
		return t.Call("profile", profileNote{Other: true, Consent: true})
	default:
		t.Set("for", id)
		return nil
	}
}

// askWho asks for what is missing of the woman herself. The profile of somebody
// else was just made: it is the result of the flow that was called.
func askWho(t *Turn) error {
	t.heardProfile()
	if t.Note("for") == "" && !known(t.Member) {
		return t.Call("profile", profileNote{Consent: true})
	}
	if t.Note("for") != "" && t.Member.Name == "" {
		who, err := t.registrant()
		if err != nil {
			return err
		}
		if who.Phone == "" { // staff reach her through the one who registers her
			t.Say("register.relay_who", "name", who.Name)
			return t.Call("profile", profileNote{Consent: true})
		}
	}
	return nil
}

// askChanged takes what was changed and shows it.
func askChanged(t *Turn) error {
	t.heardProfile()
	return t.Goto("check")
}

// heardProfile writes down what the flow profile returned of somebody who is not
// kept yet.
func (t *Turn) heardProfile() {
	var d draft
	if t.Note("for") == someoneNew && t.Get("profile", &d) {
		t.Set("draft", d)
	}
}

func askChildren(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	if !training.Children {
		return t.Next()
	}
	if t.Note("for") == "" {
		t.Say("register.children")
	} else {
		t.Say("register.children_other")
	}
	// In this order a typed 1 is one child, also where buttons have numbers.
	t.Offer(Pick("1", "register.child1"), Pick("2", "register.child2"), Pick("3", "register.child3"), Pick("0", "register.no_child"))
	return nil
}

func takeChildren(t *Turn) error {
	id := t.Chosen()
	if id == "" {
		id = strings.Trim(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, t.Words()), " ")
	}
	if len(id) != 1 || int(id[0]-'0') > store.MaxChildren {
		return t.Again("register.children_again")
	}
	t.Set("children", int(id[0]-'0'))
	return nil
}

func askCheck(t *Turn) error {
	training, err := t.training()
	if err != nil || training == nil {
		return err
	}
	who, err := t.registrant()
	if err != nil {
		return err
	}
	place, err := t.areaName(who.Area)
	if err != nil {
		return err
	}
	lines := []string{
		t.T("register.check"), "",
		training.Name.In(t.Language),
		t.When(t.Local(training.Start)), "",
		t.T("register.check_name", "name", who.Name),
		t.T("register.check_area", "area", place),
	}
	if who.Phone != "" {
		lines = append(lines, t.T("register.check_phone", "phone", locales.Phone(who.Phone)))
	}
	if training.Children {
		lines = append(lines, t.T("register.check_children", "n", t.Count("children")))
	}
	t.SayText(strings.Join(lines, "\n"))
	t.Say("register.right")
	t.Offer(Option{ID: "yes", Label: "register.yes", Wide: true},
		Pick("name", "profile.change_name"), Pick("area", "profile.change_area"), Pick("phone", "profile.change_phone"))
	if training.Children {
		t.Offer(Pick("children", "register.change_children"))
	}
	return nil
}

func takeCheck(t *Turn) error {
	switch t.Chosen() {
	case "yes":
		return takeSeat(t)
	case "name", "area", "phone":
		if t.Note("for") == someoneNew {
			var d draft
			t.Get("draft", &d)
			return t.Call("profile", profileNote{Other: true, Draft: d, Only: t.Chosen()})
		}
		return t.Call("profile", profileNote{Member: t.Note("for"), Only: t.Chosen()})
	case "children":
		return t.Goto("children")
	}
	return t.Again("engine.unclear")
}

// takeSeat registers her, or says why it cannot be.
func takeSeat(t *Turn) error {
	who, err := t.registrant()
	if err != nil {
		return err
	}
	if who.ID == "" {
		training, err := t.training()
		if err != nil || training == nil {
			return err
		}
		if training.Open(t.Now) && training.Free() > 0 { // else Register says why not, and nobody new is kept
			if who, err = t.newcomerOf(who); err != nil {
				return err
			}
		}
	}
	r := &store.Registration{Training: t.Note("training"), Member: who.ID, Children: t.Count("children")}
	if who.ID != t.Member.ID {
		r.By = t.Member.ID
	}
	training, err := t.Register(r)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say("register.just_full")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrOver):
		t.Say("register.over")
		return t.Start("register", nil)
	case errors.Is(err, store.ErrRegistered) && r.Member != t.Member.ID:
		t.Say("register.have_other", "name", who.Name)
		return t.End()
	case errors.Is(err, store.ErrRegistered):
		t.Say("register.have")
		return t.End()
	case err != nil:
		return err
	}
	when := t.When(t.Local(training.Start))
	if r.By != "" {
		t.Say("register.done_other", "name", who.Name, "code", r.Code, "training", training.Name.In(t.Language), "when", when, "place", training.Place)
	} else {
		t.Say("register.done", "code", r.Code, "training", training.Name.In(t.Language), "when", when, "place", training.Place)
	}
	t.Say("register.next_"+t.nextReminder(training), "link", t.Page("/e/"+training.Code))
	return t.End()
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

// registrant is who gets the seat: she herself, or the one she registers, who
// has no ID while she is not kept yet.
func (t *Turn) registrant() (*store.Member, error) {
	switch id := t.Note("for"); id {
	case "":
		return t.Member, nil
	case someoneNew:
		var d draft
		t.Get("draft", &d)
		return d.member(), nil
	default:
		return t.Tx.Member(id)
	}
}

// newcomerOf keeps somebody who has no chat of her own, as she was described. She
// is told things by the one who registers her, in her language.
func (t *Turn) newcomerOf(described *store.Member) (*store.Member, error) {
	m, err := t.NewMember()
	if err != nil {
		return nil, err
	}
	m.Name, m.Area, m.Phone = described.Name, described.Area, described.Phone
	m.Language, m.Consent = t.Member.Language, t.Now
	return m, t.SetRelay(m, t.Member.ID)
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
// reminded of the training, or "none".
func (t *Turn) nextReminder(training *store.Training) string {
	for _, rule := range store.ReminderRules {
		if rule.At(training.Start).After(t.Now) {
			return rule.Name
		}
	}
	return "none"
}
