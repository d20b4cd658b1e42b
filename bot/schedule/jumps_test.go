package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"pgregory.net/rapid"
)

// A jumper is a schedule whose clock goes forward and back, whose process dies
// and whose engine fails, beside a model of what it owes to people: the reminders
// that are planned and not done.
type jumper struct {
	t     *rapid.T
	db    store.Backend
	night store.Night

	store    *store.Store
	schedule *Schedule

	mu     sync.Mutex // held by whoever looks at what is below
	now    time.Time
	step   time.Duration // of the clock when the engine is called next, in the middle of a tick
	broken bool
	fired  []string       // in this tick
	times  map[string]int // how often each reminder was told

	owed      map[string]*debt // by id
	trainings []string
}

// A debt is a reminder that is planned.
type debt struct {
	training  string
	at, until time.Time
	start     time.Time
}

// settleDebts says what a whole tick at now tells, and forgets what it tells and
// what lapses in it.
func (j *jumper) settleDebts() (want []string) {
	nearest := map[string]string{} // by training
	for id, d := range j.owed {
		switch {
		case d.at.After(j.now):
		case j.night.Falls(j.now):
			d.at = j.night.Awake(j.now)
		case !j.now.Before(d.until) || !j.now.Before(d.start):
			delete(j.owed, id)
		default:
			other, several := nearest[d.training]
			if !several {
				nearest[d.training] = id
				continue
			}
			if o := j.owed[other]; d.at.After(o.at) || d.at.Equal(o.at) && d.until.After(o.until) {
				nearest[d.training], id = id, other
			}
			delete(j.owed, id)
		}
	}
	for _, id := range nearest {
		want = append(want, id)
	}
	slices.Sort(want)
	return want
}

func (j *jumper) clock() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.now
}

// open starts a process.
func (j *jumper) open() {
	s, err := store.Open(context.Background(), j.db, store.Options{Now: j.clock, Zone: j.night.Zone})
	if err != nil {
		j.t.Fatal(err)
	}
	j.store = s
	j.schedule = New(s, j.handle)
	j.schedule.Quiet(j.night.Zone)
}

func (j *jumper) update(fn func(*store.Tx) error) {
	if err := j.store.Update(context.Background(), fn); err != nil {
		j.t.Fatal(err)
	}
}

