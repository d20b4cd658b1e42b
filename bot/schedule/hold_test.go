package schedule

import (
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// What fell due before a restore waits for the operator; what falls due after
// it does not.
func TestHold(t *testing.T) {
	w := newWorld(t, memory.Open(memory.Options{}))
	w.training(25*time.Hour, "Hoa")   // her reminder of a day falls due before the restore
	w.training(26*time.Hour+1, "Mai") // and hers behind it
	w.now = noon.Add(90 * time.Minute)
	w.update(func(tx *store.Tx) error { return tx.HoldBack(noon) })
	w.tick()
	check(t, "reminded before the release", w.take(), "")
	w.now = noon.Add(3 * time.Hour)
	w.tick()
	check(t, "reminded of what fell due later", w.take(), "1d/Mai")
	w.update(func(tx *store.Tx) error { return tx.EndHold() })
	w.tick()
	check(t, "reminded after the release", w.take(), "1d/Hoa")
}
