package outbox

import "time"

const (
	// aSecond is the time in which a network counts calls.
	aSecond = time.Second
	// callSlack is how much closer together calls may reach the network than
	// they were begun. The places that broadcasts leave make up for the rest.
	callSlack = 10 * time.Millisecond
)

// A second remembers when the last calls began, so that no second sees more of
// them than the network takes. A [rate] alone cannot see to that: it lets what
// it has saved go at once, replies go beyond it, and between its word and the
// call there is a commit, which takes now less and now more.
type second struct {
	begun []time.Time // as many as the network takes; a ring
	next  int         // the oldest of them
}

func newSecond(most int) second { return second{begun: make([]time.Time, max(0, most))} }

// free is when a call may begin so that the last spare places of each second
// stay empty; zero: at any time.
func (s *second) free(spare int, second time.Duration) time.Time {
	n := len(s.begun)
	if n == 0 {
		return time.Time{}
	}
	return s.begun[(s.next+min(max(spare, 0), n-1))%n].Add(second)
}

// take notes a call that begins now.
func (s *second) take(now time.Time) {
	if n := len(s.begun); n > 0 {
		s.begun[s.next], s.next = now, (s.next+1)%n
	}
}

// turn waits until the network takes one more call in the present second, and
// counts it. Only replies get the last places of it; among themselves they go in
// the order in which they came. It says false when the process ends first.
func (s *sender) turn(reply bool) bool {
	if len(s.second.begun) == 0 {
		return true
	}
	line := s.lines[0]
	if reply {
		line = s.lines[1]
	}
	select { // who waits for a channel is served in order
	case line <- struct{}{}:
		defer func() { <-line }()
	case <-s.calls.Done():
		return false
	}
	for {
		s.mu.Lock()
		now := s.store.Now()
		at := s.second.free(0, aSecond+callSlack)
		if !reply {
			at = later(at, s.second.free(s.spare, aSecond))
		}
		free := !at.After(now)
		if free {
			s.second.take(now)
		}
		s.mu.Unlock()
		if free {
			return true
		}
		if !wait(s.calls, at.Sub(now)) {
			return false
		}
	}
}
