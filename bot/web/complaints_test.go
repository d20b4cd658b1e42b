package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// What net/http says of a request must not carry what was in it.
func TestComplaints(t *testing.T) {
	var out bytes.Buffer
	complain := complainer(slog.New(slog.NewTextHandler(&out, nil)))
	for _, tt := range []struct{ line, kept, lost string }{
		{"http: TLS handshake error from 198.51.100.7:5000: EOF", "TLS handshake error", "198.51"},
		{"http: panic serving 198.51.100.7:5000: Nguyễn Thị Hoa\ngoroutine 1", "panic serving", "Hoa"},
		{"http: URL query contains semicolon, which is no longer a supported separator; parts of the query may be stripped when parsed; see golang.org/issue/25192", "semicolon", "golang"},
		{"something new about 0912345678", "other", "0912345678"},
		{"http: Accept error: accept tcp 127.0.0.1:8080: too many open files; retrying in 5ms", "too many open files", "secret"},
	} {
		out.Reset()
		complain.Print(tt.line)
		if said := out.String(); !strings.Contains(said, tt.kept) || strings.Contains(said, tt.lost) {
			t.Errorf("of %q the log says %q", tt.line, said)
		}
	}
}

// A page that panics ends its connection, and the log says where, but not what.
func TestCaught(t *testing.T) {
	var out bytes.Buffer
	s := newSite(t, func(c *Config) {
		c.Log, c.Proxy = slog.New(slog.NewTextHandler(&out, nil)), netip.MustParseAddr("127.0.0.1")
		c.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("0912345678") })
	})
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("the server is left with %v", p)
			}
		}()
		s.ServeHTTP(httptest.NewRecorder(), r)
	}()
	if said := out.String(); !strings.Contains(said, "GET /metrics") || !strings.Contains(said, "complaints_test.go") || strings.Contains(said, "0912345678") {
		t.Errorf("the log says %s", said)
	}
}

// That a page comes while the bot begins or ends is a warning; that the database
// fails is an error.
func TestFailures(t *testing.T) {
	var out bytes.Buffer
	s := newSite(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&out, nil)) })
	visitor, _ := s.visitor()
	listen := func() { s.get("/chat/events?visitor=" + visitor) }
	for _, tt := range []struct {
		name string
		ask  func()
		want string
	}{
		{"said before the bot receives", func() { s.post("/chat/send", said{Visitor: visitor, ID: "0123456789abcdef", Text: "xin chào"}) }, "WARN"},
		{"listens when the bot stops", func() { s.chat.streams.close(); listen() }, "WARN"},
		{"listens without a database", func() { s.Store.Close(); listen() }, "ERROR"},
	} {
		out.Reset()
		tt.ask()
		if said := out.String(); !strings.Contains(said, "level="+tt.want) || strings.Contains(said, visitor) {
			t.Errorf("%s: the log says %q, want a line of level %s", tt.name, said, tt.want)
		}
	}
}
