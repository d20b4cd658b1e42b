package broadcast_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/broadcast"
	"chihai/bot/channel"
	"chihai/bot/outbox"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"
)

// A network takes messages after a while, and not always.
type network struct {
	limits  channel.Limits
	latency time.Duration
	before  func() bool                 // nil, or whether the process dies before the call goes out
	answer  func(channel.Message) error // nil: everything is taken
	forget  bool                        // what was shown is not remembered, so that it takes no memory

	mu    sync.Mutex
	calls []time.Time
	shown map[string][]string // texts by address
	at    map[string]time.Time
}

func (n *network) Name() string           { return "test:1" }
func (n *network) Limits() channel.Limits { return n.limits }

func (n *network) Receive(ctx context.Context, _ func(flows.Input, func(error))) error {
	<-ctx.Done()
	return nil
}

func (n *network) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if n.forget {
		return channel.Receipt{Network: "n"}, nil
	}
	n.mu.Lock()
	n.calls = append(n.calls, time.Now())
	n.mu.Unlock()
	if n.before != nil && n.before() {
		return channel.Receipt{}, channel.ErrUncertain
	}
	if n.latency > 0 {
		select {
		case <-time.After(n.latency):
		case <-ctx.Done():
			return channel.Receipt{}, channel.ErrUncertain
		}
	}
	if n.answer != nil {
		if err := n.answer(m); err != nil {
			return channel.Receipt{}, err
		}
	}
	n.shows(m)
	return channel.Receipt{Network: "n"}, nil
}

// shows notes that m is on her phone.
func (n *network) shows(m channel.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.shown == nil {
		n.shown, n.at = map[string][]string{}, map[string]time.Time{}
	}
	n.shown[m.Address] = append(n.shown[m.Address], m.Text)
	n.at[m.Address] = time.Now()
}

// count is how many messages were shown.
func (n *network) count() (all int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, texts := range n.shown {
		all += len(texts)
	}
	return all
}

// most is how many calls fell into one second.
func (n *network) most() (most int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	times := slices.SortedFunc(slices.Values(n.calls), time.Time.Compare)
	from := 0
	for i, at := range times {
		for at.Sub(times[from]) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// A world is a store, a network, and what sends between them.
type world struct {
	t    testing.TB
	db   store.Backend
	life *mortal
	*store.Store
	net     *network
	words   *locales.Catalog
	box     *outbox.Outbox
	feeder  *broadcast.Feeder
	officer string
	stop    func()
}

// newWorld returns a world with an officer, in which nothing runs yet. It is 9
// o'clock there.
func newWorld(t testing.TB) *world {
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: memory.New(), words: words, net: &network{limits: channel.Limits{Total: 28, Most: 30, PerChat: 1, Burst: 5, Flights: 32}, latency: 60 * time.Millisecond}}
	w.open()
	w.grantOfficer()
	return w
}

// grantOfficer makes the officer who sends.
func (w *world) grantOfficer() {
	w.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", "officer")
		if err != nil {
			return err
		}
		w.officer = m.ID
		return tx.Grant(m, &store.Grant{Role: store.Staff})
	})
}

// zone is one in which synctest's midnight is 9 o'clock.
var zone = time.FixedZone("", 9*3600)

func (w *world) open() {
	w.t.Helper()
	var err error
	w.life = &mortal{Backend: w.db}
	if w.Store, err = store.Open(context.Background(), w.life, store.Options{}); err != nil {
		w.t.Fatal(err)
	}
}

// run starts what sends.
func (w *world) run() {
	w.t.Helper()
	engine, err := flows.New(w.Store, w.words, nil, flows.Options{Zone: zone})
	if err != nil {
		w.t.Fatal(err)
	}
	w.box = outbox.New(w.Store, []channel.Channel{w.net}, outbox.Options{})
	w.feeder = broadcast.New(broadcast.Config{Store: w.Store, Letter: engine.Letter, Together: flows.Together, Room: w.box.Room, Zone: zone})
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { w.box.Run(ctx) })
	parts.Go(func() { w.feeder.Run(ctx) })
	w.stop = sync.OnceFunc(func() {
		cancel()
		parts.Wait()
	})
}

// restart kills the process and starts another one.
func (w *world) restart() {
	w.life.dead.Store(true)
	w.stop()
	w.open()
	w.run()
}

func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.Update(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// women has n women of an area known, who are reached at area/0, area/1 and so
// on.
func (w *world) women(area string, n int) (ids []string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		return tx.ImportAreas([]*store.Area{{Code: area, Name: "Xã " + area, Kind: "xa"}})
	})
	for from := 0; from < n; from += 1000 {
		var some []string
		w.update(func(tx *store.Tx) error {
			some = nil
			for i := from; i < min(n, from+1000); i++ {
				_, m, _, err := tx.Meet("test:1", fmt.Sprint(area, "/", i))
				if err != nil {
					return err
				}
				m.Area, m.Name = area, fmt.Sprintf("Lê Thị %c", 'A'+i%26)
				if err := tx.PutMember(m); err != nil {
					return err
				}
				some = append(some, m.ID)
			}
			return nil
		})
		ids = append(ids, some...)
	}
	return ids
}

