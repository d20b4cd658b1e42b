// Package console is the terminal as a network: one person, who types lines and
// reads what is printed. It is the smallest channel and the one to copy.
//
// receive.go turns lines into inputs, send.go prints messages. A terminal has no
// buttons, so choices are printed with numbers; it cannot edit, has no limits
// and never refuses. What other networks need beyond this stands in the package
// comment of bot/channel.
package console

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"sync"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

const (
	// Name is the console among the channels. One terminal talks to a database
	// at a time.
	Name = "console:1"
	// Address is where its one person is reached.
	Address = "terminal"
)

// A Console is a [channel.Channel] over a reader and a writer.
type Console struct {
	in   io.Reader
	out  io.Writer
	opt  Options
	run  string // tells the inputs of this run from those of others
	sent chan struct{}

	printing sync.Mutex // held while something is printed

	mu      sync.Mutex
	waiting map[string]bool // messages that were posted and are not shown
	files   string          // directory in which files are put; empty before the first
}

var _ channel.Channel = (*Console)(nil)

// Options of [New].
type Options struct {
	// Echo prints each line before its answers, for input that no terminal
	// shows: what comes out then reads like a talk.
	Echo bool
}

// New returns a console that reads lines from in and prints to out.
func New(in io.Reader, out io.Writer, opt Options) *Console {
	return &Console{in: in, out: out, opt: opt, run: rand.Text(), sent: make(chan struct{}, 1), waiting: map[string]bool{}}
}

// Name implements [channel.Channel].
func (c *Console) Name() string { return Name }

// Posted hears of messages that were put into the outbox, so that the next
// line is read only when they are shown. It is to be given to
// [store.Store.OnPosted] before the outbox is.
func (c *Console) Posted(messages []store.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range messages {
		if m.Channel == Name {
			c.waiting[m.ID] = true
		}
	}
}

// shown notes that the message id stands on the screen.
func (c *Console) shown(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
	select {
	case c.sent <- struct{}{}:
	default:
	}
}

// answerTime bounds the wait for a message that is never sent, because another
// one took its place.
const answerTime = 3 * time.Second

// Quiet returns when everything that was posted is shown, or ctx ends. What
// takes too long is not waited for.
func (c *Console) Quiet(ctx context.Context) {
	late := time.NewTimer(answerTime)
	defer late.Stop()
	for c.busy() {
		select {
		case <-c.sent:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (c *Console) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting) > 0
}

// print prints s whole: what is due may be said while a line is echoed.
func (c *Console) print(s string) error {
	c.printing.Lock()
	defer c.printing.Unlock()
	if _, err := io.WriteString(c.out, s); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
