package flows

import "time"

// settings leads to what she can set and see of herself.
func settings() *Flow {
	return &Flow{
		Name:     "settings",
		Triggers: []string{"command.settings", "menu.settings"},
		Steps: []Step{{
			Name: "what",
			Ask: func(t *Turn) error {
				t.Say("settings.what")
				t.Offer(Pick("language", "settings.language"), Pick("address", "settings.address"),
					Pick("people", "settings.people"))
				if t.Member.OptedOut.IsZero() {
					t.Offer(Option{ID: "broadcasts", Label: "settings.no_broadcasts", Wide: true})
				} else {
					t.Offer(Option{ID: "broadcasts", Label: "settings.broadcasts", Wide: true})
				}
				t.Offer(Pick("my_data", "settings.my_data"), Pick("delete", "settings.delete"))
				return nil
			},
			Take: func(t *Turn) error {
				switch t.Chosen() {
				case "":
					return t.Again("engine.unclear")
				case "broadcasts":
					return t.takeBroadcastsOrNot()
				}
				return t.Call(t.Chosen(), nil)
			},
		}, {
			Name: "more",
			Ask:  func(t *Turn) error { return t.End() },
		}},
	}
}

// takeBroadcastsOrNot changes whether she gets broadcasts. What she is reminded
// of because she registered for it is none.
func (t *Turn) takeBroadcastsOrNot() error {
	if t.Member.OptedOut.IsZero() {
		t.Member.OptedOut = t.Now
		t.Say("settings.no_broadcasts_done")
	} else {
		t.Member.OptedOut = time.Time{}
		t.Say("settings.broadcasts_done")
	}
	if err := t.PutMember(t.Member); err != nil {
		return err
	}
	return t.End()
}

// addresses are the forms of address, in the order in which they are offered.
var addresses = []string{"chi", "co", "bac", "em", "anh", "thay", "ong", "ba"}

// address asks how she wants to be addressed.
func address() *Flow {
	return &Flow{
		Name: "address",
		Steps: []Step{{
			Name: "which",
			Ask: func(t *Turn) error {
				t.Say("settings.address_ask")
				for _, a := range addresses {
					t.Offer(Pick(a, "address."+a))
				}
				return nil
			},
			Take: func(t *Turn) error {
				if t.Chosen() == "" {
					return t.Again("engine.unclear")
				}
				t.Member.Address = t.Chosen()
				t.Speak()
				t.Say("settings.address_done")
				return t.PutMember(t.Member)
			},
		}},
	}
}