// send has a broadcast to an area begin.
func (w *world) send(area string, change ...func(*store.Broadcast)) (id string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		b := &store.Broadcast{
			By: w.officer, Text: store.Text{"vi": "Mời họp"}, Audience: store.Audience{Op: store.InArea, ID: area},
			Scope: store.Scope{Areas: []string{""}}, Lane: store.Province,
		}
		for _, fn := range change {
			fn(b)
		}
		if err := tx.AddBroadcast(b); err != nil {
			return err
		}
		id = b.ID
		_, err := tx.SendBroadcast(b.ID, false)
		return err
	})
	return id
}

// now is how the broadcast stands, and its bins.
func (w *world) now(id string) (b *store.Broadcast, bins store.Bins) {
	w.t.Helper()
	s, err := store.Open(context.Background(), w.db, store.Options{})
	if err == nil {
		err = s.View(context.Background(), func(tx *store.Tx) error {
			if b, err = tx.Broadcast(id); err != nil {
				return err
			}
			bins, err = tx.BroadcastCounts(b)
			return err
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if bins.Sum() != b.Total {
		w.t.Errorf("bins %+v, want a sum of %d", bins, b.Total)
	}
	return b, bins
}

// sound looks whether all in the store fits together.
func (w *world) sound() {
	w.t.Helper()
	if _, err := store.Check(context.Background(), w.db, time.Now(), func(bucket, key, what string) { w.t.Errorf("%s %s: %s", bucket, key, what) }); err != nil {
		w.t.Fatal(err)
	}
}

// once complains unless nobody was shown anything twice.
func (w *world) once() {
	w.t.Helper()
	for address, texts := range w.net.shown {
		if len(texts) > 1 {
			w.t.Errorf("%s was shown %d messages", address, len(texts))
		}
	}
}

// inWorld runs test in a bubble with a world that runs.
func inWorld(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		defer func() { w.stop() }()
		test(w)
		w.stop()
		w.sound()
	})
}

func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Everybody gets it once, and its sender sees that it is over.
func TestBroadcast(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 100)
		w.women("32", 3)
		id := w.send("31")
		time.Sleep(10 * time.Second)
		b, bins := w.now(id)
		check(t, "state", b.State, store.Ended)
		check(t, "bins", bins, store.Bins{Delivered: 100})
		check(t, "shown", w.net.count(), 100)
		w.once()
	})
}

// Its sender is told how far it is: at the beginning, every three seconds while
// it goes on, and at the end; and not while nothing happens.
func TestProgress(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 280)
		id := w.send("31", func(b *store.Broadcast) { b.Progress = "a message" })
		told := func() (n int) {
			w.update(func(tx *store.Tx) error {
				n = 0
				for d, err := range tx.AllDue() {
					if err != nil {
						return err
					}
					if d.Flow == store.BroadcastFlow && d.Member == w.officer && d.Job == store.HearJob {
						n++
					}
				}
				return nil
			})
			return n
		}
		time.Sleep(5500 * time.Millisecond)
		w.update(func(tx *store.Tx) error { _, err := tx.PauseBroadcast(id, store.PauseAsked, ""); return err })
		paused := told()
		time.Sleep(time.Minute)
		check(t, "told while it is paused", told()-paused, 0)
		w.update(func(tx *store.Tx) error { _, err := tx.ResumeBroadcast(id); return err })
		time.Sleep(time.Minute)
		b, _ := w.now(id)
		check(t, "state", b.State, store.Ended)
		if n := told(); n < 7 || n > 10 { // begun, put down, two, paused, resumed, two, ended
			t.Errorf("told %d times", n)
		}
	})
}

// While one is paused nothing goes out but what was under way; called off, the
// rest is withdrawn.
func TestPause(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 500)
		id := w.send("31")
		time.Sleep(3 * time.Second)
		w.update(func(tx *store.Tx) error { _, err := tx.PauseBroadcast(id, store.PauseAsked, ""); return err })
		shown := w.net.count()
		time.Sleep(time.Minute)
		if after := w.net.count(); after > shown+4 {
			t.Errorf("%d more were shown after the pause", after-shown)
		}
		_, bins := w.now(id)
		check(t, "in the outbox", bins.Posted, 0)
		w.update(func(tx *store.Tx) error { _, err := tx.ResumeBroadcast(id); return err })
		time.Sleep(3 * time.Second)
		w.update(func(tx *store.Tx) error { _, err := tx.CancelBroadcast(id); return err })
		time.Sleep(3 * time.Second)
		b, bins := w.now(id)
		check(t, "all", bins, store.Bins{Delivered: w.net.count(), Withdrawn: 500 - w.net.count()})
		if bins.Withdrawn == 0 || b.Ended.IsZero() {
			t.Errorf("cancelled: %+v, ended %v", bins, b.Ended)
		}
		w.once()
	})
}