// handle does with an input what the engine does: each ID acts once.
func (j *jumper) handle(ctx context.Context, in flows.Input) error {
	if in.Flow != remindFlow {
		return nil
	}
	j.mu.Lock()
	j.now, j.step = j.now.Add(j.step), 0
	broken := j.broken
	j.mu.Unlock()
	if broken {
		return errors.New("no room")
	}
	first := false
	err := j.store.Update(ctx, func(tx *store.Tx) (err error) {
		first, err = tx.FirstSeen(in.ID)
		return err
	})
	if err != nil || !first {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.times[in.ID]++
	j.fired = append(j.fired, in.ID[:strings.LastIndexByte(in.ID, '/')])
	return nil
}

// plan takes in what a training plans that is as t is.
func (j *jumper) plan(t *store.Training) {
	for id, d := range j.owed {
		if d.training == t.ID {
			delete(j.owed, id)
		}
	}
	if !t.Cancelled.IsZero() {
		return
	}
	for _, r := range store.Reminders(t.Start, j.night) {
		if r.At.After(j.now) {
			j.owed[fmt.Sprintf("remind/%s/%s/%d", r.Rule, t.ID, t.Moved)] = &debt{t.ID, r.At, r.Until, t.Start}
		}
	}
}

// begin plans a training that begins so long from now, with one seat taken.
func (j *jumper) begin(in time.Duration) {
	j.update(func(tx *store.Tx) error {
		t := &store.Training{Start: j.now.Add(in), End: j.now.Add(in + time.Hour), Seats: 5, Name: store.Text{"vi": "Khởi nghiệp"}}
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		if err := errors.Join(tx.AddTraining(t), tx.PutMember(m)); err != nil {
			return err
		}
		if _, err := tx.Register(&store.Registration{Training: t.ID, Member: m.ID}); err != nil {
			return err
		}
		j.trainings = append(j.trainings, t.ID)
		j.plan(t)
		return nil
	})
}

// change moves or cancels a training that is open.
func (j *jumper) change(id string, edit func(*store.Training)) {
	j.update(func(tx *store.Tx) error {
		t, err := tx.Training(id)
		if err != nil || !t.Open(tx.Now) {
			return err
		}
		t, err = tx.ChangeTraining(id, t.Revision, edit)
		if err == nil {
			j.plan(t)
		}
		return err
	})
}

// tick lets the clock tick, and looks whether exactly what is owed is told.
func (j *jumper) tick() {
	want := j.settleDebts()
	j.fired = nil
	if err := j.schedule.Tick(context.Background()); err != nil {
		j.t.Fatalf("Tick: %v", err)
	}
	slices.Sort(j.fired)
	if !slices.Equal(j.fired, want) {
		j.t.Fatalf("at %v are told %q, want %q", j.now.In(j.night.Zone), j.fired, want)
	}
	for _, id := range want {
		delete(j.owed, id)
	}
}

// failed lets the clock tick while the engine fails, or its clock is set in the
// middle, and the process die then.
func (j *jumper) failed(step time.Duration, broken bool) {
	want := j.settleDebts()
	j.fired, j.step, j.broken = nil, step, broken
	j.schedule.Tick(context.Background()) // may fail: what was not told stays owed
	j.step, j.broken = 0, false
	for _, id := range j.fired {
		if !slices.Contains(want, id) {
			j.t.Fatalf("at %v is told %s, which is not owed", j.now, id)
		}
		delete(j.owed, id)
	}
	if !broken && len(j.fired) != len(want) {
		j.t.Fatalf("when the clock is set by %v in the middle of a tick %q are told, want %q", step, j.fired, want)
	}
	j.open()
}

// TestClockJumps lets the clock go on, jump and be set back, between ticks and in
// the middle of them, by an hour, a day or a while, in zones with and without
// daylight saving: nobody is told twice, nor what is not owed, nor at night; and
// what is owed is told at the first tick by day within its bound.
func TestClockJumps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"}).Draw(rt, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			rt.Fatal(err)
		}
		month := rapid.SampledFrom([]time.Month{time.February, time.March, time.April, time.October, time.November}).Draw(rt, "month")
		j := &jumper{
			t: rt, db: memory.New(), night: store.Night{Quiet: store.DefaultQuiet, Zone: zone},
			now: time.Date(2026, month, 1+rapid.IntRange(0, 27).Draw(rt, "day"), 5, 0, 0, 0, time.UTC), times: map[string]int{}, owed: map[string]*debt{},
		}
		j.open()
		span := rapid.Custom(func(rt *rapid.T) time.Duration {
			return rapid.OneOf(
				rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 2 * time.Hour, day}),
				rapid.Map(rapid.IntRange(1, 3*86400), func(s int) time.Duration { return time.Duration(s) * time.Second }),
			).Draw(rt, "span")
		})
		ahead := rapid.Map(rapid.IntRange(1, 9*24*4), func(quarters int) time.Duration { return time.Duration(quarters) * 15 * time.Minute })
		some := func() (string, bool) {
			if len(j.trainings) == 0 {
				return "", false
			}
			return rapid.SampledFrom(j.trainings).Draw(rt, "training"), true
		}
		rt.Repeat(map[string]func(*rapid.T){
			"add": func(rt *rapid.T) { j.begin(ahead.Draw(rt, "ahead")) },
			"move": func(rt *rapid.T) {
				if id, ok := some(); ok {
					start := j.now.Add(ahead.Draw(rt, "ahead"))
					j.change(id, func(t *store.Training) { t.Start, t.End = start, start.Add(time.Hour) })
				}
			},
			"cancel": func(rt *rapid.T) {
				if id, ok := some(); ok && rapid.IntRange(0, 4).Draw(rt, "chance") == 0 {
					j.change(id, func(t *store.Training) { t.Cancelled = j.now })
				}
			},
			"forward": func(rt *rapid.T) { j.now = j.now.Add(span.Draw(rt, "span")); j.tick() },
			"back":    func(rt *rapid.T) { j.now = j.now.Add(-span.Draw(rt, "span")); j.tick() },
			"next": func(*rapid.T) { // until something is owed
				var next time.Time
				for _, d := range j.owed {
					if d.at.After(j.now) && (next.IsZero() || d.at.Before(next)) {
						next = d.at
					}
				}
				if !next.IsZero() {
					j.now = next
				}
				j.tick()
				j.tick()
			},
			"crash":                     func(*rapid.T) { j.open() },
			"fail":                      func(*rapid.T) { j.failed(0, true) },
			"set forward in the middle": func(rt *rapid.T) { j.failed(span.Draw(rt, "span"), false) },
			"set back in the middle":    func(rt *rapid.T) { j.failed(-span.Draw(rt, "span"), false) },
		})
		for id, n := range j.times {
			if n > 1 {
				rt.Fatalf("%s is told %d times", id, n)
			}
		}
	})
}
