package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
	"chihai/store/memory"
)

const watchedToken = "7000000001:AAE-watched"

// A watched is a bot on a fake Telegram inside a bubble, with a clock.
type watched struct {
	t    *testing.T
	env  environment
	tg   *telegramtest.Server
	door atomic.Pointer[http.Handler] // where Telegram delivers to; nil: nobody is there
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
	b := w.env.bot(w.t, parts{store: s, network: w.tg.Client()})
	hook := b.channels[0].(http.Handler)
	w.door.Store(&hook)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.run(ctx) }()
	w.stop = func() {
		w.door.Store(nil)
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
	w.wait(5 * time.Second)
}

// ServeHTTP takes what Telegram delivers.
func (w *watched) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	h := w.door.Load()
	if h == nil {
		panic(http.ErrAbortHandler)
	}
	(*h).ServeHTTP(out, r)
}

func (w *watched) wait(d time.Duration) {
	time.Sleep(d) // of the bubble's clock
	synctest.Wait()
}

// until waits for so many minutes after the next midnight in Viet Nam.
func (w *watched) until(minutes int) {
	w.t.Helper()
	zone := time.FixedZone("+07", 7*60*60)
	now := time.Now().In(zone)
	at := time.Date(now.Year(), now.Month(), now.Day(), 0, minutes, 0, 0, zone)
	if at.Before(now) {
		at = at.AddDate(0, 0, 1)
	}
	w.wait(at.Sub(now))
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

// inHouse runs test with a bot on a fake Telegram that forgets what is old, inside
// a bubble. env are more names and values of its environment.
func inHouse(t *testing.T, test func(w *watched), env ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{t: t, tg: telegramtest.New(watchedToken), db: memory.New()}
		w.env = environment{"CHIHAI_TELEGRAM_TOKEN": watchedToken}.with(env...)
		w.tg.Expire, w.tg.Way = true, telegramtest.Wire(w)
		defer w.tg.Close()
		w.start()
		defer func() { w.stop() }()
		makeClass(t, w.db)
		test(w)
	})
}

// askOfficer has an officer look at the list of a class, below which there are
// buttons.
func (w *watched) askOfficer(chat int64) {
	w.t.Helper()
	for _, text := range []string{"/start", "Tiếng Việt", "Dành cho cán bộ", "Các lớp của địa bàn", "1"} {
		w.says(chat, text)
	}
	if list := w.says(chat, "Xem danh sách"); list.Markup != telegramtest.Inline {
		w.t.Fatalf("the officer is shown %q", list.Text)
	}
}

// askWoman has a woman choose a class, by a keyboard.
func (w *watched) askWoman(chat int64) {
	w.t.Helper()
	w.says(chat, "/start")
	w.says(chat, "Tiếng Việt")
	if m := w.says(chat, "Đăng ký tham gia"); !strings.Contains(m.Text, "chọn một lớp") {
		w.t.Fatalf("the woman is shown %q", m.Text)
	}
}

// tap has an officer tap the button below the list.
func (w *watched) tap(chat int64) {
	w.t.Helper()
	if _, err := w.tg.Tap(chat, "Xem lớp này"); err != nil {
		w.t.Fatal(err)
	}
}

// told is how many of the messages that a person is shown, from the one with
// that number on, speak of an outage.
func (w *watched) told(chat int64, from int) (n int) {
	for _, m := range w.tg.Sent(chat)[from:] {
		if strings.Contains(m.Text, "gián đoạn") {
			n++
		}
	}
	return n
}

// turns is how many things a person has said, by the store.
func (w *watched) turns(chat int64) (n int64) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		m, err := memberOf(tx, "telegram:7000000001", fmt.Sprint(chat))
		if err != nil {
			return err
		}
		c, err := tx.Conversation(m.ID)
		n = c.Turns
		return err
	})
	return n
}

// left is how many messages stand in the outbox.
func (w *watched) left() (n int) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		n = 0
		for _, err := range tx.Messages("") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}

func (w *watched) update(fn func(*store.Tx) error) {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.db, store.Options{})
	if err == nil {
		err = s.Update(w.t.Context(), fn)
	}
	if err != nil {
		w.t.Fatal(err)
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
