package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"chihai/store"
)

// This file gives Updates their turns. One goroutine, the writer, lets those
// that wait run one after another, each in its caller's goroutine, and commits
// what they wrote at once; whoever comes while that commit is under way is in
// the next group. Nobody waits for a timer.

const (
	maxMembers = 512                   // Updates in a commit
	maxGroup   = 16 << 20              // bytes, after which no further Update joins
	maxRounds  = 5                     // commits of a group that may be turned down before its members go one by one
	justNow    = 10 * time.Millisecond // how long before an Update [DB.Prefetch] may have looked
	maxAlone   = 100                   // commits of a lone Update that may be turned down
)

// A member is one Update on its way through the writer.
type member struct {
	ctx   context.Context // of its caller
	stay  func() bool     // it is no longer looked whether ctx ends
	steps chan step       // holds one
	came  time.Time       // when it began to wait for its turn
	since time.Time       // documents that others write too are looked up anew if they were kept before
	run
}

// A run is one run of a member's fn.
type run struct {
	writes *store.Overlay
	reads  []read // what it read of the database
	saw    []ref  // what it read of others of its group
	err    error  // what fn returned
	failed bool   // fn panicked or ended its goroutine, which waits for what it rests on
	gone   bool   // the goroutine has ended, so nobody waits for the outcome
}

// A read is a document and the version of it that was read.
type read struct {
	ref
	version int64
}

// A step is what the writer tells a member: to run in a group, or that it is
// over, with err.
type step struct {
	run *group
	err error
}

// Update implements [store.Backend]. It shares its commit with other Updates
// of this process, each of which runs on what those before it wrote. When
// another process has changed what it read, it runs again.
//
// While the database does not answer it waits, for [Options].Patience; a
// connection that breaks during the commit is only a delay, since the database
// is asked what became of it. Once fn has begun, ctx matters only for that: when
// it has ended, for all Updates of a commit, the database is waited for no
// longer than a second.
//
// Update and Close must not be called within fn.
func (d *DB) Update(ctx context.Context, fn func(store.KV) error) error {
	if err := d.gate.Reason(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	came := time.Now()
	m := &member{ctx: ctx, steps: make(chan step, 1), came: came, since: came.Add(-justNow)}
	select {
	case d.queue <- m:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.gate.Closing():
		return d.gate.Reason()
	}
	s := <-m.steps
	for s.run != nil {
		s = d.turn(m, s.run, fn)
	}
	return s.err
}

// turn runs fn for m, lets the writer go on, whatever fn does, and returns
// what the writer says next.
//
// A panic is held up until it is known that what fn had read was so; then it
// goes its way through the caller, with its stack.
func (d *DB) turn(m *member, g *group, fn func(store.KV) error) (next step) {
	m.run = run{writes: store.NewOverlay(view{g, m}), failed: true}
	defer func() {
		if !m.failed {
			return
		}
		m.writes.End()
		d.ran <- struct{}{}
		next = <-m.steps
		if next.run != nil && recover() == nil {
			// It ended its goroutine (runtime.Goexit), which nothing stops.
			m.run = run{gone: true}
			d.ran <- struct{}{}
		}
	}()
	m.err = fn(m.writes)
	m.failed = false
	m.writes.End()
	d.ran <- struct{}{}
	return <-m.steps
}

// write is the writer.
func (d *DB) write() {
	last := 0 // members of the last group
	for {
		select {
		case m := <-d.queue:
			if last > 1 {
				// Those whom the last group has just told of their commit
				// often come back at once; give them the processor first.
				runtime.Gosched()
			}
			last = d.together(m)
		case <-d.gate.Closing():
			return
		}
	}
}

// together runs first and whoever waits in one group. It returns how many ran.
func (d *DB) together(first *member) int {
	g := d.newGroup()
	defer g.over()
	for m := first; m != nil; m = d.waiting(len(g.members), g.overlay.Size()) {
		g.add(m)
	}
	err := g.commit(maxRounds)
	refused := errors.Is(err, store.ErrRefused) && !errors.Is(err, errTaken) // for what one of them wrote
	if errors.Is(err, errTurnedDown) || refused && len(g.members) > 1 {
		for _, m := range g.members {
			d.alone(m)
		}
	} else {
		g.settle(err)
	}
	return len(g.members)
}

// alone runs m again, in a group of its own.
func (d *DB) alone(m *member) {
	if m.gone {
		return
	}
	g := d.newGroup()
	defer g.over()
	g.add(m)
	d.counts.reruns.Add(1)
	err := g.commit(maxAlone)
	if errors.Is(err, errTurnedDown) {
		err = fmt.Errorf("%w: others changed what it read %d times", store.ErrRefused, maxAlone)
	}
	g.settle(err)
}

// waiting returns an Update that waits, if there is one and a group of n and
// size bytes may have another member.
func (d *DB) waiting(n, size int) *member {
	if n >= maxMembers || size >= maxGroup {
		return nil
	}
	select {
	case m := <-d.queue:
		return m
	default:
		return nil
	}
}
