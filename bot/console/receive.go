package console

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"chihai/flows"
)

// Receive hands over one line after the other, each when the answers to the
// one before are shown. It returns nil when ctx ends and [io.EOF] when the
// input does (Ctrl-D).
//
// A read from a terminal cannot be broken off: the goroutine that reads ends
// with the next line, or with the process.
func (c *Console) Receive(ctx context.Context, handle func(in flows.Input, done func(error))) error {
	lines := make(chan line)
	go read(ctx, c.in, lines)
	var last time.Time
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case l := <-lines:
			if l.err != nil {
				return l.err
			}
			if c.opt.Echo {
				if err := c.print(l.text + "\n"); err != nil {
					return err
				}
			}
			last = later(last.Add(pace), time.Now())
			in := flows.Input{
				ID:      fmt.Sprintf("%s/%s/%d", Name, c.run, n),
				Channel: Name, From: Address, Kind: flows.Text, Text: l.text, At: last,
			}
			if !insist(ctx, in, handle) {
				return nil
			}
			c.Quiet(ctx)
		}
	}
}

// pace is how far apart two lines are at least by this network's clock. The
// engine takes the same choice twice within two seconds for a trembling finger;
// lines that come out of a file, or from somebody who types fast, are meant.
const pace = 3 * time.Second

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// A line of the input, or why there is none.
type line struct {
	text string
	err  error
}

// read hands over the lines of in that say something, then the error.
func read(ctx context.Context, in io.Reader, lines chan<- line) {
	r := bufio.NewReader(in)
	for {
		text, err := r.ReadString('\n')
		for _, l := range []line{{text: strings.TrimSpace(text)}, {err: err}} {
			if l == (line{}) {
				continue
			}
			select {
			case lines <- l:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// insist hands in over until it was kept, and says false when ctx ends first.
func insist(ctx context.Context, in flows.Input, handle func(flows.Input, func(error))) bool {
	const pause = time.Second // until it comes again
	for {
		kept := make(chan error, 1)
		handle(in, func(err error) { kept <- err })
		select {
		case err := <-kept:
			if err == nil {
				return true
			}
		case <-ctx.Done():
			return false
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false
		}
	}
}
