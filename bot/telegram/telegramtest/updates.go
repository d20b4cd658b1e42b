package telegramtest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxPoll is the longest time the real server holds a question for updates.
const maxPoll = 50 * time.Second

// maxBatch is how large an answer with updates may become, in bytes.
const maxBatch = 4 << 20

// A queue holds the updates that were not confirmed.
type queue struct {
	next    int64 // id of the next update
	updates []pending
	allowed []string      // nil: all kinds
	arrived chan struct{} // closed when an update comes; nil when nobody waits
	poll    chan struct{} // closed to end the question that is held; nil when none is
	last    int64         // offset of the last question
	asked   time.Time     // when it was answered
	again   []pending     // are given once more after their confirmation
}

// A pending update, without the brace at its beginning.
type pending struct {
	id   int64
	kind string
	chat int64
	body string
	at   time.Time // when it happened
}

// expired says whether the real server has forgotten u by now.
func (u pending) expired(now time.Time) bool {
	if u.kind == "callback_query" {
		return now.Sub(u.at) > 150*time.Second
	}
	return now.Sub(u.at) > 24*time.Hour
}

func (u pending) json() []byte {
	b := make([]byte, 0, len(u.body)+32)
	b = append(b, `{"update_id":`...)
	b = strconv.AppendInt(b, u.id, 10)
	b = append(b, ',')
	return append(b, u.body...)
}

// push puts an update into the queue and returns its id. Server.mu is held.
func (s *Server) push(kind string, chat int64, body string) int64 {
	q := &s.queue
	u := pending{q.next, kind, chat, body, time.Now()}
	q.next++
	if q.allowed != nil && !slices.Contains(q.allowed, kind) {
		return u.id // the real server keeps none of those
	}
	s.queueUp(u)
	return u.id
}

// queueUp makes u wait. Server.mu is held.
func (s *Server) queueUp(u pending) {
	if s.hook.url != "" {
		s.deliver(u)
		return
	}
	q := &s.queue
	q.updates = append(q.updates, u)
	if q.arrived != nil {
		close(q.arrived)
		q.arrived = nil
	}
}

// Repeat gives an update once more, although it was confirmed or will be, as
// happens when a confirmation is lost. It must be called while the update is
// still waiting.
func (s *Server) Repeat(updateID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.queue.updates {
		if u.id == updateID {
			s.queue.again = append(s.queue.again, u)
		}
	}
}

// RestartIDs makes the ids of updates go on from next, as they do after a week
// without any.
func (s *Server) RestartIDs(next int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.next = next
}

// Waiting says how many updates were not confirmed.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.queue.updates)
	for _, line := range s.hook.lines {
		n += len(line)
	}
	return n
}

func (s *Server) getUpdates(ctx context.Context, p params) answer {
	offset, limit := p.int("offset"), int(p.int("limit"))
	wait := min(time.Duration(p.int("timeout"))*time.Second, maxPoll)
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.queue
	if s.hook.url != "" {
		return no(http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	s.allow(p)
	if q.poll != nil {
		close(q.poll)
	}
	ended := make(chan struct{})
	q.poll = ended
	defer func() {
		if q.poll == ended {
			q.poll = nil
		}
	}()
	if offset == q.last && offset != 0 && time.Since(q.asked) < 500*time.Millisecond {
		limit = 1
	}
	q.confirm(offset)
	if s.Expire {
		now := time.Now()
		q.updates = slices.DeleteFunc(q.updates, func(u pending) bool { return u.expired(now) })
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for len(q.updates) == 0 && wait > 0 {
		if q.arrived == nil {
			q.arrived = make(chan struct{})
		}
		arrived := q.arrived
		s.mu.Unlock()
		over := false
		select {
		case <-arrived:
		case <-ended:
			s.mu.Lock()
			return no(http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
		case <-timer.C:
			over = true
		case <-ctx.Done():
			over = true
		case <-s.ctx.Done():
			over = true
		}
		s.mu.Lock()
		if over {
			break
		}
		if s.hook.url != "" {
			return no(http.StatusConflict, "Conflict: terminated by setWebhook request")
		}
	}
	q.last, q.asked = offset, time.Now()
	if q.poll != ended {
		return no(http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	}
	return answer{result: q.batch(limit)}
}

// confirm forgets the updates before offset; a negative one leaves so many of
// the newest.
func (q *queue) confirm(offset int64) {
	switch {
	case offset < 0:
		q.updates = q.updates[max(0, len(q.updates)+int(offset)):]
	case offset > q.next+10:
		// From the future, because ids have begun anew: the real server then
		// gives what there is and confirms nothing.
	case offset > 0:
		n := 0
		for n < len(q.updates) && q.updates[n].id < offset {
			n++
		}
		q.updates = q.updates[n:]
	}
	if len(q.updates) == 0 {
		q.updates = nil // lets go of the memory behind it
	}
	waits := func(u pending) bool {
		return slices.ContainsFunc(q.updates, func(v pending) bool { return v.id == u.id })
	}
	q.again = slices.DeleteFunc(q.again, func(u pending) bool {
		if waits(u) {
			return false
		}
		q.updates = append([]pending{u}, q.updates...)
		return true
	})
}

// batch is the next updates, at most so many, as JSON.
func (q *queue) batch(limit int) []byte {
	b := []byte{'['}
	for i, u := range q.updates {
		if i == limit || len(b) > maxBatch {
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, u.json()...)
	}
	return append(b, ']')
}

// allow keeps the kinds of updates that are asked for. Server.mu is held.
func (s *Server) allow(p params) {
	var kinds []string
	if json.Unmarshal([]byte(p.get("allowed_updates")), &kinds) != nil || kinds == nil {
		return // as before
	}
	s.queue.allowed = kinds
	if len(kinds) == 0 {
		s.queue.allowed = nil
	}
}
