package flows

import (
	"errors"
	"slices"
	"testing"

	"chihai/store/memory"
)

// Whoever watches is told once of each input, and how it ended.
func TestWatch(t *testing.T) {
	db := &faultyDB{memory.New(), -1}
	failing := &Flow{Name: "help", Triggers: []string{"command.help"}, Steps: []Step{{
		Name: "how", Ask: func(*Turn) error { return errors.New("no") },
	}}}
	r := rehearse(t, db, failing)
	var ends []Ending
	r.engine.opt.Watch = func(in Input, end Ending) { ends = append(ends, end) }

	hello := r.says("Hoa", "/start")
	r.hear(t, hello, r.says("Hoa", "1"), hello, r.says("Hoa", "/trogiup"))
	db.left = 3
	if err := r.engine.Handle(t.Context(), r.says("Hoa", "/menu")); !errors.Is(err, errDisk) {
		t.Fatalf("Handle = %v, want %v", err, errDisk)
	}
	if want := []Ending{Answered, Answered, Repeated, Failed, NotKept}; !slices.Equal(ends, want) {
		t.Errorf("told of %v, want %v", ends, want)
	}
}
