package web

import (
	"cmp"
	"net/http"
	"slices"

	"chihai/locales"
	"chihai/store"
)

// membersPage is what the page with the number of members shows.
type membersPage struct {
	Counted   string   // when; empty: not yet
	Languages []string // how they are called, in the order of the columns
	Areas     []memberLine
	Total     memberLine
}

type memberLine struct {
	Area    string
	Members []int // by language, in the order of the columns; the last is who has not chosen one
	Total   int
}

// members shows how many members live where, and which language they chose. It
// shows the last count of the clock: a million members are not counted for a
// page.
func (v *visit) members() error {
	p := membersPage{Total: memberLine{Area: v.T("desk.whole")}}
	for _, code := range locales.Languages {
		p.Languages = append(p.Languages, v.T("language."+code))
	}
	p.Total.Members = make([]int, len(locales.Languages)+1)
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) error {
		at, err := tx.Tallied()
		if err != nil || at.IsZero() {
			return err
		}
		p.Counted = v.moment(at)
		settings, err := tx.Settings()
		if err != nil {
			return err
		}
		for t, err := range tx.Tallies() {
			if err != nil {
				return err
			}
			area := t.Area
			if area == "" { // those of whom it is not known belong to the whole
				area = settings.Top
			}
			if v.may(seeMembers, area) {
				p.add(v, t)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(p.Areas, func(a, b memberLine) int { return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Area, b.Area)) })
	v.page(http.StatusOK, "staff_members.html", "desk.members", p)
	return nil
}

// add puts a line for t into p.
func (p *membersPage) add(v *visit, t *store.Tally) {
	line := memberLine{Area: v.areaName(t.Area), Members: make([]int, len(p.Total.Members)), Total: t.Total()}
	if t.Area == "" {
		line.Area = v.T("desk.area_unknown")
	}
	for language, n := range t.Members {
		column := slices.Index(locales.Languages, language)
		if column < 0 {
			column = len(locales.Languages)
		}
		line.Members[column] += n
		p.Total.Members[column] += n
	}
	p.Total.Total += line.Total
	p.Areas = append(p.Areas, line)
}
