package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

// attendance is the list at the door: staff see who has not come yet, find a
// name by a few letters of it and tap it, write down who comes unannounced, and
// show the code of the room.
func attendance() *Flow {
	return &Flow{
		Name: "attendance",
		Role: store.Staff,
		Steps: []Step{
			{Name: "begin", Ask: beginRoll},
			{Name: "list", Ask: askRoll, Take: takeRoll, Free: true}, // free: names are no commands, Dung is no "dừng"
			{Name: "let", Ask: askLet, Take: takeLet},
			{Name: "undo", Ask: askUndo, Take: takeUndo},
			{Name: "name", Ask: askNewName, Take: takeNewName, Free: true},
			{Name: "area", Ask: askNewArea, Take: takeNewArea},
			{Name: "area_other", Ask: func(t *Turn) error { return t.Call("area", areaNote{Other: true}) }},
			{Name: "new", Ask: endNew},
			{Name: "room", Ask: askRoomShown, Take: takeRoomShown},
		},
	}
}

// IDs of choices beside the members of the list.
const (
	rollMore    = "more"
	rollFirst   = "first"
	rollCame    = "came"
	rollMissing = "missing"
	rollNew     = "new"
	rollRoom    = "room"
	rollRefresh = "refresh"
)

// attended is the training whose list it is, as [Turn.staffTraining]; nil too
// when nobody is checked in to it now.
func (t *Turn) attended() (*store.Training, error) {
	training, err := t.staffTraining(t.Note("attendance"))
	if err != nil || training == nil {
		return nil, err
	}
	if !training.DoorOpen(t.Now) {
		t.Say("attendance.closed")
		return nil, t.Start("training_one", oneNote{Training: training.ID})
	}
	return training, nil
}

func beginRoll(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	return t.Log(t.Member.ID, "see registrations", training.ID)
}

// A caller is somebody in the list.
type caller struct {
	registration *store.Registration
	member       *store.Member
	substitute   string // who comes in her stead; empty: nobody does
}

// roll is the list: those who hold a seat and have come or not, or all who ever
// were registered and have a name with the words of find, or the code in it.
// Guests who have not answered may come, too.
func (t *Turn) roll(training *store.Training, came bool, find string) ([]caller, error) {
	words := strings.Fields(store.Fold(find))
	var all []caller
	for r, err := range t.Registrations(training.ID) {
		if err != nil {
			return nil, err
		}
		if find == "" && (!r.Holds() && !r.Invited() || r.Came.IsZero() == came) {
			continue
		}
		m, err := t.Tx.Member(r.Member)
		if err != nil {
			return nil, err
		}
		substitute, err := t.substituteFor(training, r)
		if err != nil {
			return nil, err
		}
		if nameHas(m.Name, words) || substitute != "" && nameHas(substitute, words) || r.Code == store.ReadCode(find) {
			all = append(all, caller{r, m, substitute})
		}
	}
	order := locales.NameOrder()
	slices.SortStableFunc(all, func(a, b caller) int { return order(a.member.Name, b.member.Name) })
	return all, nil
}

// nameHas says whether each of the folded words begins a word of the name.
func nameHas(name string, words []string) bool {
	parts := strings.Fields(store.Fold(name))
	for _, w := range words {
		if !slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, w) }) {
			return false
		}
	}
	return true
}

func askRoll(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	came, find := t.Note("show") == rollCame, t.Note("find")
	head := training.Name.In(t.Language) + "\n" + t.T("attendance.count", "came", training.Came, "taken", training.Taken, "time", t.Clock(t.Local(t.Now)))
	t.SayText(head)
	if training.Taken > listMost {
		t.Say("attendance.long", "n", training.Taken)
		t.OfferInline(Pick(rollRoom, "attendance.room"), Pick(rollRefresh, "attendance.refresh"), Pick("one", "training.see"))
		return nil
	}
	people, err := t.roll(training, came, find)
	if err != nil {
		return err
	}
	skip := t.Count("skip")
	if skip >= len(people) {
		skip = 0
		t.Forget("skip")
	}
	switch {
	case find != "" && len(people) == 0:
		t.Say("attendance.none", "find", find)
	case find != "":
		t.Say("attendance.found", "find", find)
	case came && len(people) == 0:
		t.Say("attendance.nobody_yet")
	case came:
		t.Say("attendance.who_came")
	case len(people) == 0 && training.Taken > 0:
		t.Say("attendance.all_here")
	case len(people) == 0:
		t.Say("training.list_none")
	default:
		t.Say("attendance.who_not", "n", len(people))
	}
	page := people[skip:min(skip+unitPage, len(people))]
	labels := map[string]bool{}
	for _, c := range page {
		t.OfferInline(PickText(c.member.ID, unlike(labels, t.callerLabel(c, page))))
	}
	if skip+unitPage < len(people) {
		t.OfferInline(Pick(rollMore, "register.more"))
	} else if skip > 0 {
		t.OfferInline(Pick(rollFirst, "area.first"))
	}
	t.OfferInline(Option{ID: rollNew, Label: "attendance.new", Wide: true})
	if came || find != "" {
		t.OfferInline(Pick(rollMissing, "attendance.missing"))
	} else if training.Came > 0 {
		t.OfferInline(Pick(rollCame, "attendance.present"))
	}
	if training.RoomOpen(t.Now) {
		t.OfferInline(Pick(rollRoom, "attendance.room"))
	}
	t.OfferInline(Pick(rollRefresh, "attendance.refresh"), Pick("one", "training.see"))
	return nil
}

