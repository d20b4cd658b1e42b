package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
	"chihai/store/memory"
)

func say(text string) channel.Message {
	return channel.Message{Message: store.Message{Text: text}}
}

func TestResume(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	first := s.send(contact, say("một"))
	s.wait(time.Hour)
	f := s.follow(visitor, "")
	if got := texts(f.until("ready")); got != "một" {
		t.Fatalf("at the beginning: %s", got)
	}
	second := s.send(contact, say("hai"))
	if name, line := f.next(); name != "" || line.ID != second || line.Text != "hai" || line.At != start.Add(time.Hour).UnixMilli() {
		t.Errorf("then: %s %+v", name, line)
	}
	f.stop()
	s.wait(time.Hour)
	s.send(contact, say("ba"))
	for after, want := range map[string]string{first: "một | hai | ba", second: "hai | ba", "": "một | hai | ba", "forgotten": "một | hai | ba"} {
		if got := texts(s.follow(visitor, after).until("ready")); got != want {
			t.Errorf("after %q: %s, want %s", after, got, want)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.base+"/chat/events?visitor="+visitor+"&after="+first, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", second)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	buf := make([]byte, 512)
	n, err := resp.Body.Read(buf)
	if err != nil || !strings.HasPrefix(string(buf[:n]), "id: "+second) {
		t.Errorf("Last-Event-ID: %s, %v", buf[:n], err)
	}
}

// A message that was posted early and shown late, overtaken by a reply, has a
// smaller id than what the page knows already. It is not lost.
func TestResumeAfterOvertaking(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	var early string
	err := s.Store.Update(t.Context(), func(tx *store.Tx) error {
		early = tx.NewID()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.wait(time.Hour)
	last := s.send(contact, say("trả lời"))
	s.wait(time.Hour)
	late := say("nhắc")
	late.ID = early
	s.send(contact, late)
	if got := texts(s.follow(visitor, last).until("ready")); got != "trả lời | nhắc" {
		t.Errorf("after %s: %s", last, got)
	}
	if got := texts(s.follow(visitor, "").until("ready")); got != "trả lời | nhắc" {
		t.Errorf("order of showing: %s", got)
	}
	s.wait(time.Hour)
	s.send(contact, say("sau"))
	if got := texts(s.follow(visitor, early).until("ready")); !strings.HasSuffix(got, "nhắc | sau") {
		t.Errorf("after %s: %s", early, got)
	}
}

func TestEditAndDelete(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	f := s.follow(visitor, "")
	f.until("ready")
	list := s.send(contact, channel.Message{Message: store.Message{Text: "☐ a", Layout: store.Inline, Token: "t", Choices: []store.Choice{{ID: "a", Label: "a"}}}})
	secret := s.send(contact, say("bí mật"))
	s.wait(time.Second)
	s.send(contact, channel.Message{Message: store.Message{Act: store.Edit, Target: list, Text: "☑ a"}, Network: list})
	s.send(contact, channel.Message{Message: store.Message{Act: store.Delete, Target: secret, Text: "x"}, Network: secret})
	s.send(contact, channel.Message{Message: store.Message{Act: store.Delete, Target: "unknown"}})
	s.send(contact, say("mới"))
	for _, want := range []shown{{Text: "☐ a", Layout: store.Inline, Token: "t"}, {Text: "bí mật"}, {Text: "☑ a", Edits: list}, {Edits: secret, Gone: true}, {Text: "mới"}} {
		name, got := f.next()
		if name != "" || got.Text != want.Text || got.Edits != want.Edits || got.Gone != want.Gone || got.Layout != want.Layout || got.Token != want.Token {
			t.Errorf("%s %+v, want %+v", name, got, want)
		}
	}
	// A page that begins anew is not told what was removed.
	if got := texts(s.follow(visitor, "").until("ready")); got != "☐ a | ☑ a | mới" {
		t.Errorf("screen: %s", got)
	}
	// One that knows the removed line is told that it is gone.
	lines := s.follow(visitor, secret).until("ready")
	gone := false
	for _, l := range lines {
		gone = gone || l.Gone && l.Edits == secret
	}
	if !gone {
		t.Errorf("after the removed line: %+v", lines)
	}
}

func TestLongTalk(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	keyboard := say("chọn")
	keyboard.Layout, keyboard.Token, keyboard.Choices = store.Keyboard, "t", []store.Choice{{ID: "a", Label: "A"}}
	s.send(contact, say("đầu"))
	s.send(contact, keyboard)
	for range maxLines {
		s.wait(time.Millisecond)
		s.send(contact, say("x"))
	}
	lines := s.follow(visitor, "").until("ready")
	if len(lines) != maxLines+1 || lines[0].Text != "chọn" || len(lines[0].Choices) != 1 {
		t.Errorf("%d lines, the first %+v", len(lines), lines[0])
	}
	clear := say("xong")
	clear.Layout = store.Clear
	s.wait(time.Millisecond)
	s.send(contact, clear)
	if lines := s.follow(visitor, "").until("ready"); len(lines) != maxLines || lines[0].Text != "x" {
		t.Errorf("%d lines, the first %+v", len(lines), lines[0])
	}
}

func TestStranger(t *testing.T) {
	s := newSite(t, nil)
	f := s.follow("nobody", "")
	if name, _ := f.next(); name != "stranger" {
		t.Errorf("event %s, want stranger", name)
	}
	f.until("end")
}

func TestOnlyOwnLines(t *testing.T) {
	s := newSite(t, nil)
	hers, contact := s.visitor()
	other, _ := s.visitor()
	f, g := s.follow(hers, ""), s.follow(other, "")
	f.until("ready")
	g.until("ready")
	s.send(contact, say("cho chị"))
	if _, line := f.next(); line.Text != "cho chị" {
		t.Errorf("she got %+v", line)
	}
	s.chat.streams.close()
	if lines := g.until("end"); len(lines) > 0 {
		t.Errorf("another visitor got %+v", lines)
	}
	if resp, _ := s.get("/chat/events?visitor=" + other); resp.StatusCode != 503 {
		t.Errorf("a stream after the end = %d, want 503", resp.StatusCode)
	}
}

// A tape is an answer that goes on, without a network.
type tape struct {
	*httptest.ResponseRecorder
}

func (tape) SetReadDeadline(time.Time) error  { return nil }
func (tape) SetWriteDeadline(time.Time) error { return nil }

func TestSilentStreamBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, err := store.Open(t.Context(), memory.New(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := New(Config{Store: st, URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Open: true})
		var token string
		if err := st.View(t.Context(), func(tx *store.Tx) error { token = newToken(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*beat+beat/2)
		defer cancel()
		w := tape{httptest.NewRecorder()}
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/chat/events?visitor="+token, nil))
		if got, want := w.Body.String(), "event: ready\ndata: null\n\n"+strings.Repeat("event: beat\ndata: null\n\n", 10); got != want {
			t.Errorf("stream: %s", got)
		}
	})
}

func TestLinks(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	m := say("mở")
	m.Layout = store.Inline
	for _, u := range []string{"https://a.example", "http://a.example", "tel:111", "javascript:alert(1)", "data:text/html,x", "//a.example", "\x01"} {
		m.Choices = append(m.Choices, store.Choice{ID: u, Label: "x", Kind: store.Link, URL: u})
	}
	m.Choices = append(m.Choices, store.Choice{ID: "tap", Label: "x"})
	s.send(contact, m)
	var got []string
	for _, c := range s.follow(visitor, "").until("ready")[0].Choices {
		got = append(got, c.ID)
	}
	if want := "https://a.example http://a.example tel:111 tap"; strings.Join(got, " ") != want {
		t.Errorf("choices %q, want %s", got, want)
	}
}

func TestStreams(t *testing.T) {
	s := newStreams()
	over := func(st *stream) bool {
		select {
		case <-st.cut:
			return true
		default:
			return false
		}
	}
	open := func(contact string) *stream { st, _ := s.open(contact, "home"); return st }
	slow := open("a")
	for range maxPushed {
		s.push("a", store.Line{})
	}
	if over(slow) {
		t.Error("a page that lags a little is cut")
	}
	s.push("a", store.Line{})
	if !over(slow) {
		t.Error("a page that lags far is not cut")
	}
	s.push("a", store.Line{})
	s.leave(slow) // leaving after the cut is no fault

	oldest := open("b")
	for range maxOwn {
		open("b")
	}
	if !over(oldest) || len(s.of["b"]) != maxOwn {
		t.Errorf("one visitor has %d streams", len(s.of["b"]))
	}
	s.close()
	s.close()
	if s.n != 0 || len(s.of) != 0 || len(s.near) != 0 {
		t.Error("streams after the end")
	}
	if st, err := s.open("e", "home"); st != nil || err != errStops {
		t.Errorf("open after the end = %v, want %v", err, errStops)
	}
}

// A few addresses, or one, that take all the streams there are keep nobody
// out, and cut nobody's stream but their own.
func TestCrowdedStreams(t *testing.T) {
	s := newStreams()
	open := func(neighbour string) *stream {
		st, _ := s.open(fmt.Sprint(neighbour, s.n), neighbour)
		return st
	}
	over := func(st *stream) bool {
		select {
		case <-st.cut:
			return true
		default:
			return false
		}
	}
	her := open("her")
	oldest := open("crowd")
	for range maxNear {
		open("crowd")
	}
	if n := len(s.near["crowd"]); n != maxNear || !over(oldest) {
		t.Errorf("one neighbour has %d streams, want %d", n, maxNear)
	}
	for i := 0; s.n < maxStreams; i++ {
		open(fmt.Sprint("crowd", i/(maxNear-1)))
	}
	oldest = s.near["crowd"][0]
	if open("new") == nil || !over(oldest) || len(s.near["crowd"]) != maxNear-1 {
		t.Error("the crowd keeps a newcomer out")
	}
	mine := s.near["crowd0"][0]
	if open("crowd0") == nil || !over(mine) {
		t.Error("among equals it is not the newcomer's own oldest stream that gives way")
	}
	if over(her) || s.n != maxStreams {
		t.Errorf("%d streams; hers is cut: %v", s.n, over(her))
	}
}

func TestEvenStreams(t *testing.T) {
	s := newStreams()
	for i := range maxStreams {
		who := fmt.Sprint(i)
		if _, err := s.open(who, who); err != nil {
			t.Fatalf("after %d streams: %v", i, err)
		}
	}
	for contact, neighbour := range map[string]string{"new": "new", "again": "7"} { // the second has one
		if st, err := s.open(contact, neighbour); st != nil || err != errCrowded {
			t.Errorf("open(%s) when all are taken = %v, want %v", contact, err, errCrowded)
		}
	}
}
