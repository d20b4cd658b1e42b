package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"chihai/locales"
	"chihai/store"
)

// trainingGuests is how staff lead the list of guests of an event by invitation:
// they see who has answered what, invite more, write down what a guest has said on
// the telephone, and take an invitation back. Its note is the training's ID.
func trainingGuests() *Flow {
	return &Flow{
		Name: "training_guests",
		Role: store.Staff,
		Steps: slices.Concat(
			[]Step{
				{Name: "list", Ask: askGuests, Take: takeGuests, Free: true}, // free: names are no commands
				{Name: "one", Ask: askGuestOne, Take: takeGuestOne},
				{Name: "substitute", Ask: askGuestSubstitute, Take: takeSubstituteName, Free: true},
				{Name: "as", Ask: askSubstituteTitle, Take: takeSubstituteTitle, Free: true},
				{Name: "sure", Ask: askGuestCheck, Take: takeGuestCheck},
				{Name: "take_back", Ask: askTakeBack, Take: takeTakeBack},
			},
			inviteSteps(),
			letterSteps(),
		),
	}
}

// hosted is the training whose guests are shown, as [Turn.staffTraining]; nil too
// when it is by invitation no more.
func (t *Turn) hosted() (*store.Training, error) {
	training, err := t.staffTraining(t.Note("training_guests"))
	if err != nil || training == nil {
		return nil, err
	}
	if !training.ByInvitation {
		return nil, t.Start("training_one", oneNote{Training: training.ID})
	}
	t.About(training.Name.In(t.Language))
	return training, nil
}

// guestList are the guests of a training by given name, those whose name has the
// words of find.
func (t *Turn) guestList(training *store.Training, find string) ([]*invited, error) {
	var all []*invited
	words := strings.Fields(store.Fold(find))
	for g, err := range t.Guests(training.ID) {
		if err != nil {
			return nil, err
		}
		r, err := t.Registration(training.ID, g.Member)
		if err != nil {
			return nil, err
		}
		m, err := t.Tx.Member(g.Member)
		if err != nil {
			return nil, err
		}
		if nameHas(m.Name, words) || find != "" && g.Substitute != "" && nameHas(g.Substitute, words) {
			all = append(all, &invited{training, g, r, m})
		}
	}
	order := locales.NameOrder()
	slices.SortStableFunc(all, func(a, b *invited) int { return order(a.member.Name, b.member.Name) })
	return all, nil
}

// guestCounts says how many guests have answered what.
func (t *Turn) guestCounts(training *store.Training, guests []*invited) string {
	n := map[store.RSVP]int{}
	for _, v := range guests {
		n[v.guest.RSVP(v.registration)]++
	}
	return t.T("invite.counts", "invited", len(guests), "comes", n[store.Comes], "sends", n[store.Sends],
		"declines", n[store.Declines], "silent", n[store.NoReply], "free", training.Free(), "seats", training.Seats)
}

func askGuests(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	guests, err := t.guestList(training, "")
	if err != nil {
		return err
	}
	if t.Count("seen") == 0 {
		t.Set("seen", 1)
		if err := t.Log(t.Member.ID, "see registrations", training.ID); err != nil {
			return err
		}
	}
	t.SayText(training.Name.In(t.Language) + "\n" + t.guestCounts(training, guests))
	find := t.Note("find")
	if find != "" {
		if guests, err = t.guestList(training, find); err != nil {
			return err
		}
		if len(guests) == 0 {
			t.Say("invite.none_found", "find", find)
		} else {
			t.Say("attendance.found", "find", find)
		}
	}
	skip := t.Count("skip")
	if skip >= len(guests) {
		skip = 0
		t.Forget("skip")
	}
	page := guests[skip:min(skip+unitPage, len(guests))]
	if len(page) > 0 {
		var lines []string
		for i, v := range page {
			lines = append(lines, fmt.Sprintf("%d. %s", skip+i+1, t.guestLine(v)))
		}
		t.SayText(strings.Join(lines, "\n"))
	}
	if training.Open(t.Now) {
		t.OfferInline(Option{ID: "how", Label: "invite.more", Wide: true})
	}
	labels := map[string]bool{}
	for _, v := range page {
		t.OfferInline(PickText("m"+v.member.ID, unlike(labels, v.member.Name)))
	}
	if skip+unitPage < len(guests) {
		t.OfferInline(Pick("more", "register.more"))
	} else if skip > 0 {
		t.OfferInline(Pick("first", "area.first"))
	}
	if find != "" {
		t.OfferInline(Pick("all", "register.all"))
	}
	if training.Open(t.Now) {
		t.OfferInline(Pick("agenda", "invite.agenda"), Pick("reply_by", "invite.reply_by"))
	}
	t.OfferInline(Pick("refresh", "attendance.refresh"), Pick("papers", "papers.title"), Pick("one", "training.see"))
	return nil
}

// guestLine is a guest in one line: who, as what, what she has answered.
func (t *Turn) guestLine(v *invited) string {
	return nameAndTitle(guestName(t, v.member), v.guest.Title) + ": " + t.answerOf(v)
}

// answerOf is what a guest has answered, in words for staff.
func (t *Turn) answerOf(v *invited) string {
	switch v.guest.RSVP(v.registration) {
	case store.Comes:
		return t.T("invite.comes")
	case store.Sends:
		return t.T("invite.sends", "substitute", substituteOf(v.guest))
	case store.Declines:
		return t.T("invite.declines")
	}
	switch _, _, err := t.Reach(v.member); {
	case err != nil:
		return t.T("invite.unreached")
	case !v.registration.Invited():
		return t.T("invite.silent")
	case v.guest.Told.IsZero():
		return t.T("invite.not_told")
	}
	return t.T("invite.open")
}

