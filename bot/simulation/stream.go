package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// hear reads the stream of events of the page until it breaks, or the network
// breaks it.
func (b *browser) hear(ctx context.Context) {
	l := b.reached()
	if l == nil {
		return
	}
	b.mu.Lock()
	cut := b.between(time.Second, 3*time.Minute)
	b.mu.Unlock()
	ctx, end := context.WithTimeout(ctx, cut)
	defer end()
	b.lock.Lock()
	path := "/chat/events?visitor=" + b.visitor
	latest := b.latest
	b.lock.Unlock()
	r := b.request(ctx, http.MethodGet, path, nil)
	if latest != "" {
		r.Header.Set("Last-Event-ID", latest)
	}
	l.call(&stream{browser: b, life: l, header: http.Header{}}, r)
}

// A stream is the answer to a page that listens: it reads the events as they
// are written (HTML Standard, chapter 9.2).
type stream struct {
	*browser
	life   *life
	header http.Header
	status int
}

// Header implements [http.ResponseWriter], as do the following.
func (s *stream) Header() http.Header { return s.header }

func (s *stream) WriteHeader(status int) { s.status = status }

func (s *stream) Write(p []byte) (int, error) {
	if s.life.over.Load() {
		return 0, errDead
	}
	if s.status == 0 {
		s.status = http.StatusOK
	}
	if s.status != http.StatusOK {
		return len(p), nil
	}
	name, data := "", ""
	for field := range strings.Lines(string(p)) {
		field = strings.TrimSuffix(field, "\n")
		if v, ok := strings.CutPrefix(field, "event: "); ok {
			name = v
		} else if v, ok := strings.CutPrefix(field, "data: "); ok {
			data = v
		}
	}
	return len(p), s.event(name, data)
}

// SetReadDeadline lets the answer last, as do the following for
// [http.ResponseController].
func (s *stream) SetReadDeadline(time.Time) error { return nil }

func (s *stream) SetWriteDeadline(time.Time) error { return nil }

func (s *stream) FlushError() error {
	if s.life.over.Load() {
		return errDead
	}
	return nil
}

// event takes in one event.
func (s *stream) event(name, data string) error {
	switch name {
	case "":
	case "stranger":
		s.fail("a page is heard", errors.New(s.browser.name+" is not known any more"))
		return errBroken
	default:
		return nil
	}
	var l line
	if err := json.Unmarshal([]byte(data), &l); err != nil {
		s.fail("a page is heard", fmt.Errorf("event: %w", err))
		return err
	}
	s.show(l)
	return nil
}

// show puts a line on the screen, unless it stands there.
func (b *browser) show(l line) {
	b.lock.Lock()
	fresh := !b.known[l.ID]
	b.known[l.ID] = true
	b.latest = l.ID
	if fresh && !l.Mine && l.Edits == "" {
		m := seen{text: l.Text}
		if l.Layout == "keyboard" {
			m.keyboard, b.buttons = true, nil
			for _, c := range l.Choices {
				m.labels = append(m.labels, c.Label)
				b.buttons = append(b.buttons, button{c.ID, c.Label, l.Token})
			}
		} else if l.Layout == "clear" {
			b.buttons = nil
		}
		b.unread = append(b.unread, m)
	}
	b.lock.Unlock()
	b.stir()
}
