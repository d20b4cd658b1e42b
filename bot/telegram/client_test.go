package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/bot/telegram/telegramtest"
	"chihai/store"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// botAt is a bot whose Bot API is at the address api.
func botAt(t *testing.T, api string) *Bot {
	t.Helper()
	b, err := New(Config{Token: token, API: api, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var say = channel.Message{Message: store.Message{ID: "m1", Address: "5", Text: "Chào chị"}}

var sayFile = channel.Message{Message: say.Message, File: &channel.File{Name: "a.pdf", Type: "application/pdf", Data: []byte("%PDF")}}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    Config
		ok   bool
	}{
		{"right", Config{Token: token}, true},
		{"with a path", Config{Token: token, API: "http://127.0.0.1:8081/tg/"}, true},
		{"no token", Config{}, false},
		{"not a token", Config{Token: "7000000001"}, false},
		{"token with a line end", Config{Token: token + "\n"}, false},
		{"no address", Config{Token: token, API: "api.telegram.org"}, false},
		{"webhook without address", Config{Token: token, Webhook: true}, false},
		{"webhook", Config{Token: token, Webhook: true, URL: "https://hoi.example.vn"}, true},
	} {
		b, err := New(tt.c)
		if (err == nil) != tt.ok {
			t.Errorf("%s: New returned %v", tt.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the token stands in %q", tt.name, err)
		}
		if tt.ok && b.Name() != "telegram:7000000001" {
			t.Errorf("%s: name is %q", tt.name, b.Name())
		}
	}
}

// What an answer, or none, means for a message, and that the token is in no
// error.
func TestAnswers(t *testing.T) {
	page := func(status int, header, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			io.WriteString(w, strings.ReplaceAll(body, "PATH", r.URL.Path))
		}
	}
	type check func(error) bool
	is := func(target error) check { return func(err error) bool { return errors.Is(err, target) } }
	plain := func(err error) bool {
		var wait *channel.RetryError
		var moved *channel.MovedError
		return err != nil && !errors.Is(err, channel.ErrBlocked) && !errors.Is(err, channel.ErrRefused) &&
			!errors.Is(err, channel.ErrUncertain) && !errors.As(err, &wait) && !errors.As(err, &moved)
	}
	waits := func(d time.Duration, all bool) check {
		return func(err error) bool {
			var wait *channel.RetryError
			return errors.As(err, &wait) && wait.After == d && wait.All == all
		}
	}
	const html = "<html><head><title>502 Bad Gateway</title></head>PATH</html>"
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    check
	}{
		{"shown", page(200, "", `{"ok":true,"result":{"message_id":7}}`), func(err error) bool { return err == nil }},
		{"blocked", page(403, "", `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`), is(channel.ErrBlocked)},
		{"deactivated", page(403, "", `{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"}`), is(channel.ErrBlocked)},
		{"chat not found", page(400, "", `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`), is(channel.ErrBlocked)},
		{"refused", page(400, "", `{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}`), is(channel.ErrRefused)},
		{"too large", page(413, "", `{"ok":false,"error_code":413,"description":"Request Entity Too Large"}`), is(channel.ErrRefused)},
		{"moved", page(400, "", `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234567890}}`),
			func(err error) bool {
				var moved *channel.MovedError
				return errors.As(err, &moved) && moved.Address == "-1001234567890"
			}},
		{"wait", page(429, "Retry-After: 7", `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`), waits(7*time.Second, false)},
		{"wait long", page(429, "", `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 2282","parameters":{"retry_after":2282}}`), waits(2282*time.Second, true)},
		{"wait, says a proxy", page(429, "Retry-After: 9", html), waits(9*time.Second, false)},
		{"revoked", page(401, "", `{"ok":false,"error_code":401,"description":"Unauthorized"}`), plain},
		{"no such address", page(404, "", `{"ok":false,"error_code":404,"description":"Not Found"}`), plain},
		{"failure", page(500, "", `{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}`), plain},
		{"proxy forbids", page(403, "", html), plain},
		{"proxy knows no way", page(404, "", html), plain},
		{"proxy is busy", page(503, "", html), plain},
		{"proxy redirects", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/login" {
				http.Redirect(w, r, "/login", http.StatusFound)
			}
		}, plain},
		{"proxy takes nothing so large", page(413, "", html), is(channel.ErrRefused)},
		{"bad gateway", page(502, "", html), is(channel.ErrUncertain)},
		{"gateway gave up", page(504, "", html), is(channel.ErrUncertain)},
		{"other JSON", page(500, "", `{"message":"no route PATH"}`), is(channel.ErrUncertain)},
		{"page instead of an answer", page(200, "", html), is(channel.ErrUncertain)},
		{"nothing", page(200, "", ""), is(channel.ErrUncertain)},
		{"cut short", page(200, "", `{"ok":true,"result":{"message_id":`), is(channel.ErrUncertain)},
		{"cut off", page(200, "Content-Length: 1000", `{"ok":true`), is(channel.ErrUncertain)},
		{"answer without id", page(200, "", `{"ok":true,"result":true}`), is(channel.ErrUncertain)},
		{"10 MB of something", page(200, "", strings.Repeat("x", 10<<20)), is(channel.ErrUncertain)},
		{"connection breaks", func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); panic(http.ErrAbortHandler) }, is(channel.ErrUncertain)},
		{"token in the answer", page(400, "", `{"ok":false,"error_code":400,"description":"Bad Request: no PATH"}`), is(channel.ErrRefused)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.handler)
			defer server.Close()
			for kind, m := range map[string]channel.Message{"text": say, "file": sayFile} {
				_, err := botAt(t, server.URL).Send(context.Background(), m)
				if !tt.want(err) {
					t.Errorf("%s: Send returned %v", kind, err)
				}
				if text := fmt.Sprintf("%v %+v %#v", err, err, err); err != nil && strings.Contains(text, "secret") {
					t.Errorf("%s: the token stands in %s", kind, text)
				}
			}
		})
	}
}

