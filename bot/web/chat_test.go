package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
)

func TestSendIsHeardOnce(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	visitor, contact := s.visitor()
	d := said{Visitor: visitor, ID: "0123456789abcdef", Text: "xin chào"}
	for range 3 {
		if status, body := s.post("/chat/send", d); status != 200 {
			t.Fatalf("POST /chat/send = %d %s", status, body)
		}
	}
	heard := s.inputs()
	if len(heard) != 1 {
		t.Fatalf("heard %d inputs, want 1", len(heard))
	}
	want := flows.Input{ID: contact + "/0123456789abcdef", Channel: "web:1", From: visitor, Kind: flows.Text, Text: "xin chào", At: start}
	got := heard[0]
	if got.ID != want.ID || got.Channel != want.Channel || got.From != want.From || got.Kind != want.Kind || got.Text != want.Text || !got.At.Equal(want.At) {
		t.Errorf("heard %+v, want %+v", got, want)
	}
	if strings.Contains(got.ID, visitor) {
		t.Error("the secret stands in the id of the input")
	}
	lines := s.follow(visitor, "").until("ready")
	if got := texts(lines); got != "me: xin chào | re: xin chào" {
		t.Errorf("screen: %s", got)
	}
	if lines[0].Ref != d.ID {
		t.Errorf("ref %q, want %q", lines[0].Ref, d.ID)
	}
}

func TestWhatSheDoes(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	visitor, _ := s.visitor()
	for _, tt := range []struct {
		d      said
		want   flows.Input
		screen string
	}{
		{said{Text: "/start tABC"}, flows.Input{Kind: flows.Text, Text: "/start tABC"}, ""},
		{said{Text: "/starten"}, flows.Input{Kind: flows.Text, Text: "/starten"}, "me: /starten"},
		{said{Token: "tok", Choice: "yes", Text: "Có"}, flows.Input{Kind: flows.Choice, Tap: flows.Tap{Token: "tok", ID: "yes"}}, "me: Có"},
		{said{Token: "tok", Choice: "no"}, flows.Input{Kind: flows.Choice, Tap: flows.Tap{Token: "tok", ID: "no"}}, ""},
		{said{Phone: "0912 345 678"}, flows.Input{Kind: flows.Text, Text: "0912 345 678"}, "me: 0912 345 678"},
		{said{Text: " a\x00b\x1b[2J\r\nc\u200bd "}, flows.Input{Kind: flows.Text, Text: "ab[2J\nc\u200bd"}, "me: ab[2J\nc\u200bd"},
	} {
		before := len(s.follow(visitor, "").until("ready"))
		tt.d.Visitor, tt.d.ID = visitor, "id-"+strings.Repeat("x", 8)+string(rune('a'+before))
		s.wait(time.Second)
		if status, body := s.post("/chat/send", tt.d); status != 200 {
			t.Fatalf("%+v: %d %s", tt.d, status, body)
		}
		heard := s.inputs()
		got := heard[len(heard)-1]
		if got.Kind != tt.want.Kind || got.Text != tt.want.Text || got.Tap != tt.want.Tap || got.Phone != tt.want.Phone || got.Own {
			t.Errorf("%+v: heard %+v", tt.d, got)
		}
		lines := s.follow(visitor, "").until("ready")[before:]
		if got := texts(lines[:len(lines)-1]); got != tt.screen {
			t.Errorf("%+v leaves %q, want %q", tt.d, got, tt.screen)
		}
	}
}

