package flows

import (
	"errors"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// clubHand gives a facilitator a code by which another one takes her club over.
// Its note is the club's ID.
func clubHand() *Flow {
	return &Flow{
		Name: "club_hand",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "sure", Ask: askHand, Take: takeHand},
		},
	}
}

func askHand(t *Turn) error {
	c, err := t.led(t.Note("club_hand"))
	if err != nil || c == nil {
		return err
	}
	t.Say("club_hand.sure", "club", c.Name)
	t.Offer(Pick("yes", "club_hand.yes"), Pick("no", "answer.no"))
	return nil
}

func takeHand(t *Turn) error {
	c, err := t.led(t.Note("club_hand"))
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
	code, err := t.NewHandover(c)
	if err != nil {
		return err
	}
	t.Say("club_hand.code", "code", code[:4]+" "+code[4:8]+" "+code[8:], "days", store.HandoverDays)
	for _, l := range t.Links("h" + code) {
		t.Say("club_hand.link", "network", l.Network, "link", l.URL)
	}
	return t.Return(nil)
}

// clubTake is the other side: a facilitator who has the code says whether she
// wants the club. Its note is the code.
func clubTake() *Flow {
	return &Flow{
		Name: "club_take",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "want", Ask: askWant, Take: takeWant},
		},
	}
}

// handed returns the handover of the code. When it is of no use to her she is
// told so, and the result is nil.
func (t *Turn) handed() (h *store.Handover, c *store.Club, key string, err error) {
	h, c, key, err = t.Handover(t.Note("club_take"))
	if errors.Is(err, store.ErrCode) || err == nil && (h.To != "" && h.To != t.Member.ID || h.From == t.Member.ID) {
		t.Say("club_hand.bad")
		return nil, nil, "", t.End()
	}
	return h, c, key, err
}

func askWant(t *Turn) error {
	h, c, _, err := t.handed()
	if err != nil || h == nil {
		return err
	}
	if c.School != "" {
		t.Say("club_join.about_school", "club", c.Name, "school", c.School)
	} else {
		t.Say("club_join.about", "club", c.Name)
	}
	t.Say("club_hand.want")
	t.Offer(Pick("yes", "club_hand.want_yes"), Pick("no", "answer.no"))
	return nil
}

func takeWant(t *Turn) error {
	h, c, key, err := t.handed()
	if err != nil || h == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.End()
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if err := t.WantHandover(key, h, t.Member.ID); err != nil {
		return err
	}
	from, err := t.Tx.Member(h.From)
	if err != nil {
		return err
	}
	t.Ask(from, "club_give", key)
	t.Say("club_hand.waits", "club", c.Name)
	return t.End()
}

// clubGive asks the facilitator who hands a club over whether she gives it to
// the one who has come with the code. Its note is the key of the handover.
func clubGive() *Flow {
	return &Flow{
		Name:  "club_give",
		Title: "club_hand.give_title",
		Role:  store.Facilitator,
		Waits: true,
		Steps: []Step{
			{Name: "give", Ask: askGive, Take: takeGive},
		},
	}
}

// given returns the handover that she is asked about and who wants the club.
// When it has ended she is told so, and the handover is nil.
func (t *Turn) given() (h *store.Handover, c *store.Club, to *store.Member, err error) {
	h, c, err = t.HandoverBy(t.Note("club_give"))
	if err == nil && h.From == t.Member.ID {
		to, err = t.Tx.Member(h.To)
	} else if err == nil {
		err = store.ErrCode
	}
	if errors.Is(err, store.ErrCode) || errors.Is(err, store.ErrNotFound) {
		t.Say("club_hand.over")
		return nil, nil, nil, t.End()
	}
	return h, c, to, err
}

func askGive(t *Turn) error {
	h, c, to, err := t.given()
	if err != nil || h == nil {
		return err
	}
	// Staff know one another by code where there is no name: it is what she can
	// ask her colleague for.
	t.Say("club_hand.give", "who", t.nameOnPhone(to), "code", to.Code, "club", c.Name)
	t.Offer(Pick("yes", "club_hand.give_yes"), Pick("no", "answer.no"))
	return nil
}

func takeGive(t *Turn) error {
	h, c, to, err := t.given()
	if err != nil || h == nil {
		return err
	}
	told := "club_hand.told_no"
	switch t.Chosen() {
	case "no":
	case "yes":
		if ok, err := t.facilitates(to); err != nil {
			return err
		} else if !ok {
			t.Say("club_hand.no_role")
			return t.End()
		}
		told = "club_hand.told_yes"
		if err := t.HandClub(c, h.To); err != nil {
			return err
		}
		if err := t.Log(t.Member.ID, "hand over club", c.ID+" "+h.To); err != nil {
			return err
		}
	default:
		return t.Again("engine.unclear")
	}
	if err := t.EndHandover(t.Note("club_give"), h); err != nil {
		return err
	}
	words := func(*locales.Printer) []any { return []any{"club", c.Name} }
	if told == "club_hand.told_yes" {
		t.Say("club_hand.given", "club", c.Name)
		err = t.Tell(to, time.Time{}, "club_hand.told_yes", words)
	} else {
		t.Say("club_hand.kept", "club", c.Name)
		err = t.Tell(to, time.Time{}, "club_hand.told_no", words)
	}
	if err != nil {
		return err
	}
	return t.End()
}

// facilitates says whether m holds the role of a facilitator now.
func (t *Turn) facilitates(m *store.Member) (bool, error) {
	grants, err := t.Grants(m)
	return slices.ContainsFunc(grants, func(g *store.Grant) bool { return g.Role == store.Facilitator }), err
}
