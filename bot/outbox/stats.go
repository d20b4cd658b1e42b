package outbox

import (
	"time"

	"chihai/store"
)

// Stats are the numbers of one channel. The counts begin with the process.
type Stats struct {
	Channel   string
	Delivered int64
	Retried   int64 // tries after which a message was put back
	Blocked   int64
	Failed    int64
	Late      int64
	Unknown   int64
	PutOff    int64 // tries after which the network asked to wait, such as Telegram's 429
	Uncertain int64 // tries that were written and got no answer

	Waiting [lanes]int       // messages of each lane in memory, those under way too
	More    bool             // and more of them are in the store only
	Flights int              // calls under way
	Oldest  time.Time        // when the oldest that is in memory was posted; zero: none is
	Since   [lanes]time.Time // the same of each lane
	Chats   int              // addresses in memory
}

// Stats returns the present numbers of each channel, in the order in which they
// were given to New. It looks at every message in memory, so that it is for
// once in a few seconds.
func (o *Outbox) Stats() []Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []Stats
	for _, ch := range o.channels {
		all = append(all, o.senders[ch.Name()].present())
	}
	return all
}

func (s *sender) present() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.stats
	now.Channel = s.channel.Name()
	now.Flights = s.flying
	now.Chats = len(s.chats)
	for lane := range s.windows {
		now.Waiting[lane] = s.windows[lane].count
		now.More = now.More || !s.windows[lane].whole
	}
	var oldest [lanes]string
	for id, lane := range s.known {
		if first := &oldest[lane]; *first == "" || id < *first {
			*first = id
		}
	}
	for lane, id := range oldest {
		at, ok := posted(id)
		if now.Since[lane] = at; ok && (now.Oldest.IsZero() || at.Before(now.Oldest)) {
			now.Oldest = at
		}
	}
	return now
}

// count counts a message that was settled.
func (s *Stats) count(outcome store.Outcome) {
	switch outcome {
	case store.Delivered:
		s.Delivered++
	case store.Blocked:
		s.Blocked++
	case store.Failed:
		s.Failed++
	case store.Late:
		s.Late++
	case store.Unknown:
		s.Unknown++
	}
}
