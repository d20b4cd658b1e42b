package schedule

import (
	"context"
	"errors"
	"testing"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// A clock whose lease is lost does nothing that lasts, however late it wakes up.
func TestLostLease(t *testing.T) {
	w := newWorld(t, memory.New())
	kept := 0
	w.schedule.handle = func(ctx context.Context, in flows.Input) error {
		err := w.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.FirstSeen(in.ID)
			return err
		})
		if err == nil {
			kept++
		}
		return err
	}
	var lease *store.Lease
	w.update(func(tx *store.Tx) (err error) {
		if err := tx.Plan(&store.Due{ID: "a", At: noon, Until: noon.Add(day), Job: store.HearJob, Member: "hoa", Flow: "x"}); err != nil {
			return err
		}
		lease, err = tx.TakeLease(&store.Lease{Name: "clock"}, "a")
		return err
	})
	under := store.Under(t.Context(), &store.Term{Lease: *lease, Ours: func() bool { return true }})
	w.update(func(tx *store.Tx) error {
		_, err := tx.TakeLease(lease, "b")
		return err
	})
	if err := w.schedule.Tick(under); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("Tick = %v, want %v", err, store.ErrLeaseLost)
	}
	check(t, "kept", kept, 0)
	check(t, "rows", w.left(), 1)
}
