package outbox

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// A network takes messages like a real one: one at a time of an address, after
// a while, and not always.
type network struct {
	t       testing.TB
	name    string // empty: "test:1"
	limits  channel.Limits
	latency time.Duration
	answer  func(m channel.Message) (channel.Receipt, error) // nil: everything is taken

	mu    sync.Mutex
	busy  map[string]bool
	shown []shown // what was taken
	calls int
}

// What was shown when.
type shown struct {
	channel.Message
	at time.Time
}

func (n *network) Name() string           { return cmp.Or(n.name, "test:1") }
func (n *network) Limits() channel.Limits { return n.limits }

func (n *network) Receive(ctx context.Context, _ func(flows.Input, func(error))) error {
	<-ctx.Done()
	return nil
}

func (n *network) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	n.mu.Lock()
	if n.busy == nil {
		n.busy = map[string]bool{}
	}
	if n.busy[m.Address] {
		n.t.Errorf("two calls for %s at once", m.Address)
	}
	n.busy[m.Address] = true
	n.calls++
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.busy, m.Address)
	}()
	if n.latency > 0 {
		select {
		case <-time.After(n.latency):
		case <-ctx.Done():
			return channel.Receipt{}, channel.ErrUncertain
		}
	}
	receipt, err := channel.Receipt{Network: "n/" + m.ID}, error(nil)
	if n.answer != nil {
		receipt, err = n.answer(m)
	}
	if err == nil {
		n.show(m)
	}
	return receipt, err
}

// called returns how often the network was called.
func (n *network) called() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls
}

func (n *network) show(m channel.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.shown = append(n.shown, shown{m, time.Now()})
}

// all is what was shown, in order.
func (n *network) all() []shown {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.shown)
}

// texts are what was shown to an address, "" for all, in order.
func (n *network) texts(address string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, s := range n.shown {
		if address == "" || s.Address == address {
			all = append(all, s.Text)
		}
	}
	return strings.Join(all, " ")
}

// An editor is a network that can edit.
type editor struct{ *network }

func (editor) CanEdit() {}

// A mortal backend is one whose process can die: what was committed stays, and
// nothing more is.
type mortal struct {
	store.Backend
	dead     atomic.Bool
	fail     func() error // asked before each Update; nil: never fails
	failView func() error // as well before each View
}

func (m *mortal) View(ctx context.Context, fn func(store.KV) error) error {
	if m.dead.Load() {
		return store.ErrClosed
	}
	if m.failView != nil {
		if err := m.failView(); err != nil {
			return err
		}
	}
	return m.Backend.View(ctx, fn)
}

func (m *mortal) Update(ctx context.Context, fn func(store.KV) error) error {
	if m.dead.Load() {
		return store.ErrClosed
	}
	if m.fail != nil {
		if err := m.fail(); err != nil {
			return err
		}
	}
	return m.Backend.Update(ctx, fn)
}

// A world is an outbox with a store and a network.
type world struct {
	t    *testing.T
	db   store.Backend
	life *mortal // of the present process
	*store.Store
	net  *network
	ch   channel.Channel
	more []channel.Channel // others beside it
	opt  Options
	box  *Outbox
	stop func()
}

// newWorld returns a world in which the outbox does not run yet.
func newWorld(t *testing.T) *world {
	w := &world{t: t, db: memory.Open(memory.Options{Rerun: 3}), net: &network{t: t}}
	w.ch = w.net
	w.open()
	return w
}

// open starts a process without its outbox.
func (w *world) open() {
	w.t.Helper()
	var err error
	w.life = &mortal{Backend: w.db}
	if w.Store, err = store.Open(w.t.Context(), w.life, store.Options{}); err != nil {
		w.t.Fatal(err)
	}
}

// run starts the outbox.
func (w *world) run() {
	w.box = New(w.Store, append(w.more, w.ch), w.opt)
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() {
		w.box.Run(ctx)
		close(ended)
	}()
	w.stop = func() {
		cancel()
		<-ended
	}
	w.t.Cleanup(w.stop)
}

