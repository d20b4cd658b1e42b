package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The time of the demo moves for a browser on this machine, by the steps that the
// page has and by no others.
func TestForward(t *testing.T) {
	var moved []time.Duration
	s := newSite(t, func(c *Config) {
		c.Roles = func(context.Context, string, string) error { return nil }
		c.Forward = func(_ context.Context, d time.Duration) error { moved = append(moved, d); return nil }
	})
	post := func(from, form string) *http.Response {
		r := httptest.NewRequest("POST", "/demo/clock", strings.NewReader(form))
		r.RemoteAddr, r.Host = from, "127.0.0.1:8080"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Result()
	}
	for _, tt := range []struct {
		from, form string
		status     int
		to         string
		moved      time.Duration
	}{
		{"127.0.0.1:5000", "by=1h", 303, "/demo/clock", time.Hour},
		{"127.0.0.1:5000", "by=24h&phones=5", 303, "/phones?n=5", 24 * time.Hour},
		{"127.0.0.1:5000", "by=10m&phones=//evil.example", 303, "/demo/clock", 10 * time.Minute},
		{"127.0.0.1:5000", "by=-1h", 400, "", 0},
		{"127.0.0.1:5000", "by=87600h", 400, "", 0},
		{"127.0.0.1:5000", "", 400, "", 0},
		{"192.168.1.5:5000", "by=1h", 403, "", 0},
	} {
		moved = nil
		r := post(tt.from, tt.form)
		if r.StatusCode != tt.status || r.Header.Get("Location") != tt.to {
			t.Errorf("%s from %s: %d to %q, want %d to %q", tt.form, tt.from, r.StatusCode, r.Header.Get("Location"), tt.status, tt.to)
		}
		if went := len(moved) == 1 && moved[0] == tt.moved; went != (tt.moved > 0) {
			t.Errorf("%s from %s: moved by %v", tt.form, tt.from, moved)
		}
	}
}

// A page of another site, a visitor of another machine who comes through a proxy, and
// a name that somebody has led to this machine cannot move it.
func TestForwardFromElsewhere(t *testing.T) {
	moved := 0
	s := newSite(t, func(c *Config) {
		c.Roles = func(context.Context, string, string) error { return nil }
		c.Forward = func(context.Context, time.Duration) error { moved++; return nil }
	})
	for _, tt := range []struct {
		host, header, value string
		status              int
	}{
		{"127.0.0.1:8080", "", "", 303}, // no browser, or an old one that says nothing of where it comes from
		{"127.0.0.1:8080", "Sec-Fetch-Site", "same-origin", 303},
		{"127.0.0.1:8080", "Sec-Fetch-Site", "cross-site", 403},
		{"127.0.0.1:8080", "Sec-Fetch-Site", "same-site", 403}, // another port of this machine
		{"127.0.0.1:8080", "Origin", "https://evil.example", 403},
		{"127.0.0.1:8080", "Origin", "null", 403},
		{"evil.example:8080", "", "", 403},
		{"evil.example:8080", "Sec-Fetch-Site", "same-origin", 403},
		{"127.0.0.1:8080", "X-Forwarded-For", "203.0.113.5", 403},
	} {
		moved = 0
		r := httptest.NewRequest("POST", "/demo/clock", strings.NewReader("by=1h"))
		r.RemoteAddr, r.Host = "127.0.0.1:5000", tt.host
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if tt.header != "" {
			r.Header.Set(tt.header, tt.value)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tt.status || (moved == 1) != (tt.status == 303) {
			t.Errorf("%s with %s %s: %d, moved %d times, want %d", tt.host, tt.header, tt.value, w.Code, moved, tt.status)
		}
	}
}

// Where the time is the real one there is nothing to move it with.
func TestNoClock(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Roles = func(context.Context, string, string) error { return nil } })
	for _, path := range []string{"/demo/clock", "/phones", "/"} {
		r := httptest.NewRequest("GET", path, nil)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "/demo/clock") {
			t.Errorf("%s offers to move the clock", path)
		}
		if path == "/demo/clock" && w.Code != 404 {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}
