// Package inbox brings what the channels receive into order before the engine
// sees it: the inputs of one address one after the other, those of different
// addresses side by side, and never more of them than memory bears.
//
// It keeps nothing. An input that was not handled when the process dies is not
// confirmed to its network, which delivers it again.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"chihai/bot/disk"
	"chihai/flows"
	"chihai/store"
)

// A Handler answers one input. It returns nil when the input was handled and
// that is committed, and an error when it was not kept and must come again. It
// is called from many goroutines at once, for one address from one at a time.
type Handler func(ctx context.Context, in flows.Input) error

// Options of [New]. A zero field means its default.
type Options struct {
	Workers int           // inputs handled at once; 64, which lets a database commit many turns together
	Waiting int           // inputs taken and not done yet, over all addresses; 4096
	Drain   time.Duration // how long what was taken may still be handled when Run is told to end; 10 s

	// Watch is told of each input that the handler was given how long it had
	// waited in its line and how long the handler took. It must return at
	// once; nil: nobody watches.
	Watch func(waited, took time.Duration)
}

// An Inbox is a waiting room with one line for each address that has something
// to say. An address without waiting inputs takes no memory.
type Inbox struct {
	handle  Handler
	opt     Options
	room    chan struct{} // a place for each input that was taken and is not done
	ready   chan *line    // lines whose first input may be handled; has room for all of them
	closing chan struct{} // closed when nothing is taken any more
	empty   chan struct{} // closed when after that everything is done

	mu     sync.Mutex
	lines  map[address]*line
	stats  Stats
	closed bool
}

// An address is who speaks: inputs of the same one stay in order.
type address struct{ channel, from string }

// A line is what waits of one address. It stands in Inbox.ready or with a
// worker while it is busy, so that two workers never have the same.
type line struct {
	address
	inputs []waiting
	busy   bool
	held   *held
}

// A waiting input, and whom to tell how it ended.
type waiting struct {
	in    flows.Input
	done  func(error)
	term  *store.Term // in which it may be handled; nil: always
	since time.Time
}

// Stats are the numbers of an Inbox.
type Stats struct {
	Waiting int   // taken and not done
	Handled int64 // since the start
	Failed  int64 // not kept, those behind a failed one too
}

// ErrClosed says that the inbox ends and the input must come again.
var ErrClosed = errors.New("inbox is closed")

// New returns an Inbox whose inputs handle answers, as soon as Run runs.
func New(handle Handler, opt Options) *Inbox {
	if opt.Workers == 0 {
		opt.Workers = 64
	}
	if opt.Waiting == 0 {
		opt.Waiting = 4096
	}
	if opt.Drain == 0 {
		opt.Drain = 10 * time.Second
	}
	if opt.Watch == nil {
		opt.Watch = func(waited, took time.Duration) {}
	}
	return &Inbox{
		handle:  handle,
		opt:     opt,
		room:    make(chan struct{}, opt.Waiting),
		ready:   make(chan *line, opt.Waiting),
		closing: make(chan struct{}),
		empty:   make(chan struct{}),
		lines:   map[address]*line{},
	}
}

// Take is the handle that [channel.Channel.Receive] is given. It returns at
// once unless Options.Waiting inputs are under way: then it makes its caller
// wait for a place, so that a flood stays with the network and not in memory.
// done is called once, after the handler returned; it must not wait for the
// goroutine that calls Take.
//
// When an input could not be kept, those behind it of the same address are not
// either, so that they come again in their order and never overtake it.
func (b *Inbox) Take(in flows.Input, done func(error)) { b.take(waiting{in: in, done: done}) }

// TakeIn returns a Take for what was received in the term t: when that is lost
// or given back before an input was handled, the input is not kept and comes
// again, wherever it is received then.
func (b *Inbox) TakeIn(t *store.Term) func(in flows.Input, done func(error)) {
	return func(in flows.Input, done func(error)) { b.take(waiting{in: in, done: done, term: t}) }
}

func (b *Inbox) take(w waiting) {
	select {
	case b.room <- struct{}{}:
	case <-b.closing:
		w.done(ErrClosed)
		return
	}
	w.since = time.Now()
	if err := b.queue(w); err != nil {
		<-b.room
		w.done(err)
	}
}

