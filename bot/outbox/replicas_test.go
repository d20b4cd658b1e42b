package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
	"chihai/store/memory"
)

// A shared database tells this process what another one has committed.
type shared struct {
	store.Backend
	told chan []store.Change // nil: something was missed
}

func (s *shared) Listen(ctx context.Context, fn func([]store.Change, bool)) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case changes := <-s.told:
			fn(changes, changes == nil)
		}
	}
}

// Messages that others post by clocks of their own, and are told of late, twice
// or not at all, are shown once each. No more of them are in memory than fit.
func TestPostedElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, addresses, window = 3000, 40, 50
		random := rand.New(rand.NewPCG(1, 2))
		db := &shared{Backend: memory.New(), told: make(chan []store.Change, 100)}
		here, err := store.Open(t.Context(), db, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var elsewhere []*store.Store
		for _, off := range []time.Duration{-3 * time.Second, 0, 3 * time.Second} {
			s, err := store.Open(t.Context(), db.Backend, store.Options{Now: func() time.Time { return time.Now().Add(off) }})
			if err != nil {
				t.Fatal(err)
			}
			elsewhere = append(elsewhere, s)
		}
		net := &network{t: t, limits: channel.Limits{Flights: 8}, latency: 5 * time.Millisecond}
		box := New(here, []channel.Channel{net}, Options{Window: window})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{}, 2)
		go func() { box.Run(ctx); ended <- struct{}{} }()
		go func() { here.Listen(ctx); ended <- struct{}{} }()

		if err := elsewhere[0].Update(ctx, func(tx *store.Tx) error {
			return tx.Post(&store.Message{Channel: "test:1", Address: "missed"})
		}); err != nil {
			t.Fatal(err)
		}
		db.told <- nil
		time.Sleep(time.Second)
		check(t, "shown of what was missed", len(net.all()), 1)

		most, posted := 0, 1
		for posted < n {
			var changes []store.Change
			err := elsewhere[random.IntN(len(elsewhere))].Update(ctx, func(tx *store.Tx) error {
				for range 1 + random.IntN(20) {
					m := store.Message{
						Channel: "test:1", Address: fmt.Sprint(random.IntN(addresses)), Lane: store.Lane(random.IntN(2)),
						Text: fmt.Sprint(posted), Repeat: true,
					}
					if err := tx.Post(&m); err != nil {
						return err
					}
					changes = append(changes, store.Change{Bucket: "message", Key: m.ID}, store.Change{Bucket: "conversation", Key: "x"})
					posted++
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			switch random.IntN(20) {
			case 0: // lost, and nobody knows: found when everything is looked at
			case 1:
				db.told <- nil
			case 2:
				db.told <- changes
				db.told <- changes
			default:
				db.told <- changes
			}
			time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
			for _, count := range box.Stats()[0].Waiting {
				most = max(most, count)
			}
		}
		time.Sleep(5 * time.Minute)
		seen := map[string]bool{}
		for _, m := range net.all() {
			if seen[m.ID] {
				t.Errorf("%s was shown twice", m.Text)
			}
			seen[m.ID] = true
		}
		check(t, "shown", len(seen), posted)
		if most > 4*window {
			t.Errorf("%d in memory, want about %d", most, window)
		}
		stop()
		<-ended
		<-ended
	})
}

// An outbox whose lease is lost cuts its calls off, writes nothing any more and
// runs again when it is its turn once more; meanwhile another one sends.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opt.Drain = time.Hour
		w.net.latency = 30 * time.Second
		w.box = New(w.Store, []channel.Channel{w.net}, w.opt)
		seen := &store.Lease{Name: "outbox"}
		// run runs the outbox in a term of its own; lose takes its lease away.
		run := func() (lose func()) {
			var l *store.Lease
			w.update(func(tx *store.Tx) (err error) {
				l, err = tx.TakeLease(seen, "a")
				return err
			})
			ctx, end := context.WithCancelCause(store.Under(t.Context(), &store.Term{Lease: *l, Ours: func() bool { return true }}))
			ended := make(chan struct{})
			go func() { w.box.Run(ctx); close(ended) }()
			return func() {
				w.update(func(tx *store.Tx) (err error) {
					seen, err = tx.TakeLease(l, "b")
					return err
				})
				end(store.ErrLeaseLost)
				began := time.Now()
				<-ended
				check(t, "ends within a second", time.Since(began) <= time.Second, true)
			}
		}
		lose := run()
		w.post(
			store.Message{Address: "a", Text: "reply", Repeat: true},
			store.Message{Address: "b", Text: "reminder", Report: "r"},
		)
		time.Sleep(time.Second) // both are under way
		lose()
		check(t, "calls", w.net.called(), 2)
		check(t, "left in the outbox", w.left(), 2)
		check(t, "delivered", w.box.Stats()[0].Delivered, 0)
		check(t, "in memory", w.box.Stats()[0].Chats, 0)

		w.post(store.Message{Address: "a", Text: "second", Repeat: true}) // it does not listen now
		w.net.latency = time.Millisecond
		lose = run()
		time.Sleep(5 * time.Second)
		check(t, "shown", w.net.texts(""), "reply second")
		check(t, "deliveries", w.deliveries(), "unknown:r")
		lose()
		check(t, "delivered", w.box.Stats()[0].Delivered, 2)
	})
}

// A message that waits when the process has slept for longer than its lease is
// not sent, although nobody has told the outbox yet.
func TestSleeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var slept atomic.Bool
		var l *store.Lease
		w.update(func(tx *store.Tx) (err error) {
			l, err = tx.TakeLease(&store.Lease{Name: "outbox"}, "a")
			return err
		})
		w.box = New(w.Store, []channel.Channel{w.net}, w.opt)
		ctx, stop := context.WithCancelCause(store.Under(t.Context(), &store.Term{Lease: *l, Ours: func() bool { return !slept.Load() }}))
		ended := make(chan struct{})
		go func() { w.box.Run(ctx); close(ended) }()
		w.post(say("a", 0, "1")...)
		time.Sleep(2 * time.Second)
		slept.Store(true)
		w.post(say("a", 0, "2")...)
		time.Sleep(2 * time.Second)
		check(t, "shown", w.net.texts(""), "1")
		stop(store.ErrLeaseLost)
		<-ended
		check(t, "left in the outbox", w.left(), 1)
	})
}

// A message that is held after a restore is not sent because another process
// has changed it.
func TestHeldIsChangedElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &shared{Backend: memory.New(), told: make(chan []store.Change, 1)}
		s, err := store.Open(t.Context(), db, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		m := store.Message{Channel: "test:1", Address: "5", Text: "old", Repeat: true}
		if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Post(&m) }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.HoldBack(tx.Now) }); err != nil {
			t.Fatal(err)
		}
		net := &network{t: t}
		box := New(s, []channel.Channel{net}, Options{})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{}, 2)
		go func() { box.Run(ctx); ended <- struct{}{} }()
		go func() { s.Listen(ctx); ended <- struct{}{} }()
		time.Sleep(time.Second)
		db.told <- []store.Change{{Bucket: "message", Key: m.ID}}
		time.Sleep(time.Second)
		check(t, "shown while it is held", len(net.all()), 0)
		stop()
		<-ended
		<-ended
	})
}