// restart ends the process and starts another one with its outbox.
func (w *world) restart() {
	w.life.dead.Store(true)
	w.stop()
	w.open()
	w.run()
}

// post puts messages into the outbox, all in one transaction.
func (w *world) post(messages ...store.Message) (ids []string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		ids = nil
		for _, m := range messages {
			if m.Channel == "" {
				m.Channel = "test:1"
			}
			if err := tx.Post(&m); err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	return ids
}

func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.Update(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// left is how many messages stand in the outbox.
func (w *world) left() (n int) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		n = 0
		for _, err := range tx.Messages("") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}

// deliveries are what was kept of endings, such as "unknown:report".
func (w *world) deliveries() string {
	w.t.Helper()
	var all []string
	w.update(func(tx *store.Tx) error {
		all = nil
		for d, err := range tx.Deliveries(time.Time{}) {
			if err != nil {
				return err
			}
			all = append(all, string(d.Outcome)+":"+d.Report)
		}
		return nil
	})
	slices.Sort(all)
	return strings.Join(all, " ")
}

// say makes messages to an address, one of each word.
func say(address string, lane store.Lane, words string) (messages []store.Message) {
	for _, word := range strings.Fields(words) {
		messages = append(messages, store.Message{Address: address, Lane: lane, Text: word, Repeat: true})
	}
	return messages
}

// check compares what happened with what should have.
func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestOrder(t *testing.T) {
	group := func(messages []store.Message) []store.Message {
		for i := range messages {
			messages[i].Group = messages[0].Text
		}
		return messages
	}
	tests := []struct {
		name string
		act  func(w *world)
		want string // shown to a
	}{
		{"one line", func(w *world) {
			w.post(say("a", 0, "1 2 3")...)
			w.post(say("a", 0, "4 5")...)
		}, "1 2 3 4 5"},
		{"a reply overtakes", func(w *world) {
			w.post(say("a", 1, "1 2 3")...)
			time.Sleep(1500 * time.Millisecond)
			w.post(say("a", 0, "r s")...)
		}, "1 2 r s 3"},
		{"each lane overtakes those above", func(w *world) {
			w.post(say("a", 9, "n")...)
			synctest.Wait()
			w.post(say("a", 3, "m")...)
			w.post(say("a", 2, "l")...)
			w.post(say("a", 1, "k")...)
			w.post(say("a", 0, "r")...)
		}, "n r k l m"},
		{"nothing gets between a group", func(w *world) {
			w.post(group(say("a", 1, "1 2 3"))...)
			w.post(group(say("a", 1, "4 5"))...)
			time.Sleep(500 * time.Millisecond)
			w.post(say("a", 0, "r")...)
		}, "1 2 3 r 4 5"},
		{"a group that has not begun is overtaken", func(w *world) {
			w.post(say("a", 1, "0")...)
			w.post(group(say("a", 1, "1 2"))...)
			time.Sleep(500 * time.Millisecond)
			w.post(group(say("a", 0, "r s"))...)
		}, "0 r s 1 2"},
		{"what waits at the start", func(w *world) {
			w.stop()
			w.post(say("a", 1, "1 2")...)
			w.post(say("a", 0, "r s")...)
			w.restart()
		}, "r s 1 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.net.latency = time.Second
				w.run()
				synctest.Wait()
				tt.act(w)
				time.Sleep(time.Minute)
				check(t, "shown", w.net.texts("a"), tt.want)
				check(t, "left in the outbox", w.left(), 0)
				check(t, "addresses in memory", w.box.Stats()[0].Chats, 0)
			})
		})
	}
}

