package outbox

import (
	"context"
	"math"
	"strings"
	"sync"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// A sender decides for one channel which message goes when. Its lock is held
// for moments only: never during a call or a transaction.
type sender struct {
	*Outbox
	channel  channel.Channel
	editor   bool
	total    rate             // of the channel
	perChat  rate             // of one address
	perGroup rate             // of one that is a group
	groups   string           // what its address begins with; empty: there are none
	spare    int              // calls of each second that only replies may make
	lines    [2]chan struct{} // who waits for a place in it: replies in the second one
	flights  int              // calls under way at most
	bulk     int              // of them those that are no replies, so that a reply always finds one
	wake     chan struct{}
	underway sync.WaitGroup

	mu       sync.Mutex
	chats    map[string]*chat
	moved    map[string]string // addresses that have a new name
	known    map[string]int    // lanes of the messages in memory by id, those under way too
	windows  [lanes]window
	ready    [bulkQueue + lanes]queue
	waiting  queue
	flying   int
	bulky    int                 // of those flying
	next     time.Time           // by the rate of the channel
	second   second              // the calls of the last one
	pause    time.Time           // the network wants to be left alone until then
	rest     time.Time           // the same for broadcasts; all others go on
	answered time.Time           // when the network last answered anything
	silent   map[string]struct{} // addresses of calls that it has left without an answer since then
	stats    Stats
}

// Queues of chats that have a message to send, in the order in which they are
// served.
const (
	urgentQueue = iota // replies, and the rest of a group that has begun: wait for no rate but the address's own
	overQueue          // what is settled without a call: waits for no rate
	bulkQueue          // and, after it, each lane above that of replies
)

func newSender(o *Outbox, ch channel.Channel) *sender {
	var limits channel.Limits
	if l, ok := ch.(channel.Limiter); ok {
		limits = l.Limits()
	}
	if limits.Flights == 0 {
		limits.Flights = 16
	}
	_, editor := ch.(channel.Editor)
	s := &sender{
		Outbox:  o,
		channel: ch,
		editor:  editor,
		total:   newRate(limits.Total, 1),
		perChat: newRate(limits.PerChat, limits.Burst), perGroup: newRate(limits.PerGroup, 1),
		groups:  limits.Groups,
		flights: limits.Flights,
		bulk:    max(1, limits.Flights*3/4),
		wake:    make(chan struct{}, 1),
		chats:   map[string]*chat{},
		moved:   map[string]string{},
		known:   map[string]int{},
		silent:  map[string]struct{}{},
		waiting: newWaiting(),
	}
	s.second = newSecond(limits.Most)
	for i := range s.lines {
		s.lines[i] = make(chan struct{}, 1)
	}
	if limits.Most > 0 && limits.Total > 0 {
		s.spare = max(0, limits.Most-int(math.Ceil(limits.Total)))
	}
	if s.total.gap > 0 { // a timer that rings late costs no message
		s.total.early = max(s.total.gap, timerSlack)
	}
	for i := range s.ready {
		s.ready[i] = newReady()
	}
	return s
}

// timerSlack is how late a timer may ring on a busy machine without making the
// rate of the channel lower than its limit.
const timerSlack = 20 * time.Millisecond

// rateOf is the rate of the address of c.
func (s *sender) rateOf(c *chat) rate {
	if s.groups != "" && strings.HasPrefix(c.address, s.groups) {
		return s.perGroup
	}
	return s.perChat
}

// run sends until ctx ends, and waits for the calls under way.
func (s *sender) run(ctx context.Context) {
	s.readRest(ctx)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		now := s.store.Now()
		if at := s.launch(now); at.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(min(at.Sub(now), lookTime))
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
	}
	s.underway.Wait()
}

// lookTime is after how long the sender looks at the clock again, whatever it
// waits for: a timer does not hear that the clock was set, and stands while the
// machine is suspended.
const lookTime = time.Second

