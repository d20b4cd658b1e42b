package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"chihai/store"
)

// What a restored database held is not sent until it is released; who writes
// meanwhile is answered.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ch = editor{w.net}
		old := w.post(
			store.Message{Address: "5", Text: "old", Repeat: true},
			store.Message{Address: "6", Text: "class", Lane: store.Reminder, Report: "r1"},
		)
		time.Sleep(time.Hour)
		w.update(func(tx *store.Tx) error { return tx.HoldBack(tx.Now.Add(-time.Hour)) })
		w.run()
		w.post(
			store.Message{Address: "5", Text: "new", Repeat: true},
			store.Message{Address: "5", Text: "edited", Act: store.Edit, Target: old[0], Repeat: true},
		)
		time.Sleep(10 * time.Minute) // every sweep comes by
		if got, want := w.net.texts(""), "new edited"; got != want {
			t.Errorf("shown while held: %q, want %q", got, want)
		}
		var h Held
		if err := w.View(t.Context(), func(tx *store.Tx) (err error) { h, err = CountHeld(tx); return err }); err != nil {
			t.Fatal(err)
		}
		if h.Replies != 1 || h.Pushes != 1 || h.Once != 1 || h.Oldest.IsZero() {
			t.Errorf("held: %+v, want one reply and one push, which goes once", h)
		}

		w.update(func(tx *store.Tx) error { return tx.EndHold() })
		time.Sleep(2 * time.Minute)
		for address, want := range map[string]string{"5": "new edited old", "6": "class"} {
			if got := w.net.texts(address); got != want {
				t.Errorf("shown to %s after the release: %q, want %q", address, got, want)
			}
		}
		if n := w.left(); n != 0 {
			t.Errorf("%d messages are left", n)
		}
		w.stop()
	})
}

func TestDropHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range portionSize + 1 {
			w.post(store.Message{Address: "5", Text: "old", Repeat: true})
		}
		w.post(store.Message{Address: "6", Text: "class", Lane: store.Reminder, Report: "r1"})
		w.update(func(tx *store.Tx) error { return tx.HoldBack(time.Time{}) })
		w.post(store.Message{Address: "5", Text: "new", Repeat: true})
		n, err := DropHeld(t.Context(), w.Store)
		if err != nil || n != portionSize+2 {
			t.Errorf("dropped %d, %v, want %d", n, err, portionSize+2)
		}
		w.update(func(tx *store.Tx) error {
			for d, err := range tx.Deliveries(time.Time{}) {
				if err != nil || d.Outcome != store.Unknown {
					t.Errorf("%s is reported as %s, %v", d.Report, d.Outcome, err)
				}
			}
			return nil
		})
		w.run()
		time.Sleep(2 * time.Minute)
		if got := w.net.texts(""); got != "new" {
			t.Errorf("shown: %q, want new", got)
		}
		w.stop()
	})
}
