package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"chihai/bot/health"
)

// inside says whether a request surely comes from this machine or its private
// network, and from no browser far away through a proxy, not even one that
// nobody told us of: numbers of the bot are nobody else's business. It asks by
// an address or by a name without a dot, as machines of one network do, while a
// proxy hands on the name that the world uses.
//
// Some proxies hand on neither: nginx asks by its own name for the server, adds
// no header unless told to, and speaks HTTP/1.1 since 1.29.7. So where the
// outside uses https, for which there is a proxy, nobody is inside before
// [Config.Proxy] says which one adds X-Forwarded-For.
func (s *Server) inside(r *http.Request) bool {
	if s.URL.Scheme == "https" && !s.Proxy.IsValid() {
		return false
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !private(from.Addr().Unmap()) {
		return false
	}
	return r.ProtoAtLeast(1, 1) && !forwarded(r.Header) && ownName(r.Host)
}

// private says whether addr is of this machine or of a network that the world
// cannot reach (RFC 1918, RFC 4193).
func private(addr netip.Addr) bool { return addr.IsLoopback() || addr.IsPrivate() }

// ownName says whether host is how one machine of a private network calls
// another.
func ownName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return private(addr.Unmap())
	}
	return host != "" && !strings.Contains(host, ".")
}

// insiders hides next from everybody else, as if there were nothing.
func (s *Server) insiders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.inside(r) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ready says whether the bot can do its work, with 503 when what people say
// cannot be kept. Only insiders are told what each check found, and may ask as
// often as they like: looking costs more than a page.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	inside := s.inside(r)
	if !inside && !s.limits.requests.take(s.neighbour(r)) {
		tooMany(w)
		return
	}
	report := s.Ready(r.Context())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if report.State() == health.Broken {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	said := report.String()
	if !inside {
		said, _, _ = strings.Cut(said, "\n")
		said = strings.TrimSuffix(said, ", with warnings") + "\n"
	}
	w.Write([]byte(said))
}
