package schedule

import (
	"context"
	"errors"
	"fmt"

	"chihai/flows"
	"chihai/store"
)

// hear hands each row to the flow and the member that it names, which deletes it
// in the same turn; one at which the flow failed is deleted here.
// A row whose time is over lapses.
func (s *Schedule) hear(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if s.store.Now().Before(d.Until) {
			if err := s.hand(ctx, flows.FromDue(d)); err != nil {
				s.pause(d)
				errs = append(errs, fmt.Errorf("%s: %w", d.ID, err))
				continue
			}
		}
		if err := s.done(ctx, d); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
