package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

func TestHealth(t *testing.T) {
	s := newSite(t, nil)
	if resp, body := s.get("/healthz"); resp.StatusCode != 200 || body != "ok\n" {
		t.Errorf("GET /healthz = %d %q", resp.StatusCode, body)
	}
	if err := s.backend.Close(); err != nil {
		t.Fatal(err)
	}
	if resp, _ := s.get("/healthz"); resp.StatusCode != 503 {
		t.Errorf("GET /healthz without database = %d, want 503", resp.StatusCode)
	}
}

func TestHeaders(t *testing.T) {
	s := newSite(t, nil)
	for _, path := range []string{"/", "/healthz", "/nothing", "/assets/chat.js", "/e/ABCDEF"} {
		resp, _ := s.get(path)
		for key, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"X-Frame-Options": "SAMEORIGIN", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := resp.Header.Get(key); got != want {
				t.Errorf("GET %s: %s = %q, want %q", path, key, got, want)
			}
		}
		if len(resp.Cookies()) > 0 {
			t.Errorf("GET %s sets a cookie", path)
		}
	}
}

// No page may carry what its own headers forbid.
func TestPagesObeyThePolicy(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Roles = func(context.Context, string, string) error { return nil } })
	closed := newSite(t, func(c *Config) { c.Open = false })
	code := s.addTraining(&store.Training{Name: store.Text{"vi": "Lớp"}, Start: start.Add(time.Hour), Seats: 3}).Code
	pages := map[string]string{}
	for _, path := range []string{"/", "/phone?slot=2", "/phones", "/e/" + code, "/e/NOTHING"} {
		_, pages[path] = s.get(path)
	}
	_, pages["closed"] = closed.get("/")
	for path, page := range pages {
		for _, bad := range []string{"<style", " style=", "<script>", " onclick=", "http-equiv", "javascript:"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s contains %s", path, bad)
			}
		}
		if !strings.HasPrefix(page, "<!doctype html>\n<html lang=\"vi\"") {
			t.Errorf("%s begins with %.40q", path, page)
		}
	}
}

func TestPaths(t *testing.T) {
	hook := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprint(w, len(body), err)
	})
	hooks := map[string]http.Handler{"telegram": hook}
	open := newSite(t, func(c *Config) { c.Hooks = hooks })
	closed := newSite(t, func(c *Config) { c.Hooks, c.Open = hooks, false })
	demo := newSite(t, func(c *Config) { c.Roles = func(context.Context, string, string) error { return nil } })
	for _, tt := range []struct {
		site         *site
		method, path string
		want         int
	}{
		{open, "GET", "/", 200},
		{open, "GET", "/staff", 404},
		{open, "GET", "/metrics", 404},
		{open, "GET", "/phone", 404},
		{open, "GET", "/phones", 404},
		{open, "POST", "/demo/role", 404},
		{open, "POST", "/hook/telegram", 200},
		{open, "POST", "/hook/zalo", 404},
		{open, "GET", "/chat/send", 405},
		{open, "GET", "/assets/chat.html", 404},
		{open, "GET", "/assets/..%2fserver.go", 404},
		{open, "GET", "/assets/style.css", 200},
		{closed, "GET", "/", 200},
		{closed, "POST", "/chat/new", 404},
		{closed, "GET", "/chat/events", 404},
		{closed, "POST", "/hook/telegram", 200},
		{closed, "GET", "/healthz", 200},
		{demo, "GET", "/phone?slot=2", 200},
		{demo, "GET", "/phones?n=9", 200},
	} {
		req, err := http.NewRequest(tt.method, tt.site.base+tt.path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s %s = %d, want %d", tt.method, tt.path, resp.StatusCode, tt.want)
		}
	}
	if status, body := open.post("/hook/telegram", make([]byte, maxBody+1)); status != 200 || !strings.Contains(body, "too large") {
		t.Errorf("a hook read %s of a body that is too large", body)
	}
	if closed.Chat() != nil {
		t.Error("there is a chat where none is open")
	}
	if _, page := demo.get("/phones?n=9"); strings.Count(page, "<iframe") != 5 {
		t.Error("want at most 5 phones")
	}
}

