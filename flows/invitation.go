package flows

import (
	"errors"
	"strings"

	"chihai/store"
)

// invitation asks a guest whether she comes to an event by invitation, sends
// somebody in her stead, or does not come. Who passes messages on to a guest
// without a phone answers for her. Its note is a [store.GuestNews].
func invitation() *Flow {
	return &Flow{
		Name:  "invitation",
		Title: "invitation.title",
		Waits: true,
		Steps: []Step{
			{Name: "ask", Ask: askInvitation, Take: takeInvitation},
			{Name: "substitute", Ask: askInvitedSubstitute, Take: takeSubstituteName, Free: true},
			{Name: "as", Ask: askSubstituteTitle, Take: takeSubstituteTitle, Free: true},
			{Name: "check", Ask: askInvitedCheck, Take: takeInvitedCheck},
		},
		Hear: hearInvitation,
	}
}

// invitationWork is work that is left outside the turn: one guest's invitation as
// PDF. Its Data is a [TicketWork].
const invitationWork = "invitation"

// An invited is a guest whose answer the one who speaks may give.
type invited struct {
	training     *store.Training
	guest        *store.Guest
	registration *store.Registration
	member       *store.Member
}

// guestOf is what is known of the member as a guest of the training, nil when she
// is none any more.
func (t *Turn) guestOf(training, member string) (*invited, error) {
	g, err := t.Guest(training, member)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	v := &invited{guest: g}
	if v.training, err = t.Training(training); err != nil {
		return nil, err
	}
	if v.registration, err = t.Registration(training, member); err != nil {
		return nil, err
	}
	v.member, err = t.Tx.Member(member)
	return v, err
}

// answering is the guest that the talk is about. When there is nothing to answer
// any more she is told so, and the result is nil.
func (t *Turn) answering() (*invited, error) {
	var n store.GuestNews
	t.Get("invitation", &n)
	v, err := t.guestOf(n.Training, n.Member)
	if err != nil {
		return nil, err
	}
	if v == nil || v.member.ID != t.Member.ID && v.member.Relay != t.Member.ID {
		t.Say("invitation.over")
		return nil, t.End()
	}
	t.About(v.training.Name.In(t.Language))
	if !v.training.Open(t.Now) {
		if v.training.Cancelled.IsZero() {
			t.Say("invitation.begun")
		} else {
			t.Say("register.cancelled")
		}
		return nil, t.End()
	}
	return v, nil
}

// hers says whether v is the one who speaks.
func (t *Turn) hers(v *invited) bool { return v.member.ID == t.Member.ID }

func askInvitation(t *Turn) error {
	v, err := t.answering()
	if err != nil || v == nil {
		return err
	}
	id := "invitation.asked"
	if !t.hers(v) {
		id = "invitation.asked_other"
	}
	t.Say(id, "name", guestName(t, v.member), "training", v.training.Name.In(t.Language),
		"time", t.span(v.training.Start, v.training.End), "place", v.training.Place)
	if v.training.Agenda != "" {
		t.Say("invitation.agenda", "agenda", v.training.Agenda)
	}
	t.sayReply(v)
	t.offerReply(v)
	return nil
}

// sayReply says what has been answered, or by when an answer is asked for.
func (t *Turn) sayReply(v *invited) {
	switch v.guest.RSVP(v.registration) {
	case store.Comes:
		t.Say("invitation.said_comes")
	case store.Sends:
		t.Say("invitation.said_sends", "substitute", substituteOf(v.guest))
	case store.Declines:
		t.Say("invitation.said_declines")
	default:
		if by := v.training.ReplyTime(v.guest); v.registration.Invited() && by.After(t.Now) {
			t.Say("invitation.reply_by", "when", t.When(t.Local(by)))
		} else {
			t.Say("invitation.reply_late")
		}
	}
}

