package telegram

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// How long the bot waits before it tries again: twice as long each time.
const (
	firstPause = 1 * time.Second
	lastPause  = 60 * time.Second
)

// Trouble is a call that keeps failing. It tells the log once that it does,
// once more when the reason changes, and once that it works again. It is used
// from one goroutine.
type trouble struct {
	log    *slog.Logger
	method string
	ear    *atomic.Pointer[silence] // what others are told of it; nil: nothing
	reason string                   // what was told last; empty: it works
	since  time.Time
	pause  time.Duration
}

// failed notes that the call failed, for a reason that is the same for the
// same kind of failure, and returns how long to wait, at least as long as told.
func (t *trouble) failed(reason string, err error, least time.Duration) time.Duration {
	if t.reason == "" {
		t.since = time.Now()
	}
	if t.reason != reason {
		t.log.Warn(reason, "err", err)
		t.reason = reason
		if t.ear != nil {
			t.ear.Store(&silence{t.since, reason})
		}
	}
	t.pause = min(max(2*t.pause, firstPause), lastPause)
	return max(t.pause, least)
}

// worked notes that the call did not fail.
func (t *trouble) worked() {
	if t.reason != "" {
		t.log.Info("telegram answers again", "method", t.method, "after", time.Since(t.since).Round(time.Second))
	}
	t.reason, t.pause = "", 0
	if t.ear != nil {
		t.ear.Store(nil)
	}
}

// A silence is a time in which Telegram does not tell what people say.
type silence struct {
	since time.Time
	why   string
}

// Deaf implements [channel.Listener]. With a webhook it tells only that
// Telegram has not taken its address yet: whether deliveries arrive is known to
// Telegram alone.
func (b *Bot) Deaf() (since time.Time, why string) {
	if s := b.ear.Load(); s != nil {
		return s.since, s.why
	}
	return time.Time{}, ""
}

// insist calls fn until it works, its error is final, or ctx ends, with
// growing pauses. It returns the last error, or nil.
func (b *Bot) insist(ctx context.Context, method string, final func(error) bool, fn func() error) error {
	t := trouble{log: b.log, method: method}
	if method == "setWebhook" {
		t.ear = &b.ear
	}
	for {
		err := fn()
		if err == nil {
			t.worked()
			return nil
		}
		if ctx.Err() != nil || final(err) {
			return err
		}
		wait := t.failed(reasonOf(err), err, retryAfter(err))
		if !sleep(ctx, wait) {
			return err
		}
	}
}

// sleep waits for d and reports false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
