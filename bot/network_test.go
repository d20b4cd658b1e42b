package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

// A chat that must wait an hour gets its reply then, and nobody else waits with
// it for a reply.
func TestLongWait(t *testing.T) {
	inHouse(t, func(w *watched) {
		w.tg.Fail(telegramtest.Fault{Method: "send", Chat: 6, Status: 429, RetryAfter: 3600, Times: 1})
		w.tg.Text(6, "/start")
		w.wait(time.Minute)
		if n := len(w.tg.Sent(6)); n != 0 {
			t.Fatalf("%d messages are shown to one who is to be left alone", n)
		}
		before := w.tg.Calls("sendMessage")
		for i := range 5 {
			if m := w.says(int64(10+i), "/start"); !slices.Contains(m.Labels(), "Tiếng Việt") {
				t.Errorf("another is shown %q", m.Text)
			}
		}
		w.wait(57 * time.Minute)
		if n := w.tg.Calls("sendMessage") - before; n != 5 {
			t.Errorf("Telegram was called %d times, want 5", n)
		}
		w.wait(5 * time.Minute)
		if n := len(w.tg.Sent(6)); n != 1 {
			t.Errorf("%d messages are shown after the wait, want 1", n)
		}
	})
}

// Updates that come twice, and before those that were earlier, act once each.
func TestRepeatedUpdates(t *testing.T) {
	inHouse(t, func(w *watched) {
		w.says(6, "/start")
		w.says(6, "Tiếng Việt")
		// While nothing is fetched, two dozen pile up, some of which come again.
		mend := w.tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 502, Body: "<html>"})
		w.wait(time.Minute)
		for i := range 24 {
			id := w.tg.Text(6, fmt.Sprintf("câu %d", i))
			if i%3 == 0 {
				w.tg.Repeat(id)
			}
		}
		mend()
		w.wait(5 * time.Minute)
		if n := w.turns(6); n != 26 {
			t.Errorf("26 things were said, %d were heard", n)
		}
		w.stop()
		w.start() // knows nothing of what it had confirmed
		w.tg.RestartIDs(500)
		w.says(6, "/menu")
		if n := w.turns(6); n != 27 {
			t.Errorf("27 things were said, %d were heard", n)
		}
	})
}

// Telegram cannot be reached for an hour in which the clock goes on: nothing is
// lost, the order of each chat holds, and nobody is flooded when it is back.
func TestBlockedForAnHour(t *testing.T) {
	for name, f := range map[string]telegramtest.Fault{
		"broken off":   {Drop: true},
		"no answer":    {Hang: true},
		"a proxy's no": {Status: 503, Body: "<html>503 Service Unavailable</html>"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(w *watched) {
				const people, pushes = 100, 4
				var want [people][]string
				for i := range people {
					w.tg.Know(int64(100 + i))
				}
				mend := w.tg.Fail(f)
				w.wait(time.Minute)
				for n := range pushes {
					w.update(func(tx *store.Tx) error {
						for i := range people {
							want[i] = append(want[i], fmt.Sprintf("nhắc %d", n))
							if err := tx.Post(&store.Message{
								Channel: "telegram:7000000001", Address: fmt.Sprint(100 + i), Lane: store.Reminder, Text: want[i][n], Repeat: true,
							}); err != nil {
								return err
							}
						}
						return nil
					})
					w.wait(14 * time.Minute)
				}
				for i := range people {
					w.tg.Text(int64(100+i), "/start")
				}
				back := time.Now()
				mend()
				w.wait(15 * time.Minute)
				if n := w.left(); n > 0 {
					t.Errorf("%d messages are still to be sent", n)
				}
				var at []time.Time
				for i := range people {
					var got []string
					var last time.Time
					fast := 0
					for _, m := range w.tg.Sent(int64(100 + i)) {
						at = append(at, m.At)
						if strings.HasPrefix(m.Text, "nhắc") {
							got = append(got, m.Text)
						} else if n := w.turns(int64(100 + i)); n != 1 {
							t.Errorf("person %d said one thing, %d were heard", i, n)
						}
						if m.At.Sub(last) < time.Second {
							fast++
						}
						last = m.At
					}
					if f.Hang { // those under way when it hung may have been shown: they may come again
						got = slices.Compact(got)
					}
					if !slices.Equal(got, want[i]) {
						t.Errorf("person %d is shown %q, want %q", i, got, want[i])
					}
					if fast > 5 { // the burst that Telegram lets pass
						t.Errorf("person %d gets %d messages at once", i, fast)
					}
				}
				slices.SortFunc(at, time.Time.Compare)
				if len(at) < people*(pushes+1) || at[0].Before(back) {
					t.Fatalf("%d messages are shown, the first %v after the network was back", len(at), at[0].Sub(back))
				}
				most := 0
				for i, j := 0, 0; i < len(at); i++ {
					for at[i].Sub(at[j]) >= time.Second {
						j++
					}
					most = max(most, i-j+1)
				}
				if most > 32+people { // 28 pushes, and the replies, which wait for nobody
					t.Errorf("%d messages are shown in one second", most)
				}
				t.Logf("%d messages within %v, at most %d in a second", len(at), at[len(at)-1].Sub(back).Round(time.Second), most)
			})
		})
	}
}
