package inbox

import (
	"context"
	"testing"
	"testing/synctest"

	"chihai/flows"
	"chihai/store"
)

// What was received in a term is handled in that term, and what came otherwise
// in none.
func TestTakeIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := map[string]*store.Term{"a1": {}, "b1": nil}
		got := map[string]*store.Term{}
		b := New(func(ctx context.Context, in flows.Input) error {
			got[in.ID] = store.TermOf(ctx)
			return nil
		}, Options{Workers: 1})
		start(t, b)
		r := &recorder{}
		b.TakeIn(want["a1"])(flows.Input{ID: "a1", Channel: "console:1", From: "a"}, r.told("a1"))
		r.take(b, "b1")
		synctest.Wait()
		for id, term := range want {
			if was, handled := got[id]; !handled || was != term {
				t.Errorf("%s was handled: %t, in the term %v, want %v", id, handled, was, term)
			}
		}
	})
}
