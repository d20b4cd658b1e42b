package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"chihai/bot/health"
)

// numbers stands in for the metrics.
var numbers = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("up 1\n")) })

func TestInside(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.Metrics, c.Proxy = numbers, netip.MustParseAddr("127.0.0.1")
		c.Ready = func(context.Context) health.Report {
			return health.Report{{Name: "backup", Finding: health.Warn("late")}}
		}
	})
	for _, tt := range []struct {
		name, from, host, header string
		old, inside              bool
	}{
		{name: "this machine", from: "127.0.0.1:5000", host: "localhost:8080", inside: true},
		{name: "this machine, IPv6", from: "[::1]:5000", host: "[::1]:8080", inside: true},
		{name: "a container beside it", from: "172.17.0.3:5000", host: "chihai:8080", inside: true},
		{name: "the office", from: "10.1.2.3:5000", host: "10.1.2.4:8080", inside: true},
		{name: "the world", from: "203.0.113.5:5000", host: "10.1.2.4:8080"},
		{name: "the world by its name", from: "203.0.113.5:5000", host: "chihai.example.org"},
		{name: "a proxy", from: "127.0.0.1:5000", host: "127.0.0.1:8080", header: "X-Forwarded-For"},
		{name: "a proxy of another make", from: "127.0.0.1:5000", host: "127.0.0.1:8080", header: "Via"},
		{name: "a proxy that hands on the name only", from: "127.0.0.1:5000", host: "chihai.example.org"},
		{name: "a proxy that hands on nothing", from: "127.0.0.1:5000", host: "127.0.0.1:8080", old: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ask := func(path string) *httptest.ResponseRecorder {
				r := httptest.NewRequest("GET", path, nil)
				r.RemoteAddr, r.Host = tt.from, tt.host
				if tt.header != "" {
					r.Header.Set(tt.header, "198.51.100.1")
				}
				if tt.old {
					r.Proto, r.ProtoMinor = "HTTP/1.0", 0
				}
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				return w
			}
			metrics, ready := ask("/metrics"), ask("/readyz")
			if got := metrics.Code == 200; got != tt.inside {
				t.Errorf("GET /metrics = %d", metrics.Code)
			}
			if got := strings.Contains(ready.Body.String(), "late"); got != tt.inside || ready.Code != 200 {
				t.Errorf("GET /readyz = %d %q", ready.Code, ready.Body)
			}
			if !tt.inside && ready.Body.String() != "ready\n" {
				t.Errorf("somebody outside reads %q", ready.Body)
			}
		})
	}
}

// nginx since 1.29.7 asks as somebody on this machine would: HTTP/1.1, the
// server's own name, no header of its own.
func TestInsideBehindProxy(t *testing.T) {
	for _, tt := range []struct {
		name, url, proxy string
		inside           bool
	}{
		{"no proxy", "http://127.0.0.1:8080", "", true},
		{"a proxy that nobody told us of", "https://chihai.example.org", "", false},
		{"a proxy that adds X-Forwarded-For", "https://chihai.example.org", "127.0.0.1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, func(c *Config) {
				c.Metrics = numbers
				c.URL, _ = url.Parse(tt.url)
				c.Proxy, _ = netip.ParseAddr(tt.proxy)
			})
			r := httptest.NewRequest("GET", "/metrics", nil)
			r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:8080"
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if got := w.Code == 200; got != tt.inside {
				t.Errorf("GET /metrics = %d", w.Code)
			}
		})
	}
}

// Somebody far away cannot make the bot look at itself all the time.
func TestReadyIsLimited(t *testing.T) {
	looks := 0
	s := newSite(t, func(c *Config) {
		c.Ready = func(context.Context) health.Report { looks++; return nil }
	})
	ask := func(from string) int {
		r := httptest.NewRequest("GET", "/readyz", nil)
		r.RemoteAddr, r.Host = from, "10.1.2.4"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	for range 1000 {
		ask("203.0.113.5:5000")
	}
	if code := ask("203.0.113.5:5000"); code != 429 || looks > 300 {
		t.Errorf("after 1000 requests: %d, %d looks", code, looks)
	}
	if code := ask("10.1.2.3:5000"); code != 200 {
		t.Errorf("a machine of the office: %d", code)
	}
}

func TestReady(t *testing.T) {
	found := health.Ok("answers")
	s := newSite(t, func(c *Config) {
		c.Proxy = netip.MustParseAddr("127.0.0.1")
		c.Ready = func(context.Context) health.Report { return health.Report{{Name: "store", Finding: found}} }
	})
	for _, tt := range []struct {
		found health.Finding
		code  int
	}{
		{health.Ok("answers"), 200},
		{health.Warn("slow"), 200},
		{health.Break("the disk is full"), 503},
	} {
		found = tt.found
		if resp, body := s.get("/readyz"); resp.StatusCode != tt.code || !strings.Contains(body, tt.found.Says) {
			t.Errorf("GET /readyz = %d %q, want %d with %q", resp.StatusCode, body, tt.code, tt.found.Says)
		}
	}
	if resp, _ := s.get("/metrics"); resp.StatusCode != 404 {
		t.Errorf("GET /metrics = %d where they are handed out elsewhere, want 404", resp.StatusCode)
	}
}
