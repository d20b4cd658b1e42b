package simulation

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

// toldTrue: what a woman was told of her seats, or of those of a neighbour to
// whom she passes messages on, is what the store holds; and of each seat she
// knows when and where it is, however often that was changed.
var toldTrue = Rule{
	Name: "what she was told is true",
	End: func(w *World, tx *store.Tx) error {
		for _, p := range w.people {
			c, err := p.contact(tx)
			if errors.Is(err, store.ErrNotFound) && p.nature.leaves {
				continue
			}
			if err != nil {
				return err
			}
			for _, id := range c.Members {
				if err := w.knows(tx, p, id); err != nil {
					return err
				}
				for o, err := range tx.RelayedBy(id) {
					if err != nil {
						return err
					}
					if err := w.knows(tx, p, o.ID); err != nil {
						return err
					}
				}
			}
		}
		return nil
	},
}

// A ticket is what was told last of a seat.
type ticket struct {
	holds bool
	text  string // that told of it
	lost  bool   // a message that told of it did not arrive
}

// ticket is what the member was told of a seat in a training.
func (w *World) ticket(member, training string) *ticket {
	if w.tickets[member] == nil {
		w.tickets[member] = map[string]*ticket{}
	}
	t := w.tickets[member][training]
	if t == nil {
		t = &ticket{}
		w.tickets[member][training] = t
	}
	return t
}

// tells is the ticket about which p tells, and what it says of the seat; nil
// when it is about none.
func (w *World) tells(p *posted) (t *ticket, holds bool) {
	if name := cmp.Or(w.texts.got.find(p.Text), w.texts.gotFor.find(p.Text)); name != "" {
		return w.ticket(p.subject, name), true
	}
	if name := w.texts.gave.find(p.Text); name != "" {
		return w.ticket(p.subject, name), false
	}
	if h := w.trainings[p.training]; h != nil {
		t := w.ticket(p.subject, h.Name.In("vi"))
		return t, t.holds || strings.HasPrefix(p.Report, "remind/") // news goes to those who wait for a seat, too
	}
	return nil, false
}

// believe takes in what a message says that was shown. World.mu is held.
func (w *World) believe(p *posted) {
	if t, holds := w.tells(p); t != nil {
		*t = ticket{holds: holds, text: p.Text}
	}
}

// missed takes in that a message was never shown. World.mu is held.
func (w *World) missed(p *posted) {
	if t, _ := w.tells(p); t != nil && w.gaveUp[p.About].IsZero() && !strings.HasPrefix(p.Report, "remind/") {
		t.lost = true
	}
}

// knows looks whether a member who is told things on the phone of p knows of
// her seats.
func (w *World) knows(tx *store.Tx, p *person, member string) error {
	for t, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
		if err != nil {
			return err
		}
		r, err := tx.Registration(t.ID, member)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		name := t.Name.In("vi")
		told, holds := w.ticket(member, name), err == nil && r.Holds()
		if told.lost {
			continue
		}
		if holds != told.holds {
			return fmt.Errorf("on the phone of %s somebody holds a seat in %s: %t; she was told: %t", p.name, name, holds, told.holds)
		}
		if holds && w.couldTell(t, p) {
			if err := w.upToDate(told.text, t); err != nil {
				return fmt.Errorf("%w; on the phone of %s stands %q", err, p.name, told.text)
			}
		}
	}
	return nil
}

// couldTell says whether there was time to tell p of the last change of t.
func (w *World) couldTell(t *store.Training, p *person) bool {
	h := w.trainings[t.ID]
	if len(h.changes) == 0 {
		return true
	}
	last := h.changes[len(h.changes)-1]
	return w.ranByDay(last, h.until) && !p.unreachable(last, time.Now())
}

// upToDate looks whether a text that tells of a training says when and where it
// is now, or that it was cancelled.
func (w *World) upToDate(text string, t *store.Training) error {
	start := t.Start.Add(7 * time.Hour) // Viet Nam has one clock, UTC+7, all year
	for _, code := range locales.Languages {
		words := w.Words.In(code, "")
		if t.Cancelled.IsZero() && strings.Contains(text, words.Clock(start)) && strings.Contains(text, t.Place) {
			return nil
		}
		cancelled, _, _ := strings.Cut(words.T("training_news.cancelled", "training", t.Name.In(code), "time", "\x01"), "\x01")
		if !t.Cancelled.IsZero() && strings.Contains(text, cancelled) {
			return nil
		}
	}
	if !t.Cancelled.IsZero() {
		return fmt.Errorf("%s is cancelled", t.Name.In("vi"))
	}
	return fmt.Errorf("%s is at %s, %s", t.Name.In("vi"), start.Format("15:04"), t.Place)
}
