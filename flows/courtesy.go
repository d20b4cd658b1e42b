package flows

// courtesy answers a polite word, that of the message courtesy.name, and leaves
// what was under way as it is.
func courtesy(name string) *Flow {
	return &Flow{
		Name:     name,
		Triggers: []string{"courtesy." + name},
		Aside:    true,
		Steps: []Step{{
			Name: "answer",
			Ask: func(t *Turn) error {
				t.Say("courtesy." + name + "_answer")
				return nil
			},
		}},
	}
}
