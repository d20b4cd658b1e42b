package flows

import (
	"errors"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chihai/store"
)

// clubJoin takes the code of a club, by link, QR or typed, asks for nothing but
// a name to be called by, and has the facilitator decide. Its note is the code.
func clubJoin() *Flow {
	return &Flow{
		Name:  "club_join",
		Title: "club_join.title",
		Steps: []Step{
			{Name: "link", Ask: askClubLink},
			{Name: "code", Ask: askClubCode, Take: takeClubCode, Free: true},
			{Name: "nick", Ask: askNick, Take: takeNick, Free: true},
			{Name: "adopt", Ask: askAdopt, Take: takeAdopt},
		},
	}
}

// askClubLink goes straight to the club whose code came with a link.
func askClubLink(t *Turn) error {
	code := t.Note("club_join")
	if code == "" {
		return nil
	}
	t.Forget("club_join")
	c, err := t.guess(code)
	if err != nil || c == nil {
		return err
	}
	return t.enter(c)
}

func askClubCode(t *Turn) error {
	t.Say("club_join.code")
	return nil
}

func takeClubCode(t *Turn) error {
	c, err := t.guess(t.Words())
	if err != nil || c == nil {
		return err
	}
	return t.enter(c)
}

// guess returns the open club with the code. When there is none she is told so,
// in the same words whether it never was or is closed, and the result is nil:
// the code is asked again. Who types too many has to wait.
func (t *Turn) guess(typed string) (*store.Club, error) {
	if _, ok := store.ReadClubCode(typed); !ok {
		return nil, t.again("code", "club_join.code_again")
	}
	_, wait, err := t.Try(store.TryClub, t.Contact.ID)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		t.Say("club_join.too_many", "n", int(math.Ceil(wait.Minutes())))
		return nil, t.End()
	}
	c, err := t.ClubByCode(typed)
	if errors.Is(err, store.ErrNotFound) {
		return nil, t.again("code", "club_join.unknown")
	}
	if err != nil {
		return nil, err
	}
	return c, t.Forgive(store.TryClub, t.Contact.ID)
}

// again says what is wrong with an answer and asks once more at step, at which
// she may stand already.
func (t *Turn) again(step, id string) error {
	if t.frame().Step == step {
		return t.Again(id)
	}
	t.Say(id)
	return t.Goto(step)
}

// enter goes on with c, unless she belongs to it or has asked already.
func (t *Turn) enter(c *store.Club) error {
	if c.Facilitator == t.Member.ID {
		return t.Start("club_one", clubNote{Club: c.ID})
	}
	t.Set("club", c.ID)
	if free, err := t.adoptable(c); err != nil {
		return err
	} else if free {
		return t.Goto("adopt")
	}
	m, err := t.Membership(c.ID, t.Member.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case m.State == store.In:
		t.Say("club_join.in", "club", c.Name)
		return t.Start("club_own", c.ID)
	case m.State == store.Asking:
		t.Say("club_join.asked", "club", c.Name)
		return t.End()
	}
	if err := t.speakTo(c); err != nil {
		return err
	}
	t.About(c.Name)
	return t.Goto("nick")
}

// speakTo addresses her as those are addressed for whom c is, unless she has
// said how she wants to be.
func (t *Turn) speakTo(c *store.Club) error {
	if c.Kind != store.Pupils || t.Member.Address != "" {
		return nil
	}
	t.Member.Address = "em"
	t.Speak()
	return t.PutMember(t.Member)
}

// greetPupil addresses somebody new as a pupil who came by the code of a club of
// pupils. Whether the code is good is not said here.
func (t *Turn) greetPupil(note any) error {
	code, _ := note.(string)
	c, err := t.ClubByCode(code)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	return t.speakTo(c)
}

func askNick(t *Turn) error {
	c, err := t.joining()
	if err != nil || c == nil {
		return err
	}
	if c.School != "" {
		t.Say("club_join.about_school", "club", c.Name, "school", c.School)
	} else {
		t.Say("club_join.about", "club", c.Name)
	}
	if c.Kind == store.Pupils {
		t.Say("club_join.nick_pupil")
	} else {
		t.Say("club_join.nick")
	}
	return nil
}