// callerLabel is how somebody is offered. Where two on the page are called the
// same, the end of their numbers tells them apart.
func (t *Turn) callerLabel(c caller, page []caller) string {
	label := c.member.Name
	same := func(o caller) bool {
		return o.member.ID != c.member.ID && store.Fold(o.member.Name) == store.Fold(label)
	}
	if n := len(c.member.Phone); n > 3 && slices.ContainsFunc(page, same) {
		label += " · …" + c.member.Phone[n-3:]
	}
	if c.substitute != "" {
		label = t.T("invite.comer", "substitute", c.substitute, "name", givenName(c.member.Name))
	}
	switch {
	case !c.registration.Came.IsZero():
		label = "✓ " + label
	case !c.registration.Holds() && !c.registration.Invited():
		label = "? " + label // it is asked about
	}
	return label
}

func takeRoll(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case rollMore:
		t.Set("skip", t.Count("skip")+unitPage)
	case rollFirst:
		t.Forget("skip")
	case rollCame, rollMissing:
		t.Forget("skip")
		t.Forget("find")
		t.Set("show", id)
	case rollRefresh:
	case rollNew:
		return t.Goto("name")
	case rollRoom:
		return t.Goto("room")
	case "one":
		return t.Start("training_one", oneNote{Training: training.ID})
	case "":
		find := cleanText(t.Words(), 60)
		if store.Fold(find) == "" {
			return t.Again("engine.unclear")
		}
		t.Set("find", find)
		t.Forget("skip")
	default:
		return t.takeCaller(training, id)
	}
	return t.Stay()
}

// takeCaller takes the name of a member that was tapped: who holds a seat is
// checked in at once.
func (t *Turn) takeCaller(training *store.Training, id string) error {
	r, err := t.Registration(training.ID, id)
	if errors.Is(err, store.ErrNotFound) { // she has deleted what was kept of her meanwhile
		t.Say("mine.gone")
		return t.Stay()
	}
	if err != nil {
		return err
	}
	t.Set("who", id)
	switch {
	case !r.Came.IsZero() && t.Note("show") != rollCame && t.Note("find") == "": // a colleague was quicker
		m, err := t.Tx.Member(id)
		if err != nil {
			return err
		}
		if err := t.sayCameBefore(r, m); err != nil {
			return err
		}
		return t.Stay()
	case !r.Came.IsZero():
		return t.Goto("undo")
	case !r.Holds() && !r.Invited():
		return t.Goto("let")
	}
	m, err := t.Tx.Member(id)
	if err != nil {
		return err
	}
	if err := t.letIn(training, m, store.ByName); err != nil {
		return err
	}
	t.Forget("find")
	return t.Stay()
}

// called is who was tapped, nil when nobody knows her any more; the list is
// shown again then.
func (t *Turn) called(training *store.Training) (*store.Registration, *store.Member, error) {
	r, err := t.Registration(training.ID, t.Note("who"))
	if errors.Is(err, store.ErrNotFound) {
		t.Say("mine.gone")
		return nil, nil, t.Goto("list")
	}
	if err != nil {
		return nil, nil, err
	}
	m, err := t.Tx.Member(r.Member)
	return r, m, err
}

func askLet(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	_, m, err := t.called(training)
	if err != nil || m == nil {
		return err
	}
	return t.askLetIn(training, m)
}

func takeLet(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		_, m, err := t.called(training)
		if err != nil || m == nil {
			return err
		}
		if err := t.letIn(training, m, store.ByName); err != nil {
			return err
		}
		t.Forget("find")
		return t.Goto("list")
	case "no":
		return t.Goto("list")
	}
	return t.Again("engine.unclear")
}

func askUndo(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	r, m, err := t.called(training)
	if err != nil || m == nil {
		return err
	}
	if r.Came.IsZero() {
		return t.Goto("list")
	}
	if err := t.sayCameBefore(r, m); err != nil {
		return err
	}
	if r.WalkIn {
		t.Say("attendance.undo_seat")
	}
	t.Offer(Pick("yes", "attendance.undo"), Pick("no", "attendance.keep"))
	return nil
}

func takeUndo(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("list")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	_, m, err := t.called(training)
	if err != nil || m == nil {
		return err
	}
	if _, err := t.UndoCheckIn(training.ID, m.ID, t.Member.ID); errors.Is(err, store.ErrNotFound) {
		return t.Goto("list")
	} else if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "undo check in", training.ID+"/"+m.ID); err != nil {
		return err
	}
	t.Forget("find")
	t.Say("attendance.undone", "name", m.Name)
	return t.Goto("list")
}

func askRoomShown(t *Turn) error {
	training, err := t.attended()
	if err != nil || training == nil {
		return err
	}
	if !training.RoomOpen(t.Now) {
		return t.Goto("list")
	}
	code, until := t.RoomCode(training.ID, t.Now)
	t.Say("attendance.room_code", "code", fmt.Sprintf("%s %s", code[:3], code[3:]), "n", int(until.Sub(t.Now)/time.Second),
		"page", t.Page("/staff/trainings/"+training.Code+"/room"))
	t.OfferInline(Pick(rollRefresh, "attendance.room_next"), Pick("list", "attendance.to_list"))
	return nil
}

func takeRoomShown(t *Turn) error {
	switch t.Chosen() {
	case rollRefresh:
		return t.Stay()
	case "list":
		return t.Goto("list")
	}
	return t.Again("engine.unclear")
}
