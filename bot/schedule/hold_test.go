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

// An outage from before the backup has nobody asked again before the release.
func TestHoldOutage(t *testing.T) {
	h := newHouse(t)
	h.talks(3, 3)
	h.pass(time.Minute, true)
	h.pass(200*time.Second, false)
	h.pass(10*time.Second, true) // it is noticed
	h.now = h.now.Add(time.Minute)
	h.update(func(tx *store.Tx) error { return tx.HoldBack(h.now) })
	h.pass(time.Minute, true)
	check(t, "asked before the release", h.took(), 0)
	h.update(func(tx *store.Tx) error { return tx.EndHold() })
	h.pass(time.Second, true)
	check(t, "asked after the release", h.took(), 3)
}
