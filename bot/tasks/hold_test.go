package tasks

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/store"
)

// No task is begun while there is no room for what it makes.
func TestWaitWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.works["list"] = slow(time.Second, `1`)
		var low atomic.Bool
		low.Store(true)
		w.add("list", "An")
		w.run(func(tasks *Tasks) { tasks.WaitWhile(low.Load) })
		time.Sleep(time.Minute)
		check(t, "done while the disk is low", w.all(), "")
		low.Store(false)
		time.Sleep(time.Minute)
		check(t, "done later", w.all(), "An:list:1")
		w.stop()
	})
}

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
