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
		if r.Holds() && !training.Open(t.Now) {
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
	t.SayText(strings.Join(lines, "\n"))
	return nil
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
