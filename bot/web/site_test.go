package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// A site is a server over an empty store, with a bot that repeats what it
// hears.
type site struct {
	*Server
	t       testing.TB
	base    string
	mu      sync.Mutex
	now     time.Time
	heard   []flows.Input
	refuse  error // what inputs are done with
	backend store.Backend
}

var start = time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)

func newSite(t testing.TB, change func(*Config)) *site {
	t.Helper()
	s := &site{t: t, now: start, backend: memory.New()}
	st, err := store.Open(t.Context(), s.backend, store.Options{Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	outside, err := url.Parse("https://chihai.example.org")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Store: st, URL: outside, Open: true, Words: testWords, When: testWhen,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if change != nil {
		change(&c)
	}
	s.Server = New(c)
	srv := httptest.NewServer(s.Server)
	s.base = srv.URL
	t.Cleanup(func() {
		if s.chat != nil {
			s.chat.streams.close()
		}
		srv.Close()
		st.Close()
	})
	return s
}

func testWords(lang, id string, args ...any) string {
	return strings.TrimSpace(fmt.Sprintln(append([]any{lang + ":" + id}, args...)...))
}

func testWhen(lang string, t time.Time) string { return lang + ":" + t.Format("2006-01-02 15:04") }

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *site) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// listen lets the bot receive until the test ends, or until it is called back.
func (s *site) listen() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	gone := make(chan error, 1)
	go func() { gone <- s.Chat().Receive(ctx, s.hear) }()
	for !s.chat.hearing() {
		runtime.Gosched()
	}
	return func() {
		cancel()
		if err := <-gone; err != nil {
			s.t.Error(err)
		}
	}
}

func (c *Chat) hearing() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.handle != nil
}

// hear takes a turn as the engine does: an input acts once, and what it leads
// to is shown after the commit.
func (s *site) hear(in flows.Input, done func(error)) {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil {
		go done(refuse)
		return
	}
	var m *store.Message
	err := s.Store.Update(context.Background(), func(tx *store.Tx) error {
		m = nil
		first, err := tx.FirstSeen(in.ID)
		if err != nil || !first {
			return err
		}
		c, _, _, err := tx.Meet(in.Channel, in.From)
		if err != nil {
			return err
		}
		m = &store.Message{Contact: c.ID, Text: "re: " + in.Text + in.Tap.ID + in.Phone}
		return tx.Post(m)
	})
	if m != nil {
		s.mu.Lock()
		s.heard = append(s.heard, in)
		s.mu.Unlock()
		if _, err := s.chat.Send(context.Background(), channel.Message{Message: *m}); err != nil {
			s.t.Error(err)
		}
	}
	done(err)
}

func (s *site) inputs() []flows.Input {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]flows.Input(nil), s.heard...)
}

// post sends body as JSON, or as it is when it is bytes, and returns the
// status and what was answered.
func (s *site) post(path string, body any) (int, string) {
	s.t.Helper()
	raw, isRaw := body.([]byte)
	if !isRaw {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	resp, err := http.Post(s.base+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, s.body(resp)
}

func (s *site) get(path string) (*http.Response, string) {
	s.t.Helper()
	resp, err := http.Get(s.base + path)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, s.body(resp)
}

func (s *site) body(resp *http.Response) string {
	s.t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(raw)
}

// visitor returns the token of a new visitor and the id of her contact.
func (s *site) visitor() (token, contact string) {
	s.t.Helper()
	status, body := s.post("/chat/new", struct{}{})
	var d struct{ Visitor string }
	if err := json.Unmarshal([]byte(body), &d, json.MatchCaseInsensitiveNames(true)); err != nil || status != 200 {
		s.t.Fatalf("POST /chat/new = %d %s, %v", status, body, err)
	}
	err := s.Store.View(s.t.Context(), func(tx *store.Tx) error {
		contact = tx.ContactID(chatName, d.Visitor)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return d.Visitor, contact
}

// send posts a message to the contact, shows it and returns its id.
func (s *site) send(contact string, m channel.Message) string {
	s.t.Helper()
	m.Contact = contact
	if err := s.Store.Update(s.t.Context(), func(tx *store.Tx) error { return tx.Post(&m.Message) }); err != nil {
		s.t.Fatal(err)
	}
	r, err := s.chat.Send(s.t.Context(), m)
	if err != nil {
		s.t.Fatal(err)
	}
	want := m.ID
	if m.Act == store.Edit { // the next edit finds the line by the same name
		want = m.Network
	}
	if m.Act != store.Delete && r.Network != want {
		s.t.Errorf("receipt %q, want %q", r.Network, want)
	}
	return m.ID
}

// A feed is an open stream.
type feed struct {
	t    testing.TB
	scan *bufio.Scanner
	stop func()
}

// follow opens the stream of the visitor after the line.
func (s *site) follow(visitor, after string) *feed {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	q := url.Values{"visitor": {visitor}, "after": {after}}
	req, err := http.NewRequestWithContext(ctx, "GET", s.base+"/chat/events?"+q.Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || kind != "text/event-stream" {
		s.t.Fatalf("GET /chat/events = %d, %s", resp.StatusCode, kind)
	}
	return &feed{t: s.t, scan: bufio.NewScanner(resp.Body), stop: cancel}
}

// next returns the name of the next event ("" for a line) and the line; "end"
// when there is none.
func (f *feed) next() (name string, line shown) {
	f.t.Helper()
	var id string
	for f.scan.Scan() {
		key, value, _ := strings.Cut(f.scan.Text(), ": ")
		switch key {
		case "event":
			name = value
		case "id":
			id = value
		case "data":
			if name != "" {
				continue
			}
			if err := json.Unmarshal([]byte(value), &line); err != nil {
				f.t.Fatalf("%v in %s", err, value)
			}
			if line.ID != id {
				f.t.Errorf("event has id %q and line %q", id, line.ID)
			}
		case "":
			return name, line
		}
	}
	return "end", shown{}
}

// until reads the lines that come before the event name.
func (f *feed) until(name string) []shown {
	f.t.Helper()
	var lines []shown
	for {
		got, line := f.next()
		if got == name {
			return lines
		}
		if got != "" {
			f.t.Fatalf("event %q after %d lines, want %q", got, len(lines), name)
		}
		lines = append(lines, line)
	}
}

func texts(lines []shown) string {
	var all []string
	for _, l := range lines {
		text := l.Text
		if l.Mine {
			text = "me: " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, " | ")
}
