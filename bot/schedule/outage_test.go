package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// A house has people with open questions, a clock that is stopped and an ear
// whose hearing the test sets.
type house struct {
	*world
	heard  time.Time
	zone   *time.Location // nil: there is no night
	asked  []string       // whose question was put again
	writes int
}

// counting counts how often it is kept until when a channel heard.
type counting struct {
	store.Backend
	n *int
}

func (c counting) Update(ctx context.Context, fn func(store.KV) error) error {
	return c.Backend.Update(ctx, func(kv store.KV) error { return fn(countingKV{kv, c.n}) })
}

type countingKV struct {
	store.KV
	n *int
}

func (c countingKV) Put(bucket, key string, value []byte) error {
	if bucket == "meta" && strings.HasPrefix(key, "heard/") {
		*c.n++
	}
	return c.KV.Put(bucket, key, value)
}

func newHouse(t *testing.T) *house {
	h := &house{}
	h.world = newWorld(t, counting{memory.New(), &h.writes})
	h.start()
	return h
}

// start starts a process.
func (h *house) start() {
	h.open()
	h.heard = time.Time{}
	h.schedule = New(h.Store, func(ctx context.Context, in flows.Input) error {
		if h.broken != nil {
			if err := h.broken(in); err != nil {
				return err
			}
		}
		first := false
		err := h.Update(ctx, func(tx *store.Tx) (err error) {
			first, err = tx.FirstSeen(in.ID)
			return err
		})
		if first {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.asked = append(h.asked, in.Member)
		}
		return err
	})
	h.schedule.Quiet(h.zone)
	h.schedule.Listen(Ear{Name: "test:1", Heard: func() time.Time { return h.heard }, Taps: 150 * time.Second, Rest: 24 * time.Hour})
}

// pass lets time pass with a tick every second, while the ear hears or not.
func (h *house) pass(d time.Duration, hears bool) {
	h.t.Helper()
	for range d / time.Second {
		h.now = h.now.Add(time.Second)
		if hears {
			h.heard = h.now
		}
		h.tick()
	}
}

// talks keeps n talks with an open question, of which so many have buttons below
// their message, and the rest are in the middle of something.
func (h *house) talks(n, inline int) {
	h.update(func(tx *store.Tx) error {
		for i := range n {
			if err := tx.PutConversation(&store.Conversation{
				Member: fmt.Sprintf("m%05d", i), At: tx.Now, Frames: make([]store.Frame, 2), Prompt: &store.Prompt{Inline: i < inline},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// took returns how many were asked again since it was called last, none twice.
func (h *house) took() int {
	slices.Sort(h.asked)
	n := len(h.asked)
	if len(slices.Compact(h.asked)) != n {
		h.t.Error("somebody is asked twice")
	}
	h.asked = nil
	return n
}

func TestOutages(t *testing.T) {
	h := newHouse(t)
	h.talks(300, 200)
	h.pass(5*time.Minute, true)
	check(t, "all is well", h.took(), 0)

	h.pass(2*time.Minute, false)
	h.pass(2*time.Minute, true)
	check(t, "two minutes", h.took(), 0)

	h.pass(200*time.Second, false)
	h.pass(20*time.Second, true)
	check(t, "what has waited there comes first", h.took(), 0)
	h.pass(20*time.Second, true)
	check(t, "200 seconds", h.took(), 200)
	check(t, "rows left", h.left(), 0)
	h.pass(time.Hour, true)
	check(t, "once", h.took(), 0)

	h.start()
	h.pass(2*time.Minute, true)
	check(t, "a restart", h.took(), 0)

	h.now = h.now.Add(10 * time.Minute)
	h.start()
	h.pass(2*time.Minute, true)
	check(t, "the process was down for ten minutes", h.took(), 200)

	h.now = h.now.Add(25 * time.Hour)
	h.start()
	h.pass(2*time.Minute, false)
	check(t, "down for a day, and nothing heard yet", h.took(), 0)
	h.pass(2*time.Minute, true)
	check(t, "down for a day", h.took(), 300)

	h.now = h.now.Add(-time.Hour)
	h.pass(2*time.Hour, true)
	check(t, "the clock went back", h.took(), 0)
}

// A process that dies, or a store that fails, in the middle of it leaves nobody
// out and asks nobody twice.
func TestOutageCrash(t *testing.T) {
	h := newHouse(t)
	h.talks(500, 500)
	h.pass(time.Minute, true)
	h.now = h.now.Add(10 * time.Minute)
	h.start()
	handed := 0
	h.broken = func(flows.Input) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if handed++; handed%150 == 0 {
			return errors.New("no room")
		}
		return nil
	}
	for i := range 200 {
		h.now = h.now.Add(time.Second)
		h.heard = h.now
		h.schedule.Tick(t.Context()) // may fail: then the row is tried again
		if i%30 == 29 {
			h.start()
		}
	}
	check(t, "asked again", h.took(), 500)
	check(t, "rows left", h.left(), 0)
}

// It costs a write a minute.
func TestHeardIsKeptOnceAMinute(t *testing.T) {
	h := newHouse(t)
	h.pass(2*time.Minute, true)
	before := h.writes
	h.pass(10*time.Minute, true)
	check(t, "writes in ten minutes", h.writes-before, 10)
}

// Of two processes now one and now the other hears the network, while the clock
// stays with the first. Only what neither has heard is an outage.
func TestOutageOfSeveral(t *testing.T) {
	h := newHouse(t)
	h.talks(300, 200)
	var elsewhere time.Time
	other := New(h.Store, func(context.Context, flows.Input) error { return errors.New("this is not the clock") })
	other.Listen(Ear{Name: "test:1", Heard: func() time.Time { return elsewhere }, Taps: 150 * time.Second, Rest: 24 * time.Hour})
	pass := func(d time.Duration, there bool) {
		t.Helper()
		for range d / time.Second {
			h.pass(time.Second, false)
			if there {
				elsewhere = h.now
			}
			if err := other.listen(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.pass(5*time.Minute, true)
	pass(10*time.Minute, true)
	h.pass(5*time.Minute, true)
	check(t, "one after the other", h.took(), 0)
	pass(10*time.Minute, true)
	check(t, "and back", h.took(), 0)

	pass(200*time.Second, false)
	pass(40*time.Second, true)
	check(t, "neither heard for 200 seconds", h.took(), 200)
	h.pass(5*time.Minute, true)
	check(t, "once", h.took(), 0)
}
