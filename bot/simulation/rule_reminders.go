package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// alive is how long a service must have run without a break for what is due to
// be surely done.
const alive = 20 * time.Second

// reminded are the rules of the house, told apart from the code that plans
// them: so many hours before the beginning, sent for so long. What would fall
// into the night comes in the morning if there is an hour left then, and else in
// the evening.
var reminded = []struct {
	rule   string
	before time.Duration
	bound  time.Duration
}{
	{"7d", 7 * 24 * time.Hour, 24 * time.Hour},
	{"1d", 24 * time.Hour, 6 * time.Hour},
	{"2h", 2 * time.Hour, 2 * time.Hour},
}

// remindersOnce: who holds a seat is reminded once by each rule whose time came
// while the service ran.
var remindersOnce = Rule{
	Name: "each holder is reminded once",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			p := w.ledger.open[wr.Key]
			if wr.Bucket != "message" || wr.Value == nil || p == nil || p.kept || !strings.HasPrefix(p.Report, "remind/") {
				continue
			}
			if w.ledger.reports[p.Report] > 0 {
				return fmt.Errorf("%s is posted once more", p.Report)
			}
			if err := timely(c, p); err != nil {
				return err
			}
		}
		return nil
	},
	End: func(w *World, tx *store.Tx) error {
		for t, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
			if err != nil {
				return err
			}
			if !t.Cancelled.IsZero() {
				continue
			}
			for r, err := range tx.Holders(t.ID) {
				if err != nil {
					return err
				}
				if err := w.wasReminded(tx, t, r); err != nil {
					return err
				}
			}
		}
		return nil
	},
}

// timely looks whether a reminder is posted when it is its time, and says the
// hour at which the training begins where people are.
func timely(kv store.KV, p *posted) error {
	part := strings.Split(p.Report, "/") // remind/rule/training/moved/member
	raw, err := kv.Get("training", part[2])
	if err != nil {
		return err
	}
	var t store.Training
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	if part[3] != fmt.Sprint(t.Moved) {
		return fmt.Errorf("%s is of the time before it was moved", p.Report)
	}
	now := time.Now()
	if atNight(now) {
		return fmt.Errorf("%s is posted at %s, when people sleep", p.Report, now.In(home).Format("15:04"))
	}
	for i, r := range reminded {
		if r.rule != part[1] {
			continue
		}
		at, over := remindedOf(t.Start, i)
		p.over = over
		if now.Before(at) || !now.Before(p.over) {
			return fmt.Errorf("%s is posted %v after its time", p.Report, now.Sub(at))
		}
	}
	if hour := fmt.Sprint(t.Start.UTC().Add(7 * time.Hour).Hour()); !strings.Contains(p.Text, hour) { // Viet Nam has one clock, UTC+7, all year
		return fmt.Errorf("%s says %q of what begins at %s o'clock", p.Report, p.Text, hour)
	}
	return nil
}

// wasReminded looks whether one who holds a seat was reminded by each rule.
func (w *World) wasReminded(tx *store.Tx, t *store.Training, r *store.Registration) error {
	planned := t.Created
	if moved := w.trainings[t.ID].moved; moved.After(planned) {
		planned = moved
	}
	phones, err := w.phonesOf(tx, r.Member)
	if err != nil {
		return err
	}
	for i, rule := range reminded {
		at, until := remindedOf(t.Start, i)
		if i+1 < len(reminded) { // one that is nearer takes its place
			if next, _ := remindedOf(t.Start, i+1); next.Before(until) {
				until = next
			}
		}
		if !at.After(planned) || !r.At.Before(at) || !w.ranByDay(at, until) {
			continue
		}
		if slices.ContainsFunc(phones, func(p *person) bool { return p.unreachable(at, until) }) || len(phones) == 0 {
			continue
		}
		report := fmt.Sprintf("remind/%s/%s/%d/%s", rule.rule, t.ID, t.Moved, r.Member)
		if n := w.ledger.reports[report]; n != 1 {
			return fmt.Errorf("%s was posted %d times", report, n)
		}
	}
	return nil
}

// phonesOf are the phones on which a member is told things: her own, or that of
// the one who passes messages on to her.
func (w *World) phonesOf(tx *store.Tx, member string) (phones []*person, err error) {
	m, err := tx.Member(member)
	if err != nil {
		return nil, err
	}
	if len(m.Contacts) == 0 && m.Relay != "" {
		return w.phonesOf(tx, m.Relay)
	}
	for _, p := range w.people {
		if slices.Contains(m.Contacts, tx.ContactID(p.phone.names())) {
			phones = append(phones, p)
		}
	}
	return phones, nil
}

// ran says whether the service ran long enough within a time.
func (w *World) ran(from, to time.Time) bool {
	for _, s := range w.lives {
		if s.from.Before(from) {
			s.from = from
		}
		if s.to.After(to) {
			s.to = to
		}
		if s.to.Sub(s.from) >= alive {
			return true
		}
	}
	return false
}
