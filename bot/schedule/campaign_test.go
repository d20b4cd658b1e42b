package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// A poll is a campaign in a world, with women whom it invites.
type poll struct {
	*world
	id    string
	women []string
	told  []string // what staff were told, with the local time
}

// newPoll publishes a campaign to three women that begins at since, ends ten days
// after that, and reminds twice, three days apart.
func newPoll(t *testing.T, since time.Time) *poll {
	p := &poll{world: newHome(t)}
	p.hearNews()
	p.update(func(tx *store.Tx) error {
		p.women = nil
		if err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ", Kind: "thanh_pho"}}); err != nil {
			return err
		}
		officer, err := tx.NewMember()
		if err != nil {
			return err
		}
		if err := tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "92"}); err != nil {
			return err
		}
		for range 3 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Area = "92"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			p.women = append(p.women, m.ID)
		}
		slices.Sort(p.women)
		f := &store.Form{Name: "mau", Area: "92", By: officer.ID}
		v := &store.FormVersion{Title: "Mẫu", By: officer.ID}
		if err := tx.AddForm(f, v, store.File{Name: "mau.xlsx", Type: "application/zip"}, []byte("PK"), []byte(`{}`)); err != nil {
			return err
		}
		c := &store.Campaign{
			Form: f.ID, Version: 1, Title: v.Title, By: officer.ID, Area: "92", Mode: store.Named,
			Audience: store.Audience{Op: store.InArea, ID: "92"}, Scope: store.Scope{Areas: []string{"92"}},
			Since: since, Until: since.AddDate(0, 0, 10), Reminders: 2, Pause: 3,
			Invite: store.Text{"vi": "Mời"}, Remind: store.Text{"vi": "Nhắc"},
		}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		p.id = c.ID
		_, err = tx.PublishCampaign(c.ID, 0)
		return err
	})
	return p
}

// hearNews has the schedule hand over what staff are told.
func (p *poll) hearNews() {
	handle := p.schedule.handle
	p.schedule.handle = func(ctx context.Context, in flows.Input) error {
		if in.Flow != store.CampaignFlow {
			return handle(ctx, in)
		}
		var news store.CampaignNews
		if err := json.Unmarshal(in.Data, &news); err != nil {
			return err
		}
		p.told = append(p.told, string(news.What)+" "+p.now.In(vietNam).Format("2 15:04"))
		return p.Update(ctx, func(tx *store.Tx) error { return in.Done(tx) })
	}
}

// deliver sends all letters that are under way, as bot/broadcast does by day.
func (p *poll) deliver() {
	p.update(func(tx *store.Tx) error {
		for b, err := range tx.LiveBroadcasts() {
			if err != nil {
				return err
			}
			if b.State == store.Freezing {
				var whom []string
				for m, err := range tx.AudienceFrom(b.Recipients(), "") {
					if err != nil {
						return err
					}
					whom = append(whom, m)
				}
				if err := tx.Freeze(b, whom, ""); err != nil {
					return err
				}
			}
			roll := tx.Roll(b)
			for r, err := range roll.Waiting() {
				if err != nil {
					return err
				}
				if err := roll.Put(r, store.BinDelivered); err != nil {
					return err
				}
			}
			if err := roll.Keep(); err != nil {
				return err
			}
		}
		return nil
	})
}

// state says how the campaign is, and how many have got which letter.
func (p *poll) state() (s string) {
	p.update(func(tx *store.Tx) error {
		c, err := tx.Campaign(p.id)
		if err != nil {
			return err
		}
		s = string(c.State)
		for b, err := range tx.Broadcasts() {
			if err != nil {
				return err
			}
			kind := "invite"
			if b.Audience.Op == store.NotAnswered {
				kind = "remind"
			}
			s += fmt.Sprintf(" %s:%d", kind, b.Total)
		}
		return nil
	})
	return s
}