// A group stays together when its first message has to be tried again, and
// replies pass it as long as it has not begun.
func TestGroupRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		failed := map[string]bool{}
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Lane == 1 && !failed[m.Text] {
				failed[m.Text] = true
				return channel.Receipt{}, errors.New("connection refused")
			}
			return channel.Receipt{}, nil
		}
		w.run()
		messages := say("a", 1, "1 2")
		messages[0].Group, messages[1].Group = "g", "g"
		w.post(messages...)
		time.Sleep(100 * time.Millisecond)
		w.post(say("a", 0, "r")...) // the first has failed
		time.Sleep(1100 * time.Millisecond)
		w.post(say("a", 0, "s")...) // the second has failed
		time.Sleep(time.Minute)
		check(t, "shown", w.net.texts("a"), "r 1 2 s")
	})
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began := time.Now()
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Address == "a" && time.Since(began) < 30*time.Second {
				return channel.Receipt{}, &channel.RetryError{After: 30*time.Second - time.Since(began)}
			}
			return channel.Receipt{}, nil
		}
		w.run()
		w.post(say("a", 0, "1 2")...)
		w.post(say("b", 0, "3 4")...)
		synctest.Wait()
		w.post(say("a", 0, "5")...)
		w.post(say("a", 1, "7")...) // another lane waits too
		w.post(say("c", 1, "6")...)
		synctest.Wait()
		check(t, "shown to others at once", w.net.texts(""), "3 4 6")
		check(t, "calls", w.net.called(), 4)
		time.Sleep(29 * time.Second)
		check(t, "shown to a too early", w.net.texts("a"), "")
		time.Sleep(time.Second)
		synctest.Wait()
		check(t, "shown to a", w.net.texts("a"), "1 2 5 7")
		check(t, "retried", w.box.Stats()[0].Retried, int64(1))
	})
}

// The network is left alone also when the message that it said so to is given
// up: the next one of the address waits.
func TestRetryAfterGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ids := w.post(say("a", 0, "old new")...)
		w.update(func(tx *store.Tx) error {
			m, err := tx.Message(ids[0])
			if err == nil {
				m.Tries = leastTries - 1
				err = tx.PutMessage(m)
			}
			return err
		})
		time.Sleep(MaxAge) // nothing runs
		began := time.Now()
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if time.Since(began) < 30*time.Second {
				return channel.Receipt{}, &channel.RetryError{After: 30*time.Second - time.Since(began)}
			}
			return channel.Receipt{}, nil
		}
		w.run()
		time.Sleep(29 * time.Second)
		synctest.Wait()
		check(t, "calls", w.net.called(), 1)
		time.Sleep(2 * time.Second)
		check(t, "shown", w.net.texts("a"), "new")
	})
}

// What a bot that was off for days has to say is not lost with the first try
// that fails, and not tried for ever.
func TestOldMessages(t *testing.T) {
	for _, tt := range []struct {
		failures int
		want     string
	}{{leastTries - 1, "old new"}, {leastTries, "new"}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.post(say("a", 0, "old new")...)
			time.Sleep(3 * MaxAge) // nothing runs
			failed := 0
			w.net.answer = func(m channel.Message) (channel.Receipt, error) {
				if m.Text == "old" && failed < tt.failures {
					failed++
					return channel.Receipt{}, errors.New("no route")
				}
				return channel.Receipt{}, nil
			}
			w.run()
			time.Sleep(time.Hour)
			synctest.Wait()
			check(t, "shown", w.net.texts("a"), tt.want)
		})
	}
}

// When the network wants to be left alone altogether, only replies go.
func TestRetryAfterAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := true
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if first {
				first = false
				return channel.Receipt{}, &channel.RetryError{After: 10 * time.Second, All: true}
			}
			return channel.Receipt{}, nil
		}
		w.run()
		w.post(say("a", 1, "1")...)
		synctest.Wait()
		w.post(say("b", 1, "2")...)
		w.post(say("c", 0, "3")...)
		w.post(say("a", 0, "4")...)
		time.Sleep(9 * time.Second)
		check(t, "shown in the pause", w.net.texts(""), "3")
		time.Sleep(2 * time.Second)
		check(t, "shown to a", w.net.texts("a"), "4 1")
		check(t, "shown to b", w.net.texts("b"), "2")
	})
}

