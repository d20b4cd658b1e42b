package flows

import (
	"errors"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

// clubPeople is the roll of a club: whoever comes to its meetings, by nickname.
// A pupil without a phone is put on it by her facilitator. Its note is the
// club's ID.
func clubPeople() *Flow {
	return &Flow{
		Name: "club_people",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "list", Ask: askClubRoll, Take: takeClubRoll},
			{Name: "add", Ask: askNames, Take: takeNames, Free: true},
			{Name: "one", Ask: askPupil, Take: takePupil},
			{Name: "rename", Ask: askRename, Take: takeRename, Free: true},
			{Name: "remove", Ask: askDrop, Take: takeDrop},
		},
	}
}

// rollPage is how many names of a roll stand below one message.
const rollPage = 40

// A page is a part of a roll that is shown at once.
type page struct {
	pupils        []*store.Pupil
	before, after bool // there are others before and after it
}

// page returns the part of the roll to which she has turned.
func (t *Turn) page(roll []*store.Pupil) page {
	n := min(t.Count("page"), max(0, len(roll)-1)/rollPage)
	t.Set("page", n)
	end := min(len(roll), (n+1)*rollPage)
	return page{roll[n*rollPage : end], n > 0, end < len(roll)}
}

// offerPage offers the pupils of p by the labels that label makes, and the ways
// to other pages.
func (t *Turn) offerPage(p page, label func(*store.Pupil) string) {
	labels := map[string]bool{}
	for _, pupil := range p.pupils {
		t.OfferInline(short(pupil.ID, unlike(labels, t.apart(label(pupil)))))
	}
	if p.before {
		t.OfferInline(Pick("before", "training.list_before"))
	}
	if p.after {
		t.OfferInline(Pick("after", "training.list_after"))
	}
}

// turnPage turns the page if that was chosen, and says whether it was.
func (t *Turn) turnPage() bool {
	switch t.Chosen() {
	case "before":
		t.Set("page", max(0, t.Count("page")-1))
	case "after":
		t.Set("page", t.Count("page")+1)
	default:
		return false
	}
	return true
}

