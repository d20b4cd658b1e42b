package outbox

import "time"

// A rate spreads messages over time: the generic cell rate algorithm of ITU-T
// I.371, in which one instant is all there is to remember. That instant is when
// the next message would be exactly on time; it belongs to the caller, so that
// one rate serves many addresses. The zero rate is without limit.
type rate struct {
	gap   time.Duration // from one message to the next
	early time.Duration // so much before its time a message may go
}

// newRate returns the rate of perSecond messages, of which burst may go at
// once.
func newRate(perSecond float64, burst int) rate {
	if perSecond <= 0 {
		return rate{}
	}
	gap := time.Duration(float64(time.Second) / perSecond)
	return rate{gap: gap, early: gap * time.Duration(max(burst, 1)-1)}
}

// from is when the next message may go.
func (r rate) from(next time.Time) time.Time { return next.Add(-r.early) }

// take counts a message that goes now, whether it may or not, and returns the
// new instant.
func (r rate) take(next, now time.Time) time.Time {
	if next.Before(now) {
		next = now
	}
	return next.Add(r.gap)
}

// giveBack uncounts a message that did not go after all.
func (r rate) giveBack(next time.Time) time.Time { return next.Add(-r.gap) }
