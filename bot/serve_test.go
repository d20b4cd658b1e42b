package main

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

const testToken = "7000000001:serve-test"

// startTelegram starts a Bot API server and returns it with an environment in
// which the bot is connected to it.
func startTelegram(t *testing.T) (*telegramtest.Server, environment) {
	t.Helper()
	tg := telegramtest.New(testToken)
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tg.Close)
	return tg, newEnvironment(t).with("CHIHAI_TELEGRAM_TOKEN", testToken, "CHIHAI_TELEGRAM_API", tg.URL())
}

func TestServe(t *testing.T) {
	tg, e := startTelegram(t)
	r := e.start(t, "ready", "serve")
	for _, part := range []string{"http://127.0.0.1:", "telegram:7000000001 by long polling", e["CHIHAI_DB"]} {
		if !strings.Contains(r.said, part) {
			t.Errorf("%q does not say %s", r.said, part)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tg.Text(100, "/start")
	if m, err := tg.Next(ctx, 100); err != nil || !strings.Contains(m.Text, "Xin chào") {
		t.Errorf("/start is answered by %q, %v", m.Text, err)
	}
	// The page in front says how to talk to it; the web chat is off.
	page := regexp.MustCompile(`http://\S+[^,\s]`).FindString(r.said)
	resp, err := http.Post(page+"/chat/new", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		t.Error("the web chat is on without CHIHAI_WEBCHAT")
	}
	// Another bot on the same database is told so.
	if code, _, errs := e.command(t, "serve"); code != failed || !strings.Contains(errs, "in use by another process") {
		t.Errorf("a second bot: exit %d, %q", code, errs)
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
	for _, secret := range []string{"serve-test", "/start", "Xin chào"} {
		if strings.Contains(r.errs.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, r.errs.String())
		}
	}
}

func TestServeByWebhook(t *testing.T) {
	tg, e := startTelegram(t)
	r := e.with("CHIHAI_TELEGRAM_WEBHOOK", "1").start(t, "by webhook", "serve")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tg.Text(100, "/start")
	if m, err := tg.Next(ctx, 100); err != nil || !strings.Contains(m.Text, "Xin chào") {
		t.Errorf("/start is answered by %q, %v", m.Text, err)
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
}

func TestServeWithoutAnybody(t *testing.T) {
	r := newEnvironment(t).start(t, "chihai demo", "serve")
	for _, part := range []string{"CHIHAI_TELEGRAM_TOKEN", "CHIHAI_WEBCHAT=1"} {
		if !strings.Contains(r.said, part) {
			t.Errorf("%q does not say %s", r.said, part)
		}
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
}

// A proxy that is not named hides who tries codes for the staff pages.
func TestServeWarnsOfAProxy(t *testing.T) {
	for proxy, warns := range map[string]bool{"": true, "127.0.0.1": false} {
		r := newEnvironment(t).with("CHIHAI_URL", "https://chihai.example", "CHIHAI_PROXY", proxy).start(t, "ready", "serve")
		if code := r.stop(); code != done || strings.Contains(r.errs.String(), "CHIHAI_PROXY is not set") != warns {
			t.Errorf("proxy %q: exit %d, %s", proxy, code, r.errs.String())
		}
	}
}

// A database that only its key file opens is warned of at every start.
func TestServeWarnsWithoutRecovery(t *testing.T) {
	for recovery, warns := range map[string]bool{"": true, recipient: false} {
		e := newEnvironment(t)
		s, err := opening{path: e["CHIHAI_DB"], key: e["CHIHAI_DB"] + keySuffix, recovery: func() (string, error) { return recovery, nil }}.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r := e.with("CHIHAI_RECOVERY", recovery).start(t, "ready", "serve")
		if code := r.stop(); code != done || strings.Contains(r.errs.String(), "only the key file opens this database") != warns {
			t.Errorf("recovery %q: exit %d, %s", recovery, code, r.errs.String())
		}
	}
}

// Telegram out of reach stops neither the start nor the web chat nor the end.
func TestServeWithoutTelegram(t *testing.T) {
	tg, e := startTelegram(t)
	tg.Stop()
	r := e.with("CHIHAI_WEBCHAT", "1").start(t, "ready", "serve")
	page := regexp.MustCompile(`http://[^,\s]+`).FindString(r.said)
	if s := newVisitor(t, page).say("/start"); !strings.Contains(s.Text, "Xin chào") {
		t.Errorf("the web chat answers %q", s.Text)
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
}

// The database belongs to the bot with which it was used first.
func TestServeWithAnotherBot(t *testing.T) {
	tg, e := startTelegram(t)
	e.start(t, "ready", "serve").stop()
	other := e.with("CHIHAI_TELEGRAM_TOKEN", "7000000002:other")
	if code, _, errs := other.command(t, "serve"); code != failed || !strings.Contains(errs, "--adopt") || !strings.Contains(errs, "7000000001") {
		t.Errorf("another bot's token: exit %d, %q", code, errs)
	}
	renewed := e.with("CHIHAI_TELEGRAM_TOKEN", "7000000001:renewed")
	tg.Stop() // it knows the old token only
	if r := renewed.start(t, "ready", "serve"); r.stop() != done {
		t.Errorf("a new token of the same bot: %s", r.errs.String())
	}
	if r := other.start(t, "ready", "serve", "--adopt"); r.stop() != done {
		t.Errorf("--adopt: %s", r.errs.String())
	}
	if r := other.start(t, "ready", "serve"); r.stop() != done {
		t.Errorf("once adopted: %s", r.errs.String())
	}
}

// A token that Telegram refuses ends the bot: nobody would notice otherwise.
func TestServeWithAWrongToken(t *testing.T) {
	_, e := startTelegram(t)
	code, _, errs := e.with("CHIHAI_TELEGRAM_TOKEN", "7000000001:wrong").command(t, "serve")
	if code != failed || strings.Contains(errs, ":wrong") {
		t.Errorf("exit %d, %q", code, errs)
	}
	code, _, errs = e.with("CHIHAI_TELEGRAM_TOKEN", "no token").command(t, "serve")
	if code != usage || strings.Contains(errs, "no token") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

// The bot's name is kept, so that links can be made while Telegram is out of
// reach.
func TestServeKnowsItsName(t *testing.T) {
	tg, e := startTelegram(t)
	r := e.start(t, "ready", "serve")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for tg.Calls("setMyCommands") == 0 && ctx.Err() == nil { // it comes after getMe
		tg.Text(100, "/start")
		if _, err := tg.Next(ctx, 100); err != nil {
			t.Fatal(err)
		}
	}
	if commands := tg.Commands("vi"); len(commands) > 0 && commands[0].Name != "dangky" {
		t.Errorf("the menu begins with %v", commands[0])
	}
	r.stop()
	s, err := openStore(t.Context(), e["CHIHAI_DB"], nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(t.Context(), func(tx *store.Tx) error {
		b, err := tx.Bot("telegram")
		if err == nil && b.Name == "" {
			t.Error("the name was not kept")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// When the database fails so that nobody knows what was kept, the bot ends.
func TestRunEndsWithTheDatabase(t *testing.T) {
	lost := make(chan error, 1)
	b := newEnvironment(t).bot(t, parts{lost: lost})
	why := errors.New("sync failed")
	lost <- why
	if err := b.run(t.Context()); !errors.Is(err, why) {
		t.Errorf("run returns %v, want %v", err, why)
	}
}
