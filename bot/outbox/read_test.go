package outbox

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// A great many messages are never all in memory, and stay in order.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, window, addresses = 6_000, 301, 70
		w := newWorld(t)
		w.opt.Window = window
		w.net.limits = channel.Limits{Total: 1000, Flights: 8}
		w.net.latency = 5 * time.Millisecond

		// Half of them are there at the start, half come while it sends; every
		// turn leaves a group.
		posted := 0
		post := func() {
			var messages []store.Message
			for range 1000 / 4 {
				address, group := fmt.Sprint(posted/4%addresses), fmt.Sprint(posted/4)
				for range 4 {
					messages = append(messages, store.Message{Address: address, Lane: 1, Group: group, Text: fmt.Sprintf("%06d", posted)})
					posted++
				}
			}
			w.post(messages...)
		}
		for posted < n/2 {
			post()
		}
		w.run()
		most, replies := 0, 0
		for range 10_000 {
			time.Sleep(5 * time.Millisecond)
			stats := w.box.Stats()[0]
			most = max(most, stats.Waiting[1])
			if stats.Waiting == [lanes]int{} && !stats.More && posted == n {
				break
			}
			if stats.Delivered > 100 && posted < n {
				post()
			}
			if posted < n {
				w.post(store.Message{Address: fmt.Sprint(replies % addresses), Lane: 0, Text: "r"})
				replies++
			}
		}
		check(t, "shown", len(w.net.all()), n+replies)
		check(t, "left in the outbox", w.left(), 0)
		if most > window+4 || most < window/2 {
			t.Errorf("%d in memory, want at most %d and the rest of a group", most, window)
		}
		for a := range addresses {
			texts := strings.Fields(w.net.texts(fmt.Sprint(a)))
			for i, text := range texts { // replies stand between groups only
				if text == "r" && i > 0 && i+1 < len(texts) && texts[i-1] != "r" && texts[i+1] != "r" && group(texts[i-1]) == group(texts[i+1]) {
					t.Errorf("a reply between %s and %s", texts[i-1], texts[i+1])
				}
			}
			texts = slices.DeleteFunc(texts, func(s string) bool { return s == "r" })
			if !slices.IsSorted(texts) {
				t.Errorf("out of order for %d: %v", a, texts)
			}
		}
	})
}

func group(text string) int {
	var n int
	fmt.Sscanf(text, "%d", &n)
	return n / 4
}

// A group comes into a window in whole, read or posted.
func TestWindowGroups(t *testing.T) {
	now := time.Now()
	heads := []head{{id: "1", lane: 1}, {id: "2", group: "g", lane: 1}, {id: "3", group: "g", lane: 1}, {id: "4", group: "h", lane: 1}, {id: "5", group: "h", lane: 1}}
	for _, posted := range []bool{false, true} {
		s := newSender(&Outbox{window: 2, more: make(chan struct{}, 1)}, &network{t: t})
		if s.begin(""); posted {
			s.end(true)
		}
		for _, h := range heads {
			if posted {
				s.post("a", h, now)
			} else {
				s.offer("a", h, now)
			}
		}
		if !posted {
			s.end(true)
		}
		w := s.windows[1]
		check(t, "in memory", w.count, 3)
		check(t, "the first that is not", w.from, "4")
		check(t, "whole", w.whole, false)
	}
}

// A read that fails leaves nothing out and puts nothing before what it has not
// read.
func TestReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		messages := say("a", 0, strings.Repeat("1 ", portionSize)+"2")
		for i := range messages {
			messages[i].NotBefore = time.Now().Add(50 * time.Millisecond) // after the reader's first two reads
		}
		w.post(messages...)
		var reads atomic.Int32
		w.life.failView = func() error {
			if reads.Add(1) == 2 {
				return store.ErrRefused
			}
			return nil
		}
		w.net.latency = time.Millisecond
		w.run()
		time.Sleep(100 * time.Millisecond)
		w.post(say("a", 0, "3")...)
		time.Sleep(10 * time.Second)
		if got, want := w.net.texts("a"), strings.Repeat("1 ", portionSize)+"2 3"; got != want {
			t.Errorf("shown: …%s, want …%s", got[len(got)-9:], want[len(want)-9:])
		}
	})
}

// Reading on for one channel leaves nothing out of another.
func TestTwoChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opt.Window = 100
		w.net.limits = channel.Limits{Total: 1}
		quick := &network{t: t, name: "test:2"}
		w.more = []channel.Channel{quick}
		for i := range 200 {
			w.post(store.Message{Address: fmt.Sprint(i), Lane: 1, Text: fmt.Sprint(i)})
		}
		for i := range 400 {
			w.post(store.Message{Channel: "test:2", Address: fmt.Sprint(i), Lane: 1, Text: "x"})
		}
		w.run()
		time.Sleep(10 * time.Second)
		check(t, "shown by the quick one", len(quick.all()), 400)
		check(t, "the slow one has more in the store", w.box.Stats()[1].More, true)
		time.Sleep(200 * time.Second)
		check(t, "shown by the slow one", len(w.net.all()), 200)
	})
}

// A reply that waits behind a great many reminders in the store goes at once.
func TestReplyBehindMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opt.Window = 100
		w.net.limits = channel.Limits{Total: 1}
		var messages []store.Message
		for i := range 5000 {
			messages = append(messages, store.Message{Address: fmt.Sprint(i), Lane: 1, Text: "reminder"})
		}
		w.post(messages...)
		w.post(say("a", 0, "reply")...)
		w.run()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		check(t, "shown", w.net.texts("a"), "reply")
		check(t, "more in the store", w.box.Stats()[0].More, true)
	})
}
