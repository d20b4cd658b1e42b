package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"chihai/flows"
	"chihai/store"
)

// said is what the page posts. It posts the same ID until it was answered with
// 200.
type said struct {
	Visitor string `json:"visitor"`
	ID      string `json:"id"`     // made by the page, unique for the visitor
	Text    string `json:"text"`   // what she wrote; with a choice: its label, or empty where no line is left
	Token   string `json:"token"`  // of the question, with Choice
	Choice  string `json:"choice"` // id of the button she pressed
	Phone   string `json:"phone"`  // the number she typed when asked to share it; is heard as text
}

const (
	// maxSaid is the greatest size of a post of the chat page, in bytes: a
	// text of [flows.MaxText] characters, each escaped, and room to spare.
	maxSaid = 256 << 10
	// maxName bounds tokens and choice ids, in bytes.
	maxName = 200
	// maxPhone bounds a phone number, in characters.
	maxPhone = 40
	// answerWait is how long a post waits for the commit. A page that gets no
	// answer posts again; the input acts once.
	answerWait = 20 * time.Second
)

var errSaid = errors.New("neither a text, nor a choice, nor a phone number")

// receive takes one input of a visitor: keeps it as a line of her screen, hands
// it over and answers 200 when it was kept for good.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	if !s.limits.requests.take(s.neighbour(r)) {
		tooMany(w)
		return
	}
	var d said
	if !read(w, r, &d) {
		return
	}
	in, line, err := d.input(s.Store.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if len(d.Visitor) > maxToken { // nor is it worth a limit of its own
		http.Error(w, errVisitor.Error(), http.StatusGone)
		return
	}
	if !s.limits.said.take(d.Visitor) {
		tooMany(w)
		return
	}
	done := make(chan error, 1)
	switch err := s.chat.take(r.Context(), &in, line, d, done); {
	case errors.Is(err, errVisitor):
		http.Error(w, err.Error(), http.StatusGone)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	s.confirm(w, r, done)
}

// confirm answers 200 when done says that the input was kept.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request, done <-chan error) {
	timeout := time.NewTimer(answerWait)
	defer timeout.Stop()
	var err error
	select {
	case err = <-done:
	case <-r.Context().Done():
		err = r.Context().Err()
	case <-timeout.C:
		err = errNotDone
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, struct{}{})
}

var (
	errNotDone = errors.New("input was not handled in time")
	errDeaf    = errors.New("nobody receives yet, or any more")
)

// take keeps line on the screen, unless an earlier post of the same input did,
// and hands in over; done gets its outcome. Both happen in the order in which
// the visitor's posts come in, so that her screen shows what was handled in
// the order of handling.
func (c *Chat) take(ctx context.Context, in *flows.Input, line *store.Line, d said, done chan<- error) error {
	turn := c.turn(d.Visitor)
	turn.Lock()
	defer turn.Unlock()
	var contact string
	fresh := false
	err := c.store.Update(ctx, func(tx *store.Tx) error {
		if err := checkToken(tx, d.Visitor); err != nil {
			return err
		}
		contact = tx.ContactID(chatName, d.Visitor)
		in.ID = contact + "/" + d.ID
		if line == nil {
			return nil
		}
		var err error
		if fresh, err = tx.FirstSeen(in.ID + "/line"); err != nil || !fresh {
			return err
		}
		line.ID = ownID(tx.NewID(), d.ID)
		_, err = tx.ShowLine(contact, line)
		return err
	})
	if err != nil {
		return err
	}
	if fresh {
		c.streams.push(contact, *line)
	}
	if !c.hear(*in, func(err error) { done <- err }) {
		return errDeaf
	}
	return nil
}

// ownID is the ID of a line of the visitor's own: it sorts like the store's id
// and tells her page which of its posts it is.
func ownID(id, ref string) string { return id + "." + ref }

func ownRef(id string) string {
	_, ref, _ := strings.Cut(id, ".")
	return ref
}

// input returns d as an input without ID, and as the line that it leaves on the
// visitor's screen: nil for a tap that leaves none, and for the greeting that
// the page says by itself.
func (d *said) input(now time.Time) (flows.Input, *store.Line, error) {
	in := flows.Input{Channel: chatName, From: d.Visitor, At: now}
	if !isRef(d.ID) {
		return in, nil, errors.New("id is not of 8 to 64 letters, digits and dashes")
	}
	text := clean(d.Text, flows.MaxText)
	switch {
	case d.Token != "" || d.Choice != "":
		if !isName(d.Token) || !isName(d.Choice) {
			return in, nil, errSaid
		}
		in.Kind, in.Tap = flows.Choice, flows.Tap{Token: d.Token, ID: d.Choice}
		if text == "" {
			return in, nil, nil
		}
	case d.Phone != "":
		text = clean(d.Phone, maxPhone)
		in.Kind, in.Text = flows.Text, text // nobody vouches for a number that was typed
	default:
		in.Kind, in.Text = flows.Text, text
	}
	if text == "" {
		return in, nil, errSaid
	}
	if in.Kind == flows.Text && (text == "/start" || strings.HasPrefix(text, "/start ")) {
		return in, nil, nil
	}
	return in, &store.Line{Mine: true, Text: text}, nil
}

func isRef(s string) bool {
	return len(s) >= 8 && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

func isName(s string) bool {
	return s != "" && len(s) <= maxName && strings.IndexFunc(s, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r)
	}) < 0
}

// clean returns s without what no keyboard types: control characters other
// than new lines and tabs, and what was not UTF-8. It cuts s to max
// characters.
func clean(s string, max int) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
	n := 0
	for i := range s {
		if n++; n > max {
			return s[:i]
		}
	}
	return s
}

// read reads the JSON that a page posted into v, or answers why it cannot. A
// page of another site cannot send this media type without asking first (CORS).
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "want application/json", http.StatusUnsupportedMediaType)
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSaid))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return false
	}
	if err == nil {
		err = json.Unmarshal(body, v, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	}
	if err != nil {
		http.Error(w, "not the JSON that is posted here", http.StatusBadRequest)
		return false
	}
	return true
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(raw)
}
