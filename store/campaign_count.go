package store

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"
)

// A CampaignCount says how far a campaign is, in numbers of people.
type CampaignCount struct {
	Made    time.Time `json:"made"`
	Invited Bins      `json:"invited,omitzero"` // those whom it has invited, by what became of the first letter

	Begun   int `json:"begun,omitzero"` // who have begun and not sent
	Sent    int `json:"sent,omitzero"`
	Refused int `json:"refused,omitzero"`
	Full    int `json:"full,omitzero"`    // who came when no more answers of such people were wanted
	Outside int `json:"outside,omitzero"` // of these four: who were not invited and came by the link
	Aside   int `json:"aside,omitzero"`   // responses that can be read and were entered by somebody for her, or of a sheet
	Left    int `json:"left,omitzero"`    // of those who were invited: who may still answer

	Areas   []CampaignArea `json:"areas,omitzero"`   // by the commune where people lived when they began, most sent first; empty where few would be seen
	Stops   []CampaignStop `json:"stops,omitzero"`   // where those stand who have begun and not sent
	Minutes int            `json:"minutes,omitzero"` // from begin to end, the median; 0: it is not known, as in an anonymous campaign
	Last    time.Time      `json:"last,omitzero"`    // the day of the latest response that can be read
}

// A CampaignArea is what has come from a unit.
type CampaignArea struct {
	Area string `json:"area"` // code; empty: it is not known
	Sent int    `json:"sent"`
	Open int    `json:"open,omitzero"` // begun and not sent
}

// A CampaignStop is a question at which people stand.
type CampaignStop struct {
	Question string `json:"question"` // name
	Number   int    `json:"number"`   // as it was shown: "Câu Number/…"; of several numbers the lowest
	People   int    `json:"people"`
}

// CountCampaign counts how far c is. It passes over all who were invited, have
// begun or have answered: of a hundred thousand that takes seconds. It decides
// nothing, and may be done in a View.
func (tx *Tx) CountCampaign(c *Campaign) (*CampaignCount, error) {
	n := &CampaignCount{Made: tx.Now}
	if c.Invited != "" {
		b, err := tx.Broadcast(c.Invited)
		if err == nil {
			n.Invited, err = tx.BroadcastCounts(b)
		}
		if err != nil {
			return nil, err
		}
		n.Left = n.Invited.Sum() - n.Invited.Withdrawn
	}
	if err := errors.Join(tx.countParticipations(c, n), tx.countStops(c, n), tx.countResponses(c, n)); err != nil {
		return nil, err
	}
	return n, nil
}

// countParticipations counts how far people have come, and where they live.
func (tx *Tx) countParticipations(c *Campaign, n *CampaignCount) error {
	roll := tx.Roll(&Broadcast{ID: c.Invited})
	areas := map[string]CampaignArea{}
	for p, err := range tx.Participations(c.ID) {
		if err != nil {
			return err
		}
		bin := Bin(0)
		if c.Invited != "" {
			if _, bin, err = roll.Find(p.Member); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		switch {
		case bin == 0:
			n.Outside++
		case bin != BinWithdrawn && p.State != PartBegun:
			n.Left--
		}
		a := areas[p.Area]
		a.Area = p.Area
		switch p.State {
		case PartBegun:
			n.Begun++
			a.Open++
		case PartSent:
			n.Sent++
			a.Sent++
		case PartRefused:
			n.Refused++
		case PartFull:
			n.Full++
		}
		areas[p.Area] = a
	}
	n.Areas = slices.SortedFunc(maps.Values(areas), func(a, b CampaignArea) int {
		return cmp.Or(cmp.Compare(b.Sent, a.Sent), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Area, b.Area))
	})
	n.Areas = slices.DeleteFunc(n.Areas, func(a CampaignArea) bool { return a.Sent+a.Open == 0 })
	if c.Mode == Anonymous {
		n.foldAreas()
	}
	return nil
}

// foldAreas takes out of what is said by area whatever is about fewer than [LotSize]
// people. What is taken out is as many as that together at least, or nothing is
// left: so the sum of all gives no single one away.
func (n *CampaignCount) foldAreas() {
	kept, out := 0, 0
	for _, a := range n.Areas {
		if a.Sent >= LotSize {
			kept++
		} else {
			out += a.Sent
		}
	}
	for kept > 0 && kept < len(n.Areas) && out < LotSize {
		kept--
		out += n.Areas[kept].Sent
	}
	n.Areas = n.Areas[:kept]
	for i := range n.Areas {
		n.Areas[i].Open = 0
	}
}

// countStops counts where those stand who have begun and not sent, most first. Of an
// anonymous campaign only what is true of [LotSize] at least is told.
func (tx *Tx) countStops(c *Campaign, n *CampaignCount) error {
	stops := map[string]CampaignStop{}
	for d, err := range tx.Drafts(c.ID) {
		if err != nil {
			return err
		}
		if d.At == "" || d.Response != "" {
			continue
		}
		s, again := stops[d.At]
		if !again || d.Number < s.Number {
			s.Number = d.Number
		}
		s.Question = d.At
		s.People++
		stops[d.At] = s
	}
	n.Stops = slices.SortedFunc(maps.Values(stops), func(a, b CampaignStop) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Question, b.Question))
	})
	if c.Mode == Anonymous {
		n.Stops = slices.DeleteFunc(n.Stops, func(s CampaignStop) bool { return s.People < LotSize })
	}
	n.Stops = n.Stops[:min(len(n.Stops), mostStops)]
	return nil
}

// mostStops is of how many questions it is told that people have stopped there.
const mostStops = 5

// countResponses looks at what was sent, without the answers.
func (tx *Tx) countResponses(c *Campaign, n *CampaignCount) error {
	var spans []time.Duration
	for p, err := range tx.kv.Scan("response", c.ID+"/", after(c.ID+"/")) {
		if err != nil {
			return err
		}
		var r struct {
			How   AnswerMode `json:"how"`
			Begun time.Time  `json:"begun"`
			Sent  time.Time  `json:"sent"`
		}
		if err := decodePlain(p, &r); err != nil {
			return err
		}
		if r.Sent.After(n.Last) {
			n.Last = r.Sent
		}
		switch {
		case r.How == "": // an anonymous one that is among few of its kind
		case r.How != InPerson:
			n.Aside++
		case !r.Begun.IsZero():
			spans = append(spans, r.Sent.Sub(r.Begun))
		}
	}
	if len(spans) > 0 {
		slices.Sort(spans)
		n.Minutes = max(1, int(spans[len(spans)/2].Round(time.Minute).Minutes()))
	}
	return nil
}