// meet makes a contact for an address and returns a message to it.
func (w *world) meet(address string) (m store.Message) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		c, who, _, err := tx.Meet("test:1", address)
		if err != nil {
			return err
		}
		m = store.Message{Contact: c.ID, Member: who.ID, Address: address, Lane: 1, Text: "x"}
		return nil
	})
	return m
}

func TestBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		blocked := true
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if blocked {
				return channel.Receipt{}, channel.ErrBlocked
			}
			return channel.Receipt{}, nil
		}
		w.run()
		m := w.meet("a")
		m.Report = "r1"
		w.post(m)
		synctest.Wait()
		w.update(func(tx *store.Tx) error {
			c, err := tx.Contact(m.Contact)
			if err == nil && c.Unreachable.IsZero() {
				t.Error("contact is reachable after it blocked the bot")
			}
			return err
		})
		m.Report = "r2"
		w.post(m)
		synctest.Wait()
		check(t, "calls", w.net.called(), 1)
		check(t, "deliveries", w.deliveries(), "blocked:r1 blocked:r2")

		// She writes again: the engine notes that she is reachable.
		blocked = false
		w.update(func(tx *store.Tx) error {
			c, err := tx.Contact(m.Contact)
			if err != nil {
				return err
			}
			c.Unreachable = time.Time{}
			return tx.PutContact(c)
		})
		m.Report, m.Lane = "", 0
		w.post(m)
		synctest.Wait()
		check(t, "shown", w.net.texts("a"), "x")
		check(t, "blocked", w.box.Stats()[0].Blocked, int64(2))
	})
}

func TestUncertain(t *testing.T) {
	tests := []struct {
		name       string
		repeat     bool
		shown      string
		deliveries string
	}{
		{"may come twice", true, "x x", "delivered:r"},
		{"may not", false, "x", "unknown:r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				first := true
				w.net.answer = func(m channel.Message) (channel.Receipt, error) {
					if first {
						first = false
						w.net.show(m)
						return channel.Receipt{}, channel.ErrUncertain
					}
					return channel.Receipt{}, nil
				}
				w.run()
				w.post(store.Message{Address: "a", Text: "x", Repeat: tt.repeat, Report: "r"})
				time.Sleep(time.Minute)
				check(t, "shown", w.net.texts("a"), tt.shown)
				check(t, "deliveries", w.deliveries(), tt.deliveries)
				check(t, "left in the outbox", w.left(), 0)
			})
		})
	}
}

// The process dies at the worst moments.
func TestCrash(t *testing.T) {
	tests := []struct {
		name       string
		repeat     bool
		update     int  // dies instead of this Update of the outbox; 0: dies at none
		call       bool // dies while the network shows the message
		shown      string
		deliveries string
	}{
		{"before the attempt", false, 1, false, "x", "delivered:r"},
		{"between attempt and answer", false, 0, true, "x", "unknown:r"},
		{"between answer and settling", false, 2, false, "x", "unknown:r"},
		{"between answer and settling, may come twice", true, 1, false, "x x", "delivered:r"},
		{"during the call, may come twice", true, 0, true, "x x", "delivered:r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.post(store.Message{Address: "a", Text: "x", Repeat: tt.repeat, Report: "r"})
				updates := 0
				life := w.life
				w.life.fail = func() error {
					if updates++; updates == tt.update {
						life.dead.Store(true)
						return store.ErrClosed
					}
					return nil
				}
				if tt.call {
					w.net.answer = func(m channel.Message) (channel.Receipt, error) {
						w.life.dead.Store(true)
						return channel.Receipt{}, nil
					}
				}
				w.run()
				synctest.Wait()
				w.net.answer = nil
				w.restart()
				time.Sleep(time.Minute)
				check(t, "shown", w.net.texts("a"), tt.shown)
				check(t, "deliveries", w.deliveries(), tt.deliveries)
				check(t, "left in the outbox", w.left(), 0)
			})
		})
	}
}

