package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

// A crowd is women who talk with the bot, all at once.
type crowd struct {
	women []*woman
	quit  atomic.Bool
	talks sync.WaitGroup
}

// gather has n women begin to talk. They talk until leave, and no longer than
// ctx.
func gather(ctx context.Context, tg *telegramtest.Server, n int) *crowd {
	c := &crowd{}
	for i := range n {
		w := &woman{tg: tg, chat: int64(1000 + i), random: rand.New(rand.NewPCG(uint64(i), 7)), holds: map[string]bool{}, quit: &c.quit}
		c.women = append(c.women, w)
		c.talks.Go(func() { w.live(ctx) })
	}
	return c
}

// leave waits until each woman has ended what she was at.
func (c *crowd) leave() {
	c.quit.Store(true)
	c.talks.Wait()
}

// comes waits until is says true, and says false when ctx ends before.
func comes(ctx context.Context, is func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// wantAsTold complains unless the database is sound and each woman holds the
// seats that she was told of.
func (c *crowd) wantAsTold(t *testing.T, path string) {
	t.Helper()
	for _, w := range c.women {
		if w.err != nil {
			t.Fatalf("woman %d: %v", w.chat, w.err)
		}
	}
	key, err := store.ReadKey(path + keySuffix)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openMade(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	(&killOracle{t: t, crowd: c.women}).sound(s, key)
}
