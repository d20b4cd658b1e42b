package flows

import (
	"errors"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// clubAsk asks a facilitator about everybody who wants to join her clubs, one
// after the other. The bot begins it when somebody has asked.
func clubAsk() *Flow {
	return &Flow{
		Name:  "club_ask",
		Title: "club_ask.title",
		Role:  store.Facilitator,
		Waits: true,
		Steps: []Step{
			{Name: "who", Ask: askJoining, Take: takeJoining},
			{Name: "line", Ask: askLine, Take: takeLine},
			{Name: "next", Ask: func(t *Turn) error { return t.Goto("who") }},
		},
	}
}

// A joiner is somebody who waits to be taken in.
type joiner struct {
	*store.Membership
	club *store.Club
}

// joiners returns who waits to be taken into the clubs that she keeps together,
// who has waited longest first; with a club's ID those of that one only.
func (t *Turn) joiners(club string) ([]joiner, error) {
	var all []joiner
	for c, err := range t.ClubsLed(t.Member.ID) {
		if err != nil {
			return nil, err
		}
		if !c.Open() || club != "" && club != c.ID {
			continue
		}
		for m, err := range t.Memberships(c.ID) {
			if err != nil {
				return nil, err
			}
			if m.State == store.Asking {
				all = append(all, joiner{m, c})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b joiner) int { return a.At.Compare(b.At) })
	return all, nil
}

func askJoining(t *Turn) error {
	all, err := t.joiners("")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.Say("club_ask.none")
		return t.End()
	}
	r := all[0]
	t.Set("club", r.Club)
	t.Set("member", r.Member)
	t.Say("club_ask.one", "nick", r.Nick, "club", r.club.Name)
	if n := len(all) - 1; n > 0 {
		t.Say("club_ask.more", "n", n)
	}
	t.Offer(Pick("yes", "club_ask.yes"), Pick("no", "club_ask.no"))
	return nil
}

// joiner is the one that she is asked about. When it has ended meanwhile she is
// asked about the next one, and the result is nil.
func (t *Turn) joiner() (*joiner, error) {
	all, err := t.joiners(t.Note("club"))
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Member == t.Note("member") {
			return &r, nil
		}
	}
	t.Say("club_ask.over")
	return nil, t.Goto("who")
}

func takeJoining(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	r, err := t.joiner()
	if err != nil || r == nil {
		return err
	}
	if t.Chosen() == "yes" {
		silent, err := t.silent(r.club)
		if err != nil {
			return err
		}
		if r.Pupil == "" && len(silent) > 0 {
			return t.Goto("line")
		}
		return t.admit(r, "")
	}
	if err := t.TurnAway(r.club, r.Member, t.Member.ID); err != nil {
		return err
	}
	if err := t.tellOf(r, "club_ask.told_no"); err != nil {
		return err
	}
	t.Say("club_ask.refused", "nick", r.Nick)
	return t.nextJoiner()
}

// silent returns those on the roll of c who do not write to the bot: the one who
// asks may be one of them. When there are many, none: she would have to read a
// list.
func (t *Turn) silent(c *store.Club) ([]*store.Pupil, error) {
	roll, err := t.clubRoll(c)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(roll, func(p *store.Pupil) bool { return p.Member != "" }), nil
}

func askLine(t *Turn) error {
	r, err := t.joiner()
	if err != nil || r == nil {
		return err
	}
	silent, err := t.silent(r.club)
	if err != nil {
		return err
	}
	t.Say("club_ask.line", "nick", r.Nick)
	labels := map[string]bool{}
	for _, p := range silent {
		t.Offer(short(p.ID, unlike(labels, t.apart(p.Nick))))
	}
	t.Offer(Option{ID: "new", Label: "club_ask.line_new", Wide: true})
	return nil
}

func takeLine(t *Turn) error {
	id := t.Chosen()
	if id == "" {
		return t.Again("engine.unclear")
	}
	r, err := t.joiner()
	if err != nil || r == nil {
		return err
	}
	if id == "new" {
		id = ""
	}
	return t.admit(r, id)
}

// admit takes r in as the pupil whose ID is given; empty: as a new one.
func (t *Turn) admit(r *joiner, pupil string) error {
	nick := r.Nick
	if _, err := t.Admit(r.club, r.Member, pupil, t.Member.ID); err != nil {
		return err
	}
	if err := t.tellOf(r, "club_ask.told_yes"); err != nil {
		return err
	}
	t.Say("club_ask.admitted", "nick", nick)
	return t.nextJoiner()
}

// nextJoiner goes on with the next one who waits, if there is any.
func (t *Turn) nextJoiner() error {
	all, err := t.joiners("")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return t.End()
	}
	return t.Goto("who")
}

// tellOf tells who has asked how it was decided.
func (t *Turn) tellOf(r *joiner, id string) error {
	m, err := t.Tx.Member(r.Member)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	words := func(*locales.Printer) []any { return []any{"club", r.club.Name} }
	if id == "club_ask.told_yes" {
		return t.Tell(m, time.Time{}, "club_ask.told_yes", words)
	}
	return t.Tell(m, time.Time{}, "club_ask.told_no", words)
}

// clubRoll returns those on the roll of c who come to its meetings, by their names.
func (t *Turn) clubRoll(c *store.Club) ([]*store.Pupil, error) {
	var roll []*store.Pupil
	for p, err := range t.Pupils(c.ID) {
		if err != nil {
			return nil, err
		}
		if p.Left.IsZero() {
			roll = append(roll, p)
		}
	}
	order := locales.NameOrder()
	slices.SortStableFunc(roll, func(a, b *store.Pupil) int { return order(a.Nick, b.Nick) })
	return roll, nil
}

// pupil returns the line id of the roll of c, or nil when it is gone or she has
// left.
func (t *Turn) pupil(c *store.Club, id string) (*store.Pupil, error) {
	p, err := t.Pupil(c.ID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.Left.IsZero() {
		return nil, nil
	}
	return p, err
}
