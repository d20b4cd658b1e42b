package flows

import (
	"slices"

	"chihai/store"
)

// A shelfReader is what one member may see of the shelf now.
type shelfReader struct {
	turn  *Turn
	tree  *store.AreaTree
	staff []string // areas for which she is staff
	leads []string // and for which she is a facilitator
	top   string   // unit of the whole Union: what is meant for it is meant for everybody
}

func (t *Turn) shelfReader() (*shelfReader, error) {
	r := &shelfReader{turn: t}
	var err error
	if r.staff, err = t.Scopes(store.Staff); err != nil {
		return nil, err
	}
	if r.leads, err = t.Scopes(store.Facilitator); err != nil {
		return nil, err
	}
	settings, err := t.Settings()
	if err != nil {
		return nil, err
	}
	r.top = settings.Top
	r.tree, err = t.Areas()
	return r, err
}

// may says whether she may fetch what is for such readers in the area. Staff and
// facilitators may where theirs lies within it, or it within theirs; members
// where they live or belong to a club.
func (r *shelfReader) may(readers store.Readers, area string) (bool, error) {
	if r.near(r.staff, area) || readers != store.ForStaff && r.near(r.leads, area) {
		return true, nil
	}
	if readers != store.ForMembers {
		return false, nil
	}
	return r.lives(area)
}

// asReader is may without what she may as staff.
func (r *shelfReader) asReader(readers store.Readers, area string) (bool, error) {
	plain := *r
	plain.staff = nil
	return plain.may(readers, area)
}

func (r *shelfReader) near(areas []string, area string) bool {
	return slices.ContainsFunc(areas, func(code string) bool { return r.tree.Within(code, area) || r.tree.Within(area, code) })
}

// lives says whether she lives in the area, or belongs to a club there: of pupils
// it is not asked where they live.
func (r *shelfReader) lives(area string) (bool, error) {
	if area == "" || area == r.top {
		return true, nil
	}
	if in, err := r.turn.Meant(store.Audience{Op: store.InArea, ID: area}, r.turn.Member.ID); err != nil || in {
		return in, err
	}
	clubs, err := r.turn.clubsOf(false)
	return slices.ContainsFunc(clubs, func(c *store.Club) bool { return r.tree.Within(c.Area, area) }), err
}

// keeps says whether she may change d: she is staff for all of its area.
func (r *shelfReader) keeps(d *store.Document) bool {
	return slices.ContainsFunc(r.staff, func(top string) bool { return r.tree.Within(d.Area, top) })
}

// readsShelf says whether there is something on the shelf for her, other than as
// staff: it is asked by menus, and reads one small document.
func (t *Turn) readsShelf() (bool, error) {
	s, err := t.Shelf()
	if err != nil || len(s.Areas) == 0 {
		return false, err
	}
	r, err := t.shelfReader()
	if err != nil {
		return false, err
	}
	for readers, areas := range s.Areas {
		for _, area := range areas {
			if may, err := r.asReader(readers, area); err != nil || may {
				return may, err
			}
		}
	}
	return false, nil
}
