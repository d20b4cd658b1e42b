package schedule

import (
	"errors"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store/memory"
)

var vietNam = time.FixedZone("+07", 7*60*60)

// at is a moment of the first day or, after the first midnight, of the second.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 12, day, hour, minute, 0, 0, vietNam).UTC()
}

func TestMorning(t *testing.T) {
	w := newWorld(t, memory.New())
	w.schedule.Quiet(vietNam)
	for _, tt := range []struct {
		at   time.Time
		want time.Time // zero: it is day
	}{
		{at(1, 7, 0), time.Time{}},
		{at(1, 20, 59), time.Time{}},
		{at(1, 21, 0), at(2, 7, 0)},
		{at(1, 23, 59), at(2, 7, 0)},
		{at(2, 0, 0), at(2, 7, 0)},
		{at(2, 6, 59), at(2, 7, 0)},
		{at(31, 22, 0), at(32, 7, 0)},
	} {
		w.now = tt.at
		end, night, err := w.schedule.morning(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if night == tt.want.IsZero() || night && !end.Equal(tt.want) {
			t.Errorf("morning(%v) = %v, %t, want %v", tt.at.In(vietNam), end, night, tt.want)
		}
	}
	w.open()
	if _, night, err := w.schedule.morning(t.Context()); night || err != nil {
		t.Errorf("there is a night where nobody said in which zone, or %v", err)
	}
}

// goTo lets time pass, a tick a minute, while all is heard.
func (h *house) goTo(at time.Time) {
	h.t.Helper()
	for h.now.Before(at) {
		h.now = h.now.Add(min(time.Minute, at.Sub(h.now)))
		h.heard = h.now
		h.tick()
	}
}

// newNight is a house in which it is evening, with so many open questions of
// which the last stand with people who have just spoken when an outage begins.
func newNight(t *testing.T, begins time.Time, asked, awake int) *house {
	h := newHouse(t)
	h.zone = vietNam
	h.now = begins.Add(-time.Hour)
	h.start()
	h.pass(time.Second, true)
	h.talks(asked, asked)
	h.goTo(begins.Add(-time.Minute))
	h.talks(awake, awake) // the first of them once more
	h.goTo(begins)
	h.pass(200*time.Second, false)
	return h
}

func TestOutageAtNight(t *testing.T) {
	h := newNight(t, at(1, 23, 0), 300, 80)
	h.pass(2*time.Minute, true)
	check(t, "asked at night", h.took(), 80)
	h.start()
	h.goTo(at(2, 6, 59))
	check(t, "asked before the morning", h.took(), 0)
	check(t, "rows left", h.left(), 1)
	h.goTo(at(2, 7, 0))
	h.pass(time.Minute, true)
	check(t, "asked in the morning", h.took(), 220)
	check(t, "rows left", h.left(), 0)
}

// Whoever was not asked when the night begins is asked in the morning.
func TestOutageBeforeTheNight(t *testing.T) {
	h := newNight(t, at(1, 20, 56), 1500, 0)
	h.pass(35*time.Second, true) // until 20:59:55
	evening := h.took()
	if evening == 0 || evening == 1500 {
		t.Fatalf("%d are asked before the night, want some", evening)
	}
	h.goTo(at(2, 6, 59))
	check(t, "asked at night", h.took(), 0)
	h.goTo(at(2, 7, 0))
	h.pass(time.Minute, true)
	check(t, "asked in the morning", h.took(), 1500-evening)
	check(t, "rows left", h.left(), 0)
}

// A process that dies, or a store that fails, in the middle of it leaves nobody
// out and asks nobody twice.
func TestOutageAtNightCrash(t *testing.T) {
	h := newNight(t, at(1, 23, 0), 300, 80)
	handed := 0
	h.broken = func(flows.Input) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if handed++; handed%150 == 0 {
			return errors.New("no room")
		}
		return nil
	}
	ticks := func(n int) {
		for range n {
			h.now = h.now.Add(time.Second)
			h.heard = h.now
			h.schedule.Tick(t.Context()) // may fail: then the row is tried again
			if h.now.Second()%5 == 0 {
				h.start()
			}
		}
	}
	ticks(300)
	check(t, "rows left", h.left(), 1)
	night := len(h.asked)
	h.goTo(at(2, 7, 0).Add(-time.Second))
	ticks(300)
	check(t, "asked at night", night, 80)
	check(t, "asked in all", h.took(), 300)
	check(t, "rows left", h.left(), 0)
}
