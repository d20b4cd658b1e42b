package simulation

import (
	"slices"
	"strings"
	"time"
)

// An input is something that a person did.
type input struct {
	key    string // ends its id in the store, and no other's
	by     *person
	at     time.Time
	acted  int  // how often it was kept as new
	blocks bool // she blocked the bot
	late   bool // something between Telegram and the service holds it up: others of hers may overtake it
}

// inputs are all that people did.
type inputs struct {
	byKey map[string]*input
	open  []*input // not confirmed to the network, the oldest first
}

// did notes that p has done something, which is the result. World.mu is held.
func (n *inputs) did(p *person, key string) *input {
	in := &input{key: key, by: p, at: time.Now()}
	n.byKey[key] = in
	n.open = append(n.open, in)
	p.pending = append(p.pending, in)
	return in
}

// of is the input with that id in the store; nil: it is nobody's. World.mu is
// held.
func (n *inputs) of(id string) *input { return n.byKey[id[strings.LastIndexByte(id, '/')+1:]] }

// confirmed forgets those that the network will not give again. World.mu is
// held.
func (n *inputs) confirmed(which func(*input) bool) {
	n.open = slices.DeleteFunc(n.open, which)
}
