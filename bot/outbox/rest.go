package outbox

import (
	"context"
	"log/slog"
	"time"

	"chihai/store"
)

// A network that asks a broadcast to wait asks nothing of those who have just
// written: only the lanes of broadcasts rest. Until when is kept in the
// transaction that puts the message back.

// letRest keeps until when the channel wants no broadcasts.
func (s *sender) letRest(tx *store.Tx, m *store.Message, after time.Duration, all bool) error {
	if !all || !m.Lane.Bulk() {
		return nil
	}
	return tx.LetRest(s.channel.Name(), tx.Now.Add(after))
}

// readRest reads until when the channel wanted no broadcasts when it was last
// asked. It insists: to begin without it might cost hours more.
func (s *sender) readRest(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.store.View(ctx, func(tx *store.Tx) error {
			until, err := tx.RestOf(s.channel.Name())
			s.mu.Lock()
			defer s.mu.Unlock()
			s.rest = later(s.rest, until)
			return err
		})
		if err == nil || ctx.Err() != nil {
			return
		}
		slog.Error("outbox cannot be read", "channel", s.channel.Name(), "err", err)
		wait(ctx, time.Second)
	}
}
