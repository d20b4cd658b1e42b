package flows

import "chihai/locales"

// welcome is the first contact: the language, one short notice of what is kept
// and why, and then what she came for.
func welcome() *Flow {
	return &Flow{
		Name: "welcome",
		Steps: []Step{{
			Name: "language",
			Ask: func(t *Turn) error {
				t.Say("welcome.language")
				t.Offer(languageOptions()...)
				return nil
			},
			Take: func(t *Turn) error {
				if !t.setLanguage() {
					return t.Again("welcome.language_again")
				}
				return nil
			},
		}, {
			Name: "notice",
			Ask: func(t *Turn) error {
				settings, err := t.Settings()
				if err != nil {
					return err
				}
				flow, note := t.engine.means(t.Note("then"))
				if flow == "club_join" {
					if err := t.greetPupil(note); err != nil {
						return err
					}
				}
				org := settings.Organisation
				if org == "" {
					org = t.T("welcome.organisation")
				}
				t.Say("welcome.notice", "organisation", org)
				if err := t.PutMember(t.Member); err != nil {
					return err
				}
				if flow == "" {
					return t.End()
				}
				ok, err := t.may(t.engine.byName[flow])
				if err != nil {
					return err
				}
				if !ok {
					return t.End()
				}
				return t.Start(flow, note)
			},
		}},
	}
}

// language changes the language; what was under way goes on in the new one.
func language() *Flow {
	return &Flow{
		Name:     "language",
		Triggers: []string{"command.language", "settings.language"},
		Aside:    true,
		Steps: []Step{{
			Name: "which",
			Ask: func(t *Turn) error {
				t.Say("settings.language_ask")
				t.Offer(languageOptions()...)
				return nil
			},
			Take: func(t *Turn) error {
				if !t.setLanguage() {
					return t.Again("welcome.language_again")
				}
				t.Say("settings.language_done")
				return t.PutMember(t.Member)
			},
		}},
	}
}

func languageOptions() []Option {
	var options []Option
	for _, code := range locales.Languages {
		options = append(options, Option{ID: code, Label: "language." + code, Wide: true})
	}
	return options
}

func (t *Turn) setLanguage() bool {
	if t.Chosen() == "" {
		return false
	}
	t.Member.Language = t.Chosen()
	t.Speak()
	return true
}
