package outbox

import "time"

// A second remembers when the last calls began, so that no second sees more of
// them than the network takes. A [rate] alone cannot see to that: it lets what
// it has saved go at once, and replies go beyond it.
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
