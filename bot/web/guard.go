package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"chihai/store"
)

// policy is what a page may load and do: only what this server hands out, no
// script or style inside a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"media-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"

// guard puts the security headers on every answer, bounds what is posted and
// refuses what another site's page posts in the visitor's name. Webhooks pass:
// what is no browser sends none of the headers that are looked at.
func (s *Server) guard(next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	if err := sameOrigin.AddTrustedOrigin(s.URL.Scheme + "://" + s.URL.Host); err != nil {
		s.Log.Warn("pages of old browsers may not post", "err", err)
	}
	next = sameOrigin.Handler(s.caught(next))
	small, large := http.MaxBytesHandler(next, maxBody), http.MaxBytesHandler(next, store.MaxFile)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN") // browsers that do not know frame-ancestors
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.URL.Scheme == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if s.chat != nil && r.URL.Path == uploadPath {
			large.ServeHTTP(w, r)
		} else {
			small.ServeHTTP(w, r)
		}
	})
}

// remote is the address that asks: that of the connection, or the one that the
// proxy has put last into X-Forwarded-For. What stands before it came from
// outside and may be a lie.
func (s *Server) remote(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := from.Addr().Unmap().WithZone("")
	if !s.Proxy.IsValid() || addr != s.Proxy.Unmap() {
		return addr
	}
	all := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	last := strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
	if told, err := netip.ParseAddr(last); err == nil {
		return told.Unmap().WithZone("")
	}
	return addr
}

// neighbour is the key under which requests are counted: an address, or the
// network of one household where there are many (IPv6).
func (s *Server) neighbour(r *http.Request) string {
	addr := s.remote(r)
	if addr.Is6() {
		if home, err := addr.Prefix(64); err == nil {
			return home.String()
		}
	}
	return addr.String()
}

// network is the network of addr as far as one customer may have it to herself:
// 48 bits of IPv6 (RFC 6177), the whole address of IPv4.
func network(addr netip.Addr) string {
	if addr.Is6() {
		if site, err := addr.Prefix(48); err == nil {
			return site.String()
		}
	}
	return addr.String()
}

// local says whether the browser surely runs on this machine: the connection
// comes from it, it asked for this machine by a name of its own (a page of
// another site that had its name point here did not), and no proxy stands in
// between, not even one that nobody told us of.
func (s *Server) local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	// A browser speaks at least HTTP/1.1. Proxies that still speak 1.0, as
	// nginx does unless told otherwise, often name this machine as the host.
	return r.ProtoAtLeast(1, 1) && !forwarded(r.Header) && loopbackHost(r.Host)
}

// proxySigns are the headers, in the spelling of net/http, that proxies and
// content networks add beside those that begin with X-Forwarded-.
var proxySigns = []string{"Cf-Connecting-Ip", "Forwarded", "True-Client-Ip", "Via", "X-Real-Ip"}

// forwarded says whether a header is there, even an empty one, that proxies
// add and browsers do not.
func forwarded(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded-") || slices.Contains(proxySigns, name) {
			return true
		}
	}
	return false
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

// unhurried lifts the time limits of the server from one answer: a stream goes
// on for hours, a file takes its time on a slow line. Both limits must go:
// net/http takes a read that times out during the answer for the visitor's
// leaving (golang/go issue 70834).
func unhurried(w http.ResponseWriter) (*http.ResponseController, error) {
	rc := http.NewResponseController(w)
	return rc, errors.Join(rc.SetReadDeadline(time.Time{}), rc.SetWriteDeadline(time.Time{}))
}
