package schedule

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// A clubhouse is a world with one club, whose engine remembers who was told
// what, once for each input.
type clubhouse struct {
	*world
	club *store.Club

	heard sync.Mutex
	told  []string // what/member name
}

func newClubhouse(t *testing.T, names ...string) *clubhouse {
	h := &clubhouse{world: newWorld(t, memory.New())}
	h.start()
	h.update(func(tx *store.Tx) error {
		lan, err := tx.NewMember()
		if err != nil {
			return err
		}
		lan.Name = "Lan"
		if err := tx.PutMember(lan); err != nil {
			return err
		}
		h.club = &store.Club{Name: "Thủ lĩnh", Kind: store.Pupils, Facilitator: lan.ID}
		if err := tx.AddClub(h.club); err != nil {
			return err
		}
		for _, name := range names {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name = name
			if err := errors.Join(tx.PutMember(m), tx.AskToJoin(h.club, m.ID, name)); err != nil {
				return err
			}
			if _, err := tx.Admit(h.club, m.ID, "", lan.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

// start starts a process.
func (h *clubhouse) start() {
	h.open()
	h.schedule = New(h.Store, func(ctx context.Context, in flows.Input) error {
		if h.broken != nil {
			if err := h.broken(in); err != nil {
				return err
			}
		}
		name, first := "", false
		err := h.Update(ctx, func(tx *store.Tx) (err error) {
			if first, err = tx.FirstSeen(in.ID); err != nil {
				return err
			}
			if first && in.Done != nil {
				if err := in.Done(tx); err != nil {
					return err
				}
			}
			m, err := tx.Member(in.Member)
			if err == nil {
				name = m.Name
			}
			return err
		})
		var news store.ClubNews
		if err == nil {
			err = json.Unmarshal(in.Data, &news)
		}
		if err != nil || !first {
			return err
		}
		if in.Kind != flows.Due || in.Flow != "club_news" || in.Club != h.club.ID || in.At.After(h.now) {
			h.t.Errorf("handed over %+v", in)
		}
		h.heard.Lock()
		defer h.heard.Unlock()
		h.told = append(h.told, string(news.What)+"/"+name)
		return nil
	})
}

// tick lets the clock tick twice: who is to be told, and the telling.
func (h *clubhouse) tick() {
	h.world.tick()
	h.world.tick()
}

// news returns what was told since it was called last.
func (h *clubhouse) news() string {
	h.heard.Lock()
	defer h.heard.Unlock()
	slices.Sort(h.told)
	s := strings.Join(h.told, " ")
	h.told = nil
	return s
}

// meet arranges a meeting so much after now. The clocks are those of UTC.
func (h *clubhouse) meet(in time.Duration) *store.Meeting {
	m := &store.Meeting{Club: h.club.ID, Start: h.now.Add(in)}
	h.update(func(tx *store.Tx) error { return errors.Join(tx.AddMeeting(m), tx.PlanMeeting(m, time.UTC)) })
	return m
}

func TestClubReminders(t *testing.T) {
	h := newClubhouse(t, "Na", "Tí")
	h.meet(48 * time.Hour) // at noon
	at := func(day, hour int) {
		h.now = time.Date(2026, 12, day, hour, 0, 0, 0, time.UTC)
		h.tick()
	}
	at(2, 17)
	check(t, "told before the evening before", h.news(), "")
	at(2, 18)
	check(t, "told in the evening before", h.news(), "eve/Lan eve/Na eve/Tí")
	at(3, 10)
	check(t, "told two hours before", h.news(), "soon/Lan soon/Na soon/Tí")
	check(t, "rows left", h.left(), 0)
	at(3, 11)
	check(t, "told again", h.news(), "")
}

// After a standstill only what is of use is said, and only the nearest.
func TestClubRemindersAfterStandstill(t *testing.T) {
	h := newClubhouse(t, "Na")
	h.meet(48 * time.Hour)
	other := h.meet(30 * time.Hour) // 3 December is noon, this one 2 December 18:00
	h.now = time.Date(2026, 12, 2, 20, 0, 0, 0, time.UTC)
	h.tick()
	check(t, "told at 20:00, when the other one is over", h.news(), "eve/Lan eve/Na")
	check(t, "people who were not reminded in time", int(h.schedule.Stats().Missed), 4) // the evening before the other one, and two hours before it
	h.now = other.Start.Add(17 * time.Hour)
	h.tick()
	check(t, "told in the last hour", h.news(), "soon/Lan soon/Na")

	h.meet(30 * time.Hour) // 4 December, 17:00: remind on the 3rd at 18:00 and on the 4th at 15:00
	h.now = time.Date(2026, 12, 3, 18, 0, 0, 0, time.UTC)
	h.update(func(tx *store.Tx) error { // both due at once, both of use
		var rows []*store.Due
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			rows = append(rows, d)
		}
		for _, d := range rows {
			if err := tx.Done(d); err != nil {
				return err
			}
			if strings.Contains(d.ID, "soon") {
				d.At = h.now.Add(-time.Minute)
			} else {
				d.At = h.now.Add(-time.Hour)
			}
			if err := tx.Plan(d); err != nil {
				return err
			}
		}
		return nil
	})
	h.tick()
	check(t, "told of both", h.news(), "soon/Lan soon/Na")
	check(t, "rows left", h.left(), 0)
}

// Who joins before a meeting is reminded, who has left is not; a club that is
// gone reminds nobody.
func TestClubPeople(t *testing.T) {
	h := newClubhouse(t, "Na", "Tí")
	h.meet(48 * time.Hour)
	h.update(func(tx *store.Tx) error {
		people, err := tx.ClubPeople(h.club)
		if err != nil {
			return err
		}
		for _, id := range people {
			m, err := tx.Member(id)
			if err != nil {
				return err
			}
			if m.Name == "Tí" {
				return tx.LeaveClub(h.club.ID, id, "")
			}
		}
		return errors.New("Tí is nowhere")
	})
	h.now = time.Date(2026, 12, 2, 18, 0, 0, 0, time.UTC)
	h.tick()
	check(t, "told", h.news(), "eve/Lan eve/Na")
}

// A process that dies, or an engine that fails, leaves nobody out and tells
// nobody twice.
func TestClubCrash(t *testing.T) {
	var names []string
	for range 150 {
		names = append(names, "Na")
	}
	h := newClubhouse(t, names...)
	h.meet(48 * time.Hour)
	h.now = time.Date(2026, 12, 2, 18, 0, 0, 0, time.UTC)
	handed := 0
	h.broken = func(flows.Input) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if handed++; handed%70 == 0 {
			return errors.New("no room")
		}
		return nil
	}
	for i := range 60 {
		h.schedule.Tick(t.Context()) // may fail: then the row is tried again
		h.now = h.now.Add(time.Second)
		if i%5 == 4 {
			h.start()
		}
	}
	check(t, "told", strings.Count(h.news(), "eve/"), len(names)+1)
}

// What was to be said of clubs before a restore waits for the operator.
func TestHoldClub(t *testing.T) {
	h := newClubhouse(t, "Na")
	h.meet(48 * time.Hour)
	h.now = time.Date(2026, 12, 2, 18, 30, 0, 0, time.UTC)
	h.update(func(tx *store.Tx) error { return tx.HoldBack(noon) })
	h.tick()
	check(t, "told before the release", h.news(), "")
	h.update(func(tx *store.Tx) error { return tx.EndHold() })
	h.tick()
	check(t, "told after it", h.news(), "eve/Lan eve/Na")
}

// A clock that jumps or is set back tells nobody of a meeting twice, and nobody
// late of what has begun.
func TestClubClockJumps(t *testing.T) {
	h := newClubhouse(t, "Na")
	h.meet(48 * time.Hour) // at noon on the 3rd
	at := func(day, hour int) {
		h.now = time.Date(2026, 12, day, hour, 0, 0, 0, time.UTC)
		h.tick()
	}
	at(2, 18)
	check(t, "told in the evening before", h.news(), "eve/Lan eve/Na")
	at(2, 17)
	at(1, 18)
	at(2, 18)
	check(t, "told after the clock was set back", h.news(), "")
	at(3, 11)
	check(t, "told an hour late", h.news(), "soon/Lan soon/Na")
	at(3, 10)
	at(2, 18)
	at(4, 18)
	check(t, "told again, or of what is over", h.news(), "")
	check(t, "rows left", h.left(), 0)
}
