package inbox

import (
	"errors"
	"fmt"
	"time"
)

// A held line waits for an input that could not be kept to come again. A
// channel that hands a batch over may be in the middle of it when its first
// input fails: without the hold the next one would overtake.
type held struct {
	id   string // of the input that failed
	err  error  // what the others are told
	lift *time.Timer
}

// holdTime is for how long a line waits: longer than handing over a batch
// takes, and short enough that nobody is shut out by an input that its network
// never delivers again.
const holdTime = 2 * time.Second

var errBehind = errors.New("an earlier input of the same address was not kept")

// hold lets only the input id into l for a while. Inbox.mu is held.
func (b *Inbox) hold(l *line, id string, err error) {
	h := &held{id: id, err: fmt.Errorf("%w: %w", errBehind, err)}
	h.lift = time.AfterFunc(holdTime, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if l.held == h {
			l.held = nil
			b.forget(l)
		}
	})
	l.held = h
}
