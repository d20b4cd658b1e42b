package outbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// Days of mishaps: the network fails in all its ways and the process dies at
// any time. Whatever happens, each message ends in exactly one way, nothing is
// shown twice that may not be, and order holds.
func TestMishaps(t *testing.T) {
	seeds := 10
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { mishaps(t, uint64(seed)) })
		})
	}
}

func mishaps(t *testing.T, seed uint64) {
	const n, addresses = 400, 12
	random, luck := rand.New(rand.NewPCG(seed, 0)), rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t)
	w.opt.Window = 40
	w.net.limits = channel.Limits{Total: 20, PerChat: 1, Burst: 2, Flights: 6}
	w.net.latency = 200 * time.Millisecond
	w.net.answer = func(m channel.Message) (channel.Receipt, error) {
		w.net.mu.Lock()
		p := luck.IntN(100)
		w.net.mu.Unlock()
		switch {
		case p < 3: // shown, and the process dies before it hears of it
			w.life.dead.Store(true)
		case p < 5: // the process dies on the way
			w.life.dead.Store(true)
			return channel.Receipt{}, errors.New("connection refused")
		case p < 8:
			w.net.show(m)
			return channel.Receipt{}, channel.ErrUncertain
		case p < 10:
			return channel.Receipt{}, channel.ErrUncertain
		case p < 20:
			return channel.Receipt{}, errors.New("connection refused")
		case p < 24:
			return channel.Receipt{}, &channel.RetryError{After: 3 * time.Second}
		case p < 26:
			return channel.Receipt{}, &channel.RetryError{After: 5 * time.Second, All: true}
		case p < 28:
			return channel.Receipt{}, channel.ErrRefused
		}
		return channel.Receipt{}, nil
	}
	w.run()
	posted := map[string]store.Message{}
	crashes := 0
	post := func() {
		var messages []store.Message
		lane := store.Lane(random.IntN(3))
		for range 1 + random.IntN(3) {
			i := len(posted) + len(messages)
			m := store.Message{
				Address: fmt.Sprint(random.IntN(addresses)), Lane: lane, Text: fmt.Sprintf("%04d", i),
				Repeat: lane == 0, Report: fmt.Sprintf("r%04d", i),
			}
			if lane == 2 {
				m.Until = time.Now().Add(10 * time.Second)
			}
			messages = append(messages, m)
		}
		w.post(messages...)
		for _, m := range messages {
			posted[m.Text] = m
		}
	}
	for step := 0; len(posted) < n || w.left() > 0; step++ {
		if w.life.dead.Load() || random.IntN(200) == 0 {
			crashes++
			w.restart()
		}
		if len(posted) < n && random.IntN(3) == 0 {
			post()
		}
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		if step > 50_000 {
			t.Fatalf("%d messages are left in the outbox", w.left())
		}
		if w.life.dead.Load() {
			crashes++
			w.restart()
		}
	}
	w.stop()

	times := map[string]int{}
	last := map[string]string{} // by address and lane
	for _, s := range w.net.all() {
		times[s.Text]++
		line := fmt.Sprint(s.Address, "/", s.Lane)
		if s.Text < last[line] {
			t.Errorf("%s was shown after %s", s.Text, last[line])
		}
		last[line] = s.Text
	}
	ended := map[string]string{}
	for d := range strings.FieldsSeq(w.deliveries()) {
		outcome, report, _ := strings.Cut(d, ":")
		if was := ended[report]; was != "" {
			t.Errorf("%s ended as %s and %s", report, was, outcome)
		}
		ended[report] = outcome
	}
	bins := map[string]int{}
	for text, m := range posted {
		end := ended[m.Report]
		bins[end]++
		if times[text] > 1 && !m.Repeat {
			t.Errorf("%s was shown %d times", text, times[text])
		}
		switch {
		case end == "":
			t.Errorf("%s never ended", text)
		case end == string(store.Delivered) && times[text] == 0:
			t.Errorf("%s was never shown and ended as delivered", text)
		case end == string(store.Late) && times[text] > 0 && !m.Repeat:
			t.Errorf("%s was shown and ended as late", text)
		}
	}
	t.Logf("%d messages, %d calls, %d crashes: %v", len(posted), w.net.calls, crashes, bins)
}
