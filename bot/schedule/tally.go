package schedule

import (
	"context"
	"time"

	"chihai/store"
)

const (
	tallyTime    = 10 * time.Minute // from the end of one count to the beginning of the next
	tallyPortion = 5_000            // members counted in one tick: some milliseconds
)

// tally counts the members for the staff pages, a portion in each tick, so that
// neither a long transaction nor a busy second comes of it: a million takes 200
// ticks. What changes meanwhile is counted the next time.
func (s *Schedule) tally(ctx context.Context) error {
	now := s.store.Now()
	if s.tallies.under == nil {
		since := now.Sub(s.tallies.ended)
		if since >= 0 && since < tallyTime { // below: the clock went back
			return nil
		}
		s.tallies.under = &store.Counting{}
	}
	more := false
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		more, err = tx.CountMembers(s.tallies.under, tallyPortion)
		return err
	})
	if err == nil && more {
		return nil
	}
	if err == nil {
		err = s.store.Update(ctx, func(tx *store.Tx) error { return tx.PutTallies(s.tallies.under) })
	}
	s.tallies.under, s.tallies.ended = nil, now // one that failed is begun anew later
	return err
}

// A tallying is how far counting the members is.
type tallying struct {
	under *store.Counting // nil: none is under way
	ended time.Time       // of the last one
}