func takeGuests(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "how", "agenda", "reply_by":
		if !training.Open(t.Now) {
			t.Say("training.closed")
			return t.Stay()
		}
		return t.Goto(id)
	case "more":
		t.Set("skip", t.Count("skip")+unitPage)
	case "first":
		t.Forget("skip")
	case "all":
		t.Forget("skip")
		t.Forget("find")
	case "refresh":
	case "papers":
		return t.Start("training_papers", oneNote{Training: training.ID})
	case "one":
		return t.Start("training_one", oneNote{Training: training.ID})
	case "":
		find := cleanText(t.Words(), 60)
		if store.Fold(find) == "" {
			return t.Again("engine.unclear")
		}
		if n := choiceNumber(find); n > 0 { // nobody's name: the guest with this number in the list
			guests, err := t.guestList(training, t.Note("find"))
			if err != nil {
				return err
			}
			if n > len(guests) {
				return t.Again("engine.unclear")
			}
			t.Set("who", guests[n-1].member.ID)
			return t.Goto("one")
		}
		t.Set("find", find)
		t.Forget("skip")
	default:
		t.Set("who", id[1:])
		return t.Goto("one")
	}
	return t.Stay()
}

// hostedGuest is the guest that was tapped, nil when she is none any more; the
// list is shown again then.
func (t *Turn) hostedGuest() (*invited, error) {
	training, err := t.hosted()
	if err != nil || training == nil {
		return nil, err
	}
	v, err := t.guestOf(training.ID, t.Note("who"))
	if err == nil && v == nil {
		t.Say("invite.gone")
		return nil, t.Goto("list")
	}
	return v, err
}

func askGuestOne(t *Turn) error {
	v, err := t.hostedGuest()
	if err != nil || v == nil {
		return err
	}
	lines := []string{t.guestLine(v)}
	if v.member.Phone != "" {
		lines = append(lines, locales.Phone(v.member.Phone))
	}
	if by, err := t.Tx.Member(v.guest.Through); err == nil && by.Name != "" {
		lines = append(lines, t.T("invite.through", "name", by.Name))
	} else if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	t.SayText(strings.Join(lines, "\n"))
	if v.training.Open(t.Now) {
		t.Say("invite.note")
		t.Offer(Pick("yes", "invite.note_comes"), Pick("send", "invite.note_sends"), Pick("no", "invite.note_declines"),
			Option{ID: "take_back", Label: "invite.take_back", Wide: true})
	}
	t.Offer(Pick("list", "invite.list"))
	return nil
}

func takeGuestOne(t *Turn) error {
	v, err := t.hostedGuest()
	if err != nil || v == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		return t.noteReply(v, store.Comes)
	case "no":
		return t.noteReply(v, store.Declines)
	case "send":
		return t.Goto("substitute")
	case "take_back", "list":
		return t.Goto(t.Chosen())
	}
	return t.Again("engine.unclear")
}

func askGuestSubstitute(t *Turn) error {
	if v, err := t.hostedGuest(); err != nil || v == nil {
		return err
	}
	return askSubstituteName(t)
}

func askGuestCheck(t *Turn) error {
	v, err := t.hostedGuest()
	if err != nil || v == nil {
		return err
	}
	return t.askSubstituteCheck(v)
}

func takeGuestCheck(t *Turn) error {
	v, err := t.hostedGuest()
	if err != nil || v == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		return t.noteReply(v, store.Sends)
	case "fix":
		return t.Goto("substitute")
	}
	return t.Again("engine.unclear")
}

// noteReply keeps what a guest has told staff.
func (t *Turn) noteReply(v *invited, rsvp store.RSVP) error {
	t.substituteInto(v.guest)
	_, err := t.AnswerInvitation(v.guest, rsvp, t.Member.ID)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say("invite.full")
		return t.Goto("one")
	case errors.Is(err, store.ErrOver):
		t.Say("training.closed")
		return t.Goto("list")
	case err != nil:
		return err
	}
	if err := t.Log(t.Member.ID, "answer for guest", v.training.ID+"/"+v.member.ID); err != nil {
		return err
	}
	t.Say("invite.noted", "name", guestName(t, v.member))
	return t.Goto("list")
}

func askTakeBack(t *Turn) error {
	v, err := t.hostedGuest()
	if err != nil || v == nil {
		return err
	}
	t.Say("invite.take_back_sure", "name", guestName(t, v.member), "training", v.training.OfficialName())
	if !v.guest.Told.IsZero() {
		t.Say("invite.take_back_told")
	}
	t.Offer(Pick("yes", "invite.take_back_yes"), Pick("no", "answer.no"))
	return nil
}

func takeTakeBack(t *Turn) error {
	v, err := t.hostedGuest()
	if err != nil || v == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	g, err := t.TakeBackInvitation(v.training.ID, v.member.ID, t.Member.ID)
	if errors.Is(err, store.ErrOver) {
		t.Say("training.closed")
		return t.Goto("list")
	}
	if err != nil {
		return err
	}
	if err := t.TellTakenBack(v.training, g, t.engine.opt.Zone); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "take invitation back", v.training.ID+"/"+v.member.ID); err != nil {
		return err
	}
	t.Say("invite.taken_back", "name", guestName(t, v.member))
	if err := t.forgetMade(g, v.member); err != nil {
		return err
	}
	return t.Goto("list")
}

// forgetMade deletes a member of whom nothing is known but that she was to be
// invited.
func (t *Turn) forgetMade(g *store.Guest, m *store.Member) error {
	if !g.Made || len(m.Contacts) > 0 || m.Relay != "" || m.Granted {
		return nil
	}
	for r, err := range t.RegistrationsOf(m.ID) {
		if err != nil || r.Training != g.Training {
			return err
		}
	}
	return t.DeleteMember(m, nil)
}