// offerReply offers the answers that have not been given yet, and the paper.
func (t *Turn) offerReply(v *invited) {
	rsvp := v.guest.RSVP(v.registration)
	if rsvp != store.Comes {
		if t.hers(v) {
			t.Offer(Option{ID: "yes", Label: "invitation.yes", Wide: true})
		} else {
			t.Offer(Option{ID: "yes", Label: cut(t.T("invitation.yes_other", "name", givenName(v.member.Name)), mostLabel), Text: true, Like: "invitation.yes", Wide: true})
		}
	}
	if rsvp == store.Sends {
		t.Offer(Option{ID: "send", Label: "invitation.send_other", Wide: true})
	} else {
		t.Offer(Option{ID: "send", Label: "invitation.send", Wide: true})
	}
	if rsvp != store.Declines {
		t.Offer(Pick("no", "invitation.no"))
	}
	t.Offer(Pick("paper", "invitation.paper"))
}

func takeInvitation(t *Turn) error {
	v, err := t.answering()
	if err != nil || v == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		return t.replyTo(v, store.Comes)
	case "no":
		return t.replyTo(v, store.Declines)
	case "send":
		return nil
	case "paper":
		t.Say("invitation.paper_wait")
		if err := t.TaskOnce(invitationWork, TicketWork{Training: v.training.ID, Member: v.member.ID}); err != nil {
			return err
		}
		return t.Stand()
	}
	switch said := v.guest.RSVP(v.registration); {
	case t.meant("answer.yes") && (said == store.NoReply || said == store.Comes): // a yes takes no substitute back
		return t.replyTo(v, store.Comes)
	case t.meant("answer.no") && said == store.NoReply:
		return t.replyTo(v, store.Declines)
	}
	return t.Again("engine.unclear")
}

func askInvitedSubstitute(t *Turn) error {
	if v, err := t.answering(); err != nil || v == nil {
		return err
	}
	return askSubstituteName(t)
}

func askInvitedCheck(t *Turn) error {
	v, err := t.answering()
	if err != nil || v == nil {
		return err
	}
	return t.askSubstituteCheck(v)
}

func takeInvitedCheck(t *Turn) error {
	v, err := t.answering()
	if err != nil || v == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		return t.replyTo(v, store.Sends)
	case "fix":
		return t.Goto("substitute")
	}
	return t.Again("engine.unclear")
}

// replyTo keeps an answer and says what follows from it.
func (t *Turn) replyTo(v *invited, rsvp store.RSVP) error {
	t.substituteInto(v.guest)
	training, err := t.AnswerInvitation(v.guest, rsvp, t.Member.ID)
	name := v.training.Name.In(t.Language)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say("invitation.full", "training", name)
		return t.End()
	case errors.Is(err, store.ErrOver), errors.Is(err, store.ErrNotFound):
		t.Say("invitation.over")
		return t.End()
	case err != nil:
		return err
	}
	args := []any{"name", guestName(t, v.member), "training", name, "when", t.When(t.Local(training.Start)), "place", training.Place, "substitute", substituteOf(v.guest)}
	switch rsvp {
	case store.Comes:
		t.Say("invitation.thanks_comes", args...)
		r, err := t.Registration(training.ID, v.member.ID)
		if err != nil {
			return err
		}
		t.seated = &seat{training, r, v.member}
	case store.Sends:
		t.Say("invitation.thanks_sends", args...)
	case store.Declines:
		t.Say("invitation.thanks_declines", args...)
	}
	t.Say("invitation.may_change")
	return t.End()
}

func hearInvitation(t *Turn) error {
	if t.Input.Kind == Outcome {
		return t.hearPaper()
	}
	var n store.GuestNews
	if err := jsonNote(t.Input.Data, &n); err != nil {
		return err
	}
	training, err := t.Training(n.Training)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	v, err := t.guestOf(n.Training, n.Member)
	if err != nil || !training.Open(t.Now) || t.Relay != nil || t.Member.Language == "" {
		return err // it is asked again when she can be asked
	}
	name := training.Name.In(t.Language)
	switch {
	case n.What == store.GuestTakenBack && v == nil:
		if err := t.dropWaiting("invitation", name); err != nil {
			return err
		}
		t.Until(training.Start)
		t.Say("invitation.taken_back", "training", name, "when", t.When(t.Local(training.Start)))
		return nil
	case v == nil, n.What == store.GuestTakenBack, !v.registration.Invited(), n.What == store.GuestAsked && !v.guest.Told.IsZero():
		return nil // answered meanwhile, taken back, or invited anew
	}
	if err := t.ToldGuest(v.guest); err != nil {
		return err
	}
	if n.What == store.GuestReminded {
		t.Say("invitation.reminder")
	}
	return t.Start("invitation", n)
}

