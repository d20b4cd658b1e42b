package flows

import (
	"errors"
	"slices"
	"strings"
	"time"

	"chihai/store"
)

// This file is how staff say whom they invite: people of whom only the name is
// known, those who hold a role in an area, those who take part in another event, or
// somebody who has told them her code. Members are not found by their names, nor
// all who live somewhere: nobody may leaf through them.

func inviteSteps() []Step {
	return []Step{
		{Name: "how", Ask: askInviteHow, Take: takeInviteHow},
		{Name: "names", Ask: askGuestNames, Take: takeGuestNames, Free: true},
		{Name: "area", Ask: askGuestArea, Take: takeGuestArea},
		{Name: "area_known", Ask: keepGuestArea},
		{Name: "role", Ask: askGuestRole, Take: takeGuestRole},
		{Name: "event", Ask: askGroupTraining, Take: takeGuestEvent},
		{Name: "code", Ask: askGuestCode, Take: takeGuestCode, Free: true},
		{Name: "title", Ask: askGuestTitle, Take: takeGuestTitle, Free: true},
		{Name: "check", Ask: askInvites, Take: takeInvites},
	}
}

// A guestPick says who is to be invited. One of its first four is set.
type guestPick struct {
	Names  []namedGuest `json:"names,omitzero"`
	Event  string       `json:"event,omitzero"`  // ID of a training: those who hold a seat in it
	Role   store.Role   `json:"role,omitzero"`   // who hold it in Area or below
	Member string       `json:"member,omitzero"` // ID
	Area   string       `json:"area,omitzero"`
	Title  string       `json:"title,omitzero"` // of Member
}

// A prospect is somebody who may be invited.
type prospect struct {
	member *store.Member // nil: only a name is known
	namedGuest
}

func askInviteHow(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	t.Say("invite.how", "free", training.Free())
	t.Offer(Option{ID: "names", Label: "invite.how_names", Wide: true}, Option{ID: "area", Label: "invite.how_role", Wide: true},
		Option{ID: "event", Label: "invite.how_event", Wide: true}, Option{ID: "code", Label: "invite.how_code", Wide: true}, Pick("list", "invite.list"))
	return nil
}

func takeInviteHow(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "event":
		for _, note := range []string{"search", "skip", "past", "op"} {
			t.Forget(note)
		}
		return t.Goto(id)
	default:
		return t.Goto(id)
	}
}

func askGuestNames(t *Turn) error {
	t.Say("invite.names_ask", "most", mostNames)
	return nil
}

func takeGuestNames(t *Turn) error {
	names, n, fault := readGuests(t.Words())
	switch fault {
	case namesNone:
		return t.Again("invite.names_none")
	case namesMany:
		return t.Again("invite.names_many", "n", n, "most", mostNames)
	case namesBad:
		return t.Again("invite.names_bad", "n", n, "most", mostGuestTitle)
	}
	return t.picked(guestPick{Names: names})
}

func askGuestArea(t *Turn) error {
	own, err := t.ownAreas()
	if err != nil {
		return err
	}
	t.Say("invite.area_ask")
	for _, a := range own[:min(len(own), areaButtons)] {
		t.Offer(PickText("a"+a.Code, cut(t.T("training.area_all", "area", a.Name), mostLabel)))
	}
	t.Offer(Option{ID: "part", Label: "training.area_part", Wide: true})
	return nil
}

func takeGuestArea(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "part":
		t.Forget("area")
		note := areaNote{Any: true}
		own, err := t.ownAreas()
		if err != nil {
			return err
		}
		if len(own) == 1 {
			note.Top = own[0].Code
		}
		return t.Call("area", note)
	default:
		t.Set("where", id[1:])
		return t.Goto("role")
	}
}

// keepGuestArea keeps the unit that was found for her.
func keepGuestArea(t *Turn) error {
	code := t.Note("area")
	t.Forget("area")
	ok, err := t.Holds(store.Staff, code)
	if err != nil {
		return err
	}
	if !ok {
		t.Say("training.area_not_yours")
		return t.Goto("area")
	}
	t.Set("where", code)
	return nil
}

func askGuestRole(t *Turn) error {
	t.Say("invite.role_ask")
	for _, role := range []store.Role{store.Facilitator, store.Staff} {
		t.Offer(Option{ID: string(role), Label: "invite.as_" + string(role), Wide: true})
	}
	return nil
}

func takeGuestRole(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	return t.picked(guestPick{Role: store.Role(t.Chosen()), Area: t.Note("where")})
}

func takeGuestEvent(t *Turn) error {
	switch id := t.Chosen(); id {
	case "", "more", "all", "past", "upcoming":
		return takeGroupTraining(t) // turning pages and looking for words, as for a broadcast
	default:
		event, err := t.staffTraining(id)
		if err != nil || event == nil {
			return err
		}
		if event.Taken > store.MaxGuests {
			return t.Again("invite.too_many", "n", event.Taken, "free", store.MaxGuests)
		}
		return t.picked(guestPick{Event: id})
	}
}

