package simulation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// A life is one process of the service, from its start to its end.
type life struct {
	*World
	disk  *disk
	store *store.Store
	web   http.Handler       // nil: it has none, or has not begun
	die   context.CancelFunc // ends the context of the service

	wires context.Context    // of what comes in from outside
	cut   context.CancelFunc // breaks it all

	calls sync.WaitGroup // of its web server that are under way

	over     atomic.Bool // the process is dead
	stopping bool        // it was told to end
	plan     *plan
	began    time.Time

	waits map[string]time.Time // until when Telegram wants chats left alone
}

// errDead is what a dead process gets from everything outside it. It looks
// like a closed database, on which nobody insists.
var errDead = fmt.Errorf("the process is dead: %w", store.ErrClosed)

// at passes a point: it returns errDead when the process is dead or dies here.
func (l *life) at(point string) error {
	if l.over.Load() {
		return errDead
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over.Load() {
		return errDead
	}
	if l.calm || !l.plan.hit(point) {
		return nil
	}
	if l.plan.point == shutdown {
		l.end()
		return nil
	}
	name := point
	if l.stopping {
		name = shutdown + ": any point"
	}
	l.note("the service dies at %q", point)
	l.report.Crashes[name]++
	l.over.Store(true)
	l.die()
	l.cut()
	return errDead
}

// newLife is a process that die ends. World.mu is held.
func (w *World) newLife(die context.CancelFunc) *life {
	l := &life{World: w, die: die, began: time.Now(), waits: map[string]time.Time{}}
	l.wires, l.cut = context.WithCancel(context.Background())
	w.report.Starts++
	return l
}

// live starts the service and returns when it has ended, killed or stopped.
func (w *World) live(ctx context.Context) {
	w.mu.Lock()
	ctx, die := context.WithCancel(ctx)
	defer die()
	l := w.newLife(die)
	l.plan = w.plan
	most := w.between(20*time.Second, 100*time.Second)
	w.note("the service starts")
	w.mu.Unlock()

	ended, err := l.begin(ctx)
	if err != nil {
		w.fail("start", err)
	}
	if ended != nil {
		late := time.NewTimer(most)
		defer late.Stop()
		select {
		case err = <-ended:
		case <-late.C:
			l.stop()
			err = <-ended
		}
		if !l.over.Load() && (err != nil || !l.stopping) {
			w.fail("run", fmt.Errorf("the service ended by itself: %v", err))
		}
	}
	l.bury()
}

// begin opens the database and starts the service; ended tells when it has
// ended, and is nil when it died before it ran.
func (l *life) begin(ctx context.Context) (ended chan error, err error) {
	db, err := bolt.Open(l.Path, bolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	l.disk = &disk{DB: db, life: l}
	s, err := store.Open(ctx, l.disk, store.Options{Zone: home})
	if err != nil {
		return nil, l.unlessDead(err)
	}
	l.store = s
	service, err := l.Start(ctx, s, &http.Client{Transport: &network{life: l, wire: l.tg.Client().Transport}}, l.Web)
	if err != nil {
		return nil, l.unlessDead(err)
	}
	l.mu.Lock()
	l.web, l.present = service.Web, l
	close(l.back)
	l.back = make(chan struct{})
	l.mu.Unlock()
	ended = make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	return ended, nil
}

// unlessDead is err, or nil for a process that is dead, or was told to end
// before it ran.
func (l *life) unlessDead(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over.Load() || l.stopping && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// end tells the service to end. Mostly it is killed on the way. World.mu is held.
func (l *life) end() {
	l.stopping, l.plan = true, nil
	if !l.calm && l.chance(800) {
		l.plan = &plan{rest: l.random.IntN(8)}
	}
	l.note("the service is told to end")
	l.die()
}

// stop is end for those who do not hold World.mu.
func (l *life) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
}

// bury closes the database of a process that has ended.
func (l *life) bury() {
	l.over.Store(true)
	l.cut()
	l.mu.Lock()
	l.present = nil
	l.mu.Unlock()
	l.calls.Wait()
	if l.disk == nil {
		return
	}
	next := l.disk.nextDue()
	l.search()
	if err := l.disk.DB.Close(); err != nil {
		l.fail("close", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nextDue = next
	l.lives = append(l.lives, span{l.began, time.Now()})
	l.ledger.bury(&l.report)
}

// gap lets time go by without a service: seconds mostly, and now and then the
// hours until something is due. So weeks are cheap, which a service that ticks
// every second is not.
func (w *World) gap() {
	waiting := w.tg.Waiting()
	w.mu.Lock()
	w.plan = w.aim()
	d := w.between(100*time.Millisecond, 4*time.Second)
	most := maxGap
	if len(w.inputs.open) > 0 {
		most -= time.Since(w.inputs.open[0].at)
	}
	again := waiting > len(w.inputs.open) // some are given once more, and may be of any age
	jump := !again && most > time.Hour && (w.plan.when == due || w.chance(20))
	if jump {
		if d = time.Until(w.nextDue) - w.between(50*time.Millisecond, 1500*time.Millisecond); w.chance(100) {
			d += w.between(time.Minute, 3*time.Hour)
		}
		d = min(max(d, time.Second), most)
		w.morning = time.Now().Add(d)
		if w.plan.when == due { // the clock first
			w.morning = w.morning.Add(3 * time.Second)
		}
		w.note("nothing happens for %v", d)
	}
	upgrade := w.plan.when == upgraded
	send := w.plan.when == sent || !upgrade && w.chance(50)
	w.mu.Unlock()
	if send {
		if err := w.broadcast(context.Background()); err != nil {
			w.fail("broadcast", err)
		}
	}
	if upgrade {
		if err := w.downgrade(); err != nil {
			w.fail("downgrade", err)
		}
	}
	time.Sleep(d)
}

// maxGap keeps an update from becoming older than Telegram keeps it, which is a
// day.
const maxGap = 22 * time.Hour

// finish runs the service without crashes until nobody waits for anything, and
// stops it.
func (w *World) finish(ctx context.Context) {
	ctx, die := context.WithCancel(ctx)
	defer die()
	w.mu.Lock()
	l := w.newLife(die)
	w.note("the service starts for the last time")
	w.mu.Unlock()
	ended, err := l.begin(ctx)
	if err != nil {
		w.fail("start", err)
		return
	}
	quiet := false
	for range maxQuiet {
		select {
		case err := <-ended:
			w.fail("run", fmt.Errorf("the service ended by itself: %v", err))
			l.bury()
			return
		case <-time.After(time.Second):
		}
		if quiet = w.quiet() && l.disk.idle(); quiet {
			break
		}
	}
	if !quiet {
		w.restless()
	}
	time.Sleep(3 * time.Second) // pages come again and are told what they missed
	l.stop()
	if err := <-ended; err != nil {
		w.fail("run", err)
	}
	l.bury()
}

// maxQuiet is how many seconds are waited for everything to come to rest. A
// message that failed often rests for five minutes.
const maxQuiet = 1200