// The clock says when: nothing goes out at night unless it is urgent, and the
// rest goes on in the morning.
func TestQuietHours(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 300)
		w.women("32", 10)
		time.Sleep(12*time.Hour - 5*time.Second) // five seconds to 21 o'clock
		id := w.send("31")
		time.Sleep(15 * time.Second)
		at := w.net.count()
		if at == 0 || at > 28*5+2 {
			t.Errorf("%d were shown before the quiet hours", at)
		}
		urgent := w.send("32", func(b *store.Broadcast) { b.Urgent = true })
		time.Sleep(9 * time.Hour)
		check(t, "in the night", w.net.count(), at+10)
		_, bins := w.now(urgent)
		check(t, "urgent", bins, store.Bins{Delivered: 10})
		time.Sleep(time.Hour + 30*time.Second)
		_, bins = w.now(id)
		check(t, "in the morning", bins, store.Bins{Delivered: 300})
		w.once()
	})
}

// A broadcast to thirty does not wait behind one to thousands of its lane.
func TestFair(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 5000)
		w.women("32", 30)
		w.send("31")
		time.Sleep(30 * time.Second)
		id := w.send("32")
		time.Sleep(10 * time.Second)
		b, bins := w.now(id)
		check(t, "bins", bins, store.Bins{Delivered: 30})
		t.Logf("thirty behind five thousand: over after %v", b.Ended.Sub(b.Started))
	})
}

// Who passes messages on gets one for all, in which each is named; who has
// nobody is unreachable; whoever is not meant any more when her turn comes gets
// nothing.
func TestWhom(t *testing.T) {
	inWorld(t, func(w *world) {
		ids := w.women("31", 60)
		w.update(func(tx *store.Tx) error {
			relay, err := tx.Member(ids[0])
			if err != nil {
				return err
			}
			for _, name := range []string{"Mai", "Lan", ""} {
				m, err := tx.NewMember()
				if err != nil {
					return err
				}
				m.Name, m.Area = name, "31"
				to := relay.ID
				if name == "" {
					to = ""
				}
				if err := tx.SetRelay(m, to); err != nil {
					return err
				}
			}
			out, err := tx.Member(ids[2])
			if err != nil {
				return err
			}
			out.OptedOut = tx.Now
			return tx.PutMember(out)
		})
		id := w.send("31")
		time.Sleep(1500 * time.Millisecond)
		w.update(func(tx *store.Tx) error {
			last, err := tx.Member(ids[59])
			if err != nil {
				return err
			}
			last.Area = "92"
			return tx.PutMember(last)
		})
		time.Sleep(20 * time.Second)
		_, bins := w.now(id)
		check(t, "bins", bins, store.Bins{Delivered: 60, Unreachable: 1, Withdrawn: 1})
		texts := w.net.shown["31/0"]
		if len(texts) != 2 || !strings.Contains(texts[1], "Mai, Lan") {
			t.Errorf("the relay was shown %q", texts)
		}
	})
}

// Five refusals in a row stop it, and say why.
func TestBadText(t *testing.T) {
	inWorld(t, func(w *world) {
		w.net.answer = func(channel.Message) error { return fmt.Errorf("%w: message is empty", channel.ErrRefused) }
		w.women("31", 200)
		id := w.send("31")
		time.Sleep(time.Minute)
		b, bins := w.now(id)
		check(t, "state", b.State, store.Paused)
		check(t, "why", b.Why, store.PauseRefused)
		if bins.Failed > store.MaxRefused+4 || bins.Failed+bins.Waiting != 200 || !strings.Contains(b.Said, "message is empty") {
			t.Errorf("%+v, %q", bins, b.Said)
		}
	})
}

// A sender who loses her role stops being able to write.
func TestLostRole(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 300)
		id := w.send("31")
		time.Sleep(2 * time.Second)
		w.update(func(tx *store.Tx) error { _, err := tx.Revoke(w.officer, store.Staff); return err })
		time.Sleep(time.Minute)
		b, _ := w.now(id)
		check(t, "state", b.State, store.Paused)
		check(t, "why", b.Why, store.PauseRole)
		if n := w.net.count(); n > 140 {
			t.Errorf("%d were shown", n)
		}
	})
}

// When the network asks a broadcast to wait, replies and reminders go on, and a
// new process keeps to it.
func TestRest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.women("31", 300)
		var asked atomic.Bool
		w.net.answer = func(m channel.Message) error {
			if m.Lane.Bulk() && asked.CompareAndSwap(false, true) {
				return &channel.RetryError{After: time.Hour, All: true}
			}
			return nil
		}
		id := w.send("31")
		time.Sleep(10 * time.Second)
		at := w.net.count()
		if at > 10 {
			t.Errorf("%d were shown although the network wants none", at)
		}
		w.restart()
		for i := range 10 {
			w.update(func(tx *store.Tx) error {
				return tx.Post(&store.Message{Channel: "test:1", Address: fmt.Sprint("x", i), Lane: store.Lane(i % 2), Text: "x", Repeat: true})
			})
		}
		time.Sleep(time.Second)
		check(t, "replies and reminders", w.net.count()-at, 10)
		time.Sleep(58 * time.Minute)
		check(t, "in the hour", w.net.count()-at, 10)
		time.Sleep(3 * time.Minute)
		_, bins := w.now(id)
		check(t, "after it", bins, store.Bins{Delivered: 300})
		w.once()
	})
}
