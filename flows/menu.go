package flows

import (
	"strings"
	"time"

	"chihai/store"
)

// menu is where every talk begins and ends. It offers what can be done.
func menu() *Flow {
	return &Flow{
		Name: "menu",
		Steps: []Step{{
			Name: "what",
			Ask: func(t *Turn) error {
				if len(t.said) == 0 {
					t.hello()
				}
				t.Say("menu.what")
				if n := len(t.conv.Waiting); n > 0 {
					t.Offer(Option{
						ID: "resume", Label: cut(t.T("menu.resume", "title", t.waitingFor()), mostLabel), Text: true, Like: "resume.yes", Wide: true,
					})
				}
				t.Offer(Option{ID: "register", Label: "menu.register", Wide: true})
				if t.engine.byName["questionnaires"] != nil {
					t.Offer(Option{ID: "questionnaires", Label: "menu.questionnaires", Wide: true})
				}
				mine, err := t.upcomingOf(t.Member)
				if err != nil {
					return err
				}
				t.offerSoon(mine)
				if len(mine) > 0 {
					t.Offer(Option{ID: "mine", Label: "menu.mine", Wide: true})
				}
				if ok, err := t.Holds(store.Staff, "*"); err != nil {
					return err
				} else if ok {
					t.Offer(Option{ID: "staff", Label: "menu.staff", Wide: true})
				}
				if flow := t.engine.byName["broadcast"]; flow != nil {
					if ok, err := t.may(flow); err != nil {
						return err
					} else if ok {
						t.Offer(Option{ID: "broadcast", Label: "menu.broadcast", Wide: true})
					}
				}
				if ok, err := t.readsShelf(); err != nil {
					return err
				} else if ok {
					t.Offer(Option{ID: "shelf", Label: "menu.shelf", Wide: true})
				}
				t.Offer(Pick("help", "menu.help"), Pick("clubs", "menu.clubs"), Pick("settings", "menu.settings"))
				if len(t.Contact.Members) > 1 {
					if name := givenName(t.Member.Name); name != "" {
						t.Offer(Option{
							ID: "people", Label: t.T("menu.not_me", "name", cut(name, 12)), Text: true, Like: "people.change", Wide: true,
						})
					} else {
						t.Offer(Option{ID: "people", Label: "people.change", Wide: true})
					}
				}
				return nil
			},
			Take: func(t *Turn) error {
				switch t.Chosen() {
				case "":
					if flow, note := t.engine.means(t.Words()); flow != "" {
						return t.Start(flow, note)
					}
					if c, err := t.campaignTyped(t.Words()); err != nil || c != nil && t.engine.byName["form_answer"] != nil {
						if err != nil {
							return err
						}
						return t.Start("form_answer", c.ID)
					}
					return t.Again("engine.unclear")
				case "resume":
					return t.takeUp()
				case "help":
					return t.Call("help", nil)
				}
				if training, member, ok := strings.Cut(t.Chosen(), "/"); ok {
					return t.Start("mine", mineNote{training, member})
				}
				return t.Start(t.Chosen(), nil)
			},
		}},
	}
}

// soon is how long before a training the menu offers her ticket.
const soon = 24 * time.Hour

// offerSoon offers the ticket of the seat that she has just got, or of hers that
// she will need next. The ID is that of the training and that of the member.
func (t *Turn) offerSoon(mine []seat) {
	s := t.seated
	for i := range mine {
		if s == nil && mine[i].registration.Holds() && mine[i].registration.Came.IsZero() && mine[i].member.ID == t.Member.ID &&
			mine[i].training.Start.Sub(t.Now) < soon {
			s = &mine[i]
		}
	}
	switch {
	case s == nil:
	case s.member.ID == t.Member.ID:
		t.Offer(Option{ID: s.training.ID + "/" + s.member.ID, Label: "ticket.mine", Wide: true})
	default:
		label := t.T("ticket.of", "name", cut(givenName(s.member.Name), mostGiven))
		t.Offer(Option{ID: s.training.ID + "/" + s.member.ID, Label: label, Text: true, Wide: true})
	}
}

// hello greets her by her name.
func (t *Turn) hello() {
	if name := givenName(t.Member.Name); name != "" {
		t.Say("menu.hello_name", "name", name)
	} else {
		t.Say("menu.hello")
	}
}

// resume offers to go on with what was interrupted.
func resume() *Flow {
	return &Flow{
		Name: "resume",
		Steps: []Step{{
			Name: "whether",
			Ask: func(t *Turn) error {
				t.Say("resume.ask", "title", t.waitingTitle())
				t.Offer(Pick("yes", "resume.yes"), Pick("later", "nav.later"))
				return nil
			},
			Take: func(t *Turn) error {
				switch t.Chosen() {
				case "yes":
					return t.takeUp()
				case "later":
					return t.Home()
				}
				return t.Again("engine.unclear")
			},
		}},
	}
}

// waitingTitle is what the latest interrupted talk is called.
func (t *Turn) waitingTitle() string {
	w := t.conv.Waiting
	if len(w) == 0 {
		return ""
	}
	f := w[len(w)-1][0]
	flow := t.engine.byName[f.Flow]
	if flow == nil || flow.Title == "" {
		return f.Title
	}
	if f.Title == "" {
		return t.T(flow.Title)
	}
	return t.T(flow.Title) + ": " + f.Title
}

// waitingFor is what the latest interrupted talk is about, in as few words as
// stand on a button.
func (t *Turn) waitingFor() string {
	if title := t.conv.Waiting[len(t.conv.Waiting)-1][0].Title; title != "" {
		return title
	}
	return t.waitingTitle()
}

// givenName is the last word of a full name, by which people are addressed in
// Viet Nam.
func givenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
