package outbox

import (
	"slices"
	"strings"
	"time"

	"chihai/store"
)

// lanes is how many lanes are told apart; messages of higher ones go with the
// last.
const lanes = 4

// laneOf is the lane of m as an index.
func laneOf(m *store.Message) int { return min(max(int(m.Lane), 0), lanes-1) }

// A head is what is kept in memory of a message that waits: enough to know when
// its turn is, and nothing of what it says.
type head struct {
	id        string
	group     string
	lane      int
	notBefore time.Time
	until     time.Time
	begun     bool // was found with an attempt whose end nobody knows
}

func headOf(m *store.Message) head {
	return head{
		id: m.ID, group: m.Group, lane: laneOf(m), notBefore: m.NotBefore, until: m.Until,
		begun: !m.Attempt.IsZero() && !m.Repeat,
	}
}

// over says whether the message is settled without a call of the network.
func (h *head) over(now time.Time) bool {
	return h.begun || !h.until.IsZero() && !now.Before(h.until)
}

// A chat is one address of a channel and what waits for it, a line for each
// lane in the order of ids. It exists while something waits, or while its rate
// must be remembered.
type chat struct {
	address string
	lines   [lanes][]head
	busy    bool      // a message of it is under way
	next    time.Time // by the rate of one address
	pause   time.Time // the network wants the address left alone until then

	// A group has begun and is not at its end: what follows in the lane
	// bound-1 after the id gone goes before all else. 0: none has.
	bound int
	gone  string

	// Where the chat stands. It goes to the queues anew whenever one of the
	// fields above changes.
	front spot      // the message that goes next, while it is in a ready queue
	at    time.Time // when it is looked at again, while it is in the waiting queue
	ready int       // 1 + number of the ready queue; 0: in none
	index [2]int    // 1 + its place in the ready and in the waiting queue; 0: in none
}

// A spot is the place of a message in a chat.
type spot struct {
	lane, at int
	id       string
}

// insert puts h into its line.
func (c *chat) insert(h head) {
	c.lines[h.lane] = slices.Insert(c.lines[h.lane], search(c.lines[h.lane], h.id), h)
}

// take takes the front message out of its line.
func (c *chat) take() head {
	line := c.lines[c.front.lane]
	h := line[c.front.at]
	switch {
	case len(line) == 1:
		line = nil
	case c.front.at == 0: // by far the most frequent, and quick however long the line is
		line[0] = head{}
		line = line[1:]
	default:
		line = slices.Delete(line, c.front.at, c.front.at+1)
	}
	c.lines[c.front.lane] = line
	return h
}

// empty says whether nothing waits.
func (c *chat) empty() bool {
	for lane := range c.lines {
		if len(c.lines[lane]) > 0 {
			return false
		}
	}
	return true
}

// bind notes, when h has gone, whether the rest of its group must follow.
func (c *chat) bind(h head) {
	line := c.lines[h.lane]
	rest := search(line, h.id)
	c.bound = 0
	if h.group != "" && rest < len(line) && line[rest].group == h.group {
		c.bound, c.gone = h.lane+1, h.id
	}
}

// choose finds the message that may go now; ok is false when there is none.
// later is when one that would go before it may; zero: none would.
func (c *chat) choose(now time.Time) (front spot, later time.Time, ok bool) {
	for lane, line := range c.lines {
		at := 0
		if c.bound > 0 {
			if lane != c.bound-1 {
				continue
			}
			at = search(line, c.gone)
		}
		if at >= len(line) {
			continue
		}
		h := &line[at]
		if !h.notBefore.After(now) {
			return spot{lane, at, h.id}, later, true
		}
		if later.IsZero() || h.notBefore.Before(later) {
			later = h.notBefore
		}
	}
	return spot{}, later, false
}

// search returns where in the line id stands or would stand.
func search(line []head, id string) int {
	if n := len(line); n == 0 || line[n-1].id < id {
		return n
	}
	at, _ := slices.BinarySearchFunc(line, id, func(h head, id string) int { return strings.Compare(h.id, id) })
	return at
}