// queue puts w into its line, or says why that cannot be.
func (b *Inbox) queue(w waiting) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	at := address{w.in.Channel, w.in.From}
	l := b.lines[at]
	if l == nil {
		l = &line{address: at}
		b.lines[at] = l
	}
	if l.held != nil {
		if w.in.ID != l.held.id {
			b.stats.Failed++
			return l.held.err
		}
		l.held.lift.Stop()
		l.held = nil
	}
	l.inputs = append(l.inputs, w)
	b.stats.Waiting++
	if !l.busy {
		l.busy = true
		b.ready <- l
	}
	return nil
}

// Run handles what is taken until ctx ends. Then it takes nothing any more,
// finishes what waits for as long as Options.Drain allows, and hands the rest
// back with [ErrClosed]. It is called once.
func (b *Inbox) Run(ctx context.Context) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers sync.WaitGroup
	for range b.opt.Workers {
		workers.Go(func() { b.work(work) })
	}
	<-ctx.Done()
	b.close()
	drain := time.NewTimer(b.opt.Drain)
	defer drain.Stop()
	select {
	case <-b.empty:
	case <-drain.C:
	}
	stop()
	workers.Wait()
	b.refuse()
}

// Stats returns the present numbers.
func (b *Inbox) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stats
}

// close lets nothing in any more.
func (b *Inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	close(b.closing)
	if b.stats.Waiting == 0 {
		close(b.empty)
	}
}

// refuse hands back what is left when all workers have gone.
func (b *Inbox) refuse() {
	b.mu.Lock()
	var left []waiting
	for _, l := range b.lines {
		left = append(left, l.inputs...)
		l.inputs = nil
	}
	b.mu.Unlock()
	for _, w := range left {
		b.done(w, ErrClosed)
	}
}

// work handles the first input of one line after the other: a talkative
// address gets its turn like all others.
func (b *Inbox) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-b.ready:
			if ctx.Err() != nil {
				return // what l holds is refused by Run
			}
			b.serve(ctx, l)
		}
	}
}

// serve handles the first input of l and puts l back if it has more.
func (b *Inbox) serve(ctx context.Context, l *line) {
	b.mu.Lock()
	w := l.inputs[0]
	b.mu.Unlock()

	begun := time.Now()
	err := b.call(store.Under(ctx, w.term), w.in)
	b.opt.Watch(begun.Sub(w.since), time.Since(begun))

	b.mu.Lock()
	l.inputs[0] = waiting{}
	l.inputs = l.inputs[1:]
	var behind []waiting
	if err != nil {
		behind, l.inputs = l.inputs, nil
		b.hold(l, w.in.ID, err)
	}
	b.mu.Unlock()

	known := errors.Is(err, disk.ErrFull) || errors.Is(err, store.ErrLeaseLost) // those are told once, and come with every input
	if err != nil && ctx.Err() == nil && !known {
		slog.Error("input not kept", "input", w.in.ID, "behind", len(behind), "err", err)
	}
	b.done(w, err)
	for _, w := range behind {
		b.done(w, fmt.Errorf("%w: %w", errBehind, err))
	}

	b.mu.Lock()
	defer b.mu.Unlock()
	if len(l.inputs) > 0 {
		b.ready <- l
		return
	}
	l.busy = false
	b.forget(l)
}

// forget drops a line that says nothing any more.
func (b *Inbox) forget(l *line) {
	if !l.busy && l.held == nil {
		delete(b.lines, l.address)
	}
}

// call has the input handled; a panic is an error like others.
func (b *Inbox) call(ctx context.Context, in flows.Input) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("handler panicked: %w\n%s", p, debug.Stack())
		default: // its value may hold what a person wrote
			err = fmt.Errorf("handler panicked with a %T\n%s", p, debug.Stack())
		}
	}()
	return b.handle(ctx, in)
}

// done tells the channel how w ended and makes room for another.
func (b *Inbox) done(w waiting, err error) {
	w.done(err)
	b.mu.Lock()
	b.stats.Waiting--
	if err == nil {
		b.stats.Handled++
	} else {
		b.stats.Failed++
	}
	if b.closed && b.stats.Waiting == 0 {
		close(b.empty)
	}
	b.mu.Unlock()
	<-b.room
}
