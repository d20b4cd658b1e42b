package schedule

import (
	"context"
	"sync"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// Guests who are invited in the evening are asked in the morning, each in a row of
// her own, and once although the process dies in between.
func TestGuests(t *testing.T) {
	w := newWorld(t, memory.New())
	var mu sync.Mutex // rows of several people are heard side by side
	var heard []flows.Input
	event := ""
	begin := func() {
		w.open()
		w.schedule.Quiet(vietNam)
		w.schedule.handle = func(ctx context.Context, in flows.Input) error {
			mu.Lock()
			heard = append(heard, in)
			mu.Unlock()
			return w.Update(ctx, func(tx *store.Tx) error { // as the flow does
				for g, err := range tx.Guests(event) {
					if err != nil {
						return err
					}
					if g.Member == in.Member {
						if err := tx.ToldGuest(g); err != nil {
							return err
						}
					}
				}
				return nil
			})
		}
	}
	begin()
	w.now = at(1, 22, 0)
	w.update(func(tx *store.Tx) error {
		dialogue := &store.Training{Kind: store.Dialogue, Name: store.Text{"vi": "Trao đổi"}, Start: at(9, 8, 0), End: at(9, 11, 0), Seats: 3, ByInvitation: true}
		if err := tx.AddTraining(dialogue); err != nil {
			return err
		}
		event = dialogue.ID
		var guests []*store.Guest
		for _, name := range []string{"Hoa", "Mai"} {
			_, m, _, err := tx.Meet("test:1", name)
			if err != nil {
				return err
			}
			guests = append(guests, &store.Guest{Member: m.ID})
		}
		_, err := tx.Invite(event, "", guests)
		return err
	})
	tick := func(moment time.Time) {
		t.Helper()
		w.now = moment
		if err := w.schedule.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick(at(1, 22, 1))
	tick(at(2, 6, 59))
	check(t, "asked at night", len(heard), 0)
	w.life.dead.Store(true)
	begin()
	for second := range 5 {
		tick(at(2, 7, 0).Add(time.Duration(second) * time.Second))
	}
	check(t, "asked in the morning", len(heard), 2)
	if in := heard[0]; in.Flow != "invitation" || in.Kind != flows.Due {
		t.Errorf("handed over %+v", in)
	}
	tick(at(3, 7, 0))
	check(t, "asked again", len(heard), 2)
	tick(at(6, 7, 59))
	check(t, "reminded too early", len(heard), 2)
	tick(at(6, 8, 0)) // the answer is due at eight the next morning
	tick(at(6, 8, 1))
	tick(at(6, 8, 2))
	check(t, "reminded once", len(heard), 4)
	tick(at(8, 8, 0))
	w.update(func(tx *store.Tx) error {
		tr, err := tx.Training(event)
		if err == nil {
			check(t, "seats kept a day after the answer was due", tr.Invited, 0)
		}
		return err
	})
}