// hearPaper sends the invitation that was made. Nobody gets it in her stead but
// who passes messages on to her.
func (t *Turn) hearPaper() error {
	var work TicketWork
	var file string
	o, err := t.outcome(&work, &file)
	if err != nil || o.Error == "" && file == "" { // there was nothing to make it of any more
		return err
	}
	v, err := t.guestOf(work.Training, work.Member)
	if err != nil {
		return err
	}
	hers := v != nil && (t.hers(v) || v.member.Relay == t.Member.ID)
	switch {
	case !hers || t.Relay != nil || t.Contact.Speaker != t.Member.ID:
		if file != "" {
			return t.DeleteFile(file)
		}
	case o.Error != "":
		t.Say("invitation.paper_failed", "training", v.training.Name.In(t.Language))
	default:
		t.SayFile(file, "invitation.paper_done", "name", guestName(t, v.member), "training", v.training.Name.In(t.Language), "when", t.When(t.Local(v.training.Start)))
	}
	return nil
}

// guestName is how a guest is named on her invitation: "Bà Thạch Thị Đào".
func guestName(t *Turn, m *store.Member) string {
	return strings.TrimSpace(courtesyOf(t, m) + " " + m.Name)
}

// courtesyOf is the word before a guest's name, empty where none is known: it is
// not guessed from a name.
func courtesyOf(t *Turn, m *store.Member) string {
	if m.Address == "" {
		return ""
	}
	return t.engine.catalog.In("vi", "").T("address." + m.Address)
}

// substituteOf is who comes in g's stead, with her title.
func substituteOf(g *store.Guest) string { return nameAndTitle(g.Substitute, g.SubstituteTitle) }

// nameAndTitle is a name with a title behind it, if there is one.
func nameAndTitle(name, title string) string {
	if title == "" {
		return name
	}
	return name + ", " + title
}

// hearGuestNews tells a guest what has become of the event, and asks her again
// whether she comes. Who has declined is not told.
func (t *Turn) hearGuestNews(n news, training *store.Training) error {
	r, err := t.Registration(training.ID, t.Member.ID)
	if err != nil || !t.Now.Before(n.Until) {
		return ignore(err, store.ErrNotFound)
	}
	v, err := t.guestOf(training.ID, t.Member.ID)
	if err != nil {
		return err
	}
	if v == nil && (!r.Stands() || r.At.After(n.At)) || v != nil && (v.guest.At.After(n.At) || !r.Stands() && r.State != store.Lapsed) {
		return nil
	}
	text := t.newsText(n, training)
	if text == "" {
		return nil
	}
	t.Until(n.Until)
	t.SayText(text)
	switch {
	case v == nil || !training.Open(t.Now):
		return nil
	case t.Relay != nil || t.Member.Language == "" || t.Contact.Speaker != t.Member.ID: // who reads it may not be asked for her now
		t.Say("invitation.may_change")
		return nil
	}
	if err := t.ToldGuest(v.guest); err != nil {
		return err
	}
	return t.Start("invitation", store.GuestNews{Training: training.ID, Member: t.Member.ID})
}

// remindGuest ends a reminder of an event by invitation: who sends somebody passes
// it on, and everybody may still answer otherwise.
func (t *Turn) remindGuest(training *store.Training) error {
	g, err := t.Guest(training.ID, t.Member.ID)
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	if g != nil && g.Substitute != "" {
		t.Say("invitation.pass_on", "substitute", substituteOf(g))
	}
	t.Say("invitation.may_change")
	return nil
}

// detailsOfInvited says below what an event by invitation is that one comes by
// invitation only, or what she may answer.
func (t *Turn) detailsOfInvited(training *store.Training, r *store.Registration) error {
	v, err := t.guestOf(training.ID, t.Member.ID)
	if err != nil {
		return err
	}
	switch {
	case v != nil:
		t.sayReply(v)
		t.Offer(Option{ID: "answer", Label: "invitation.answer", Wide: true})
	case r != nil && r.Stands(): // let in at the door
		if err := t.sayStanding(training, r, t.Member); err != nil {
			return err
		}
	default:
		t.Say("invitation.only")
	}
	t.Offer(Pick("list", "register.see_others"))
	return nil
}
