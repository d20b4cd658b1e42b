package telegramtest

import (
	"net/http"
	"strings"
	"time"
)

// A second counts the calls that show something new, as they arrive.
type second struct {
	times   []time.Time // of those that were taken, not older than a second
	most    int         // in any second so far
	refused int         // with a 429
}

// full says whether a call that arrives now is one too many, and counts it
// otherwise. Server.mu is held.
func (s *Server) full(method string, now time.Time) bool {
	if !strings.HasPrefix(method, "send") || method == "sendChatAction" {
		return false
	}
	c := &s.second
	old := 0
	for old < len(c.times) && now.Sub(c.times[old]) >= time.Second {
		old++
	}
	c.times = c.times[old:]
	if s.Most > 0 && len(c.times) >= s.Most {
		c.refused++
		return true
	}
	c.times = append(c.times, now)
	c.most = max(c.most, len(c.times))
	return false
}

// Busiest is how many calls that show something new were taken within a second
// at most, and how many were refused because of [Server.Most].
func (s *Server) Busiest() (most, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.second.most, s.second.refused
}

// tooMany is the answer of a server that is asked too often.
func tooMany() answer {
	return answer{status: http.StatusTooManyRequests, text: "Too Many Requests: retry after 1", retry: 1}
}
