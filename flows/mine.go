package flows

import (
	"errors"
	"slices"
	"strings"

	"chihai/store"
)

// mine shows what she is registered for, and those whom she registered, and
// lets her give a seat up.
func mine() *Flow {
	return &Flow{
		Name:     "mine",
		Triggers: []string{"menu.mine"},
		Steps: []Step{
			{Name: "begin", Ask: beginMine},
			{Name: "list", Ask: askMine, Take: takeMine},
			{Name: "one", Ask: askOne, Take: takeOne},
			{Name: "sure", Ask: askSure, Take: takeSure},
		},
		Hear: hearTicket,
	}
}

// A mineNote says which seat is shown at once, with its ticket.
type mineNote struct {
	Training string `json:"training"`
	Member   string `json:"member"`
}

// beginMine goes straight to the seat whose ticket was asked for.
func beginMine(t *Turn) error {
	var n mineNote
	if !t.Get("mine", &n) {
		return nil
	}
	t.Forget("mine")
	t.Set("training", n.Training)
	t.Set("for", n.Member)
	s, err := t.mySeat()
	if err != nil || s == nil {
		return err
	}
	if s.registration.Holds() {
		if err := t.makeTicket(s); err != nil {
			return err
		}
	}
	return t.Goto("one")
}

// A seat is a seat in a training that is not over, or the way to one.
type seat struct {
	training     *store.Training
	registration *store.Registration
	member       *store.Member
}

// upcomingOf returns the seats that m holds, and those of the women to whom
// she passes messages on, soonest first.
func (t *Turn) upcomingOf(m *store.Member) ([]seat, error) {
	members := []*store.Member{m}
	for other, err := range t.RelayedBy(m.ID) {
		if err != nil {
			return nil, err
		}
		members = append(members, other)
	}
	var seats []seat
	for _, who := range members {
		for r, err := range t.RegistrationsOf(who.ID) {
			if err != nil {
				return nil, err
			}
			if !r.Stands() && !r.Missed() {
				continue
			}
			training, err := t.Training(r.Training)
			if err != nil {
				return nil, err
			}
			if t.comes(training, r) && (r.Stands() || training.ByInvitation) {
				seats = append(seats, seat{training, r, who})
			}
		}
	}
	slices.SortStableFunc(seats, func(a, b seat) int { return a.training.Start.Compare(b.training.Start) })
	return seats, nil
}

// comes says whether who has r in the training may still come: it is ahead, or
// she holds a seat and it is going on.
func (t *Turn) comes(training *store.Training, r *store.Registration) bool {
	return training.Open(t.Now) || r.Holds() && training.Cancelled.IsZero() && t.Now.Before(training.End)
}

// line is a seat in one line.
func (t *Turn) line(training *store.Training, who *store.Member) string {
	text := training.Name.In(t.Language) + ", " + t.When(t.Local(training.Start))
	if who.ID != t.Member.ID {
		text += " (" + who.Name + ")"
	}
	return text
}

// briefly is what stands behind a training for which she has no seat yet.
var briefly = map[store.State]string{store.Asked: "mine.asked", store.Waiting: "mine.waiting", store.Offered: "mine.offered", store.Invited: "invitation.waiting", store.Declined: "invitation.declined", store.Lapsed: "invitation.waiting"}

// shownSeats is how many seats are told in full where they are not the matter.
const shownSeats = 5

// seatLines are the first seats, a line each, and how many more there are.
func (t *Turn) seatLines(seats []seat) []string {
	var lines []string
	for _, s := range seats[:min(shownSeats, len(seats))] {
		line := "• " + t.line(s.training, s.member)
		if id := briefly[s.registration.State]; id != "" {
			line += " (" + t.T(id) + ")"
		}
		lines = append(lines, line)
	}
	if more := len(seats) - shownSeats; more > 0 {
		lines = append(lines, t.T("register.and_more", "n", more))
	}
	return lines
}

