package schedule

import (
	"context"
	"log/slog"
	"time"

	"chihai/store"
)

// resealTime is how much of a tick is spent on sealing anew. Turns come between
// its steps, and what else is due after it.
const resealTime = 200 * time.Millisecond

// reseal seals what was written before the database had keys, or with a former
// one. What is left goes on at the next tick.
func (s *Schedule) reseal(ctx context.Context, rows []*store.Due) error {
	for begun := time.Now(); time.Since(begun) < resealTime; {
		done, err := s.store.Reseal(ctx)
		if err != nil {
			return err
		}
		if done {
			slog.Info("everything is sealed with the latest key")
			return s.done(ctx, rows...)
		}
	}
	return nil
}
