package flows

import (
	"errors"

	"chihai/store"
)

// grant takes a one-time code, which makes her staff or gives her another role.
func grant() *Flow {
	return &Flow{
		Name: "grant",
		Steps: []Step{{
			Name: "use",
			Ask: func(t *Turn) error {
				g, err := t.UseGrantCode(t.Note("grant"), t.Member)
				if errors.Is(err, store.ErrCode) {
					t.Say("grant.bad")
					return t.End()
				}
				if err != nil {
					return err
				}
				where := t.T("grant.everywhere")
				if g.Area != "" {
					if where, err = t.areaName(g.Area); err != nil {
						return err
					}
				}
				if err := t.Log(t.Member.ID, "use grant code", g.ID); err != nil {
					return err
				}
				t.Say("grant.done", "role", t.T("role."+string(g.Role)), "area", where)
				return t.End()
			},
		}},
	}
}
