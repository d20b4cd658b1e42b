package broadcast_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// Processes die at any time: nobody is shown anything twice, everybody ends in
// one bin, and unknown are no more than were under way.
func TestCrashes(t *testing.T) {
	inWorld(t, func(w *world) {
		const n = 1500
		w.women("31", n)
		id := w.send("31")
		crashes := 0
		for b, _ := w.now(id); b.Ended.IsZero(); b, _ = w.now(id) {
			time.Sleep(time.Duration(700+crashes*137%1900) * time.Millisecond)
			w.restart()
			if crashes++; crashes > 400 {
				t.Fatal("comes to no end")
			}
		}
		w.once()
		_, bins := w.now(id)
		flying := int(w.net.limits.Total*w.net.latency.Seconds()) + 2
		if bins.Over() != n || bins.Unknown > crashes*flying || bins.Delivered+bins.Unknown != n {
			t.Errorf("%d crashes: %+v", crashes, bins)
		}
		if shown := w.net.count(); shown < bins.Delivered || shown > n {
			t.Errorf("%d shown, %d delivered", shown, bins.Delivered)
		}
		t.Logf("%d crashes: %d unknown, %.2f a crash; rate × round trip is %.2f", crashes, bins.Unknown,
			float64(bins.Unknown)/float64(crashes), w.net.limits.Total*w.net.latency.Seconds())
	})
}

// A mortal backend is one whose process can die: what was committed stays, and
// nothing more is.
type mortal struct {
	store.Backend
	dead atomic.Bool
	plan *plan // nil: it dies when it is told to
}

func (m *mortal) View(ctx context.Context, fn func(store.KV) error) error {
	if m.dead.Load() {
		return store.ErrClosed
	}
	return m.Backend.View(ctx, fn)
}

func (m *mortal) Update(ctx context.Context, fn func(store.KV) error) error {
	if m.dead.Load() || m.plan.dies(m, "before a commit") {
		return store.ErrClosed
	}
	err := m.Backend.Update(ctx, fn)
	if m.dead.Load() || m.plan.dies(m, "after a commit") {
		return store.ErrClosed
	}
	return err
}

// A plan says after how many points a process dies, and at which kind of them.
type plan struct {
	mu    sync.Mutex
	kind  string
	left  int
	died  map[string]int
	ended chan struct{}
}

// points are the kinds of points at which processes die.
var points = []string{"before a commit", "after a commit", "before a call", "after a call, before its answer"}

// dies says whether the process dies here.
func (p *plan) dies(m *mortal, kind string) bool {
	if p == nil || kind != p.kind {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left--; p.left != 0 {
		return false
	}
	m.dead.Store(true)
	p.died[kind]++
	close(p.ended)
	return true
}

// TestCrashPoints sends broadcasts while their process dies at one point after
// another, CHIHAI_BROADCAST_CRASHES times (200 unless said otherwise). Meanwhile women opt
// out, are deleted and have to be passed on to, and broadcasts are paused and
// let go on. In the end each woman was shown it once at most, and her bin says
// what happened.
//
//	CHIHAI_BROADCAST_CRASHES=10000 go test ./bot/broadcast -run TestCrashPoints -v -timeout 1h
func TestCrashPoints(t *testing.T) {
	crashes := 200
	if s := os.Getenv("CHIHAI_BROADCAST_CRASHES"); s != "" {
		var err error
		if crashes, err = strconv.Atoi(s); err != nil {
			t.Fatal("CHIHAI_BROADCAST_CRASHES:", err)
		}
	}
	died, unknown, broadcasts := map[string]int{}, 0, 0
	total := func() (n int) {
		for k := range maps.Values(died) {
			n += k
		}
		return n
	}
	for seed := uint64(0); total() < crashes && !t.Failed(); seed++ {
		broadcasts++
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.t = t
			c := &crashing{world: w, random: rand.New(rand.NewPCG(seed, 4)), died: died}
			unknown += c.play()
		})
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}
	t.Logf("%d crashes in %d broadcasts: %v; %.2f unknown a crash", total(), broadcasts, died, float64(unknown)/float64(total()))
}