// kick makes run look again.
func (s *sender) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// launch begins every call that may begin now, and returns when to look again
// at the latest; zero: when something happens.
func (s *sender) launch(now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := s.waiting.first(); c != nil && !c.at.After(now); c = s.waiting.first() {
		s.place(c, now)
	}
	var again time.Time
	for s.flying < s.flights {
		c, at := s.pick(now)
		if c == nil {
			again = at
			break
		}
		f := flight{chat: c, address: c.address, queue: c.ready - 1}
		s.unplace(c)
		f.head = c.take()
		c.busy = true
		s.flying++
		if f.queue != urgentQueue {
			s.bulky++
		}
		if f.queue != overQueue {
			f.counted = true
			s.next = s.total.take(s.next, now)
			c.next = s.rateOf(c).take(c.next, now)
		}
		s.underway.Go(func() { s.fly(f) })
	}
	if c := s.waiting.first(); c != nil && (again.IsZero() || c.at.Before(again)) {
		again = c.at
	}
	return again
}

// pick returns the chat whose message goes next. When only the rate of the
// channel stands against it, pick returns nil and when that will be over.
func (s *sender) pick(now time.Time) (*chat, time.Time) {
	if c := s.ready[urgentQueue].first(); c != nil {
		return c, time.Time{}
	}
	if s.bulky >= s.bulk {
		return nil, time.Time{}
	}
	if c := s.ready[overQueue].first(); c != nil {
		return c, time.Time{}
	}
	for i := bulkQueue; i < len(s.ready); i++ {
		if c := s.ready[i].first(); c != nil {
			at := later(s.total.from(s.next), s.pause)
			if store.Lane(i - bulkQueue).Bulk() {
				at = later(at, s.rest)
			}
			if at.After(now) {
				return nil, at
			}
			return c, time.Time{}
		}
	}
	return nil, time.Time{}
}

// A flight is the sending of one message.
type flight struct {
	chat    *chat
	address string
	head    head
	queue   int
	counted bool // the rates were told of it
}

// fly sends one message and lets the next one of its chat follow.
func (s *sender) fly(f flight) {
	end := s.send(f.head, f.address)
	s.mu.Lock()
	s.land(f, end, s.store.Now())
	s.mu.Unlock()
	s.kick()
}

// land notes how a flight ended.
func (s *sender) land(f flight, end ending, now time.Time) {
	c := f.chat
	s.flying--
	if f.queue != urgentQueue {
		s.bulky--
	}
	if f.counted && !end.called {
		s.next = s.total.giveBack(s.next)
		c.next = s.rateOf(c).giveBack(c.next)
	}
	switch {
	case end.answered:
		if now.Sub(s.answered) > maxPause && len(s.silent) >= outageChats {
			s.hurry(now)
		}
		s.answered = now
		clear(s.silent)
	case end.called && len(s.silent) < outageChats:
		s.silent[f.address] = struct{}{}
	}
	if end.putOff {
		s.stats.PutOff++
	}
	if end.unsure {
		s.stats.Uncertain++
	}
	if end.left {
		return // the process ends; the chat stays busy, so that nothing overtakes what it left
	}
	c.busy = false
	if end.wait > 0 {
		c.pause = later(c.pause, now.Add(end.wait))
		switch {
		case end.all && store.Lane(f.head.lane).Bulk():
			s.rest = later(s.rest, now.Add(end.wait))
		case end.all:
			s.pause = later(s.pause, now.Add(end.wait))
		}
	}
	if end.moved != "" {
		c = s.move(c, end.moved, now)
	}
	if end.again {
		s.stats.Retried++
		f.head.notBefore = now.Add(end.pause)
		f.head.begun = false
		c.insert(f.head)
	} else {
		s.stats.count(end.outcome)
		delete(s.known, f.head.id)
		c.bind(f.head)
		w := &s.windows[f.head.lane]
		w.count--
		if w.hungry(s.window) {
			s.readMore()
		}
	}
	s.place(c, now)
}
