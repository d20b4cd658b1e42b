package flows

import (
	"strings"

	"chihai/locales"
	"chihai/store"
)

// myData shows what is kept of her.
func myData() *Flow {
	return &Flow{
		Name: "my_data",
		Steps: []Step{{
			Name: "show",
			Ask: func(t *Turn) error {
				if err := t.sayMyData(); err != nil {
					return err
				}
				t.Offer(Pick("name", "profile.change_name"), Pick("area", "profile.change_area"), Pick("phone", "profile.change_phone"))
				return nil
			},
			Take: func(t *Turn) error {
				if t.Chosen() == "" {
					return t.Again("engine.unclear")
				}
				return t.Call("profile", profileNote{Only: t.Chosen(), Consent: true})
			},
		}, {
			Name: "again",
			Ask:  func(t *Turn) error { return t.Goto("show") },
		}},
	}
}

// shownOthers is how many of those whom she registered are named.
const shownOthers = 20

func (t *Turn) sayMyData() error {
	m := t.Member
	or := func(s string) string {
		if s == "" {
			return t.T("data.nothing")
		}
		return s
	}
	place, err := t.areaName(m.Area)
	if err != nil {
		return err
	}
	phone := m.Phone
	if phone != "" {
		phone = locales.Phone(phone)
	}
	lines := []string{
		t.T("data.head"),
		t.T("data.code", "code", m.Code),
		t.T("data.name", "name", or(m.Name)),
		t.T("data.area", "area", or(place)),
		t.T("data.phone", "phone", or(phone)),
		t.T("data.language", "language", t.T("language."+m.Language)),
	}
	if !m.OptedOut.IsZero() {
		lines = append(lines, t.T("data.no_broadcasts", "date", t.Date(t.Local(m.OptedOut))))
	}
	grants, err := t.Grants(m)
	if err != nil {
		return err
	}
	for _, g := range grants {
		where, err := t.areaName(g.Area)
		if err != nil {
			return err
		}
		lines = append(lines, t.T("data.role", "role", t.T("role."+string(g.Role)), "area", where))
	}
	seats, err := t.upcomingOf(m)
	if err != nil {
		return err
	}
	past := 0
	for r, err := range t.RegistrationsOf(m.ID) {
		if err != nil {
			return err
		}
		training, err := t.Training(r.Training)
		if err != nil {
			return err
		}
		if r.Holds() && !t.comes(training, r) {
			past++
		}
	}
	if len(seats) > 0 {
		lines = append(lines, "", t.T("register.mine"))
		lines = append(lines, t.seatLines(seats)...)
	}
	if past > 0 {
		lines = append(lines, t.T("data.past", "n", past))
	}
	var others []string
	for o, err := range t.RelayedBy(m.ID) {
		if err != nil {
			return err
		}
		others = append(others, o.Name)
	}
	if len(others) > shownOthers {
		others = append(others[:shownOthers], "…")
	}
	if len(others) > 0 {
		lines = append(lines, t.T("data.others", "names", strings.Join(others, ", ")))
	}
	clubs, err := t.clubLines()
	if err != nil {
		return err
	}
	lines = append(lines, clubs...)
	opened, read := 0, 0
	for r, err := range t.ReadingsOf(m.ID) {
		if err != nil {
			return err
		}
		if !r.Opened.IsZero() {
			opened++
		}
		if !r.Read.IsZero() {
			read++
		}
	}
	if opened+read > 0 {
		lines = append(lines, t.T("data.documents", "opened", opened, "read", read))
	}
	t.SayText(strings.Join(lines, "\n"))
	return nil
}

// clubLines are what is kept of her in clubs, a line each: the name by which
// she is called there, and what is known of her papers.
func (t *Turn) clubLines() ([]string, error) {
	var lines []string
	for m, err := range t.MembershipsOf(t.Member.ID) {
		if err != nil {
			return nil, err
		}
		c, err := t.Club(m.Club)
		if err != nil {
			return nil, err
		}
		p := &store.Pupil{Nick: m.Nick}
		if m.Pupil != "" {
			if p, err = t.Pupil(m.Club, m.Pupil); err != nil {
				return nil, err
			}
		}
		if p.Nick == "" {
			continue // she was not taken in, or has left before that
		}
		lines = append(lines, t.T("data.club", "club", c.Name, "nick", p.Nick))
		if p.School.Answer != store.NoPaper || p.Parents.Answer != store.NoPaper {
			lines = append(lines, "  "+t.T("club_people.school", "paper", t.paperText(p.School)), "  "+t.T("club_people.parents", "paper", t.paperText(p.Parents)))
		}
	}
	for c, err := range t.ClubsLed(t.Member.ID) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, t.T("data.club_led", "club", c.Name))
	}
	return lines, nil
}

// deleteMe deletes all that is kept of her, after asking once.
func deleteMe() *Flow {
	return &Flow{
		Name: "delete",
		Steps: []Step{{
			Name: "sure",
			Ask: func(t *Turn) error {
				settings, err := t.Settings()
				if err != nil {
					return err
				}
				t.Say("delete.sure", "days", settings.BackupDays)
				t.Offer(Pick("yes", "delete.yes"), Pick("no", "delete.no"))
				return nil
			},
			Take: func(t *Turn) error {
				switch t.Chosen() {
				case "no":
					t.Say("delete.kept")
					return t.End()
				case "yes":
					return t.deleteMember()
				}
				return t.Again("engine.unclear")
			},
		}},
	}
}

// deleteMember deletes the member and says so as the last thing that she
// hears. Whoever writes from the same phone next is met for the first time.
func (t *Turn) deleteMember() error {
	settings, err := t.Settings()
	if err != nil {
		return err
	}
	t.Say("delete.done", "days", settings.BackupDays)
	t.part()
	t.out[len(t.out)-1].Layout = store.Clear // her buttons must not answer for the one who shares the phone
	if err := t.DeleteMember(t.Member, t.Contact); err != nil {
		return err
	}
	t.conv = &store.Conversation{}
	t.move = move{kind: leave}
	return nil
}
