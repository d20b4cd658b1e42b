package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/bot/inbox"
	"chihai/bot/outbox"
	"chihai/bot/schedule"
	"chihai/bot/tasks"
	"chihai/bot/telegram"
	"chihai/bot/telegram/telegramtest"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"
)

const outageToken = "7000000001:AAE-outage"

// A watched is a bot on a fake Telegram inside a bubble, with a clock.
type watched struct {
	t    *testing.T
	tg   *telegramtest.Server
	db   store.Backend
	stop func()
}

// start starts a process on the database.
func (w *watched) start() {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.db, store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	catalog, err := locales.Load()
	if err != nil {
		w.t.Fatal(err)
	}
	engine, err := flows.New(s, catalog, flows.All(), flows.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	tg, err := telegram.New(telegram.Config{Token: outageToken, Client: w.tg.Client()})
	if err != nil {
		w.t.Fatal(err)
	}
	channels := []channel.Channel{tg}
	clock := schedule.New(s, engine.Handle)
	listen(clock, channels)
	b := &bot{
		store: s, channels: channels, schedule: clock,
		inbox:  inbox.New(engine.Handle, inbox.Options{Drain: drainTime}),
		outbox: outbox.New(s, channels, outbox.Options{Drain: drainTime}),
		tasks:  tasks.New(s, nil, engine.Handle),
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
	w.wait(5 * time.Second)
}

func (w *watched) wait(d time.Duration) {
	time.Sleep(d) // of the bubble's clock
	synctest.Wait()
}

// says has a person write and returns what she is shown last.
func (w *watched) says(chat int64, text string) telegramtest.Message {
	w.t.Helper()
	w.tg.Text(chat, text)
	w.wait(5 * time.Second)
	return w.last(chat)
}

func (w *watched) last(chat int64) telegramtest.Message {
	w.t.Helper()
	sent := w.tg.Sent(chat)
	if len(sent) == 0 {
		w.t.Fatalf("nothing was shown to %d", chat)
	}
	return sent[len(sent)-1]
}

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
			synctest.Test(t, func(t *testing.T) {
				w := &watched{t: t, tg: telegramtest.New(outageToken), db: memory.New()}
				w.tg.Expire = true
				defer w.tg.Close()
				w.start()
				defer func() { w.stop() }()
				makeClass(t, w.db)

				const officer, woman = 5, 6
				w.says(woman, "/start")
				w.says(woman, "Tiếng Việt")
				if m := w.says(woman, "Đăng ký tham gia"); !strings.Contains(m.Text, "chọn một lớp") {
					t.Fatalf("the woman is shown %q", m.Text)
				}
				for _, text := range []string{"/start", "Tiếng Việt", "Dành cho cán bộ", "Các lớp của địa bàn", "1"} {
					w.says(officer, text)
				}
				list := w.says(officer, "Xem danh sách")
				if list.Markup != telegramtest.Inline {
					t.Fatalf("the officer is shown %q", list.Text)
				}
				w.wait(10 * time.Minute) // nothing is wrong: nobody is asked again
				before := [2]int{len(w.tg.Sent(officer)), len(w.tg.Sent(woman))}

				tt.away(w, func() {
					if _, err := w.tg.Tap(officer, "Xem lớp này"); err != nil {
						t.Fatal(err)
					}
					w.wait(tt.lasts)
				})
				w.wait(5 * time.Minute)
				for i, want := range []string{tt.officer, tt.woman} {
					chat := []int64{officer, woman}[i]
					more := w.tg.Sent(chat)[before[i]:]
					told := 0
					for _, m := range more {
						if strings.Contains(m.Text, "gián đoạn") {
							told++
						}
					}
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
				if _, err := w.tg.Tap(officer, "Xem lớp này"); err != nil { // the new button
					t.Fatal(err)
				}
				w.wait(5 * time.Second)
				if m := w.last(officer); !strings.Contains(m.Text, "Số chỗ") {
					t.Errorf("the new button leads to %q", m.Text)
				}
			})
		})
	}
}

// makeClass makes a class in which one is registered, and person 5 an officer.
func makeClass(t *testing.T, db store.Backend) {
	t.Helper()
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ"}}); err != nil {
			return err
		}
		class := &store.Training{
			Kind: store.Class, Name: store.Text{"vi": "Khởi nghiệp"}, Place: "Nhà văn hóa", Area: "92",
			Start: tx.Now.AddDate(0, 1, 0), End: tx.Now.AddDate(0, 1, 0).Add(time.Hour), Seats: 9, Listed: true,
		}
		if err := tx.AddTraining(class); err != nil {
			return err
		}
		_, officer, _, err := tx.Meet("telegram:7000000001", "5")
		if err != nil {
			return err
		}
		if _, err := tx.Register(&store.Registration{Training: class.ID, Member: officer.ID}); err != nil {
			return err
		}
		return tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "92"})
	})
	if err != nil {
		t.Fatal(err)
	}
}
