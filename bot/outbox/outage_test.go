package outbox

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
)

// A reply is not given up because of an outage in which nothing shows whether
// the network takes messages, as when a proxy before it says 502 to all. It is
// not repeated without end either.
func TestUncertainOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began, calls := time.Now(), 0
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Text == "1" {
				calls++
			}
			if time.Since(began) < 6*time.Hour {
				return channel.Receipt{}, channel.ErrUncertain
			}
			return channel.Receipt{}, nil
		}
		w.run()
		w.post(say("a", 0, "1 2")...)
		time.Sleep(7 * time.Hour)
		check(t, "shown", w.net.texts(""), "1 2")
		if calls > MaxTries+12 {
			t.Errorf("it was tried %d times", calls)
		}
	})
}

// When the network is back, nobody waits for the end of a pause that was made
// while it was away.
func TestBackAfterOutage(t *testing.T) {
	const chats = 50
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits = channel.Limits{Total: 20, PerChat: 1, Burst: 5, Flights: 8}
		var back atomic.Bool
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if !back.Load() {
				return channel.Receipt{}, errors.New("connection refused")
			}
			return channel.Receipt{}, nil
		}
		w.run()
		for i := range chats {
			w.post(say(fmt.Sprint("c", i), 0, "1 2")...)
		}
		time.Sleep(3*time.Hour + 17*time.Second)
		back.Store(true)
		w.post(say("z", 0, "3")...)
		time.Sleep(time.Second)
		if n := len(w.net.all()); n > 2*25 {
			t.Errorf("%d messages are shown in the first second", n)
		}
		time.Sleep(4 * time.Second)
		check(t, "shown within five seconds", len(w.net.all()), 2*chats+1)
		for i := range chats {
			check(t, "order", w.net.texts(fmt.Sprint("c", i)), "1 2")
		}
	})
}
