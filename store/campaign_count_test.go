package store_test

import (
	"fmt"
	"testing"
	"time"

	"chihai/store"
)

// began has a woman begin to answer c from a unit; sends says whether she sends it
// too, after so many minutes.
func (p *parish) began(c *store.Campaign, member, area string, sends bool, minutes int) {
	p.t.Helper()
	var d *store.Answering
	p.update(func(tx *store.Tx) (err error) {
		d, _, err = tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: member, How: store.InPerson, Area: area})
		if err != nil {
			return err
		}
		d.At, d.Number = "cau9", 9
		return tx.KeepAnswers(d)
	})
	if !sends {
		return
	}
	p.now = p.now.Add(time.Duration(minutes) * time.Minute)
	p.update(func(tx *store.Tx) error {
		_, err := tx.SendAnswers(d, []byte(`{}`), []byte(`{}`))
		return err
	})
}

func (p *parish) countCampaign(c *store.Campaign) (n *store.CampaignCount) {
	p.t.Helper()
	p.update(func(tx *store.Tx) (err error) {
		n, err = tx.CountCampaign(c)
		return err
	})
	return n
}

// How far a campaign is adds up, and who came by the link is told apart.
func TestCountCampaign(t *testing.T) {
	p := newParish(t, 9)
	outside := p.women[8]
	p.women = p.women[:8]
	c := p.runningSurvey(func(c *store.Campaign) { c.Open = true })
	p.began(c, p.women[0], "31", true, 3)
	p.began(c, p.women[1], "31", true, 9)
	p.began(c, p.women[2], "32", true, 5)
	p.began(c, p.women[3], "31", false, 0)
	p.began(c, p.women[4], "31", false, 0)
	p.began(c, outside, "32", true, 60)
	p.update(func(tx *store.Tx) error {
		m, err := tx.Member(p.women[5])
		if err != nil {
			return err
		}
		return tx.RefuseCampaign(c, m)
	})
	n := p.countCampaign(c)
	got := fmt.Sprint(n.Invited.Sum(), n.Begun, n.Sent, n.Refused, n.Full, n.Outside, n.Aside, n.Left, n.Minutes, n.Areas, n.Stops)
	if want := "8 2 4 1 0 1 0 4 9 [{31 2 2} {32 2 0}] [{cau9 9 2}]"; got != want {
		t.Errorf("counted %s, want %s", got, want)
	}
	if !n.Last.Equal(p.now) {
		t.Errorf("the latest is of %v", n.Last)
	}
}

// Of an anonymous campaign nothing is told about fewer than five, nor can it be had
// by subtraction: what is left out is five at least as well.
func TestCountAnonymousCampaign(t *testing.T) {
	for _, tt := range []struct {
		sent map[string]int // by area
		want string
	}{
		{map[string]int{"31": 6, "32": 5}, "[{31 6 0} {32 5 0}]"},
		{map[string]int{"31": 6, "32": 4}, "[]"}, // 10 less 6 would be the 4
		{map[string]int{"31": 7, "92": 6, "32": 4}, "[{31 7 0}]"},
		{map[string]int{"31": 4}, "[]"},
	} {
		p := newParish(t, 20)
		c := p.runningSurvey(func(c *store.Campaign) { c.Mode = store.Anonymous })
		i, all := 0, 0
		for area, sent := range tt.sent {
			for range sent {
				p.began(c, p.women[i], area, true, 2)
				i++
			}
			all += sent
		}
		p.began(c, p.women[i], "31", false, 0)
		n := p.countCampaign(c)
		if got := fmt.Sprint(n.Areas); got != tt.want || n.Sent != all {
			t.Errorf("%v: %d sent, by area %s, want %s", tt.sent, n.Sent, got, tt.want)
		}
		if len(n.Stops) != 0 || n.Minutes != 0 {
			t.Errorf("%v: one who has stopped is told of: %v, %d minutes", tt.sent, n.Stops, n.Minutes)
		}
	}
}
