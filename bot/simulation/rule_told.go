package simulation

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"chihai/locales"
	"chihai/store"
)

// toldTrue: what a woman was told of her seats is what the store holds.
var toldTrue = Rule{
	Name: "what she was told is true",
	End: func(w *World, tx *store.Tx) error {
		for _, p := range w.people {
			if w.untold[strconv.FormatInt(p.chat, 10)] {
				continue // what was given up may have told of a seat
			}
			m, err := p.member(tx)
			if err != nil {
				return err
			}
			for t, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
				if err != nil {
					return err
				}
				r, err := tx.Registration(t.ID, m.ID)
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				if holds := err == nil && r.Holds(); holds != p.holds[t.Name.In("vi")] {
					return fmt.Errorf("%s holds a seat in %s: %t; she was told: %t", p.name, t.Name.In("vi"), holds, !holds)
				}
			}
		}
		return nil
	},
}

// Patterns of what is told of seats.
type seatWords struct{ got, gave pattern }

func newSeatWords(words *locales.Catalog) *seatWords {
	return &seatWords{
		got:  compile(words, "register.done", "training", "code", "when", "place"),
		gave: compile(words, "mine.cancelled", "training"),
	}
}

// believe takes in what a message says of her seats.
func (p *person) believe(text string) {
	if name := p.seatWords.got.find(text); name != "" {
		p.holds[name] = true
	}
	if name := p.seatWords.gave.find(text); name != "" {
		delete(p.holds, name)
	}
}
