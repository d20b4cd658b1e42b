package store

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// A ReadCount is how many recipients of a document have come how far. Each is
// counted in Sent and in one of the others.
type ReadCount struct {
	Sent      int `json:"sent"`
	Read      int `json:"read,omitzero"`
	Opened    int `json:"opened,omitzero"` // fetched it, and have not said that they have read it
	NotYet    int `json:"not_yet,omitzero"`
	Unreached int `json:"unreached,omitzero"`
}

func (n *ReadCount) add(s ReadState) {
	n.Sent++
	switch s {
	case ReadYes:
		n.Read++
	case ReadOpened:
		n.Opened++
	case ReadNot:
		n.NotYet++
	default:
		n.Unreached++
	}
}

func (n *ReadCount) sum(o ReadCount) {
	n.Sent, n.Read, n.Opened, n.NotYet, n.Unreached = n.Sent+o.Sent, n.Read+o.Read, n.Opened+o.Opened, n.NotYet+o.NotYet, n.Unreached+o.Unreached
}

// Left is how many were reached and have not said that they have read it.
func (n ReadCount) Left() int { return n.Opened + n.NotYet }

// An AreaRead is the count of those who live in a unit.
type AreaRead struct {
	Area string `json:"area"` // code; empty: it is not known where they live
	ReadCount
}

// A ReadReport is how far the recipients of a document have come, unit by unit.
// Few is what is told of the units in which they are too few to be told apart:
// see [ReadReport.Hide].
type ReadReport struct {
	Total  ReadCount  `json:"total"`
	Areas  []AreaRead `json:"areas,omitzero"` // those with most recipients first
	Few    ReadCount  `json:"few,omitzero"`   // of units that are not in Areas
	Units  int        `json:"units,omitzero"` // how many those are
	Hidden bool       `json:"hidden,omitzero"`

	// Leads says that only facilitators were meant: it is their work, and
	// everything may be known of it.
	Leads bool `json:"leads,omitzero"`

	// Late are the facilitators whom it has reached and who have not said that they
	// have read it, by id; More is how many there are beyond them, see
	// [ReadReport.NameAtMost].
	Late []string `json:"late,omitzero"`
	More int      `json:"more,omitzero"`

	Made time.Time `json:"made,omitzero"` // when it was counted
}

// NameAtMost leaves n ids in Late and counts the others in More, so that the report
// of a whole province fits a document, which holds [MaxValue] bytes.
func (r *ReadReport) NameAtMost(n int) {
	if over := len(r.Late) - n; over > 0 {
		r.Late, r.More = r.Late[:n], r.More+over
	}
}

// MinReaders is of how many members, at least, a number is told that says what
// they have done: of fewer one could tell who it was.
const MinReaders = MinFeedback

// communeKinds are the kinds of units by which is counted.
var communeKinds = []string{"xa", "phuong", "thi_tran", "dac_khu"}

// CountReaders counts the recipients of s who live in units for which mine
// returns true: by commune, or, when top is a unit, those within it by the units
// right below. Where a facilitator lives is not always known; then it is where
// she holds her role. It reads each of them: for a whole province that takes
// seconds, so a turn of a chat is no place for it.
func (tx *Tx) CountReaders(s *Sent, top string, mine func(area string) bool) (*ReadReport, error) {
	b, err := tx.Broadcast(s.Broadcast)
	if err != nil {
		return nil, err
	}
	tree, err := tx.Areas()
	if err != nil {
		return nil, err
	}
	report := &ReadReport{Leads: b.Audience.OnlyLeads(), Made: tx.Now}
	units := map[string]*AreaRead{}
	for r, err := range tx.Receivers(s, "") {
		if err != nil {
			return nil, err
		}
		area, leads, err := tx.placeOf(tree, r.Member)
		if err != nil {
			return nil, err
		}
		if !mine(area) || top != "" && !tree.Within(area, top) {
			continue
		}
		unit := unitOf(tree, area, top)
		if units[unit] == nil {
			units[unit] = &AreaRead{Area: unit}
		}
		units[unit].add(r.State)
		report.Total.add(r.State)
		if leads && (r.State == ReadNot || r.State == ReadOpened) {
			report.Late = append(report.Late, r.Member)
		}
	}
	for _, u := range units {
		report.Areas = append(report.Areas, *u)
	}
	slices.SortFunc(report.Areas, func(a, b AreaRead) int { return cmp.Or(cmp.Compare(b.Sent, a.Sent), cmp.Compare(a.Area, b.Area)) })
	return report, nil
}

// Hide takes out of r what would tell what a single member has done: units with
// fewer than [MinReaders] recipients are told together, and when they are too few
// even so, with the smallest of the others, so that nothing is found by taking
// the rest from the total. Of fewer in all only their number is told. Where only
// facilitators are meant nothing is hidden.
func (r *ReadReport) Hide() {
	if r.Leads {
		return
	}
	if r.Total.Sent < MinReaders {
		*r = ReadReport{Total: ReadCount{Sent: r.Total.Sent}, Hidden: r.Total.Sent > 0, Late: r.Late, Made: r.Made}
		return
	}
	for n := len(r.Areas); n > 0; n-- { // the smallest stands last
		last := r.Areas[n-1]
		if last.Sent >= MinReaders && (r.Units == 0 || r.Few.Sent >= MinReaders) {
			break
		}
		r.Few.sum(last.ReadCount)
		r.Units++
		r.Areas = r.Areas[:n-1]
	}
}

// placeOf is where the member lives, by a unit that is valid now, and whether she
// is a facilitator. Of one who is gone nothing is known.
func (tx *Tx) placeOf(tree *AreaTree, member string) (area string, leads bool, err error) {
	raw, err := tx.kv.Get("member", member)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	m := Member{ID: member} // without what is sealed: there may be many of them
	if err == nil {
		var open struct {
			Area    string `json:"area"`
			Granted bool   `json:"granted"`
		}
		err = decodePlain(Pair{Key: member, Value: raw}, &open)
		m.Area, m.Granted = open.Area, open.Granted
	}
	if err != nil {
		return "", false, err
	}
	area = m.Area
	grants, err := tx.Grants(&m)
	if err != nil {
		return "", false, err
	}
	for _, g := range grants {
		if g.Role == Facilitator {
			leads = true
			if area == "" {
				area = g.Area
			}
		}
	}
	if a := tree.Area(area); a != nil && !a.Valid(tx.Now) {
		if now := tree.Present(a, tx.Now); len(now) == 1 {
			area = now[0].Code
		}
	}
	return area, leads, nil
}

// unitOf is the unit by which one who lives in area is counted: the commune, or
// with top the unit right below that; the area itself where there is none such.
func unitOf(tree *AreaTree, area, top string) string {
	for a := tree.Area(area); a != nil; a = tree.Area(a.Parent) {
		if top == "" && slices.Contains(communeKinds, a.Kind) || top != "" && a.Parent == top {
			return a.Code
		}
	}
	return area
}

// OnlyLeads says whether nobody but facilitators can be in a, by how it is made.
func (a Audience) OnlyLeads() bool {
	switch a.Op {
	case Leads:
		return true
	case And:
		return slices.ContainsFunc(a.Of, Audience.OnlyLeads)
	case Or:
		return !slices.ContainsFunc(a.Of, func(part Audience) bool { return !part.OnlyLeads() })
	}
	return false
}
