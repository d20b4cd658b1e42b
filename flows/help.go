package flows

// help says how to use the bot, and where to ask a person. It leaves what was
// under way as it is.
func help() *Flow {
	return &Flow{
		Name:     "help",
		Triggers: []string{"command.help", "menu.help"},
		Aside:    true,
		Steps: []Step{{
			Name: "how",
			Ask: func(t *Turn) error {
				settings, err := t.Settings()
				if err != nil {
					return err
				}
				t.Say("help.how")
				if settings.Telephone != "" {
					t.Say("help.telephone", "telephone", settings.Telephone)
				}
				return nil
			},
		}},
	}
}
