package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// webChannel is the web chat among the channels.
const webChannel = "web:1"

// A browser is a phone with the page of the web chat open. It does what the
// script of the page does: it posts one thing after the other until each was
// taken, and listens to what stands on its screen, which it asks for again
// whenever the connection breaks.
type browser struct {
	*World
	name string

	lock    sync.Mutex // guards the rest
	visitor string     // the token by which the service knows it
	contact string     // its id in the store; set once, before anything is said
	waiting []said     // what was not taken, the oldest first
	known   map[string]bool
	unread  []seen
	buttons []button // above the text field
	latest  string   // id of the line that came last
	posts   int
	more    chan struct{} // closed when something comes
}

// A button stands above the text field.
type button struct{ ID, Label, token string }

// said is what the page posts.
type said struct {
	Visitor string `json:"visitor"`
	ID      string `json:"id"`
	Text    string `json:"text,omitempty"`
	Token   string `json:"token,omitempty"`
	Choice  string `json:"choice,omitempty"`
}

// A line is what the page is told of a line of its screen.
type line struct {
	ID      string
	Mine    bool
	Text    string
	Choices []button
	Layout  string
	Token   string
	Edits   string
	Gone    bool
}

func (w *World) newBrowser(name string) *browser {
	return &browser{World: w, name: name, known: map[string]bool{}, more: make(chan struct{})}
}

func (b *browser) names() (channel, address string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return webChannel, b.visitor
}

func (b *browser) next(ctx context.Context) (seen, error) {
	for {
		b.lock.Lock()
		if len(b.unread) > 0 {
			m := b.unread[0]
			b.unread = b.unread[1:]
			b.lock.Unlock()
			return m, nil
		}
		more := b.more
		b.lock.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return seen{}, ctx.Err()
		}
	}
}

func (b *browser) say(text string, did func(key string)) {
	b.lock.Lock()
	b.posts++
	s := said{ID: fmt.Sprintf("page-%x-%06d", b.name, b.posts), Text: text}
	if i := slices.IndexFunc(b.buttons, func(o button) bool { return o.Label == text }); i >= 0 {
		s.Token, s.Choice = b.buttons[i].token, b.buttons[i].ID
	}
	b.waiting = append(b.waiting, s)
	b.lock.Unlock()
	did(s.ID)
	b.stir()
}

// stir wakes whoever waits for something to come.
func (b *browser) stir() {
	b.lock.Lock()
	defer b.lock.Unlock()
	close(b.more)
	b.more = make(chan struct{})
}

// open makes the page work until ctx ends.
func (b *browser) open(ctx context.Context) {
	for b.enter(ctx); ctx.Err() == nil; b.soon(ctx, time.Second) {
		b.hear(ctx)
	}
}

// pump posts what she says.
func (b *browser) pump(ctx context.Context) {
	for ctx.Err() == nil {
		b.lock.Lock()
		more, idle := b.more, len(b.waiting) == 0 || b.contact == ""
		b.lock.Unlock()
		if idle {
			select {
			case <-more:
			case <-ctx.Done():
			}
			continue
		}
		b.lock.Lock()
		s := b.waiting[0]
		s.Visitor = b.visitor
		b.lock.Unlock()
		if !b.post(ctx, s) {
			b.soon(ctx, 2*time.Second)
		}
	}
}

// post posts s once and says whether it was taken.
func (b *browser) post(ctx context.Context, s said) bool {
	l := b.reached()
	if l == nil {
		return false
	}
	ctx, giveUp := context.WithTimeout(ctx, 30*time.Second)
	defer giveUp()
	resp := l.post(b.request(ctx, http.MethodPost, "/chat/send", s), "web: taken, not answered")
	if resp == nil {
		return false
	}
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
	case code == http.StatusTooManyRequests || code >= 500:
		return false
	default:
		b.fail("a page is heard", fmt.Errorf("%s says something and is answered %d", b.name, code))
		return true
	}
	l.sure(ctx, func(key string) string { return b.contact + "/" + key }, []string{s.ID})
	b.mu.Lock()
	lost := !b.calm && b.chance(15)
	if !lost {
		b.inputs.confirmed(func(in *input) bool { return in.key == s.ID })
	}
	b.mu.Unlock()
	if lost { // the answer
		return false
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	b.waiting = b.waiting[1:]
	return true
}

// request is one of the page, which has body as JSON.
func (b *browser) request(ctx context.Context, method, path string, body any) *http.Request {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // made of strings
	}
	r, err := http.NewRequestWithContext(ctx, method, "https://127.0.0.1"+path, strings.NewReader(string(raw)))
	if err != nil {
		panic(err) // the paths stand here
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr, r.RequestURI = "127.0.0.1:50000", r.URL.RequestURI()
	return r
}

// enter asks for a token until it has one.
func (b *browser) enter(ctx context.Context) {
	for ctx.Err() == nil {
		if l := b.reached(); l != nil {
			resp := l.post(b.request(ctx, http.MethodPost, "/chat/new", struct{}{}), "web: taken, not answered")
			var made said
			if resp != nil && resp.StatusCode == http.StatusOK && json.NewDecoder(resp.Body).Decode(&made) == nil {
				b.lock.Lock()
				b.visitor, b.contact = made.Visitor, l.contact(webChannel, made.Visitor)
				known := b.contact != ""
				b.lock.Unlock()
				b.stir()
				if known {
					return
				}
			}
		}
		b.soon(ctx, time.Second)
	}
}
