package demo

import (
	"errors"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// The time of a sample goes on from where it was moved to, also for the next
// process; the time of a real database cannot be moved.
func TestClock(t *testing.T) {
	ctx := t.Context()
	var c Clock
	s, err := store.Open(ctx, memory.New(), store.Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := c.Forward(ctx, s, time.Hour); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a real database moves: %v", err)
	}
	if err := s.Update(ctx, (*store.Tx).MarkSample); err != nil {
		t.Fatal(err)
	}
	before := c.Now()
	for range 3 {
		if err := c.Forward(ctx, s, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if d := c.Now().Sub(before); d < 72*time.Hour || d > 73*time.Hour {
		t.Errorf("moved by %v, want 72h", d)
	}
	var next Clock
	if err := next.Wind(ctx, s); err != nil {
		t.Fatal(err)
	}
	if d := c.Now().Sub(next.Now()).Abs(); d > time.Hour {
		t.Errorf("the next process is %v off", d)
	}
}
