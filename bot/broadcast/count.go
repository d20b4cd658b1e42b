package broadcast

import (
	"context"
	"errors"
	"fmt"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Count is the work that counts the recipients of a draft ([flows.CountWork]).
// It reads them in one snapshot and changes nothing.
func Count(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.CountDraft
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var n store.AudienceCount
	err := s.View(ctx, func(tx *store.Tx) error {
		b, err := tx.Broadcast(ask.Broadcast)
		if err != nil {
			return err
		}
		n, err = tx.CountAudience(b.Recipients())
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) { // a draft that was deleted has none
		return nil, err
	}
	return json.Marshal(n)
}