func askGuestCode(t *Turn) error {
	t.Say("invite.code_ask")
	return nil
}

// takeGuestCode finds a member of her areas by the code that she has told staff.
// Whether another one exists is not told, and who types too many that are wrong
// has to wait: of a code that is right she is shown the name.
func takeGuestCode(t *Turn) error {
	wait, err := t.Paused(store.TryPerson, t.Member.ID)
	if err != nil {
		return err
	}
	if wait > 0 {
		t.Say("invite.code_wait", "n", int((wait+time.Minute-1)/time.Minute))
		return t.Goto("how")
	}
	m, err := t.MemberByCode(t.Words())
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	may := false
	if m != nil {
		if may, err = t.invitesByCode(m); err != nil {
			return err
		}
	}
	if may {
		t.Set("member", m.ID)
		return nil
	}
	tries, _, err := t.Try(store.TryPerson, t.Member.ID)
	if err != nil {
		return err
	}
	if tries.Worth(store.TryPerson) {
		if err := t.Log(t.Member.ID, "wrong member codes", t.Note("training_guests")); err != nil {
			return err
		}
	}
	return t.Again("invite.code_unknown")
}

// invitesByCode says whether she may invite m by her code: m has a name and lives
// in an area that is hers now.
func (t *Turn) invitesByCode(m *store.Member) (bool, error) {
	if m.Area == "" || m.Name == "" {
		return false, nil
	}
	return t.Holds(store.Staff, m.Area)
}

func askGuestTitle(t *Turn) error {
	m, err := t.Tx.Member(t.Note("member"))
	if errors.Is(err, store.ErrNotFound) {
		return t.Goto("code")
	}
	if err != nil {
		return err
	}
	if may, err := t.invitesByCode(m); err != nil {
		return err
	} else if !may {
		return t.Goto("code")
	}
	t.Say("invitation.title_ask", "name", m.Name)
	t.Offer(Pick("none", "invitation.title_none"))
	return nil
}

func takeGuestTitle(t *Turn) error {
	if t.Chosen() == "none" || t.meant("answer.no") {
		return t.picked(guestPick{Member: t.Note("member")})
	}
	title, ok := readGuestTitle(t.Words())
	if !ok {
		return t.Again("invitation.title_again", "most", mostGuestTitle)
	}
	return t.picked(guestPick{Member: t.Note("member"), Title: title})
}

// picked writes down who is to be invited and goes on to where all is checked.
func (t *Turn) picked(p guestPick) error {
	t.Set("pick", p)
	return t.Goto("check")
}

// prospects are those who were picked, by name, without those who are guests
// already; of these it returns the number.
func (t *Turn) prospects(training *store.Training, p guestPick) (fresh []prospect, already int, err error) {
	guests, err := t.guestList(training, "")
	if err != nil {
		return nil, 0, err
	}
	known := map[string]bool{} // ids, and those of whom only the name is known as they are written
	for _, v := range guests {
		known[v.member.ID] = true
		if v.guest.Made {
			known[guestKey(v.member.Name, v.guest.Title)] = true
		}
	}
	add := func(key string, o prospect) {
		if known[key] {
			already++
			return
		}
		known[key] = true
		fresh = append(fresh, o)
	}
	for _, name := range p.Names {
		add(guestKey(name.Name, name.Title), prospect{namedGuest: name})
	}
	people, err := t.pickedMembers(p)
	if err != nil {
		return nil, 0, err
	}
	for _, o := range people {
		r, err := t.Registration(training.ID, o.member.ID)
		if err := ignore(err, store.ErrNotFound); err != nil {
			return nil, 0, err
		}
		if r != nil && r.Stands() { // she was let in at the door before
			known[o.member.ID] = true
		}
		add(o.member.ID, o)
	}
	return fresh, already, nil
}