// joining is the club that she wants to join; nil when it was closed meanwhile.
func (t *Turn) joining() (*store.Club, error) {
	c, err := t.Club(t.Note("club"))
	if errors.Is(err, store.ErrNotFound) || err == nil && !c.Open() {
		t.Say("club_join.unknown")
		return nil, t.End()
	}
	return c, err
}

func takeNick(t *Turn) error {
	c, err := t.joining()
	if err != nil || c == nil {
		return err
	}
	nick, ok := readNick(t.Words())
	if !ok {
		return t.Again("club_join.nick_again", "most", maxNick)
	}
	switch err := t.AskToJoin(c, t.Member.ID, nick); {
	case errors.Is(err, store.ErrFull):
		t.Say("club_join.full")
		return t.End()
	case err != nil && !errors.Is(err, store.ErrIn) && !errors.Is(err, store.ErrAsked):
		return err
	}
	if err := t.askFacilitator(c); err != nil {
		return err
	}
	t.Say("club_join.done", "club", c.Name)
	return t.End()
}

// adoptable says whether she can go on with c, whose facilitator is gone: she
// has deleted her data or holds the role no more. Only a facilitator of the same
// area can; she has the code from the pupils or the school.
func (t *Turn) adoptable(c *store.Club) (bool, error) {
	if hers, err := t.Holds(store.Facilitator, c.Area); err != nil || !hers {
		return false, err
	}
	f, err := t.Tx.Member(c.Facilitator)
	if c.Facilitator == "" || errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	keeps, err := t.facilitates(f)
	return !keeps, err
}

func askAdopt(t *Turn) error {
	c, err := t.joining()
	if err != nil || c == nil {
		return err
	}
	t.Say("club_join.adopt", "club", c.Name)
	t.Offer(Pick("yes", "club_hand.want_yes"), Pick("no", "answer.no"))
	return nil
}

func takeAdopt(t *Turn) error {
	c, err := t.joining()
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.End()
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if free, err := t.adoptable(c); err != nil {
		return err
	} else if !free { // somebody else was quicker
		t.Say("club_hand.over")
		return t.End()
	}
	if err := t.HandClub(c, t.Member.ID); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "take over club", c.ID); err != nil {
		return err
	}
	t.Say("club_hand.told_yes", "club", c.Name)
	return t.Start("club_one", clubNote{Club: c.ID})
}

// askAgain is after how long without a request the facilitator is asked at once
// again. Until then she finds further ones behind the first: when a class joins
// together she has one question on her phone and not twenty-five.
const askAgain = 3 * time.Hour

// askFacilitator has the facilitator of c asked whether she takes in who has
// just asked to join.
func (t *Turn) askFacilitator(c *store.Club) error {
	f, err := t.Tx.Member(c.Facilitator)
	if err != nil {
		return ignore(err, store.ErrNotFound) // nobody keeps it together now: it waits for the next one
	}
	for m, err := range t.Memberships(c.ID) {
		if err != nil {
			return err
		}
		if m.State == store.Asking && m.Member != t.Member.ID && t.Now.Sub(m.At) < askAgain {
			return nil
		}
	}
	t.Ask(f, "club_ask", nil)
	return nil
}

// maxNick is how long a nickname is at most, in letters.
const maxNick = 20

// readNick reads what somebody is called in a club: one or two words of letters,
// with one digit where two are called the same. More is not wanted: a full name
// has more words, and so has an address.
func readNick(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), " ")
	letters, digits := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		case unicode.IsMark(r) || r == ' ' || r == '.' || r == '-' || r == '\u200b' || r == '\u200c' || r == '\u200d':
		default:
			return "", false
		}
	}
	n := utf8.RuneCountInString(s)
	return s, letters > 0 && digits < 2 && n <= maxNick && len(strings.Fields(s)) <= 2
}
