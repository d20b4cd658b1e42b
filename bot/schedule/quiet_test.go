package schedule

import (
	"context"
	"strings"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// newHome is a world where people live by the clocks of Viet Nam, at the
// beginning of a day.
func newHome(t *testing.T) *world {
	w := newWorld(t, memory.New())
	w.home, w.now = vietNam, at(1, 0, 0)
	w.open()
	return w
}

// watch lets the clock tick every hour and whenever something is due until end,
// and returns who was reminded when.
func (w *world) watch(end time.Time) string {
	var all []string
	for ; !w.now.After(end); w.now = w.next() {
		w.tick()
		if s := w.take(); s != "" {
			all = append(all, s+" "+w.now.In(vietNam).Format("2 15:04"))
		}
	}
	return strings.Join(all, ", ")
}

// next is when something is due next, or an hour from now.
func (w *world) next() time.Time {
	next := w.now.Add(time.Hour)
	w.update(func(tx *store.Tx) error {
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			if d.At.After(w.now) && d.At.Before(next) {
				next = d.At
			}
		}
		return nil
	})
	return next
}

// Nobody is reminded at night, and whoever goes to an early training hears of it
// in the evening before.
func TestQuietHours(t *testing.T) {
	for _, tt := range []struct {
		hour, minute int // at which it begins, on the 10th
		want         string
	}{
		{14, 0, "7d/An 3 14:00, 1d/An 9 14:00, 2h/An 10 12:00"},
		{20, 59, "7d/An 3 20:59, 1d/An 9 20:59, 2h/An 10 18:59"},
		{21, 0, "7d/An 3 20:00, 1d/An 9 20:00, 2h/An 10 19:00"},
		{22, 59, "7d/An 3 20:00, 1d/An 9 20:00, 2h/An 10 20:59"},
		{23, 0, "7d/An 3 20:00, 1d/An 9 20:00, 2h/An 10 20:00"},
		{9, 0, "7d/An 3 09:00, 1d/An 9 09:00, 2h/An 10 07:00"},
		{8, 59, "7d/An 3 08:59, 1d/An 9 08:59, 2h/An 10 07:00"},
		{8, 0, "7d/An 3 08:00, 1d/An 9 08:00, 2h/An 10 07:00"}, // an hour is of use still
		{7, 59, "7d/An 3 07:59, 1d/An 9 07:59, 2h/An 9 20:00"}, // less is not
		{7, 0, "7d/An 3 07:00, 1d/An 9 07:00, 2h/An 9 20:00"},
		{6, 59, "7d/An 3 07:00, 1d/An 9 07:00, 2h/An 9 20:00"},
		{6, 30, "7d/An 3 07:00, 1d/An 9 07:00, 2h/An 9 20:00"},
		{0, 0, "7d/An 3 07:00, 1d/An 9 07:00, 2h/An 9 20:00"},
	} {
		w := newHome(t)
		w.training(at(10, tt.hour, tt.minute).Sub(w.now), "An")
		check(t, at(10, tt.hour, tt.minute).In(vietNam).Format("15:04"), w.watch(at(11, 0, 0)), tt.want)
		check(t, "missed", w.schedule.Stats().Missed, 0)
	}
}

// The operator's quiet hours are kept, and what was planned by others wakes
// nobody.
func TestQuietHoursAreSet(t *testing.T) {
	w := newHome(t)
	set := func(text string) {
		w.update(func(tx *store.Tx) error {
			s, err := tx.Settings()
			if err == nil {
				s.Quiet, err = store.ParseQuiet(text)
			}
			if err == nil {
				err = tx.PutSettings(s)
			}
			return err
		})
	}
	set("22:30-06:00")
	w.training(at(10, 7, 0).Sub(w.now), "An")
	w.training(at(10, 6, 30).Sub(w.now), "Chi")
	w.now = at(8, 0, 0)
	check(t, "told", w.watch(at(9, 6, 0)), "")
	set("22:30-07:30")
	check(t, "told", w.watch(at(11, 0, 0)), "1d/An 1d/Chi 9 07:30, 2h/Chi 9 21:30")
	check(t, "missed", w.schedule.Stats().Missed, 2+1) // seven days before, while nothing ran; and 2h/An, whose time had come to be in the night
}

// What is late when the night begins waits for the morning, if it is of use then.
func TestLateBeforeTheNight(t *testing.T) {
	w := newHome(t)
	w.training(at(10, 19, 30).Sub(w.now), "An")
	w.training(at(10, 6, 30).Sub(w.now), "Chi") // its last reminder is of the evening
	w.training(at(10, 9, 0).Sub(w.now), "Yến")  // told in the morning by day
	w.now = at(9, 16, 0)
	w.tick()
	check(t, "told by day", w.take(), "")
	w.now = at(9, 22, 30)
	check(t, "told at night", w.watch(at(10, 6, 59)), "")
	check(t, "told later", w.watch(at(11, 0, 0)), "1d/An 2h/Yến 10 07:00, 2h/An 10 17:30")
	stats := w.schedule.Stats()
	check(t, "seven days before, too late", stats.Lapsed["remind/7d"], 3)
	check(t, "a day before, too late", stats.Lapsed["remind/1d"], 2)
	check(t, "shortly before, too late", stats.Lapsed["remind/2h"], 1)
	check(t, "people", stats.Missed, 6)
}

