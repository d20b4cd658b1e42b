package schedule

import (
	"context"
	"testing"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// What is planned for one member reaches her flow once, as soon as the engine
// takes it, and not at all when its time is over.
func TestHear(t *testing.T) {
	w := newWorld(t, memory.New())
	var heard []flows.Input
	var broken error
	w.schedule.handle = func(_ context.Context, in flows.Input) error {
		if broken == nil {
			heard = append(heard, in)
		}
		return broken
	}
	w.update(func(tx *store.Tx) error {
		for _, d := range []*store.Due{
			{ID: "a", At: noon.Add(day), Until: noon.Add(2 * day), Job: store.HearJob, Member: "hoa", Flow: "merge_confirm", Data: []byte(`{"keep":"A"}`)},
			{ID: "b", At: noon.Add(day), Until: noon.Add(5 * day), Job: store.HearJob, Member: "mai", Flow: "merge_confirm"},
		} {
			if err := tx.Plan(d); err != nil {
				return err
			}
		}
		return nil
	})
	tick := func() (ids string) {
		heard = nil
		if err := w.schedule.Tick(t.Context()); err != nil && broken == nil {
			t.Errorf("Tick: %v", err)
		}
		for _, in := range heard {
			ids += in.ID
		}
		return ids
	}
	check(t, "before the time", tick(), "")
	w.now = noon.Add(day)
	broken = store.ErrClosed
	check(t, "while the engine does not take it", tick(), "")
	check(t, "rows", w.left(), 2)
	broken = nil
	w.now = noon.Add(3 * day)
	check(t, "when only one is of use still", tick(), "b")
	if in := heard[0]; in.Kind != flows.Due || in.Member != "mai" || in.Flow != "merge_confirm" {
		t.Errorf("handed over %+v", in)
	}
	check(t, "rows", w.left(), 0)
	check(t, "again", tick(), "")
}
