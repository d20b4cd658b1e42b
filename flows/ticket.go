package flows

import (
	"errors"

	"chihai/store"
)

// ticket is where the link of a ticket leads that a phone's camera has read. She
// whose it is sees what it is for, staff check her in, and to everybody else it
// says nothing.
func ticket() *Flow {
	return &Flow{
		Name:  "ticket",
		Aside: true, // staff scan one woman after the other, in the middle of whatever they do
		Steps: []Step{
			{Name: "open", Ask: openTicket},
			{Name: "hers", Ask: askHers, Take: takeHers},
			{Name: "let", Ask: askScanned, Take: takeScanned},
		},
		Hear: hearTicket,
	}
}

// Work that is left outside the turn. Its Data is a [TicketWork], and what comes
// of it is a file.
const (
	ticketWork   = "ticket"   // a picture of the code that opens her ticket
	calendarWork = "calendar" // an entry for the calendar of a phone
)

// A TicketWork is what a task that makes something for one registration is to
// do.
type TicketWork struct {
	Training string `json:"training"`          // ID
	Member   string `json:"member"`            // ID of who takes part
	URL      string `json:"url"`               // ticket: what the code says; calendar: the page of the training
	Language string `json:"language,omitzero"` // calendar: of the name in it
}

// offerTicket offers what she can take along.
func (t *Turn) offerTicket() {
	t.Offer(Option{ID: "ticket", Label: "ticket.mine", Wide: true}, Pick("calendar", "ticket.calendar"))
}

// takeTicket makes what [Turn.offerTicket] offers, when that was chosen, and
// says whether it was.
func (t *Turn) takeTicket(s *seat) (bool, error) {
	switch t.Chosen() {
	case "ticket":
		if err := t.makeTicket(s); err != nil {
			return false, err
		}
	case "calendar":
		t.Say("ticket.calendar_wait")
		if err := t.Task(calendarWork, TicketWork{
			Training: s.training.ID, Member: s.member.ID, URL: t.Page("/e/" + s.training.Code), Language: t.Language,
		}); err != nil {
			return false, err
		}
	default:
		return false, nil
	}
	return true, t.Stand()
}

// makeTicket has the picture of her ticket made. Where the bot has no address
// that a camera could open, the code of her registration does.
func (t *Turn) makeTicket(s *seat) error {
	code, err := t.Ticket(s.registration)
	if err != nil {
		return err
	}
	links := t.Links("v" + code)
	if len(links) == 0 {
		t.Say("ticket.none", "code", s.registration.Code)
		return nil
	}
	t.Say("ticket.wait")
	return t.Task(ticketWork, TicketWork{Training: s.training.ID, Member: s.member.ID, URL: links[0].URL})
}

// hearTicket sends what was made. Nobody gets it in her stead: not who passes
// messages on to her, nor who speaks from a shared phone now.
func hearTicket(t *Turn) error {
	var work TicketWork
	var file string
	o, err := t.outcome(&work, &file)
	if err != nil || o.Error == "" && file == "" { // there was nothing to make it of any more
		return err
	}
	s, err := t.seatOf(work.Training, work.Member)
	if err != nil {
		return err
	}
	if s == nil || !s.registration.Holds() || t.Relay != nil || t.Contact.Speaker != t.Member.ID {
		if file != "" {
			return t.DeleteFile(file)
		}
		return nil
	}
	// What stands below the picture shows on a phone that others look at: the neutral name.
	args := []any{"training", s.training.Name.In(t.Language), "when", t.When(t.Local(s.training.Start)), "name", s.member.Name, "code", s.registration.Code}
	switch {
	case o.Error != "":
		t.Say("ticket.failed", args...)
	case o.Task == calendarWork:
		t.SayFile(file, "ticket.calendar_done", args...)
	case s.member.ID != t.Member.ID:
		t.SayFile(file, "ticket.done_other", args...)
	default:
		t.SayFile(file, "ticket.done", args...)
	}
	return nil
}

// openTicket finds out who has opened which ticket.
func openTicket(t *Turn) error {
	r, err := t.ReadTicket(t.Note("ticket"))
	t.Forget("ticket")
	if errors.Is(err, store.ErrNotFound) {
		t.Say("ticket.unknown")
		return t.Return(nil)
	}
	if err != nil {
		return err
	}
	m, err := t.Tx.Member(r.Member)
	if err != nil {
		return err
	}
	training, err := t.Training(r.Training)
	if err != nil {
		return err
	}
	staff, err := t.Holds(store.Staff, training.Area)
	if err != nil {
		return err
	}
	switch {
	case m.ID == t.Member.ID, !staff && m.Relay == t.Member.ID:
		t.Set("training", training.ID)
		t.Set("for", m.ID)
		return t.Goto("hers")
	case staff:
		return t.scan(training, m)
	}
	t.Say("ticket.unknown") // word for word as of one that there is not
	return t.Return(nil)
}

func askHers(t *Turn) error {
	s, err := t.seatOf(t.Note("training"), t.Note("for"))
	if err != nil {
		return err
	}
	if s == nil {
		t.Say("mine.gone")
		return t.Return(nil)
	}
	if err := t.describe(s.training); err != nil {
		return err
	}
	if s.member.ID != t.Member.ID {
		t.Say("mine.for", "name", s.member.Name)
	}
	if !s.registration.Holds() {
		if err := t.sayStanding(s.training, s.registration, s.member); err != nil {
			return err
		}
		return t.Return(nil)
	}
	t.Say("mine.code", "code", s.registration.Code)
	if s.registration.Came.IsZero() {
		t.Say("ticket.show")
	} else {
		t.Say("mine.came", "time", t.Clock(t.Local(s.registration.Came)))
	}
	t.offerTicket()
	return nil
}

func takeHers(t *Turn) error {
	s, err := t.seatOf(t.Note("training"), t.Note("for"))
	if err != nil {
		return err
	}
	if s == nil {
		t.Say("mine.gone")
		return t.Return(nil)
	}
	if made, err := t.takeTicket(s); made || err != nil {
		return err
	}
	return t.Again("engine.unclear")
}
