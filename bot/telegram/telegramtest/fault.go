package telegramtest

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Fault makes calls fail. The fields before the empty line say which calls,
// those behind it how; without any of these it does nothing. Some that happen:
//
//	{Chat: 5, Status: 429, RetryAfter: 7, Times: 1}            // one chat is told to wait
//	{Status: 403, Text: "Forbidden: bot was blocked by the user"}
//	{Method: "sendMessage", Status: 500, Text: "Internal Server Error: restart"}
//	{Chat: -9, Status: 400, Moved: -1001234567890}             // a group became a supergroup
//	{Status: 502, Body: "<html><h1>502 Bad Gateway</h1></html>"} // a proxy in between
//	{Method: "sendMessage", Lost: true, Times: 1}              // shown, but the answer is lost
//	{Method: "getUpdates", Hang: true}
//	{Delay: 60 * time.Millisecond}                             // a long way
type Fault struct {
	Method string // one method; "send" for all that show something new; empty: all
	Chat   int64  // 0: any
	After  int    // so many calls that it is meant for pass first
	Times  int    // how often; 0: until it is taken away

	Delay      time.Duration // before anything happens
	Lost       bool          // the call is carried out, then the connection breaks
	Hang       bool          // nothing is done and no answer comes, until the caller gives up
	Drop       bool          // nothing is done and the connection breaks
	Status     int           // the API says no
	Text       string        // why; empty: what fits the status
	RetryAfter int           // in seconds
	Moved      int64         // the chat's new id
	Body       string        // with Status: is sent in place of the API's answer
}

// Fail makes calls fail from now on. Of several faults that fit, the first one
// counts. The function it returns takes the fault away.
func (s *Server) Fail(f Fault) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = -1
	}
	p := &f
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return f.Times == 0 })
	s.faults = append(s.faults, p)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		p.Times = 0
	}
}

// fault returns what is to go wrong with a call, or nil. Server.mu is held.
func (s *Server) fault(method string, chat int64) *Fault {
	for _, f := range s.faults {
		switch {
		case f.Times == 0,
			f.Chat != 0 && f.Chat != chat,
			f.Method == "send" && !strings.HasPrefix(method, "send"),
			f.Method != "" && f.Method != "send" && f.Method != method:
			continue
		case f.After > 0:
			f.After--
			continue
		case f.Times > 0:
			f.Times--
		}
		copied := *f
		return &copied
	}
	return nil
}

// breaks reports whether the call is not carried out.
func (f *Fault) breaks() bool { return f.Hang || f.Drop || f.Status != 0 }

// play answers a call that is not carried out.
func (f *Fault) play(w http.ResponseWriter, r *http.Request, end context.Context) {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-end.Done():
		}
		panic(http.ErrAbortHandler)
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Body != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		io.WriteString(w, f.Body)
	default:
		a := answer{status: f.Status, text: f.Text, retry: f.RetryAfter, moved: f.Moved}
		if a.text == "" {
			a.text = f.words()
		}
		write(w, a)
	}
}

// words are those of the real server.
func (f *Fault) words() string {
	switch {
	case f.Moved != 0:
		return "Bad Request: group chat was upgraded to a supergroup chat"
	case f.RetryAfter != 0:
		return "Too Many Requests: retry after " + itoa(int64(f.RetryAfter))
	case f.Status == http.StatusForbidden:
		return "Forbidden: bot was blocked by the user"
	case f.Status == http.StatusBadRequest:
		return "Bad Request: chat not found"
	case f.Status == http.StatusInternalServerError:
		return "Internal Server Error: restart"
	}
	return http.StatusText(f.Status)
}