// pickedMembers are the members that were picked, as far as they are in areas
// that are hers now: since she picked them weeks may have gone by, and a role.
func (t *Turn) pickedMembers(p guestPick) ([]prospect, error) {
	var people []prospect
	add := func(id, title string) error {
		m, err := t.Tx.Member(id)
		if err != nil {
			return ignore(err, store.ErrNotFound)
		}
		if m.Name != "" {
			people = append(people, prospect{m, namedGuest{Name: m.Name, Title: title, Address: m.Address}})
		}
		return nil
	}
	switch {
	case p.Member != "":
		m, err := t.Tx.Member(p.Member)
		if err != nil {
			return nil, ignore(err, store.ErrNotFound)
		}
		if may, err := t.invitesByCode(m); err != nil || !may {
			return nil, err
		}
		return people, add(p.Member, p.Title)
	case p.Event != "":
		if event, err := t.staffsTraining(p.Event); err != nil || event == nil {
			return nil, err
		}
		for r, err := range t.Holders(p.Event) {
			if err != nil {
				return nil, err
			}
			g, err := t.Guest(p.Event, r.Member)
			if errors.Is(err, store.ErrNotFound) {
				g, err = &store.Guest{}, nil
			}
			if err != nil {
				return nil, err
			}
			if err := add(r.Member, g.Title); err != nil {
				return nil, err
			}
		}
	case p.Role != "":
		if may, err := t.Holds(store.Staff, p.Area); err != nil || !may {
			return nil, err
		}
		tree, err := t.Areas()
		if err != nil {
			return nil, err
		}
		for g, err := range t.AllGrants() {
			if err != nil {
				return nil, err
			}
			twice := slices.ContainsFunc(people, func(o prospect) bool { return o.member.ID == g.Member })
			if g.Role != p.Role || !g.Holds(t.Now) || !tree.Within(g.Area, p.Area) || twice {
				continue
			}
			if err := add(g.Member, t.engine.catalog.In("vi", "").T("invite.as_"+string(g.Role))); err != nil {
				return nil, err
			}
		}
	}
	return people, nil
}

// shownGuests is how many of those who are to be invited are named.
const shownGuests = 15

func askInvites(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	var p guestPick
	t.Get("pick", &p)
	fresh, already, err := t.prospects(training, p)
	if err != nil {
		return err
	}
	room, err := t.guestRoom(training)
	if err != nil {
		return err
	}
	if !training.Open(t.Now) {
		t.Say("training.closed")
		return t.Goto("list")
	}
	if already > 0 {
		t.Say("invite.already", "n", already)
	}
	switch {
	case len(fresh) == 0 && already == 0:
		t.Say("invite.nobody")
		return t.Goto("how")
	case len(fresh) == 0:
		return t.Goto("how")
	case len(fresh) > room:
		t.Say("invite.too_many", "n", len(fresh), "free", room)
		return t.Goto("how")
	}
	t.Set("shown", len(fresh))
	lines := []string{t.T("invite.check", "n", len(fresh), "training", training.OfficialName())}
	unreached := 0
	for i, o := range fresh {
		if i < shownGuests {
			name := o.Name
			if o.Address != "" {
				name = t.engine.catalog.In("vi", "").T("address."+o.Address) + " " + name
			}
			lines = append(lines, "• "+nameAndTitle(name, o.Title))
		}
		if o.member == nil {
			unreached++
		} else if _, _, err := t.Reach(o.member); errors.Is(err, store.ErrNotFound) {
			unreached++
		} else if err != nil {
			return err
		}
	}
	if more := len(fresh) - shownGuests; more > 0 {
		lines = append(lines, t.T("invite.check_more", "n", more))
	}
	t.SayText(strings.Join(lines, "\n"))
	t.Say("invite.check_by", "when", t.When(t.Local(training.ReplyTime(&store.Guest{At: t.Now}))))
	if unreached > 0 {
		t.Say("invite.check_paper", "n", unreached)
	}
	t.Offer(Option{ID: "yes", Label: "invite.yes", Wide: true}, Pick("no", "invite.no"))
	return nil
}

func takeInvites(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("how")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	var p guestPick
	t.Get("pick", &p)
	fresh, _, err := t.prospects(training, p)
	if err != nil {
		return err
	}
	room, err := t.guestRoom(training)
	if err != nil {
		return err
	}
	if len(fresh) != t.Count("shown") || len(fresh) > room || !training.Open(t.Now) { // it has changed while she looked
		t.Say("invite.changed")
		return t.Stay()
	}
	var guests []*store.Guest
	for _, o := range fresh {
		g := &store.Guest{Title: o.Title, Made: o.member == nil}
		if g.Made {
			if o.member, err = t.namedMember(o.namedGuest); err != nil {
				return err
			}
		}
		g.Member = o.member.ID
		guests = append(guests, g)
	}
	if _, err := t.Invite(training.ID, t.Member.ID, guests); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "invite guests", training.ID); err != nil {
		return err
	}
	t.Say("invite.done", "n", len(guests))
	t.Forget("pick")
	return t.Goto("list")
}

// guestRoom is how many more can be invited: there is a seat for each of them, and
// the list does not become longer than [store.MaxGuests]. It is asked before a
// member is made of each name, as these would be left behind with nobody who
// knows of them.
func (t *Turn) guestRoom(training *store.Training) (int, error) {
	room := store.MaxGuests
	for _, err := range t.Guests(training.ID) {
		if err != nil {
			return 0, err
		}
		room--
	}
	return min(room, training.Free()), nil
}

// namedMember keeps somebody of whom only the name is known.
func (t *Turn) namedMember(name namedGuest) (*store.Member, error) {
	m, err := t.NewMember()
	if err != nil {
		return nil, err
	}
	m.Name, m.Address = name.Name, name.Address
	return m, t.PutMember(m)
}