func TestLongAndBrokenText(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	visitor, _ := s.visitor()
	post := func(raw string) int {
		status, _ := s.post("/chat/send", []byte(raw))
		return status
	}
	head := `{"visitor":"` + visitor + `","id":"abcdefgh`
	if got := post(head + `1","text":"` + strings.Repeat("ọ", 2*flows.MaxText) + `"}`); got != 200 {
		t.Fatalf("a long text = %d", got)
	}
	if got := s.inputs()[0].Text; got != strings.Repeat("ọ", flows.MaxText) {
		t.Errorf("heard %d bytes", len(got))
	}
	if got := post(head + "2\",\"text\":\"a\xff\xfe\xc3b\"}"); got != 200 {
		t.Fatalf("invalid UTF-8 = %d", got)
	}
	if got := s.inputs()[1].Text; got != "ab" {
		t.Errorf("heard %q, want %q", got, "ab")
	}
	for raw, want := range map[string]int{
		head + `3","text":"` + strings.Repeat("x", maxSaid) + `"}`: 413,
		head + `3","text":"` + strings.Repeat("x", 10<<20) + `"}`:  413,
		head + `3","text":"  "}`:                                   400,
		head + `3"}`:                                               400,
		head + `3","token":"t"}`:                                   400,
		head + `3","choice":"c"}`:                                  400,
		head + `3","token":"t","choice":"` + strings.Repeat("c", maxName+1) + `"}`:        400,
		head + `3","token":"t","choice":"a\nb"}`:                                          400,
		head + `3/../x","text":"a"}`:                                                      400,
		`{"visitor":"` + visitor + `","id":"x","text":"a"}`:                               400,
		`{"visitor":"` + visitor + `","id":"` + strings.Repeat("x", 65) + `","text":"a"}`: 400,
		`{"visitor":{},"id":"abcdefgh","text":"a"}`:                                       400,
		`[]`:   400,
		``:     400,
		`null`: 400,
		`{"visitor":"nobody","id":"abcdefgh","text":"a"}`: 410,
		`{"id":"abcdefgh","text":"a"}`:                    410,
	} {
		if got := post(raw); got != want {
			t.Errorf("%.80s… = %d, want %d", raw, got, want)
		}
	}
	resp, err := http.Post(s.base+"/chat/send", "text/plain", strings.NewReader(head+`4","text":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 415 {
		t.Errorf("text/plain = %d, want 415", resp.StatusCode)
	}
	if got := len(s.inputs()); got != 2 {
		t.Errorf("heard %d inputs, want 2", got)
	}
}

// Nothing is confirmed before it was kept, and what was not confirmed can come
// again: the line of the first time stands there once.
func TestSendWaitsForTheCommit(t *testing.T) {
	s := newSite(t, nil)
	visitor, _ := s.visitor()
	d := said{Visitor: visitor, ID: "0123456789abcdef", Text: "xin chào"}
	expect := func(want int) {
		t.Helper()
		if got, _ := s.post("/chat/send", d); got != want {
			t.Errorf("POST /chat/send = %d, want %d", got, want)
		}
	}
	expect(503) // nobody receives
	stop := s.listen()
	s.refuses(errors.New("disk is full"))
	expect(503)
	s.refuses(nil)
	expect(200)
	expect(200)
	stop()
	expect(503)
	if got := texts(s.follow(visitor, "").until("ready")); got != "me: xin chào | re: xin chào" {
		t.Errorf("screen: %s", got)
	}
}

func (s *site) refuses(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = err
}

func TestManyAtOnce(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	var all sync.WaitGroup
	for range 8 {
		visitor, _ := s.visitor()
		f := s.follow(visitor, "")
		f.until("ready")
		for i := range 5 {
			for range 2 {
				all.Go(func() {
					s.post("/chat/send", said{Visitor: visitor, ID: "abcdefgh" + string(rune('0'+i)), Text: "x"})
				})
			}
		}
		all.Go(func() {
			seen := map[string]bool{}
			for len(seen) < 10 {
				name, line := f.next()
				if name != "" {
					t.Errorf("event %s after %d lines", name, len(seen))
					return
				}
				if seen[line.ID] {
					t.Errorf("line %s twice", line.ID)
				}
				seen[line.ID] = true
			}
		})
	}
	all.Wait()
	if got := len(s.inputs()); got != 40 {
		t.Errorf("heard %d inputs, want 40", got)
	}
}

func TestTokens(t *testing.T) {
	s, other := newSite(t, nil), newSite(t, nil)
	a, _ := s.visitor()
	b, _ := s.visitor()
	foreign, _ := other.visitor()
	if a == b || len(a) < 26 {
		t.Errorf("tokens %q and %q", a, b)
	}
	swapped := a[:len(a)-sealed] + b[len(b)-sealed:]
	for token, want := range map[string]error{
		a: nil, b: nil, foreign: errVisitor, swapped: errVisitor, "": errVisitor, a + "x": errVisitor,
		a[1:]: errVisitor, strings.ToUpper(a): errVisitor, strings.Repeat("x", 10_000): errVisitor, "\xff": errVisitor,
	} {
		err := s.Store.View(t.Context(), func(tx *store.Tx) error { return checkToken(tx, token) })
		if !errors.Is(err, want) {
			t.Errorf("%.80q: %v, want %v", token, err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	visitor, _ := s.visitor()
	said1 := func(id int) int {
		status, _ := s.post("/chat/send", said{Visitor: visitor, ID: "abcdefgh-" + strings.Repeat("x", id), Text: "x"})
		return status
	}
	n := 0
	for n < 50 && said1(n) == 200 {
		n++
	}
	if n != 30 {
		t.Errorf("one visitor said %d things at once, want 30", n)
	}
	s.wait(time.Second)
	if got := said1(51); got != 200 {
		t.Errorf("a second later = %d", got)
	}
	for n = 1; n < 200; n++ {
		if status, _ := s.post("/chat/new", struct{}{}); status != 200 {
			break
		}
	}
	if n != 101 { // the first one and 100 tries, of which the last is refused
		t.Errorf("%d visitors at once, want 100", n-1)
	}
}

func TestRole(t *testing.T) {
	type call struct{ visitor, role string }
	var calls []call
	fail := false
	s := newSite(t, func(c *Config) {
		c.Proxy.UnmarshalText([]byte("127.0.0.1"))
		c.Roles = func(_ context.Context, visitor, role string) error {
			if fail {
				return errors.New("no")
			}
			calls = append(calls, call{visitor, role})
			return nil
		}
	})
	visitor, _ := s.visitor()
	for _, tt := range []struct {
		name, from, host, proto, header, value, role, visitor string
		want                                                  int
	}{
		{name: "this machine", from: "127.0.0.1:5000", host: "127.0.0.1:8080", role: "staff", want: 200},
		{name: "by name", from: "[::1]:5000", host: "localhost:8080", role: "facilitator", want: 200},
		{name: "IPv6", from: "[::1]:5000", host: "[::1]:8080", role: "staff", want: 200},
		{name: "another machine", from: "192.168.1.5:5000", host: "127.0.0.1:8080", role: "staff", want: 403},
		{name: "by a name that points here", from: "127.0.0.1:5000", host: "evil.example:8080", role: "staff", want: 403},
		{name: "no host", from: "127.0.0.1:5000", host: "", role: "staff", want: 403},
		{name: "through the proxy", from: "127.0.0.1:5000", host: "localhost", header: "X-Forwarded-For", value: "198.51.100.1", role: "staff", want: 403},
		{name: "with a lie", from: "127.0.0.1:5000", host: "localhost", header: "X-Forwarded-For", value: "127.0.0.1", role: "staff", want: 403},
		{name: "through another proxy", from: "127.0.0.1:5000", host: "localhost", header: "Forwarded", value: "for=1.2.3.4", role: "staff", want: 403},
		{name: "through one that hides whom it serves", from: "127.0.0.1:5000", host: "localhost", header: "X-Forwarded-For", role: "staff", want: 403},
		{name: "X-Forwarded-Proto", from: "127.0.0.1:5000", host: "localhost", header: "X-Forwarded-Proto", value: "https", role: "staff", want: 403},
		{name: "X-Forwarded-Port", from: "127.0.0.1:5000", host: "localhost", header: "X-Forwarded-Port", value: "443", role: "staff", want: 403},
		{name: "X-Real-IP", from: "127.0.0.1:5000", host: "localhost", header: "X-Real-IP", value: "198.51.100.1", role: "staff", want: 403},
		{name: "Via", from: "127.0.0.1:5000", host: "localhost", header: "Via", value: "1.1 proxy", role: "staff", want: 403},
		{name: "CF-Connecting-IP", from: "127.0.0.1:5000", host: "localhost", header: "CF-Connecting-IP", value: "198.51.100.1", role: "staff", want: 403},
		{name: "True-Client-IP", from: "127.0.0.1:5000", host: "localhost", header: "True-Client-IP", value: "198.51.100.1", role: "staff", want: 403},
		{name: "through a proxy of the old kind", from: "127.0.0.1:5000", host: "127.0.0.1:8080", proto: "HTTP/1.0", role: "staff", want: 403},
		{name: "another site's page", from: "127.0.0.1:5000", host: "localhost", header: "Sec-Fetch-Site", value: "cross-site", role: "staff", want: 403},
		{name: "no such role", from: "127.0.0.1:5000", host: "localhost", role: "admin", want: 400},
		{name: "stranger", from: "127.0.0.1:5000", host: "localhost", role: "staff", visitor: "nobody", want: 410},
	} {
		calls = nil
		who := visitor
		if tt.visitor != "" {
			who = tt.visitor
		}
		r := httptest.NewRequest("POST", "/demo/role", strings.NewReader(`{"visitor":"`+who+`","role":"`+tt.role+`"}`))
		r.RemoteAddr, r.Host = tt.from, tt.host
		r.Header.Set("Content-Type", "application/json")
		if tt.header != "" {
			r.Header.Set(tt.header, tt.value)
		}
		if tt.proto != "" {
			r.Proto = tt.proto
			r.ProtoMajor, r.ProtoMinor, _ = http.ParseHTTPVersion(tt.proto)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.want)
		}
		if made := len(calls) == 1 && calls[0] == (call{visitor, tt.role}); made != (tt.want == 200) {
			t.Errorf("%s: calls %v", tt.name, calls)
		}
	}
	fail = true
	if status, _ := s.post("/demo/role", map[string]string{"visitor": visitor, "role": "staff"}); status != 503 {
		t.Errorf("a role that fails = %d, want 503", status)
	}
}

func TestSendTwice(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	f := s.follow(visitor, "")
	f.until("ready")
	id := s.send(contact, channel.Message{Message: store.Message{Text: "một"}})
	s.send(contact, channel.Message{Message: store.Message{ID: id, Text: "một"}})
	s.send(contact, channel.Message{Message: store.Message{Text: "hai"}})
	got := map[string]bool{}
	for len(got) < 2 {
		_, line := f.next()
		got[line.Text] = true
	}
	if lines := s.follow(visitor, "").until("ready"); texts(lines) != "một | hai" {
		t.Errorf("screen: %s", texts(lines))
	}
}

// What was deleted while it was on its way to her screen, with all that is kept
// of her, does not come back.
func TestSendDeleted(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	m := store.Message{Contact: contact, Channel: chatName, Address: visitor, Text: "Họ tên: Nguyễn Thị Hoa"}
	var last store.Message
	for _, step := range []func(tx *store.Tx, c *store.Contact, she *store.Member) error{
		func(tx *store.Tx, _ *store.Contact, she *store.Member) error {
			m.Member = she.ID
			return tx.Post(&m)
		},
		func(tx *store.Tx, c *store.Contact, she *store.Member) error {
			if err := tx.DeleteMember(she, c); err != nil {
				return err
			}
			last = store.Message{Contact: contact, Channel: chatName, Address: visitor, Text: "Đã xóa"}
			return tx.Post(&last)
		},
	} {
		err := s.Store.Update(t.Context(), func(tx *store.Tx) error {
			c, she, _, err := tx.Meet(chatName, visitor)
			if err != nil {
				return err
			}
			return step(tx, c, she)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	f := s.follow(visitor, "")
	f.until("ready")
	for _, m := range []store.Message{m, last} {
		if _, err := s.chat.Send(t.Context(), channel.Message{Message: m}); err != nil {
			t.Fatal(err)
		}
	}
	if _, line := f.next(); line.Text != last.Text {
		t.Errorf("her page is told %+v", line)
	}
	if got := texts(s.follow(visitor, "").until("ready")); got != last.Text {
		t.Errorf("screen: %s", got)
	}
}

// Who invents tokens fills no memory with them.
func TestLongTokens(t *testing.T) {
	s := newSite(t, nil)
	for i := range 3 {
		d := said{Visitor: strings.Repeat("x", maxToken+1+i), ID: "0123456789abcdef", Text: "a"}
		if status, _ := s.post("/chat/send", d); status != 410 {
			t.Errorf("a token of %d bytes = %d, want 410", len(d.Visitor), status)
		}
	}
	if n := len(s.limits.said.buckets); n > 0 {
		t.Errorf("%d of them are remembered", n)
	}
}

// Whatever is posted, nothing panics, and only sound inputs are heard.
func FuzzInput(f *testing.F) {
	f.Add("v", "abcdefgh", "text", "", "", "")
	f.Add("", "\xff", "\x00", "t", "c", "+84")
	f.Fuzz(func(t *testing.T, visitor, id, text, token, choice, phone string) {
		d := said{visitor, id, text, token, choice, phone}
		in, line, err := d.input(start)
		if err != nil {
			return
		}
		if len([]rune(in.Text)) > flows.MaxText || len(in.Tap.ID) > maxName || len([]rune(in.Phone)) > maxPhone {
			t.Errorf("%q: %+v is too long", d, in)
		}
		if line != nil && (line.Text == "" || strings.ToValidUTF8(line.Text, "") != line.Text) {
			t.Errorf("%q leaves %q", d, line.Text)
		}
		if err := store.CheckKey("seen", "20261201/"+chatName+"/"+strings.Repeat("x", 26)+"/"+d.ID+"/line"); err != nil {
			t.Error(err)
		}
	})
}
