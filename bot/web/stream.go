package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"chihai/store"
)

// shown is a line as the page is told of it.
type shown struct {
	ID      string         `json:"id"`
	At      int64          `json:"at"` // in milliseconds since 1970
	Mine    bool           `json:"mine,omitzero"`
	Ref     string         `json:"ref,omitzero"` // which of the page's posts it is
	Text    string         `json:"text,omitzero"`
	Choices []store.Choice `json:"choices,omitzero"`
	Layout  store.Layout   `json:"layout,omitzero"`
	Token   string         `json:"token,omitzero"`
	Edits   string         `json:"edits,omitzero"`
	Gone    bool           `json:"gone,omitzero"`
	File    *shownFile     `json:"file,omitzero"`
}

// shownFile is a file that goes with a line.
type shownFile struct {
	URL  string `json:"url,omitzero"` // empty: its time is over
	Name string `json:"name,omitzero"`
	As   string `json:"as,omitzero"` // "image" or "audio" where the page can show it
}

const (
	// beat is how often a silent stream says that it is alive: proxies and
	// mobile networks cut what is silent for a minute. The page takes a stream
	// for dead after two and a half of these.
	beat = 20 * time.Second
	// beatWait is how long a page may take to read what is sent to it.
	beatWait = 30 * time.Second
)

// events tells a page the lines of its screen as server-sent events (HTML
// Standard, chapter 9.2): those that stand there already, then "ready", then
// what comes. The id of an event is that of the line.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	neighbour := s.neighbour(r)
	if !s.limits.requests.take(neighbour) {
		tooMany(w)
		return
	}
	visitor := r.URL.Query().Get("visitor")
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	out, err := newEventWriter(w)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var contact string
	err = s.Store.View(r.Context(), func(tx *store.Tx) error {
		contact = tx.ContactID(chatName, visitor)
		return checkToken(tx, visitor)
	})
	switch {
	case errors.Is(err, errVisitor):
		out.begin()
		out.event("stranger", "", nil) // a status would not reach the page's script
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	// First listen, then look: what comes in between is told twice rather than
	// not at all.
	stream, err := s.chat.streams.open(contact, neighbour)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer s.chat.streams.leave(stream)
	var lines []store.Line
	err = s.Store.View(r.Context(), func(tx *store.Tx) error {
		var err error
		if lines, err = screen(tx, contact, after); err != nil {
			return err
		}
		return s.chat.heads.read(tx, lines)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	out.begin()
	for _, l := range lines {
		out.event("", l.ID, s.chat.shown(&l))
	}
	out.event("ready", "", nil)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for out.flush() == nil {
		select {
		case l := <-stream.lines:
			out.event("", l.ID, s.chat.shown(&l))
		case id := <-stream.ids:
			l, err := s.chat.line(r.Context(), contact, id)
			if errors.Is(err, store.ErrNotFound) {
				continue // it was taken off the screen for good
			}
			if err != nil {
				return // the page comes again
			}
			out.event("", l.ID, s.chat.shown(l))
		case <-tick.C:
			out.event("beat", "", nil)
		case <-stream.cut:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// line reads a line that another process has put on the contact's screen.
func (c *Chat) line(ctx context.Context, contact, id string) (l *store.Line, err error) {
	err = c.store.View(ctx, func(tx *store.Tx) (err error) {
		if l, err = tx.Line(contact, id); err != nil {
			return err
		}
		return c.heads.read(tx, []store.Line{*l})
	})
	return l, err
}

// shown returns l as the page is told of it.
func (c *Chat) shown(l *store.Line) shown {
	v := shown{
		ID: l.ID, At: l.At.UnixMilli(), Mine: l.Mine, Text: l.Text, Choices: l.Choices, Layout: l.Layout,
		Token: l.Token, Edits: l.Edits, Gone: l.Gone,
	}
	if l.Mine {
		v.Ref = ownRef(l.ID)
	}
	if slices.ContainsFunc(l.Choices, badLink) {
		v.Choices = slices.DeleteFunc(slices.Clone(l.Choices), badLink)
	}
	switch {
	case l.File != "":
		v.File = c.heads.shown(l.File)
	case l.Voice != "":
		v.File = &shownFile{URL: "/chat/voice/" + l.Voice, As: "audio"}
	}
	return v
}

// badLink says whether a choice would open what is no page and no telephone:
// a script, most of all.
func badLink(c store.Choice) bool {
	if c.Kind != store.Link {
		return false
	}
	u, err := url.Parse(c.URL)
	return err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "tel"
}

// An eventWriter is an answer that goes on.
type eventWriter struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

func newEventWriter(w http.ResponseWriter) (*eventWriter, error) {
	rc, err := unhurried(w)
	return &eventWriter{w: w, rc: rc}, err
}

func (e *eventWriter) begin() {
	h := e.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep the events back
	e.w.WriteHeader(http.StatusOK)
}

// event writes one event; flush sends it and says how it went.
func (e *eventWriter) event(name, id string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		e.err = errors.Join(e.err, err)
		return
	}
	if name != "" {
		name = "event: " + name + "\n"
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	if err := e.rc.SetWriteDeadline(time.Now().Add(beatWait)); err != nil {
		e.err = errors.Join(e.err, err)
		return
	}
	if _, err := io.WriteString(e.w, fmt.Sprintf("%s%sdata: %s\n\n", name, id, data)); err != nil {
		e.err = errors.Join(e.err, err)
	}
}

func (e *eventWriter) flush() error { return errors.Join(e.err, e.rc.Flush()) }
