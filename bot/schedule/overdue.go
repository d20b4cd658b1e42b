package schedule

import (
	"context"
	"time"

	"chihai/store"
)

// Overdue returns how late the thing is that should have happened first; 0
// when nothing is due. It reads one document. A row that only a newer program
// knows counts, too: somebody waits for it.
func (s *Schedule) Overdue(ctx context.Context) (late time.Duration, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		for d, err := range tx.ComeDue() {
			if err != nil {
				return err
			}
			late = max(0, tx.Now.Sub(d.At))
			break
		}
		return nil
	})
	return late, err
}