// Opens, reminds and closes at its times; a standstill of some hours puts it off, a
// longer one leaves a reminder out.
func TestCampaign(t *testing.T) {
	p := newPoll(t, at(2, 8, 0))
	step := func(now time.Time, want string) {
		t.Helper()
		p.now = now
		p.tick()
		p.deliver()
		if got := p.state(); got != want {
			t.Errorf("at %s: %s, want %s", now.In(vietNam).Format("2 15:04"), got, want)
		}
	}
	step(at(2, 7, 59), "planned")
	step(at(2, 20, 0), "running invite:3") // twelve hours late
	step(at(5, 19, 59), "running invite:3")
	step(at(5, 20, 0), "running remind:3 invite:3")
	step(at(10, 8, 0), "running remind:3 invite:3") // more than a day late: not again
	step(at(12, 7, 59), "running remind:3 invite:3")
	step(at(12, 8, 0), "closed remind:3 invite:3")
	p.tick()
	if got, want := fmt.Sprint(p.told), "[over 12 08:00]"; got != want {
		t.Errorf("staff were told %s, want %s", got, want)
	}
	if n := p.left(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// An invitation that comes more than a day late goes to nobody: staff hear of it, by
// day.
func TestCampaignMissed(t *testing.T) {
	p := newPoll(t, at(2, 8, 0))
	p.now = at(3, 23, 0)
	p.tick()
	if got := p.state(); got != "draft" {
		t.Errorf("it is %s", got)
	}
	if len(p.told) != 0 {
		t.Errorf("told at night: %v", p.told)
	}
	p.now = at(4, 7, 0)
	p.tick()
	if got, want := fmt.Sprint(p.told), "[missed 4 07:00]"; got != want {
		t.Errorf("staff were told %s, want %s", got, want)
	}
	if p.schedule.Stats().Lapsed["campaign/open"] != 1 {
		t.Error("it was not counted")
	}
}

// Nobody is reminded while the first letters are still on their way.
func TestCampaignWaitsForLetters(t *testing.T) {
	p := newPoll(t, at(2, 8, 0))
	p.now = at(2, 8, 0)
	p.tick()
	p.now = at(5, 8, 0)
	p.tick()
	if got := p.state(); got != "running invite:0" {
		t.Errorf("with the invitation under way: %s", got)
	}
	p.deliver()
	p.now = p.now.Add(2 * maxPause)
	p.tick()
	p.deliver()
	if got := p.state(); got != "running remind:3 invite:3" {
		t.Errorf("after it: %s", got)
	}
}

// However the process dies and whatever staff press, there is one invitation and at
// most two reminders, and none to who has answered or refused.
func TestCampaignLetters(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := newPoll(t, at(2, 8, 0))
		done := map[string]int{} // by member: reminders that there were when she ended
		for range rapid.IntRange(5, 30).Draw(r, "steps") {
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0:
				p.life.dead.Store(true)
				p.schedule.Tick(t.Context()) // dies at its first commit
				p.open()
				p.hearNews()
			case 1:
				p.deliver()
			case 2:
				p.act(r, done)
			case 3:
				p.update(func(tx *store.Tx) error {
					c, err := tx.Campaign(p.id)
					if err != nil {
						return err
					}
					_, err = tx.RemindCampaign(c)
					if errors.Is(err, store.ErrCampaignState) || errors.Is(err, store.ErrReminded) {
						return nil
					}
					return err
				})
			default:
				p.now = p.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(r, "hours")) * time.Hour)
				p.tick()
			}
			p.wantFewLetters(r, done)
		}
	})
}

// act has one of the women answer or refuse.
func (p *poll) act(r *rapid.T, done map[string]int) {
	who := p.women[rapid.IntRange(0, len(p.women)-1).Draw(r, "who")]
	refuses := rapid.Bool().Draw(r, "refuses")
	p.update(func(tx *store.Tx) error {
		c, err := tx.Campaign(p.id)
		if err != nil || !c.Takes(tx.Now) {
			return err
		}
		if _, ended := done[who]; ended {
			return nil
		}
		done[who] = len(c.Reminded)
		m, err := tx.Member(who)
		if err != nil {
			return err
		}
		if refuses {
			return tx.RefuseCampaign(c, m)
		}
		d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: who, How: store.InPerson})
		if err != nil {
			return err
		}
		_, err = tx.SendAnswers(d, []byte(`{}`), []byte(`{}`))
		return err
	})
}

// wantFewLetters complains of a letter too many.
func (p *poll) wantFewLetters(r *rapid.T, done map[string]int) {
	p.update(func(tx *store.Tx) error {
		c, err := tx.Campaign(p.id)
		if err != nil {
			return err
		}
		n := 0
		for b, err := range tx.Broadcasts() {
			if err != nil {
				return err
			}
			if n++; n > 3 || b.Campaign != c.ID {
				r.Fatalf("%d letters", n)
			}
		}
		if len(c.Reminded) > store.MaxReminders || n > 0 && c.Invited == "" {
			r.Fatalf("%d reminders, invited by %q", len(c.Reminded), c.Invited)
		}
		for who, before := range done {
			for _, id := range c.Reminded[before:] {
				if bin, err := tx.BinOf(id, who); err != nil || bin != 0 {
					r.Fatalf("reminded after she had answered: bin %q, %v", string(bin), err)
				}
			}
		}
		return nil
	})
}