func TestAssets(t *testing.T) {
	s := newSite(t, nil)
	address, err := s.pages.address("chat.js")
	if err != nil {
		t.Fatal(err)
	}
	resp, body := s.get(address) // the client asks for gzip and unpacks it
	if !resp.Uncompressed || !strings.Contains(body, "EventSource") {
		t.Error("the script does not come packed")
	}
	if got := resp.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control of a versioned asset = %q", got)
	}
	if resp, _ := s.get("/assets/chat.js?v=old"); resp.Header.Get("Cache-Control") != "no-store" {
		t.Error("an address of another version may be kept")
	}
	if len(body) >= 15_000 {
		t.Errorf("the script has %d bytes, want less than 15,000", len(body))
	}
}

func TestOtherSitesMayNotPost(t *testing.T) {
	s := newSite(t, nil)
	for _, tt := range []struct {
		header, value string
		want          int
	}{
		{"Sec-Fetch-Site", "cross-site", 403},
		{"Sec-Fetch-Site", "same-site", 403},
		{"Sec-Fetch-Site", "same-origin", 200},
		{"Origin", "https://evil.example", 403},
		{"Origin", "https://chihai.example.org", 200},
		{"Content-Type", "text/plain", 200}, // only what reads a body looks at it
	} {
		req, err := http.NewRequest("POST", s.base+"/chat/new", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(tt.header, tt.value)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s: %s = %d, want %d", tt.header, tt.value, resp.StatusCode, tt.want)
		}
	}
}

func TestRemote(t *testing.T) {
	for _, tt := range []struct {
		proxy, from string
		told        []string
		want        string
	}{
		{"", "203.0.113.7:5000", nil, "203.0.113.7"},
		{"", "203.0.113.7:5000", []string{"198.51.100.1"}, "203.0.113.7"},
		{"10.0.0.1", "203.0.113.7:5000", []string{"198.51.100.1"}, "203.0.113.7"},
		{"10.0.0.1", "10.0.0.1:5000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1", "10.0.0.1:5000", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1", "10.0.0.1:5000", []string{"198.51.100.1", "127.0.0.1"}, "127.0.0.1"},
		{"10.0.0.1", "[::ffff:10.0.0.1]:5000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1", "10.0.0.1:5000", []string{"nonsense"}, "10.0.0.1"},
		{"10.0.0.1", "10.0.0.1:5000", nil, "10.0.0.1"},
		{"::1", "[::1]:5000", []string{"2001:db8::5"}, "2001:db8::5"},
	} {
		s := &Server{}
		if tt.proxy != "" {
			s.Proxy = netip.MustParseAddr(tt.proxy)
		}
		r := &http.Request{RemoteAddr: tt.from, Header: http.Header{"X-Forwarded-For": tt.told}}
		if got := s.remote(r).String(); got != tt.want {
			t.Errorf("proxy %q, from %s, told %q: remote = %s, want %s", tt.proxy, tt.from, tt.told, got, tt.want)
		}
	}
	s := &Server{}
	if got := s.neighbour(&http.Request{RemoteAddr: "[2001:db8:1:2:3:4:5:6]:5"}); got != "2001:db8:1:2::/64" {
		t.Errorf("neighbour of an IPv6 address = %s", got)
	}
}

func TestServeEndsStreams(t *testing.T) {
	s := newSite(t, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.base = "http://" + ln.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	visitor, _ := s.visitor()
	f := s.follow(visitor, "")
	f.until("ready")
	began := time.Now()
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
	if took := time.Since(began); took > stopWait/2 {
		t.Errorf("Serve took %v to stop", took)
	}
	f.until("end")
	if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("the server still listens")
	}
}

func TestServeReportsADeadListener(t *testing.T) {
	s := newSite(t, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := s.Serve(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v, want net.ErrClosed", err)
	}
}
