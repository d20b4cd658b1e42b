package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"chihai/store"
)

// scrub wipes what deleted documents left behind in the file of the database,
// once for all rows that are due: they say only that somebody was deleted.
// Where the database cannot do it there is nothing to do.
func (s *Schedule) scrub(ctx context.Context, rows []*store.Due) error {
	db, ok := s.store.Backend().(store.Scrubber)
	if !ok {
		return s.done(ctx, rows...)
	}
	n, err := db.Scrub(ctx)
	if err != nil {
		for _, d := range rows {
			s.pauses[d.ID] = pause{until: s.store.Now().Add(maxPause)}
		}
		if errors.Is(err, store.ErrScrubLater) {
			return nil
		}
		return fmt.Errorf("wipe what was deleted: %w", err)
	}
	slog.Info("wiped what was deleted", "bytes", n)
	return s.done(ctx, rows...)
}