func askClubRoll(t *Turn) error {
	c, err := t.led(t.Note("club_people"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	if len(roll) == 0 {
		t.Say("club_people.none")
	} else {
		t.Say("club_people.head", "n", len(roll))
	}
	t.offerPage(t.page(roll), func(p *store.Pupil) string { return p.Nick })
	t.OfferInline(Option{ID: "add", Label: "club_people.add", Wide: true})
	return nil
}

func takeClubRoll(t *Turn) error {
	if t.turnPage() {
		return t.Stay()
	}
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "add":
		return t.Goto("add")
	default:
		t.Set("pupil", id)
		return t.Goto("one")
	}
}

func askNames(t *Turn) error {
	t.Say("club_people.names")
	return nil
}

// takeNames puts as many on the roll as she has typed, and says which not.
func takeNames(t *Turn) error {
	c, err := t.led(t.Note("club_people"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, p := range roll {
		known[store.Fold(p.Nick)+spelt(p.Nick)] = true
	}
	var there, wrong []string
	added := 0
	for _, words := range strings.FieldsFunc(t.Words(), func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		nick, ok := readNick(words)
		switch {
		case strings.TrimSpace(words) == "":
			continue
		case !ok:
			wrong = append(wrong, cut(strings.TrimSpace(words), maxNick))
			continue
		case known[store.Fold(nick)+spelt(nick)]:
			there = append(there, nick)
			continue
		}
		known[store.Fold(nick)+spelt(nick)] = true
		err := t.AddPupil(&store.Pupil{Club: c.ID, Nick: nick, By: t.Member.ID})
		if errors.Is(err, store.ErrFull) {
			t.Say("club_join.full")
			return t.Goto("list")
		}
		if err != nil {
			return err
		}
		added++
	}
	if added > 0 {
		t.Say("club_people.added", "n", added)
	}
	if len(there) > 0 {
		t.Say("club_people.there", "names", strings.Join(there, ", "))
	}
	if len(wrong) > 0 {
		t.Say("club_people.wrong", "names", strings.Join(wrong, ", "), "most", maxNick)
	}
	if added == 0 && len(there) == 0 {
		return t.Again("club_join.nick_again", "most", maxNick)
	}
	return t.Goto("list")
}

// theLine is the club and the line of its roll that she has chosen. When either
// is gone she is shown what there is, and the line is nil.
func (t *Turn) theLine() (*store.Club, *store.Pupil, error) {
	c, err := t.led(t.Note("club_people"))
	if err != nil || c == nil {
		return nil, nil, err
	}
	p, err := t.pupil(c, t.Note("pupil"))
	if err == nil && p == nil {
		t.Say("club_people.gone")
		err = t.Goto("list")
	}
	return c, p, err
}

func askPupil(t *Turn) error {
	c, p, err := t.theLine()
	if err != nil || p == nil {
		return err
	}
	all, err := t.Meetings(c.ID)
	if err != nil {
		return err
	}
	present, called := 0, 0
	for _, m := range all {
		if m.Present(p.ID) {
			present++
		}
		if m.Present(p.ID) || m.Absent(p.ID) {
			called++
		}
	}
	lines := []string{p.Nick, t.T("club_people.attended", "n", present, "all", called)}
	if c.Kind == store.Pupils {
		lines = append(lines, t.T("club_people.school", "paper", t.paperText(p.School)), t.T("club_people.parents", "paper", t.paperText(p.Parents)))
	}
	if p.Member != "" {
		lines = append(lines, t.T("club_people.writes"))
	}
	t.SayText(strings.Join(lines, "\n"))
	t.Offer(Pick("rename", "club_people.rename"), Pick("remove", "club_people.remove"))
	return nil
}

func takePupil(t *Turn) error {
	switch t.Chosen() {
	case "rename", "remove":
		return t.Goto(t.Chosen())
	}
	return t.Again("engine.unclear")
}

func askRename(t *Turn) error {
	_, p, err := t.theLine()
	if err != nil || p == nil {
		return err
	}
	t.Say("club_people.rename_ask", "nick", p.Nick)
	return nil
}

func takeRename(t *Turn) error {
	_, p, err := t.theLine()
	if err != nil || p == nil {
		return err
	}
	nick, ok := readNick(t.Words())
	if !ok {
		return t.Again("club_join.nick_again", "most", maxNick)
	}
	p.Nick = nick
	if err := t.PutPupil(p); err != nil {
		return err
	}
	return t.Goto("one")
}

func askDrop(t *Turn) error {
	_, p, err := t.theLine()
	if err != nil || p == nil {
		return err
	}
	t.Say("club_people.remove_sure", "nick", p.Nick)
	t.Offer(Pick("yes", "club_people.remove_yes"), Pick("no", "answer.no"))
	return nil
}

func takeDrop(t *Turn) error {
	c, p, err := t.theLine()
	if err != nil || p == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if p.Member == "" {
		err = t.DropPupil(p)
	} else {
		err = t.takeOut(c, p.Member)
	}
	if err != nil {
		return err
	}
	t.Say("club_people.removed", "nick", p.Nick)
	return t.Goto("list")
}

// takeOut takes a member out of c, and tells her so.
func (t *Turn) takeOut(c *store.Club, member string) error {
	if err := t.LeaveClub(c.ID, member, t.Member.ID); err != nil {
		return err
	}
	m, err := t.Tx.Member(member)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	return t.Tell(m, time.Time{}, "club_people.told_removed", func(*locales.Printer) []any { return []any{"club", c.Name} })
}

// paperText says what is known of a paper.
func (t *Turn) paperText(p store.Paper) string {
	switch p.Answer {
	case store.Agreed:
		return t.T("club_paper.yes", "date", t.Local(p.Day).Format("02/01/2006"))
	case store.NotAgreed:
		return t.T("club_paper.no", "date", t.Local(p.Day).Format("02/01/2006"))
	}
	return t.T("club_paper.none")
}
