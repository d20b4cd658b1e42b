package simulation

import (
	"testing"

	"chihai/store"
)

// Each migration has a way back, so that the simulation upgrades databases of
// every program.
func TestOlder(t *testing.T) {
	for v := 2; v <= store.SchemaVersion(); v++ {
		if older[v] == nil {
			t.Errorf("schema %d has no way back", v)
		}
	}
}