func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.latency = 10 * time.Second
		w.run()
		until := time.Now().Add(15 * time.Second)
		for _, text := range []string{"1", "2", "3"} {
			w.post(store.Message{Address: "a", Lane: 1, Text: text, Until: until, Report: text})
		}
		w.post(store.Message{Address: "a", Lane: 1, Text: "4", Report: "4"})
		time.Sleep(time.Minute)
		check(t, "shown", w.net.texts("a"), "1 2 4")
		check(t, "deliveries", w.deliveries(), "delivered:1 delivered:2 delivered:4 late:3")
	})
}

// A reminder or news that waits while she gives up the seat does not come after
// the word that she has given it up.
func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var she *store.Member
		class := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp"}, Start: time.Now().Add(time.Hour), Seats: 1}
		w.update(func(tx *store.Tx) (err error) {
			if she, err = tx.NewMember(); err != nil {
				return err
			}
			if err = tx.AddTraining(class); err != nil {
				return err
			}
			_, err = tx.Register(&store.Registration{Training: class.ID, Member: she.ID})
			return err
		})
		w.net.latency = 10 * time.Second
		w.run()
		for _, text := range []string{"1", "2"} {
			w.post(store.Message{Address: "a", Lane: 1, Text: text, Report: text, About: class.ID + "/" + she.ID})
		}
		w.post(store.Message{Address: "a", Lane: 1, Text: "3", Report: "3", About: class.ID + "/nobody"})
		time.Sleep(5 * time.Second)
		w.update(func(tx *store.Tx) error {
			_, err := tx.GiveUp(class.ID, she.ID, she.ID)
			return err
		})
		time.Sleep(time.Minute)
		check(t, "shown", w.net.texts("a"), "1 3")
		check(t, "deliveries", w.deliveries(), "delivered:1 delivered:3 late:2")
	})
}

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var at []time.Duration
		began := time.Now()
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Address == "b" {
				return channel.Receipt{}, nil
			}
			at = append(at, time.Since(began))
			if m.Attempt.IsZero() && !m.Repeat {
				t.Error("sent without an attempt that was kept")
			}
			return channel.Receipt{}, errors.New("connection to a refused: secret")
		}
		w.run()
		w.post(store.Message{Address: "a", Text: "secret", Report: "r"})
		for range 12 * 6 { // the network answers others
			time.Sleep(10 * time.Minute)
			w.post(say("b", 0, "x")...)
		}
		check(t, "tries", len(at), MaxTries)
		for i := 1; i < len(at); i++ {
			most := min(time.Second<<(i-1), maxPause)
			if pause := at[i] - at[i-1]; pause > most || pause < most*3/4-time.Second {
				t.Errorf("pause %d: %v, want at most %v and at least three quarters of it", i, pause, most)
			}
		}
		check(t, "deliveries", w.deliveries(), "failed:r")
		w.update(func(tx *store.Tx) error {
			for d := range tx.Deliveries(time.Time{}) {
				check(t, "why", d.Why, "connection to … refused: …")
			}
			return nil
		})
	})
}

// While the network answers nobody, a message is not given up for a day.
func TestOutage(t *testing.T) {
	for _, hours := range []int{20, 30} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			began := time.Now()
			w.net.answer = func(m channel.Message) (channel.Receipt, error) {
				if time.Since(began) < time.Duration(hours)*time.Hour {
					return channel.Receipt{}, errors.New("connection refused")
				}
				return channel.Receipt{}, nil
			}
			w.run()
			w.post(store.Message{Address: "a", Text: "1", Report: "r"})
			time.Sleep(15 * time.Hour)
			w.restart()
			time.Sleep(20 * time.Hour)
			if hours < 24 {
				check(t, "deliveries", w.deliveries(), "delivered:r")
			} else {
				check(t, "deliveries", w.deliveries(), "failed:r")
			}
		})
	}
}