// A request that was never written was surely not shown.
func TestNothingWritten(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	noName := botAt(t, "http://telegram.invalid")
	noName.client = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "telegram.invalid", IsNotFound: true}
	}}}
	for name, b := range map[string]*Bot{
		"nobody listens":      botAt(t, closed),
		"unknown certificate": botAt(t, tls.URL),
		"no such name":        noName,
	} {
		for kind, m := range map[string]channel.Message{"text": say, "file": sayFile} {
			_, err := b.Send(context.Background(), m)
			if err == nil || errors.Is(err, channel.ErrUncertain) || errors.Is(err, channel.ErrRefused) {
				t.Errorf("%s, %s: Send returned %v", name, kind, err)
			}
			if strings.Contains(fmt.Sprintf("%+v", err), "secret") {
				t.Errorf("%s, %s: the token stands in %v", name, kind, err)
			}
		}
	}
}

// A connection that the other side closes while it is idle shows nothing
// twice: what is not surely unshown is uncertain.
func TestIdleConnectionClosed(t *testing.T) {
	tg := telegramtest.New(token)
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	tg.Know(5)
	b := botAt(t, tg.URL())
	shown, uncertain := 0, 0
	for i := range 40 {
		m := say
		if i%2 == 1 {
			m = sayFile
		}
		switch _, err := b.Send(context.Background(), m); {
		case err == nil:
			shown++
		case errors.Is(err, channel.ErrUncertain):
			uncertain++
		}
		tg.Stop()
		if err := tg.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(tg.Sent(5)); got < shown || got > shown+uncertain {
		t.Errorf("%d messages were shown, want %d, and %d uncertain ones", got, shown, uncertain)
	}
	if shown == 0 {
		t.Error("none was shown")
	}
}

// An upload says how long it is: some proxies take no other, and the transport
// can repeat it when a connection was closed under it.
func TestUploadHasLength(t *testing.T) {
	length := int64(0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { length = r.ContentLength }))
	defer server.Close()
	botAt(t, server.URL).Send(context.Background(), sayFile)
	if length <= 0 {
		t.Errorf("Content-Length is %d", length)
	}
}

func TestTimes(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    channel.Message
		want time.Duration
	}{
		{"text", say, callTime},
		{"file", sayFile, uploadTime},
	} {
		inBubble(t, Config{}, func(k *talk) {
			k.tg.Know(5)
			k.tg.Fail(telegramtest.Fault{Hang: true})
			start := time.Now()
			_, err := k.bot.Send(context.Background(), tt.m)
			if d := time.Since(start); d != tt.want || !errors.Is(err, channel.ErrUncertain) {
				t.Errorf("%s: Send returned %v after %v, want no answer after %v", tt.name, err, d, tt.want)
			}
		})
	}
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Know(5)
		k.tg.Fail(telegramtest.Fault{Hang: true})
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() {
			_, err := k.bot.Send(ctx, say)
			ended <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, channel.ErrUncertain) {
			t.Errorf("Send returned %v, want no answer: the request was written", err)
		}
		if _, err := k.bot.Send(ctx, say); !errors.Is(err, context.Canceled) || errors.Is(err, channel.ErrUncertain) {
			t.Errorf("with an ended context Send returned %v", err)
		}
	})
}

func TestRedact(t *testing.T) {
	b := testBot(t, nil)
	for in, want := range map[string]string{
		"Bad Request: message can't be edited":                                 "Bad Request: message can't be edited",
		"Bad Request: inline keyboard button URL 'https://x/k?t=1' is invalid": "Bad Request: inline keyboard button URL … is invalid",
		`Bad Request: can't find "Nguyễn" in can't`:                            "Bad Request: can't find … in can't",
		"no route /bot" + token + "/x":                                         "no route /bot…/x",
	} {
		if got := b.redact(in); got != want {
			t.Errorf("redact(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestErrorsCarryCode(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Status: 403})
		for kind, m := range map[string]channel.Message{"text": say, "file": sayFile} {
			_, err := k.bot.Send(context.Background(), m)
			var api *tgbotapi.Error
			if !errors.As(err, &api) || api.Code != 403 {
				t.Errorf("%s: Send returned %v, want the API's error with its code", kind, err)
			}
		}
	})
}
