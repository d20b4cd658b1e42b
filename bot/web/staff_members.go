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
	Why       string // why some numbers are not told; empty: all are

	columns []sum // in the order of the columns
	whole   sum
}

// A memberLine is a line of numbers as they are said.
type memberLine struct {
	Area    string
	Members []string // by language, in the order of the columns; the last is who has not chosen one
	Total   string

	known int // those that Total tells of
}

// fewest is the smallest number of people that is told. One woman in a commune
// who speaks Khmer to the bot could be guessed by whoever lives there. Nobody who
// sees this page may see the names of all members (rights in staff_right.go), so
// it holds for everybody; the views of analysts keep to it as well
// (store/postgres/reader.sql).
const fewest = 5

// told says whether a number of people may be told.
func told(n int) bool { return n == 0 || n >= fewest }

// A sum adds only numbers that are told: what is subtracted from it never gives
// one that is not.
type sum struct {
	n    int
	rest bool // there may be others, who are not told
}

func (s *sum) add(n int) {
	if told(n) {
		s.n += n
	} else {
		s.rest = true
	}
}

// members shows how many members live where, and which language they chose. It
// shows the last count of the clock: a million members are not counted for a
// page.
func (v *visit) members() error {
	p := membersPage{columns: make([]sum, len(locales.Languages)+1)}
	for _, code := range locales.Languages {
		p.Languages = append(p.Languages, v.T("language."+code))
	}
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
	p.Total = memberLine{Area: v.T("desk.whole"), Total: cmp.Or(v.sum(p.whole), v.Number(0))}
	for _, c := range p.columns {
		p.Total.Members = append(p.Total.Members, v.sum(c))
	}
	if p.whole.rest {
		p.Why = v.T("desk.count_why", "number", v.Number(fewest))
	}
	// By what is told, since the order tells something too.
	slices.SortFunc(p.Areas, func(a, b memberLine) int { return cmp.Or(cmp.Compare(b.known, a.known), cmp.Compare(a.Area, b.Area)) })
	v.page(http.StatusOK, "staff_members.html", "desk.members", p)
	return nil
}

// add puts a line for t into p.
func (p *membersPage) add(v *visit, t *store.Tally) {
	line := memberLine{Area: v.areaName(t.Area)}
	if t.Area == "" {
		line.Area = v.T("desk.area_unknown")
	}
	members := make([]int, len(p.columns))
	for language, n := range t.Members {
		column := slices.Index(locales.Languages, language)
		if column < 0 {
			column = len(locales.Languages)
		}
		members[column] += n
	}
	all := told(t.Total())
	var row sum
	for i, n := range members {
		if !all { // of a few nothing more is told
			p.columns[i].rest = true
			line.Members = append(line.Members, untold)
			continue
		}
		row.add(n)
		p.columns[i].add(n)
		line.Members = append(line.Members, v.count(n))
	}
	if row.n == 0 && all {
		row.n = fewest // a few of each language; together no fewer than this
	}
	if line.Total = v.sum(row); !all {
		line.Total = v.count(t.Total())
	}
	line.known = row.n
	p.whole.n += row.n
	p.whole.rest = p.whole.rest || row.rest || !all
	p.Areas = append(p.Areas, line)
}

// untold stands for a number of which nothing is told.
const untold = "…"

// count says a number of people, nothing for none.
func (v *visit) count(n int) string {
	switch {
	case n == 0:
		return ""
	case told(n):
		return v.Number(n)
	}
	return v.T("desk.count_few", "number", v.Number(fewest))
}

// sum says a sum.
func (v *visit) sum(s sum) string {
	switch {
	case !s.rest:
		return v.count(s.n)
	case s.n == 0:
		return untold
	}
	return v.T("desk.count_least", "number", v.Number(s.n))
}
