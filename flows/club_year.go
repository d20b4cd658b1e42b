package flows

import (
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// clubYear lets a club go on in the next school year: those whom the facilitator
// chooses come along, with their accounts and without last year's papers, and
// the old club is closed. Its note is the club's ID.
func clubYear() *Flow {
	return &Flow{
		Name: "club_year",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "who", Ask: askAlongYear, Take: takeAlongYear},
			{Name: "sure", Ask: askYear, Take: takeYear},
		},
	}
}

// nextYear is the school year that c goes on in: the one after its own, or the
// present one where that is later.
func (t *Turn) nextYear(c *store.Club) string {
	now := store.SchoolYear(t.Local(t.Now))
	if n := len(c.Year); now == c.Year && n >= 4 {
		return store.SchoolYear(time.Date(atoi(c.Year[n-4:]), time.September, 1, 0, 0, 0, 0, t.engine.opt.Zone))
	}
	return now
}

func askAlongYear(t *Turn) error {
	c, err := t.led(t.Note("club_year"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	staying := t.absent(roll)
	t.Say("club_year.who", "year", t.nextYear(c), "n", len(roll)-len(staying))
	t.offerPage(t.page(roll), func(p *store.Pupil) string {
		if slices.Contains(staying, p.ID) {
			return t.T("club_roll.absent", "nick", p.Nick)
		}
		return t.T("club_roll.present", "nick", p.Nick)
	})
	t.OfferInline(Option{ID: "done", Label: "club_paper.done", Wide: true})
	return nil
}

func takeAlongYear(t *Turn) error {
	c, err := t.led(t.Note("club_year"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	staying := t.absent(roll)
	switch id := t.Chosen(); {
	case t.turnPage():
		return t.Stay()
	case id == "done":
		return nil
	case id != "":
		staying = toggle(staying, id)
	default:
		tapped := t.numbered(t.page(roll).pupils)
		if len(tapped) == 0 {
			return t.Again("club_roll.again")
		}
		for _, p := range tapped {
			staying = toggle(staying, p.ID)
		}
	}
	t.Set("absent", staying)
	return t.Stay()
}

func askYear(t *Turn) error {
	c, err := t.led(t.Note("club_year"))
	if err != nil || c == nil {
		return err
	}
	t.Say("club_year.sure", "club", c.Name, "year", t.nextYear(c))
	t.Offer(Pick("yes", "club_year.yes"), Pick("no", "answer.no"))
	return nil
}

func takeYear(t *Turn) error {
	c, err := t.led(t.Note("club_year"))
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Return(nil)
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	staying := t.absent(roll)
	along := slices.DeleteFunc(roll, func(p *store.Pupil) bool { return slices.Contains(staying, p.ID) })
	next, err := t.NextClub(c, t.nextYear(c), along, t.Member.ID)
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "go on with club", next.ID); err != nil {
		return err
	}
	for _, p := range along {
		if p.Member == "" {
			continue
		}
		m, err := t.Tx.Member(p.Member)
		if err == nil && m.ID != t.Member.ID {
			err = t.Tell(m, time.Time{}, "club_year.told", func(*locales.Printer) []any { return []any{"club", c.Name, "year", next.Year} })
		}
		if err := ignore(err, store.ErrNotFound); err != nil {
			return err
		}
	}
	t.Say("club_year.done", "n", len(along), "year", next.Year)
	return t.Start("club_one", clubNote{Club: next.ID})
}
