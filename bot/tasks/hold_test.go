package tasks

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"chihai/store"
)

// Tasks of before a restore wait for the operator.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.works["list"] = slow(time.Second, `1`)
		w.add("list", "old")
		hold := func(fn func(*store.Tx) error) {
			t.Helper()
			if err := w.Update(context.Background(), fn); err != nil {
				t.Fatal(err)
			}
		}
		hold(func(tx *store.Tx) error { return tx.HoldBack(tx.Now) })
		w.add("list", "new")
		w.run()
		time.Sleep(time.Minute)
		check(t, "done while held", w.all(), "new:list:1")
		hold((*store.Tx).EndHold)
		time.Sleep(time.Minute)
		check(t, "done after the release", w.all(), "new:list:1 old:list:1")
		w.stop()
	})
}
