package flows

import (
	"strings"
	"time"

	"chihai/store"
)

// clubPaper keeps what the school and the parents have signed for each pupil.
// The papers stay in the facilitator's folder; kept are yes or no and the day.
// Its note is the club's ID.
func clubPaper() *Flow {
	return &Flow{
		Name: "club_paper",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "which", Ask: askClubPapers, Take: takeClubPapers},
			{Name: "day", Ask: askPaperDay, Take: takePaperDay, Free: true},
			{Name: "tick", Ask: askTick, Take: takeTick},
		},
	}
}

// Which papers there are.
const (
	ofSchool  = "school"
	ofParents = "parents"
)

// paper is the paper of p of that kind.
func paper(p *store.Pupil, which string) *store.Paper {
	if which == ofSchool {
		return &p.School
	}
	return &p.Parents
}

// askClubPapers says who lacks a paper.
func askClubPapers(t *Turn) error {
	c, err := t.led(t.Note("club_paper"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	if len(roll) == 0 {
		t.Say("club_roll.nobody")
		return t.Start("club_people", c.ID)
	}
	t.sayPapers("club_paper.school", roll, ofSchool)
	t.sayPapers("club_paper.parents", roll, ofParents)
	t.Say("club_paper.which")
	t.Offer(Pick(ofSchool, "club_paper.of_school"), Pick(ofParents, "club_paper.of_parents"))
	return nil
}

// sayPapers says below the head id how many have a paper, who has none, and for
// whom it says no.
func (t *Turn) sayPapers(id string, roll []*store.Pupil, which string) {
	yes := 0
	var none, no []string
	for _, p := range roll {
		switch paper(p, which).Answer {
		case store.Agreed:
			yes++
		case store.NotAgreed:
			no = append(no, p.Nick)
		default:
			none = append(none, p.Nick)
		}
	}
	lines := []string{t.T("club_paper.head", "whose", t.T(id), "n", yes, "all", len(roll))}
	if len(none) > 0 {
		lines = append(lines, t.T("club_paper.lack", "names", names(none)))
	}
	if len(no) > 0 {
		lines = append(lines, t.T("club_paper.declined", "names", names(no)))
	}
	t.SayText(strings.Join(lines, "\n"))
}

// names are nicknames in one line, as many as a phone shows.
func names(list []string) string {
	if len(list) > rollPage {
		list = append(list[:rollPage:rollPage], "…")
	}
	return strings.Join(list, ", ")
}

func takeClubPapers(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	t.Set("which", t.Chosen())
	return nil
}

func askPaperDay(t *Turn) error {
	t.Say("club_paper.day")
	t.Offer(short(t.Today().Format(time.DateOnly), t.T("club_paper.today", "date", t.ShortDate(t.Today()))))
	return nil
}

func takePaperDay(t *Turn) error {
	day, ok := readPast(t.written(), t.Today())
	if !ok {
		return t.Again("club_paper.day_again")
	}
	t.Set("day", day)
	t.Forget("page")
	return nil
}

// readPast reads a day that is not ahead: one without a year is the latest such
// day.
func readPast(text string, today time.Time) (time.Time, bool) {
	day, fault := readDay(text, today)
	switch {
	case fault == dayFine && day.After(today):
		if before, ok := calendarDay(day.Year()-1, int(day.Month()), day.Day(), day.Location()); ok {
			return before, before.After(today.AddDate(-1, 0, 0))
		}
		return day, false
	case fault == dayFine:
		return day, true
	case fault == dayPast:
		return day, day.After(today.AddDate(-maxAhead, 0, 0))
	}
	return day, false
}

// askTick shows the roll with what is known of each paper. A tap goes from none
// to yes, to no, and back to none.
func askTick(t *Turn) error {
	c, err := t.led(t.Note("club_paper"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	which := t.Note("which")
	var day time.Time
	t.Get("day", &day)
	if which == ofSchool {
		t.Say("club_paper.tick_school", "date", t.Date(t.Local(day)))
	} else {
		t.Say("club_paper.tick_parents", "date", t.Date(t.Local(day)))
	}
	t.offerPage(t.page(roll), func(p *store.Pupil) string {
		switch paper(p, which).Answer {
		case store.Agreed:
			return t.T("club_paper.ticked", "nick", p.Nick)
		case store.NotAgreed:
			return t.T("club_paper.crossed", "nick", p.Nick)
		}
		return t.T("club_paper.open", "nick", p.Nick)
	})
	t.OfferInline(Option{ID: "all", Label: "club_paper.all", Wide: true}, Option{ID: "done", Label: "club_paper.done", Wide: true})
	return nil
}

func takeTick(t *Turn) error {
	c, err := t.led(t.Note("club_paper"))
	if err != nil || c == nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	if t.turnPage() {
		return t.Stay()
	}
	switch id := t.Chosen(); id {
	case "done":
		return t.Goto("which")
	case "all":
		for _, p := range roll {
			if paper(p, t.Note("which")).Answer == store.NoPaper {
				if err := t.tick(p, store.Agreed); err != nil {
					return err
				}
			}
		}
	case "":
		tapped := t.numbered(t.page(roll).pupils)
		if len(tapped) == 0 {
			return t.Again("club_roll.again")
		}
		for _, p := range tapped {
			if err := t.tickOn(p); err != nil {
				return err
			}
		}
	default:
		p, err := t.pupil(c, id)
		if err != nil {
			return err
		}
		if p != nil {
			if err := t.tickOn(p); err != nil {
				return err
			}
		}
	}
	return t.Stay()
}

// tickOn goes on to what comes after what is known of p's paper.
func (t *Turn) tickOn(p *store.Pupil) error {
	after := map[store.PaperAnswer]store.PaperAnswer{store.NoPaper: store.Agreed, store.Agreed: store.NotAgreed, store.NotAgreed: store.NoPaper}
	return t.tick(p, after[paper(p, t.Note("which")).Answer])
}

func (t *Turn) tick(p *store.Pupil, answer store.PaperAnswer) error {
	to := paper(p, t.Note("which"))
	*to = store.Paper{}
	if answer != store.NoPaper {
		to.Answer, to.By = answer, t.Member.ID
		t.Get("day", &to.Day)
		to.Day = to.Day.UTC()
	}
	return t.PutPupil(p)
}
