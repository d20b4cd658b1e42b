package demo

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"chihai/store"
)

// A Clock is the time of a demo. It goes as the real one does, and can be moved
// forward: so whoever looks around sees today what comes tomorrow. How far it was
// moved is kept with the sample, because what stands there lies in its time. The
// zero Clock is the real time. Its methods may be called from many goroutines.
type Clock struct {
	ahead  atomic.Int64 // nanoseconds
	moving sync.Mutex
}

// Now is the time of the demo; for [store.Options].
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Wind sets the clock to where the sample in s has been moved to.
func (c *Clock) Wind(ctx context.Context, s *store.Store) error {
	return s.View(ctx, func(tx *store.Tx) error {
		ahead, err := tx.SampleAhead()
		if err == nil {
			c.ahead.Store(int64(ahead))
		}
		return err
	})
}

// Forward moves the clock of the sample in s forward by d, to the second.
func (c *Clock) Forward(ctx context.Context, s *store.Store, d time.Duration) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	err := s.Update(ctx, func(tx *store.Tx) error { return tx.MoveSample(d) })
	if err != nil {
		return err
	}
	return c.Wind(ctx, s)
}
