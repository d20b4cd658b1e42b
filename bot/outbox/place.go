package outbox

import (
	"time"

	"chihai/store"
)

// move hands what waits for c to the chat of its new address, which it
// returns.
func (s *sender) move(c *chat, address string, now time.Time) *chat {
	if address == c.address {
		return c
	}
	delete(s.moved, address)
	s.moved[c.address] = address
	to := s.chat(address)
	for lane := range c.lines {
		for _, h := range c.lines[lane] {
			to.insert(h)
		}
		c.lines[lane] = nil
	}
	if to.bound == 0 {
		to.bound, to.gone = c.bound, c.gone
	}
	c.bound = 0
	s.place(c, now)
	return to
}

// chat returns the chat with an address, a new one when it has none.
func (s *sender) chat(address string) *chat {
	for to, ok := s.moved[address]; ok; to, ok = s.moved[address] {
		address = to
	}
	c := s.chats[address]
	if c == nil {
		c = &chat{address: address}
		s.chats[address] = c
	}
	return c
}

// add lets a message wait for its turn.
func (s *sender) add(address string, h head, now time.Time) {
	s.known[h.id] = h.lane
	s.windows[h.lane].count++
	c := s.chat(address)
	c.insert(h)
	s.place(c, now)
}

// place puts c where it belongs now: into a ready queue, the waiting one, both
// when something better comes later, or out of memory.
func (s *sender) place(c *chat, now time.Time) {
	s.unplace(c)
	if c.busy {
		return
	}
	at := later(s.rateOf(c).from(c.next), c.pause)
	if c.empty() {
		if at = later(c.next, c.pause); !at.After(now) {
			delete(s.chats, c.address)
			return
		}
	}
	if at.After(now) {
		s.waitUntil(c, at)
		return
	}
	front, at, ok := c.choose(now)
	if !at.IsZero() {
		s.waitUntil(c, at)
	}
	if !ok {
		return
	}
	c.front = front
	number := bulkQueue + front.lane
	switch {
	case c.lines[front.lane][front.at].over(now):
		number = overQueue
	case front.lane == int(store.Reply) || c.bound > 0:
		number = urgentQueue
	}
	c.ready = number + 1
	s.ready[number].add(c)
}

// waitUntil has c looked at again at a time.
func (s *sender) waitUntil(c *chat, at time.Time) {
	c.at = at
	s.waiting.add(c)
}

// unplace takes c out of its queues.
func (s *sender) unplace(c *chat) {
	s.waiting.remove(c)
	if c.ready > 0 {
		s.ready[c.ready-1].remove(c)
		c.ready = 0
	}
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