// News that can wait for the morning does so, also when it is under way as the
// night begins; what cannot does not.
func TestNewsAtNight(t *testing.T) {
	w := newHome(t)
	var told []string
	w.schedule.handle = w.hearing(&told)
	w.now = at(8, 22, 0)
	near, far := w.training(at(9, 9, 59).Sub(w.now), "An"), w.training(at(9, 10, 0).Sub(w.now), "Bình", "Chi")
	tell := func(training string) {
		w.update(func(tx *store.Tx) error {
			tr, err := tx.Training(training)
			if err != nil {
				return err
			}
			return planTelling(tx, tr, []byte(`"news"`))
		})
	}
	tell(near)
	tell(far)
	watch := func(end time.Time) string {
		var all []string
		for ; !w.now.After(end); w.now = w.now.Add(time.Minute) {
			w.tick()
			w.take()
			for _, name := range told {
				all = append(all, name+" "+w.now.In(vietNam).Format("15:04"))
			}
			told = nil
		}
		return strings.Join(all, ", ")
	}
	check(t, "told at night", watch(at(8, 23, 0)), "An 22:01")
	w.change(far, func(t *store.Training) { t.Place = "elsewhere" })
	tell(far)
	if got := watch(at(9, 8, 0)); got != "Bình 07:01, Chi 07:01" && got != "Chi 07:01, Bình 07:01" {
		t.Errorf("told in the morning: %s, want Bình and Chi once", got)
	}

	w.now = at(9, 20, 59)
	later := w.training(at(12, 9, 0).Sub(w.now), "Dung")
	tell(later)
	w.tick() // she has a row of her own
	w.now = at(9, 21, 0)
	check(t, "told when the night has begun", watch(at(10, 6, 59)), "")
	check(t, "told when it is over", watch(at(10, 7, 5)), "Dung 07:00")
}

// hearing is an engine that notes who was told, and deletes the row in the same
// turn.
func (w *world) hearing(told *[]string) func(context.Context, flows.Input) error {
	return func(ctx context.Context, in flows.Input) error {
		name := ""
		err := w.Update(ctx, func(tx *store.Tx) error {
			m, err := tx.Member(in.Member)
			if err != nil {
				return err
			}
			name = m.Name
			if in.Done != nil {
				return in.Done(tx)
			}
			return nil
		})
		if err == nil && in.Flow == tellFlow {
			w.mu.Lock()
			*told = append(*told, name)
			w.mu.Unlock()
		}
		return err
	}
}

// Every kind of row that something plans stands in the table of how late it may
// be, and ends when the table says.
func TestLateness(t *testing.T) {
	w := newHome(t)
	w.now = at(1, 12, 0)
	id := w.training(20*day, "An", "Bình")
	var rows []*store.Due
	w.update(func(tx *store.Tx) error {
		rows = nil
		tr, err := tx.Training(id)
		if err != nil {
			return err
		}
		if err := planTelling(tx, tr, nil); err != nil {
			return err
		}
		if err := tx.PlanCertificates(tr); err != nil {
			return err
		}
		c := &store.Club{Name: "Thủ lĩnh", Kind: store.Pupils}
		if err := tx.AddClub(c); err != nil {
			return err
		}
		m := &store.Meeting{Club: c.ID, Start: w.now.Add(5 * day)}
		if err := tx.AddMeeting(m); err != nil {
			return err
		}
		if err := tx.PlanMeeting(m, vietNam); err != nil {
			return err
		}
		for _, what := range []store.ClubWhat{store.MeetingAdded, store.MeetingMoved, store.MeetingCancelled, store.RuleChanged, store.ClubClosed} {
			news := store.ClubNews{What: what, Meeting: m.ID}
			if what == store.MeetingAdded || what == store.MeetingMoved || what == store.MeetingCancelled {
				news.Until = m.Start
			}
			if err := tx.TellClub(c, news, time.Time{}, vietNam); err != nil {
				return err
			}
		}
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			rows = append(rows, d)
		}
		return nil
	})
	table := map[string]store.Lateness{}
	for _, l := range store.Latenesses {
		if _, again := table[l.Kind]; again || l.Until == "" {
			t.Errorf("%s stands twice, or it is not said until when", l.Kind)
		}
		table[l.Kind] = l
	}
	seen := map[string]bool{}
	for _, d := range rows {
		l, ok := table[d.Kind()]
		if !ok {
			t.Errorf("%s: its kind %s is in no table", d.ID, d.Kind())
		}
		seen[d.Kind()] = true
		if late := d.Until.Sub(d.At); late <= 0 || l.Bound > 0 && late > l.Bound {
			t.Errorf("%s is done until %v after its time, want %v", d.ID, late, l.Bound)
		}
	}
	for _, kind := range []string{
		"remind/7d", "remind/1d", "remind/2h", "tell", "feedback", "certificate",
		"club/eve", "club/soon", "club/added", "club/moved", "club/cancelled", "club/rule", "club/closed",
	} {
		if !seen[kind] {
			t.Errorf("nothing of the kind %s was planned", kind)
		}
	}
}
