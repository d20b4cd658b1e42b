package outbox

import (
	"context"
	"errors"
	"log/slog"

	"chihai/store"
)

// settleStrays gives up messages for channels that are not connected, when
// they are a day old: whoever wrote then has found another way.
func (o *Outbox) settleStrays(ctx context.Context, entries []entry) error {
	now := o.store.Now()
	var stray []string
	for _, e := range entries {
		if o.senders[e.channel] != nil {
			continue
		}
		if at, ok := posted(e.id); ok && now.Sub(at) >= MaxAge {
			stray = append(stray, e.id)
		}
	}
	if len(stray) == 0 {
		return nil
	}
	slog.Warn("messages given up", "count", len(stray), "why", whyStray)
	return o.store.Update(ctx, func(tx *store.Tx) error {
		for _, id := range stray {
			m, err := tx.Message(id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := settle(tx, m, store.Failed, whyStray, ""); err != nil {
				return err
			}
		}
		return nil
	})
}
