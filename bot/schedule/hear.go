package schedule

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"chihai/flows"
	"chihai/store"
)

// hear hands each row to the flow and the member that it names, which deletes it
// in the same turn; one at which the flow failed is deleted here. Of one member
// it is one row in a tick, so that she hears of things in their order. A row
// whose time is over lapses.
func (s *Schedule) hear(ctx context.Context, rows []*store.Due) error {
	next := map[string]*store.Due{} // by member
	var members []string
	var over, late []*store.Due
	for _, d := range rows {
		switch {
		case !s.store.Now().Before(d.Until):
			late = append(late, d)
		case next[d.Member] == nil:
			next[d.Member] = d
			members = append(members, d.Member)
		}
	}
	var mu sync.Mutex
	_, err := s.sideBySide(ctx, members, func(member string) error {
		d := next[member]
		err := s.hand(ctx, flows.FromDue(d))
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			s.pause(d)
			return fmt.Errorf("%s: %w", d.ID, err)
		}
		over = append(over, d)
		return nil
	})
	return errors.Join(err, s.done(ctx, over...), s.lapse(ctx, late...))
}
