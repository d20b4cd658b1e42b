package schedule

import (
	"context"
	"errors"
	"fmt"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// broadcast begins the broadcasts whose time has come. One that comes too late
// is paused, so that its sender looks whether it still is true.
func (s *Schedule) broadcast(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		var of store.BroadcastNews
		err := json.Unmarshal(d.Data, &of)
		if err == nil {
			err = s.store.Update(ctx, func(tx *store.Tx) error { return tx.StartBroadcast(d, of.Broadcast) })
		}
		if err != nil {
			s.pause(d)
			errs = append(errs, fmt.Errorf("%s: %w", d.ID, err))
		}
	}
	return errors.Join(errs...)
}