func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Text == "1" {
				return channel.Receipt{}, channel.ErrRefused
			}
			if m.Text == "2" {
				panic("secret")
			}
			return channel.Receipt{}, nil
		}
		w.run()
		w.post(store.Message{Address: "a", Text: "1", Report: "r1"}, store.Message{Address: "a", Text: "2", Report: "r2"}, store.Message{Address: "a", Text: "3"})
		time.Sleep(time.Minute)
		check(t, "shown", w.net.texts("a"), "3")
		check(t, "deliveries", w.deliveries(), "failed:r1 unknown:r2")
	})
}

// Messages for a group whose address has a new name go there in their order.
func TestMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.latency = time.Second
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Address == "a" {
				return channel.Receipt{}, &channel.MovedError{Address: "b"}
			}
			return channel.Receipt{}, nil
		}
		w.run()
		m := store.Message{Address: "a", Lane: 1}
		for _, m.Text = range []string{"1", "2", "3"} {
			w.post(m)
		}
		time.Sleep(2500 * time.Millisecond)
		m.Text = "4"
		w.post(m) // a turn that did not know yet
		time.Sleep(time.Minute)
		check(t, "shown", w.net.texts("b"), "1 2 3 4")
		check(t, "calls", w.net.called(), 5)
		check(t, "left in the outbox", w.left(), 0)
	})
}

// What was deleted while it waited is not sent, and does not come back.
func TestDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.latency = time.Second
		fail := true
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if fail {
				fail = false
				return channel.Receipt{}, errors.New("connection refused")
			}
			return channel.Receipt{}, nil
		}
		w.run()
		ids := w.post(say("a", 0, "1 2 3")...)
		synctest.Wait()
		w.update(func(tx *store.Tx) error {
			return errors.Join(tx.Settle(ids[0]), tx.Settle(ids[1]))
		})
		time.Sleep(time.Minute)
		check(t, "shown", w.net.texts("a"), "3")
		check(t, "left in the outbox", w.left(), 0)
		check(t, "deliveries", w.deliveries(), "")
	})
}

// A store that cannot be written makes nothing go out twice.
func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits.Flights = 2
		w.post(say("a", 0, "1 2")...)
		w.post(say("b", 0, "3 4")...)
		w.post(say("c", 0, "5 6")...)
		began := time.Now()
		w.life.fail = func() error {
			if time.Since(began) < time.Minute {
				return store.ErrRefused
			}
			return nil
		}
		w.run()
		time.Sleep(50 * time.Second)
		check(t, "shown while the store fails", len(strings.Fields(w.net.texts(""))), 2)
		time.Sleep(time.Minute)
		for address, want := range map[string]string{"a": "1 2", "b": "3 4", "c": "5 6"} {
			check(t, "shown to "+address, w.net.texts(address), want)
		}
	})
}

func TestShutdown(t *testing.T) {
	tests := []struct {
		latency time.Duration
		took    time.Duration
		shown   string
		left    int
	}{
		{4 * time.Second, 4 * time.Second, "1", 1},
		{time.Hour, 10 * time.Second, "", 2},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.net.latency = tt.latency
			w.run()
			w.post(say("a", 0, "1 2")...)
			synctest.Wait()
			began := time.Now()
			w.stop()
			check(t, "waited", time.Since(began), tt.took)
			check(t, "shown", w.net.texts("a"), tt.shown)
			check(t, "left in the outbox", w.left(), tt.left)
		})
	}
}

// A message whose transaction was reported as failed is found all the same.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		other, err := store.Open(t.Context(), w.db, store.Options{}) // nobody hears what it posts
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			time.Sleep(time.Second)
			if err := other.Update(t.Context(), func(tx *store.Tx) error {
				return tx.Post(&store.Message{Channel: "test:1", Address: "a", Text: "x"})
			}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(sweepTime)
			check(t, "shown", len(w.net.all()), i+1)
		}
	})
}

func TestStray(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		w.post(store.Message{Channel: "other:1", Address: "a", Text: "x", Report: "r"})
		time.Sleep(23 * time.Hour)
		check(t, "left in the outbox", w.left(), 1)
		time.Sleep(2 * time.Hour)
		check(t, "left in the outbox", w.left(), 0)
		check(t, "deliveries", w.deliveries(), "failed:r")
	})
}
