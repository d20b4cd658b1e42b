package telegram

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/flows"
)

var withHook = Config{Webhook: true, URL: "https://hoi.example.vn/"}

const aText = `{"update_id":9,"message":{"message_id":1,` + hoa + `,"text":"a"}}`

// deliver makes one delivery as Telegram does and returns what it answers.
func (k *talk) deliver(body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/hook/telegram", strings.NewReader(body))
	r.Header.Set(secretHeader, k.bot.secret)
	w := httptest.NewRecorder()
	k.bot.ServeHTTP(w, r)
	return w
}

func TestDelivery(t *testing.T) {
	inBubble(t, withHook, func(k *talk) {
		if w := k.deliver(aText); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("before Receive runs a delivery gets %d, want 503 with Retry-After", w.Code)
		}
		k.receive()
		for _, tt := range []struct {
			name string
			body string
			ends func(done func(error))
			want int
			took time.Duration
		}{
			{"kept", aText, func(done func(error)) { done(nil) }, 200, 0},
			{"kept after a while", aText, func(done func(error)) { time.Sleep(3 * time.Second); done(nil) }, 200, 3 * time.Second},
			{"not kept", aText, func(done func(error)) { done(errStore) }, 503, 0},
			{"done twice", aText, func(done func(error)) { done(errStore); done(nil) }, 503, 0},
			{"never done", aText, func(done func(error)) {}, 503, doneTime},
			{"unreadable", `{"update_id":10,"message":[]}`, nil, 200, 0},
			{"not JSON", `<html>`, nil, 200, 0},
			{"empty", ``, nil, 200, 0},
			{"nothing for us", `{"update_id":11}`, nil, 200, 0},
			{"as large as may be", strings.Repeat(" ", maxDelivery-len(aText)) + aText, func(done func(error)) { done(nil) }, 200, 0},
			{"too large", strings.Repeat(" ", maxDelivery) + aText, nil, 413, 0},
			{"10 MB", strings.Repeat("x", 10<<20), nil, 413, 0},
		} {
			start := time.Now()
			answered := make(chan *httptest.ResponseRecorder, 1)
			go func() { answered <- k.deliver(tt.body) }()
			list := k.take()
			if tt.ends != nil {
				if len(list) != 1 || list[0].Text != "a" || list[0].ID != "telegram:7000000001/u/9" {
					t.Fatalf("%s: handed over %+v", tt.name, list)
				}
				tt.ends(list[0].done)
			}
			w := <-answered
			if w.Code != tt.want {
				t.Errorf("%s: answered %d, want %d", tt.name, w.Code, tt.want)
			}
			if retry := w.Header().Get("Retry-After"); (retry != "") != (tt.want == 503) {
				t.Errorf("%s: Retry-After is %q", tt.name, retry)
			}
			if d := time.Since(start); d != tt.took {
				t.Errorf("%s: took %v, want %v", tt.name, d, tt.took)
			}
			if tt.name == "never done" {
				list[0].done(errStore)
			}
		}
		k.stop()
		synctest.Wait()
		if w := k.deliver(aText); w.Code != http.StatusServiceUnavailable {
			t.Errorf("after Receive ended a delivery gets %d, want 503", w.Code)
		}
	})
}

func TestDeliveryFromAnother(t *testing.T) {
	inBubble(t, withHook, func(k *talk) {
		k.receive()
		for _, secret := range []string{"", "x", token, k.bot.secret + "x", k.bot.secret[1:], strings.ToUpper(k.bot.secret)} {
			r := httptest.NewRequest(http.MethodPost, "/hook/telegram", strings.NewReader(aText))
			if secret != "" {
				r.Header.Set(secretHeader, secret)
			}
			w := httptest.NewRecorder()
			k.bot.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Errorf("with the secret %q it is answered %d, want 403", secret, w.Code)
			}
		}
		r := httptest.NewRequest(http.MethodGet, "/hook/telegram", nil)
		r.Header.Set(secretHeader, k.bot.secret)
		w := httptest.NewRecorder()
		k.bot.ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET is answered %d, want 405", w.Code)
		}
		k.want(k.texts())
	})
}

func TestNoWebhook(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		if w := k.deliver(aText); w.Code != http.StatusNotFound {
			t.Errorf("without a webhook a delivery gets %d, want 404", w.Code)
		}
	})
}

// Telegram delivers again what takes long: it is not handed over twice.
func TestDeliveredTwice(t *testing.T) {
	inBubble(t, withHook, func(k *talk) {
		k.receive()
		codes := make(chan int, 2)
		for range 2 {
			go func() { codes <- k.deliver(aText).Code }()
		}
		list := k.take()
		if len(list) != 1 {
			t.Fatalf("it was handed over %d times", len(list))
		}
		list[0].done(nil)
		if a, b := <-codes, <-codes; a != 200 || b != 200 {
			t.Errorf("answered %d and %d, want 200 twice", a, b)
		}
	})
}

func TestSetWebhook(t *testing.T) {
	inBubble(t, withHook, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Method: "setWebhook", Drop: true, Times: 5})
		k.receive()
		time.Sleep(time.Minute)
		if n := k.tg.Calls("setWebhook"); n != 6 {
			t.Errorf("setWebhook was called %d times, want until it worked, 6 times", n)
		}
		if k.tg.Calls("getUpdates") > 0 {
			t.Error("updates are asked for too")
		}
		k.stop()
		if err := <-k.result; err != nil {
			t.Errorf("Receive returned %v", err)
		}
	})
	inBubble(t, withHook, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Status: 401, Text: "Unauthorized"})
		k.receive()
		if err := <-k.result; err == nil {
			t.Error("Receive returned nil although the token was revoked")
		}
	})
}

// The whole way, over real connections: Telegram delivers, again after a
// failure, and in the order of the chat.
func TestWebhook(t *testing.T) {
	tg := telegramtest.New(token)
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	var bot *Bot
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hook/telegram" {
			http.NotFound(w, r)
			return
		}
		bot.ServeHTTP(w, r)
	}))
	defer web.Close()
	bot, err := New(Config{Token: token, API: tg.URL(), Webhook: true, URL: web.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	inputs := make(chan flows.Input)
	ended := make(chan error)
	go func() {
		ended <- bot.Receive(ctx, func(in flows.Input, done func(error)) {
			go func() {
				inputs <- in
				done(nil)
			}()
		})
	}()
	tg.Text(5, "một")
	tg.Text(5, "hai")
	for _, want := range []string{"một", "hai"} {
		if in := <-inputs; in.Text != want {
			t.Errorf("heard %q, want %q", in.Text, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestSecretOfToken(t *testing.T) {
	s := secretOf(token)
	if len(s) < 32 || len(s) > 256 || strings.Trim(s, "0123456789abcdef") != "" {
		t.Errorf("secret %q is not what Telegram takes", s)
	}
	if s == secretOf(token+"x") || strings.Contains(token, s) {
		t.Error("secret does not depend on the token, or gives it away")
	}
}
