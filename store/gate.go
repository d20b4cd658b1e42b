package store

import (
	"context"
	"sync"
)

// A Gate is how a [Backend] is closed: calls go in and leave again, and once the
// gate is shut none goes in any more. It may be used by several goroutines at
// once.
type Gate struct {
	mu     sync.Mutex
	why    error // nil while it is open
	shut   chan struct{}
	inside sync.WaitGroup
}

// NewGate returns an open gate.
func NewGate() *Gate { return &Gate{shut: make(chan struct{})} }

// Enter counts a call among those that are inside, until it calls [Gate.Leave].
// When the gate is shut it returns the reason, and the error of ctx if that has
// ended; then there is nothing to leave.
func (g *Gate) Enter(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.why != nil {
		return g.why
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	g.inside.Add(1)
	return nil
}

// Leave ends a call that has entered.
func (g *Gate) Leave() { g.inside.Done() }

// Shut lets nobody in from now on; why is what they get, and not nil. The first
// reason stays, but for [ErrClosed], which takes its place: who closes a database
// knows what comes after it.
func (g *Gate) Shut(why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.why == nil:
		g.why = why
		close(g.shut)
	case why == ErrClosed:
		g.why = why
	}
}

// Reason returns why nobody is let in, or nil while the gate is open.
func (g *Gate) Reason() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.why
}

// Closing returns a channel that is closed when the gate is shut, for those who
// wait outside.
func (g *Gate) Closing() <-chan struct{} { return g.shut }

// Wait returns when nobody is inside any more. The gate must be shut.
func (g *Gate) Wait() { g.inside.Wait() }