func askMine(t *Turn) error {
	seats, err := t.upcomingOf(t.Member)
	if err != nil {
		return err
	}
	if len(seats) == 0 {
		t.Say("mine.none")
		return t.End()
	}
	t.Say("mine.choose")
	skip := min(t.Count("skip"), len(seats)-1)
	labels := map[string]bool{}
	for _, s := range seats[skip:min(skip+unitPage, len(seats))] {
		label := t.ShortDate(t.Local(s.training.Start)) + " · "
		if s.member.ID != t.Member.ID {
			label += givenName(s.member.Name) + " · " // first: a long title is cut off on a small phone
		}
		label += s.training.Name.In(t.Language)
		t.Offer(PickText(s.training.ID+"/"+s.member.ID, unlike(labels, label)))
	}
	if skip+unitPage < len(seats) {
		t.Offer(Pick("more", "register.more"))
	} else if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

func takeMine(t *Turn) error {
	switch t.Chosen() {
	case "more":
		t.Set("skip", t.Count("skip")+unitPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	}
	training, member, ok := strings.Cut(t.Chosen(), "/")
	if !ok {
		return t.Again("engine.unclear")
	}
	t.Set("training", training)
	t.Set("for", member)
	return nil
}

// mySeat is the seat that was chosen, or nil when it is not held any more; the
// list is shown again then.
func (t *Turn) mySeat() (*seat, error) {
	s, err := t.seatOf(t.Note("training"), t.Note("for"))
	if err != nil || s != nil {
		return s, err
	}
	t.Say("mine.gone")
	return nil, t.Goto("list")
}

// seatOf is the seat that member holds in a training that is not over, when she
// is the one who speaks or the one who speaks passes messages on to her; else
// nil.
func (t *Turn) seatOf(training, member string) (*seat, error) {
	m, err := t.Tx.Member(member)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	if m.ID != t.Member.ID && m.Relay != t.Member.ID {
		return nil, nil
	}
	r, err := t.Registration(training, member)
	if err != nil || !r.Stands() && !r.Missed() {
		return nil, ignore(err, store.ErrNotFound)
	}
	tr, err := t.Training(training)
	if err != nil || !t.comes(tr, r) || !r.Stands() && !tr.ByInvitation {
		return nil, ignore(err, store.ErrNotFound)
	}
	return &seat{tr, r, m}, nil
}

func askOne(t *Turn) error {
	s, err := t.mySeat()
	if err != nil || s == nil {
		return err
	}
	if err := t.describe(s.training); err != nil {
		return err
	}
	if s.member.ID != t.Member.ID {
		t.Say("mine.for", "name", s.member.Name)
	}
	if s.registration.Holds() {
		t.Say("mine.code", "code", s.registration.Code)
		here := !s.registration.Came.IsZero()
		if here {
			t.Say("mine.came", "time", t.Clock(t.Local(s.registration.Came)))
		}
		t.offerTicket()
		if !here && s.training.RoomOpen(t.Now) && s.member.ID == t.Member.ID {
			t.Offer(Pick("room", "room.button"))
		}
		if s.training.Open(t.Now) && !here {
			if s.training.ByInvitation {
				t.Offer(Pick("answer", "invitation.change"))
			} else {
				t.Offer(Pick("cancel", "mine.cancel"))
			}
		}
		return nil
	}
	if s.training.ByInvitation {
		t.Offer(Option{ID: "answer", Label: "invitation.answer", Wide: true})
		return nil
	}
	if err := t.sayStanding(s.training, s.registration, s.member); err != nil {
		return err
	}
	if s.registration.State == store.Offered {
		t.Offer(Pick("offer", "register.take_offer"))
	}
	t.Offer(Pick("cancel", "mine.leave"))
	return nil
}

func takeOne(t *Turn) error {
	switch t.Chosen() {
	case "cancel":
		return nil
	case "answer":
		return t.Start("invitation", store.GuestNews{Training: t.Note("training"), Member: t.Note("for")})
	case "room":
		return t.Start("room", nil)
	case "ticket", "calendar":
		s, err := t.mySeat()
		if err != nil || s == nil {
			return err
		}
		if !s.registration.Holds() {
			return t.Stay()
		}
		_, err = t.takeTicket(s)
		return err
	case "offer":
		s, err := t.mySeat()
		if err != nil || s == nil {
			return err
		}
		return t.Start("offer", OfferNews{Training: s.training.ID, Entry: s.registration.Entry})
	}
	return t.Again("engine.unclear")
}

func askSure(t *Turn) error {
	s, err := t.mySeat()
	if err != nil || s == nil {
		return err
	}
	hers, other, yes, no := "mine.sure", "mine.sure_other", "mine.yes", "mine.no"
	if !s.training.Open(t.Now) { // it has begun while she looked
		t.Say("mine.begun")
		return t.Goto("one")
	}
	if s.registration.Waits() {
		hers, other, yes, no = "mine.sure_waiting", "mine.sure_waiting_other", "mine.yes_leave", "mine.no_leave"
	}
	id := hers
	if s.member.ID != t.Member.ID {
		id = other
	}
	t.Say(id, "name", s.member.Name, "training", s.training.Name.In(t.Language), "when", t.When(t.Local(s.training.Start)))
	t.Offer(Pick("yes", yes), Pick("no", no))
	return nil
}

func takeSure(t *Turn) error {
	switch t.Chosen() {
	case "no":
		t.Say("mine.kept")
		return t.End()
	case "yes":
		s, err := t.mySeat()
		if err != nil || s == nil {
			return err
		}
		if !s.training.Open(t.Now) {
			t.Say("mine.begun")
			return t.End()
		}
		if _, err := t.GiveUp(s.training.ID, s.member.ID, t.Member.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		done := "mine.cancelled"
		if s.registration.Waits() {
			done = "mine.left"
		}
		t.Say(done, "training", s.training.Name.In(t.Language))
		return t.End()
	}
	return t.Again("engine.unclear")
}
