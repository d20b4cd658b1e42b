package outbox

import (
	"time"

	"chihai/store"
)

const (
	// roomTime is how long it takes to send what a lane of broadcasts has in the
	// outbox at most: long enough not to run dry, short enough to be paused.
	roomTime = 2 * time.Second
	// roomUnlimited is that of a channel without a rate.
	roomUnlimited = 500
	// roomSlow is how many times as much may stand there of what cannot go yet,
	// because it failed and rests.
	roomSlow = 10
)

// Room says how many messages more of a broadcast's lane a channel takes now;
// connected is false when it is none of the outbox's. It is asked for every few
// of them, by the one who posts them.
func (o *Outbox) Room(channel string, lane store.Lane) (n int, connected bool) {
	o.mu.Lock()
	s := o.senders[channel]
	o.mu.Unlock()
	if s == nil {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	most := roomUnlimited
	if s.total.gap > 0 {
		most = max(1, int(roomTime/s.total.gap))
	}
	at := laneOf(&store.Message{Lane: lane})
	if !s.windows[at].whole {
		return 0, true // there is more of it than is in memory
	}
	return max(0, min(most-s.ready[bulkQueue+at].Len(), roomSlow*most-s.windows[at].count)), true
}
