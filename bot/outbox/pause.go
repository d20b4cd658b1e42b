package outbox

import (
	"encoding/base32"
	"encoding/binary"
	"hash/fnv"
	"time"
)

const (
	// MaxTries is how often a message is tried while its network answers.
	MaxTries = 20
	// MaxAge is how long after its posting a message is still tried again, if
	// it was tried leastTries times: what a bot that was off for days has to
	// say is not lost with the first try that fails.
	MaxAge     = 24 * time.Hour
	leastTries = 5

	maxPause = 5 * time.Minute

	// uncertainPause is how long a message rests that was tried [MaxTries]
	// times, each of which may have shown it, while the network answers nobody.
	uncertainPause = 30 * time.Minute

	// outageChats is to how many addresses calls must go unanswered for
	// longer than maxPause to be taken for a failure of the network and not of
	// theirs.
	outageChats = 3
)

// hurry has what waits for another try go at once: the network answers again
// after an outage. It goes no faster than other messages, and where the network
// has asked to wait it waits.
func (s *sender) hurry(now time.Time) {
	at := now
	for _, c := range s.chats {
		soon := false
		for _, line := range c.lines {
			for i := range line {
				if line[i].notBefore.After(at) {
					line[i].notBefore, soon = at, true
				}
			}
		}
		if soon {
			at = at.Add(s.total.gap)
			s.place(c, now)
		}
	}
}

// backoff is how long a message waits that failed tries times before: a second,
// then twice as long each time, at most five minutes. Up to a quarter of it
// falls away, by the id, so that what failed together does not come back
// together.
func backoff(tries int, id string) time.Duration {
	pause := min(time.Second<<min(tries, 16), maxPause)
	h := fnv.New32a()
	h.Write([]byte{byte(tries)}) // #nosec G115 -- only scatters
	h.Write([]byte(id))
	return pause - pause/1024*time.Duration(h.Sum32()%256)
}

var idText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// posted is when the transaction that made the id of a message began: the
// first 48 bits of the id are milliseconds. ok is false for an id that is not
// of the store's making.
func posted(id string) (at time.Time, ok bool) {
	if len(id) != 26 {
		return time.Time{}, false
	}
	var b [10]byte
	if _, err := idText.Decode(b[:], []byte(id[:16])); err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[:8]) >> 16)).UTC(), true
}