// crashing is a world whose process dies at planned points.
type crashing struct {
	*world
	random *rand.Rand
	died   map[string]int
	ids    []string
	id     string
	addr   map[string]string // by member: where she is reached
}

// play sends one broadcast through many crashes, and returns of how many it is
// not known.
func (c *crashing) play() (unknown int) {
	const n = 250
	c.ids = c.women("31", n)
	c.addr = map[string]string{}
	for i, id := range c.ids {
		c.addr[id] = fmt.Sprint("31/", i)
	}
	c.passOn()
	c.net.answer = func(m channel.Message) error {
		if c.life.plan.dies(c.life, "after a call, before its answer") {
			c.net.shows(m) // and nobody hears of it
			return channel.ErrUncertain
		}
		return nil
	}
	c.net.before = func() bool { return c.life.plan.dies(c.life, "before a call") }
	c.id = c.send("31", func(b *store.Broadcast) { b.Urgent = true })
	for lives := 0; ; lives++ {
		if lives > 2000 {
			c.t.Fatal("comes to no end")
		}
		c.open()
		p := &plan{kind: points[c.random.IntN(len(points))], left: 1 + c.random.IntN(12), died: c.died, ended: make(chan struct{})}
		c.life.plan = p
		c.run()
		select {
		case <-p.ended:
		case <-time.After(30 * time.Second): // everything is over, or paused
		}
		c.life.dead.Store(true)
		c.stop()
		if b, _ := c.now(c.id); !b.Ended.IsZero() {
			break
		}
		c.meddle()
	}
	c.open()
	c.sound()
	return c.judge()
}

// passOn gives some of the women somebody without a phone.
func (c *crashing) passOn() {
	c.update(func(tx *store.Tx) error {
		for i := range 9 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name, m.Area = fmt.Sprint("Bà ", i), "31"
			if err := tx.SetRelay(m, c.ids[i/3]); err != nil {
				return err
			}
		}
		return nil
	})
}

// meddle does what people do meanwhile.
func (c *crashing) meddle() {
	c.open()
	who := c.ids[c.random.IntN(len(c.ids))]
	what := c.random.IntN(12)
	c.update(func(tx *store.Tx) error {
		b, err := tx.Broadcast(c.id)
		if err != nil {
			return err
		}
		switch {
		case b.State == store.Paused:
			_, err = tx.ResumeBroadcast(c.id)
			return err
		case what == 0 && b.State == store.Running:
			_, err = tx.PauseBroadcast(c.id, store.PauseAsked, "")
			return err
		case what > 4:
			return nil
		}
		m, err := tx.Member(who)
		if err != nil {
			return nil // she is gone
		}
		if what == 1 {
			return tx.DeleteMember(m, nil)
		}
		m.OptedOut = tx.Now
		return tx.PutMember(m)
	})
}

// judge compares the bin of each woman with what she was shown, and returns of
// how many it is not known.
func (c *crashing) judge() int {
	b, bins := c.now(c.id)
	check(c.t, "over", bins.Over(), b.Total)
	c.update(func(tx *store.Tx) error {
		for _, id := range c.ids {
			bin, err := tx.BinOf(c.id, id)
			if err != nil {
				return err
			}
			shown := 0
			for _, text := range c.net.shown[c.addr[id]] {
				if !strings.Contains(text, "Bà") { // what she was to pass on
					shown++
				}
			}
			ok := map[store.Bin][]int{
				store.BinDelivered: {1}, store.BinUnknown: {0, 1}, store.BinWithdrawn: {0}, store.BinUnreachable: {0}, 0: {0},
			}[bin]
			if !slices.Contains(ok, shown) {
				c.t.Errorf("%s is in bin %q and was shown it %d times", c.addr[id], bin, shown)
			}
		}
		return nil
	})
	for address, texts := range c.net.shown {
		slices.Sort(texts)
		if len(slices.Compact(slices.Clone(texts))) < len(texts) {
			c.t.Errorf("%s was shown the same twice: %q", address, texts)
		}
	}
	return bins.Unknown
}
