package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

// TestOutage takes the bot away from Telegram in several ways, for longer than
// Telegram keeps a tap: whoever has tapped in vain is asked again, once.
func TestOutage(t *testing.T) {
	const short, long = "gián đoạn một lúc", "có thể Chị Hai chưa nhận được"
	restart := func(w *watched, pass func()) { w.stop(); pass(); w.start() }
	fault := func(f telegramtest.Fault) func(w *watched, pass func()) {
		return func(w *watched, pass func()) {
			mend := w.tg.Fail(f)
			w.wait(time.Minute) // the question that is held ends first
			pass()
			mend()
		}
	}
	for _, tt := range []struct {
		name    string
		away    func(w *watched, pass func())
		lasts   time.Duration
		officer string // what she is told, who stands before buttons below a message
		woman   string // the same for one who stands before a keyboard
	}{
		{"the process is down", restart, 200 * time.Second, short, ""},
		{"Telegram is out of reach", fault(telegramtest.Fault{Drop: true}), 200 * time.Second, short, ""},
		{"Telegram does not answer", fault(telegramtest.Fault{Hang: true}), 300 * time.Second, short, ""},
		{"Telegram has a failure", fault(telegramtest.Fault{Status: 502, Body: "<html>"}), 200 * time.Second, short, ""},
		{"a short restart", restart, 40 * time.Second, "", ""},
		{"the process is down for more than a day", restart, 25 * time.Hour, long, long},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHouse(t, func(w *watched) {
				t := w.t
				const officer, woman = 5, 6
				w.askWoman(woman)
				w.askOfficer(officer)
				w.wait(10 * time.Minute) // nothing is wrong: nobody is asked again
				before := [2]int{len(w.tg.Sent(officer)), len(w.tg.Sent(woman))}

				tt.away(w, func() {
					w.tap(officer)
					w.wait(tt.lasts)
				})
				w.wait(5 * time.Minute)
				for i, want := range []string{tt.officer, tt.woman} {
					chat := []int64{officer, woman}[i]
					more, told := w.tg.Sent(chat)[before[i]:], w.told(chat, before[i])
					switch {
					case want == "" && told > 0:
						t.Errorf("%d is told of an outage: %q", chat, more[0].Text)
					case want != "" && (told != 1 || !strings.Contains(w.last(chat).Text, want)):
						t.Errorf("%d is shown %d messages and told %d times of the outage, want once %q", chat, len(more), told, want)
					}
				}
				if tt.officer == "" {
					return
				}
				w.tap(officer) // the new button
				w.wait(5 * time.Second)
				if m := w.last(officer); !strings.Contains(m.Text, "Số chỗ") {
					t.Errorf("the new button leads to %q", m.Text)
				}
			})
		})
	}
}

// TestOutageAtNight has outages end at night: who is awake is asked again at
// once, who sleeps when the night is over, and each once.
func TestOutageAtNight(t *testing.T) {
	const asleep, awake, woman = 5, 7, 6
	for _, tt := range []struct {
		name           string
		lasts          time.Duration
		night, morning map[int64]int // how often each is told at night, and in the morning
	}{
		{"a few minutes", 200 * time.Second, map[int64]int{awake: 1}, map[int64]int{awake: 1, asleep: 1}},
		{"more than a day", 25 * time.Hour, nil, map[int64]int{awake: 1, asleep: 1, woman: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHouse(t, func(w *watched) {
				w.update(func(tx *store.Tx) error {
					_, m, _, err := tx.Meet("telegram:7000000001", fmt.Sprint(awake))
					if err != nil {
						return err
					}
					return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"})
				})
				w.stop() // a day of it takes a while
				w.until(21*60 + 30)
				w.start()
				w.askWoman(woman)
				w.askOfficer(asleep)
				w.until(22 * 60)
				w.askOfficer(awake)
				from := map[int64]int{}
				for _, chat := range []int64{asleep, awake, woman} {
					from[chat] = len(w.tg.Sent(chat))
				}
				w.stop()
				w.tap(awake)
				w.wait(tt.lasts)
				w.start()
				for _, look := range []struct {
					until int // in minutes of the day
					want  map[int64]int
				}{{23*60 + 30, tt.night}, {6*60 + 59, tt.night}, {7*60 + 2, tt.morning}, {8 * 60, tt.morning}} {
					w.until(look.until)
					for _, chat := range []int64{asleep, awake, woman} {
						if n := w.told(chat, from[chat]); n != look.want[chat] {
							w.t.Errorf("at %d:%02d person %d was told %d times, want %d", look.until/60, look.until%60, chat, n, look.want[chat])
						}
					}
				}
			})
		})
	}
}

// TestWebhookOutage keeps from the bot what Telegram delivers, for longer than
// Telegram keeps a tap and for less. Nothing that was written meanwhile is lost,
// and it is answered in its order; who has tapped in vain is asked again, once.
func TestWebhookOutage(t *testing.T) {
	shut := func(answer http.HandlerFunc) func(w *watched, pass func()) {
		return func(w *watched, pass func()) {
			shut := http.Handler(answer)
			open := w.door.Swap(&shut)
			pass()
			w.door.Store(open)
		}
	}
	for _, tt := range []struct {
		name  string
		away  func(w *watched, pass func())
		lasts time.Duration
		told  int
	}{
		{"nobody is there", shut(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 200 * time.Second, 1},
		{"a proxy says no", shut(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) }), 200 * time.Second, 1},
		{"the process is down", func(w *watched, pass func()) { w.stop(); pass(); w.start() }, 200 * time.Second, 1},
		{"for less than a minute", shut(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 40 * time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inHouse(t, func(w *watched) {
				const officer, woman = 5, 6
				w.askWoman(woman)
				w.askOfficer(officer)
				w.wait(10 * time.Minute)
				from := len(w.tg.Sent(officer))
				turns, shown := w.turns(woman), len(w.tg.Sent(woman))

				tt.away(w, func() {
					w.tap(officer)
					for _, text := range []string{"1", "Quay lại", "1"} {
						w.tg.Text(woman, text)
						w.wait(10 * time.Second)
					}
					w.wait(tt.lasts - 30*time.Second)
				})
				w.wait(10 * time.Minute)
				if n := w.told(officer, from); n != tt.told {
					w.t.Errorf("the officer is told %d times of the outage, want %d", n, tt.told)
				}
				if n := w.told(woman, shown); n != 0 {
					w.t.Errorf("the woman is told %d times of the outage, want 0", n)
				}
				if n := w.turns(woman) - turns; n != 3 {
					w.t.Errorf("the woman said 3 things, %d were heard", n)
				}
				if n := len(w.tg.Sent(woman)) - shown; n != 3 || !strings.Contains(w.last(woman).Text, "Khởi nghiệp") {
					w.t.Errorf("the woman is shown %d messages, the last is %q; want 3, the last of the class", n, w.last(woman).Text)
				}
				if tt.told > 0 {
					w.tap(officer) // the new button
					w.wait(5 * time.Second)
				}
				if m := w.last(officer); !strings.Contains(m.Text, "Số chỗ") {
					w.t.Errorf("the button leads to %q", m.Text)
				}
				if n := w.tg.Waiting(); n != 0 {
					w.t.Errorf("%d updates are still to be delivered", n)
				}
			}, "CHIHAI_TELEGRAM_WEBHOOK", "1", "CHIHAI_URL", "https://hoi.example.vn")
		})
	}
}
