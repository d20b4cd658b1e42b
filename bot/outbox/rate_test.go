package outbox

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

func TestRate(t *testing.T) {
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		perSecond float64
		burst     int
		want      []time.Duration // when each of a row of messages may go
	}{
		{0, 1, []time.Duration{0, 0, 0}},
		{2, 1, []time.Duration{0, 500 * time.Millisecond, time.Second}},
		{1, 3, []time.Duration{0, 0, 0, time.Second, 2 * time.Second}},
	}
	for _, tt := range tests {
		r, next, at := newRate(tt.perSecond, tt.burst), time.Time{}, now
		for i, want := range tt.want {
			at = later(at, r.from(next))
			check(t, fmt.Sprintf("%v/s, %d at once: message %d", tt.perSecond, tt.burst, i), at.Sub(now), want)
			next = r.take(next, at)
		}
	}
}

// most is how many of the times fall into one second.
func most(times []time.Time) (n int) {
	slices.SortFunc(times, time.Time.Compare)
	from := 0
	for i, at := range times {
		for at.Sub(times[from]) >= time.Second {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

// Ten thousand reminders keep to the rate of the network, and replies meanwhile
// go at once.
func TestTenThousand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, perSecond, replies = 10_000, 28, 300
		w := newWorld(t)
		w.net.limits = channel.Limits{Total: perSecond, PerChat: 1, Burst: 3}
		w.net.latency = 60 * time.Millisecond
		var messages []store.Message
		for i := range n {
			messages = append(messages, store.Message{Address: fmt.Sprint(i), Lane: 1, Text: "reminder"})
		}
		for part := range slices.Chunk(messages, 1000) {
			w.post(part...)
		}
		began := time.Now()
		w.run()
		for range replies {
			time.Sleep(time.Second)
			at := time.Now()
			w.post(store.Message{Address: "x", Text: at.Format(time.RFC3339Nano)})
		}
		for w.box.Stats()[0].Waiting != [lanes]int{} {
			time.Sleep(time.Second)
		}
		check(t, "left in the outbox", w.left(), 0)
		var times []time.Time
		last := began
		for _, s := range w.net.all() {
			times = append(times, s.at)
			last = later(last, s.at)
			if s.Lane == store.Reply {
				posted, err := time.Parse(time.RFC3339Nano, s.Text)
				if err != nil {
					t.Fatal(err)
				}
				if took := s.at.Sub(posted); took != w.net.latency {
					t.Errorf("reply after %v, want %v", took, w.net.latency)
				}
			}
		}
		took := last.Sub(began)
		t.Logf("%d messages in %v: %.2f/s, at most %d in a second", len(times), took, float64(len(times))/took.Seconds(), most(times))
		check(t, "shown", len(times), n+replies)
		if got := most(times); got > perSecond+3 {
			t.Errorf("%d messages within a second, want at most %d and the replies beside", got, perSecond+2)
		}
		if rate := float64(len(times)) / took.Seconds(); rate > perSecond+0.1 || rate < 0.98*perSecond {
			t.Errorf("%.2f messages per second, want %d", rate, perSecond)
		}
	})
}

// One address has a rate of its own, and many replies at once go beyond the
// rate of the network; what follows makes up for them.
func TestBorrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits = channel.Limits{Total: 10, PerChat: 1, Burst: 2, Flights: 1000}
		w.run()
		began := time.Now()
		w.post(say("a", 0, "1 2 3 4")...)
		for i := range 100 {
			w.post(say(fmt.Sprint(i), 0, "r")...)
		}
		w.post(say("z", 1, "reminder")...)
		time.Sleep(time.Minute)
		want := map[string]time.Duration{"1": 0, "2": 0, "3": time.Second, "4": 2 * time.Second, "r": 0, "reminder": 10200 * time.Millisecond}
		for _, s := range w.net.all() {
			if got := s.at.Sub(began); got < want[s.Text]-200*time.Millisecond || got > want[s.Text]+200*time.Millisecond {
				t.Errorf("%s after %v, want %v", s.Text, got, want[s.Text])
			}
		}
	})
}

// Messages that are late or whose addresses block the bot cost nothing of the
// rate.
func TestNoCallNoRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits = channel.Limits{Total: 1}
		var messages []store.Message
		for i := range 1000 {
			messages = append(messages, store.Message{Address: fmt.Sprint(i), Lane: 1, Text: "late", Until: time.Now()})
		}
		blocked := w.meet("b")
		w.update(func(tx *store.Tx) error {
			c, err := tx.Contact(blocked.Contact)
			if err != nil {
				return err
			}
			c.Unreachable = tx.Now
			return tx.PutContact(c)
		})
		for range 100 {
			messages = append(messages, blocked)
		}
		w.post(append(messages, say("z", 1, "x")...)...)
		w.run()
		time.Sleep(5 * time.Second)
		check(t, "shown", w.net.texts(""), "x")
		stats := w.box.Stats()[0]
		check(t, "late", stats.Late, int64(1000))
		check(t, "blocked", stats.Blocked, int64(100))
	})
}

// Slow calls of reminders leave a place for replies.
func TestPlaceForReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits = channel.Limits{Flights: 4}
		w.net.latency = time.Minute
		w.run()
		for i := range 10 {
			w.post(say(fmt.Sprint(i), 1, "reminder")...)
		}
		synctest.Wait()
		check(t, "reminders under way", w.box.Stats()[0].Flights, 3)
		w.post(say("z", 0, "reply")...)
		time.Sleep(time.Minute + time.Second)
		check(t, "shown", w.net.texts("z"), "reply")
	})
}

// A group takes twenty messages a minute, whatever a chat takes, and no more in
// any minute.
func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits = channel.Limits{PerChat: 1, Burst: 5, PerGroup: 20.0 / 60, Groups: "g"}
		w.run()
		words := "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25"
		w.post(say("g", 1, words)...)
		w.post(say("a", 1, words)...)
		time.Sleep(time.Minute - time.Millisecond)
		in := map[string]int{}
		for _, s := range w.net.all() {
			in[s.Address]++
		}
		check(t, "in the group within a minute", in["g"], 20)
		check(t, "in a chat within a minute", in["a"], 25)
	})
}

// No second sees more calls than the network takes, replies counted, and replies
// get the last places of it.
func TestSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.limits = channel.Limits{Total: 8, Most: 10, Flights: 100}
		w.run()
		for i := range 80 {
			w.post(say(fmt.Sprint("b", i), 3, "b")...)
		}
		time.Sleep(5 * time.Second)
		at := time.Now()
		for i := range 2 {
			w.post(say(fmt.Sprint("r", i), 0, "now")...)
		}
		synctest.Wait() // else all come in the same instant, and any of them may be first
		for i := range 30 {
			w.post(say(fmt.Sprint("s", i), 0, "soon")...)
		}
		time.Sleep(15 * time.Second)
		var times []time.Time
		for _, s := range w.net.all() {
			times = append(times, s.at)
			if wait := s.at.Sub(at); s.Text == "now" && wait > 150*time.Millisecond || s.Text == "soon" && wait > 4*time.Second {
				t.Errorf("%s after %v", s.Text, wait)
			}
		}
		check(t, "shown", len(times), 112)
		check(t, "most in a second", most(times), 10)
	})
}
