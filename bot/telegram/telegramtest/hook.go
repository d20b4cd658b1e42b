package telegramtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A hook delivers updates to the bot's web server.
type hook struct {
	url     string // empty: none
	secret  string
	change  int                 // counts when it was set or deleted; work for an earlier one ends
	room    chan struct{}       // a place for each delivery at once
	lines   map[int64][]pending // by chat: the first one is being delivered
	running sync.WaitGroup
	failure string // of the last delivery that failed
	failed  time.Time
}

func (s *Server) setWebhook(p params) answer {
	u, err := url.Parse(p.get("url"))
	local := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
	if err != nil || u.Scheme != "https" && !local { // a test's own server may do without TLS
		return no(http.StatusBadRequest, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
	}
	secret := p.get("secret_token")
	for _, r := range secret {
		if len(secret) > 256 || !(r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return no(http.StatusBadRequest, "Bad Request: secret token contains unallowed characters")
		}
	}
	most := int(p.int("max_connections"))
	if most == 0 {
		most = 40
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allow(p)
	waiting := s.unhook()
	h := &s.hook
	h.url, h.secret, h.room = u.String(), secret, make(chan struct{}, min(max(most, 1), 100))
	if s.queue.arrived != nil {
		close(s.queue.arrived) // ends a question for updates
		s.queue.arrived = nil
	}
	for _, u := range waiting {
		s.deliver(u)
	}
	return yes()
}

func (s *Server) deleteWebhook(p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := s.unhook()
	if p.get("drop_pending_updates") != "true" {
		s.queue.updates = waiting
	}
	return yes()
}

// unhook ends the webhook and returns all updates that were not confirmed.
// Server.mu is held.
func (s *Server) unhook() []pending {
	waiting := s.queue.updates
	for _, line := range s.hook.lines {
		waiting = append(waiting, line...)
	}
	slices.SortFunc(waiting, func(a, b pending) int { return cmp.Compare(a.id, b.id) })
	s.queue.updates = nil
	s.hook.lines = map[int64][]pending{}
	s.hook.url = ""
	s.hook.change++
	return waiting
}

func (s *Server) getWebhookInfo() answer {
	waiting := s.Waiting()
	s.mu.Lock()
	defer s.mu.Unlock()
	info := map[string]any{"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": waiting}
	if s.hook.failure != "" {
		info["last_error_message"], info["last_error_date"] = s.hook.failure, s.hook.failed.Unix()
	}
	if s.queue.allowed != nil {
		info["allowed_updates"] = s.queue.allowed
	}
	return answer{result: mustJSON(info)}
}

// deliver puts u into the line of its chat and sees to it that somebody
// delivers it. Server.mu is held.
func (s *Server) deliver(u pending) {
	h := &s.hook
	key := u.chat
	if u.kind == "callback_query" {
		key = -key // a line of its own, so a tap and a text may cross
	}
	h.lines[key] = append(h.lines[key], u)
	if len(h.lines[key]) == 1 {
		change := h.change
		h.running.Go(func() { s.work(key, change) })
	}
}

// work delivers the line of a chat until it is empty or the webhook changes.
func (s *Server) work(key int64, change int) {
	pause := time.Duration(0)
	for {
		s.mu.Lock()
		h := &s.hook
		line := h.lines[key]
		if h.change != change || len(line) == 0 {
			s.mu.Unlock()
			return
		}
		u, to, secret, room := line[0], h.url, h.secret, h.room
		s.mu.Unlock()

		if s.Expire && u.expired(time.Now()) {
			s.mu.Lock()
			if h.change == change {
				h.lines[key] = h.lines[key][1:]
			}
			s.mu.Unlock()
			continue
		}
		select {
		case room <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		failure, wait := s.post(to, secret, u)
		<-room

		s.mu.Lock()
		if failure == "" {
			pause = 0
			if h.change == change {
				h.lines[key] = h.lines[key][1:]
				if len(h.lines[key]) == 0 {
					delete(h.lines, key)
					s.mu.Unlock()
					return // the next update of the chat starts anew
				}
			}
			s.mu.Unlock()
			continue
		}
		h.failure, h.failed = failure, time.Now()
		s.mu.Unlock()
		pause = min(max(2*pause, time.Second), time.Minute)
		if wait == 0 {
			wait = pause
		}
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
			return
		}
	}
}

// post delivers u once and says why that failed, and after what time the other
// side wants it again.
func (s *Server) post(to, secret string, u pending) (failure string, wait time.Duration) {
	r, err := http.NewRequestWithContext(s.ctx, http.MethodPost, to, bytes.NewReader(u.json()))
	if err != nil {
		return err.Error(), 0
	}
	r.Header.Set("Content-Type", "application/json")
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	resp, err := (&http.Client{Transport: s.Way}).Do(r)
	if err != nil {
		return "Connection refused", 0
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return "Wrong response from the webhook: " + resp.Status, time.Duration(min(after, 3600)) * time.Second
	}
	s.answered(body)
	return "", 0
}

// answered carries out a call that came in the answer to a delivery.
func (s *Server) answered(body []byte) {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return
	}
	method, _ := fields["method"].(string)
	if method == "" {
		return
	}
	p := params{values: url.Values{}}
	for name, v := range fields {
		text, ok := v.(string)
		if !ok {
			text = string(mustJSON(v))
		}
		p.values.Set(name, text)
	}
	s.do(s.ctx, method, p)
}
