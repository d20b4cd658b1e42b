package flows

import (
	"time"

	"chihai/store"
)

// What staff say in an invitation beside the facts of the event: what it is about,
// and by when they want an answer.

const (
	mostAgenda = 600 // letters
	replyHour  = 17  // o'clock by which an answer is due on the day that staff name
)

func letterSteps() []Step {
	return []Step{
		{Name: "agenda", Ask: askAgenda, Take: takeAgenda, Free: true},
		{Name: "agenda_doubt", Ask: askAgendaDoubt, Take: takeAgendaDoubt},
		{Name: "reply_by", Ask: askReplyBy, Take: takeReplyBy, Free: true},
	}
}

func askAgenda(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	if training.Agenda != "" {
		t.Say("training.told_text", "text", training.Agenda)
		t.Offer(Pick("none", "invite.agenda_none"))
	}
	t.Say("invite.agenda_ask")
	return nil
}

func takeAgenda(t *Turn) error {
	if t.Chosen() == "none" {
		return t.letter(func(training *store.Training) { training.Agenda = "" })
	}
	agenda, ok := oneLine(cleanText(t.Words(), 2*mostAgenda), 3, mostAgenda)
	if !ok {
		return t.Again("invite.agenda_again", "most", mostAgenda)
	}
	t.Set("agenda", agenda)
	if revealing(agenda) != "" {
		return t.Goto("agenda_doubt")
	}
	return t.letter(func(training *store.Training) { training.Agenda = agenda })
}

func askAgendaDoubt(t *Turn) error {
	t.Say("training.doubt", "word", revealing(t.Note("agenda")))
	t.Offer(Pick("fix", "training.fix"), Option{ID: "keep", Label: "training.doubt_keep", Wide: true})
	return nil
}

func takeAgendaDoubt(t *Turn) error {
	switch t.Chosen() {
	case "fix":
		return t.Goto("agenda")
	case "keep":
		if err := t.Log(t.Member.ID, "keep revealing word", t.Note("training_guests")); err != nil {
			return err
		}
		return t.letter(func(training *store.Training) { training.Agenda = t.Note("agenda") })
	}
	return t.Again("engine.unclear")
}

func askReplyBy(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	t.Say("invite.reply_ask", "when", t.When(t.Local(training.ReplyTime(&store.Guest{At: t.Now}))))
	if !training.ReplyBy.IsZero() {
		t.Offer(Pick("usual", "invite.reply_usual"))
	}
	return nil
}

func takeReplyBy(t *Turn) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	if t.Chosen() == "usual" {
		return t.letter(func(training *store.Training) { training.ReplyBy = time.Time{} })
	}
	day, fault := readDay(t.Words(), t.Today())
	if fault != dayFine {
		return t.Again("training.day_unclear")
	}
	by := time.Date(day.Year(), day.Month(), day.Day(), replyHour, 0, 0, 0, day.Location())
	if !by.After(t.Now) || !by.Before(training.Start) {
		return t.Again("invite.reply_again", "start", t.When(t.Local(training.Start)))
	}
	return t.letter(func(training *store.Training) { training.ReplyBy = by.UTC() })
}

// letter changes what the invitations say, and shows the list of guests.
func (t *Turn) letter(change func(*store.Training)) error {
	training, err := t.hosted()
	if err != nil || training == nil {
		return err
	}
	if !training.Open(t.Now) {
		t.Say("training.closed")
		return t.Goto("list")
	}
	if _, err := t.ChangeTraining(training.ID, training.Revision, func(training *store.Training) {
		change(training)
		training.ChangedBy = t.Member.ID
	}); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "change training", training.ID); err != nil {
		return err
	}
	t.Say("training.saved")
	return t.Goto("list")
}
