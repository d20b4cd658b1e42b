package web

import (
	"context"
	"hash/maphash"
	"net/http"
	"sync"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
)

// chatName is the web chat among the channels. There is one per database.
const chatName = "web:1"

var (
	_ channel.Channel = (*Chat)(nil)
	_ channel.Editor  = (*Chat)(nil)
)

// A Chat is the web chat as a channel. The address of a visitor is the secret
// token that her page keeps.
type Chat struct {
	store   *store.Store
	streams *streams
	heads   *heads
	seed    maphash.Seed
	order   [64]sync.Mutex // a visitor's inputs go in one after the other; each guards some visitors

	mu     sync.RWMutex
	handle func(flows.Input, func(error)) // nil: nobody receives
}

func newChat(st *store.Store) *Chat {
	c := &Chat{store: st, streams: newStreams(), heads: newHeads(), seed: maphash.MakeSeed()}
	st.OnChange("screen", c.streams.hear)
	return c
}

// Name returns "web:1".
func (c *Chat) Name() string { return chatName }

// CanEdit says that lines of the screen can be replaced and removed.
func (c *Chat) CanEdit() {}

// Receive hands over what visitors say until ctx ends. What they say before
// and afterwards is not confirmed, and their pages send it again.
func (c *Chat) Receive(ctx context.Context, handle func(in flows.Input, done func(error))) error {
	c.listen(handle)
	defer c.listen(nil)
	<-ctx.Done()
	return nil
}

func (c *Chat) listen(handle func(flows.Input, func(error))) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handle = handle
}

// hear hands in over and says whether somebody receives.
func (c *Chat) hear(in flows.Input, done func(error)) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.handle == nil {
		return false
	}
	c.handle(in, done)
	return true
}

// turn is held while an input of the visitor is put in.
func (c *Chat) turn(visitor string) *sync.Mutex {
	return &c.order[maphash.String(c.seed, visitor)%uint64(len(c.order))]
}

// chatPage shows the phone.
func (s *Server) chatPage(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "chat.html", struct{ Demo, Clock bool }{s.Roles != nil, s.Forward != nil})
}

// closedPage says what this is where the web chat is off.
func (s *Server) closedPage(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "closed.html", nil)
}
