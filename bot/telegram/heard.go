package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	// Telegram keeps a tap for 150 seconds and everything else that the bot
	// asks for a day. (telegram-bot-api/Client.cpp of tdlib/telegram-bot-api;
	// core.telegram.org/bots/api#getting-updates)
	keepsTaps = 150 * time.Second
	keepsRest = 24 * time.Hour

	// hookEvery is how often Telegram is asked whether its deliveries arrive.
	hookEvery = time.Minute

	// hookRetry is within which time Telegram delivers once more what has
	// failed; its pauses grow to two minutes.
	hookRetry = 3 * time.Minute
)

// Keeps implements [channel.Forgetter].
func (b *Bot) Keeps() (taps, rest time.Duration) { return keepsTaps, keepsRest }

// Heard implements [channel.Forgetter]. With long polling it is the time of the
// last answer, which is less than a minute ago while all is well.
func (b *Bot) Heard() time.Time {
	at := b.heard.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at)
}

func (b *Bot) hears(at time.Time) { b.heard.Store(at.UnixNano()) }

// watchHook asks Telegram every minute, until ctx ends, whether what it delivers
// arrives: when nothing does, nothing shows it here.
func (b *Bot) watchHook(ctx context.Context) {
	t := trouble{log: b.log, method: "getWebhookInfo"}
	for {
		now := time.Now()
		err := b.delivered(ctx, now)
		switch {
		case err == nil:
			t.worked()
			b.hears(now)
		case errors.Is(err, errUndelivered):
			t.failed("telegram cannot deliver to the webhook", err, 0)
		case ctx.Err() == nil:
			t.failed(reasonOf(err), err, 0)
		}
		if !sleep(ctx, hookEvery) {
			return
		}
	}
}

var errUndelivered = errors.New("updates wait, and a delivery has failed")

// delivered returns nil when all that was to be delivered by now has arrived, or
// at least nothing has failed of late.
func (b *Bot) delivered(ctx context.Context, now time.Time) error {
	data, err := b.call(ctx, "getWebhookInfo", nil)
	if err != nil {
		return err
	}
	var info struct {
		Waiting int   `json:"pending_update_count"`
		Failed  int64 `json:"last_error_date"` // Unix seconds
	}
	if err := json.Unmarshal(data, &info); err != nil {
		return fmt.Errorf("getWebhookInfo: %w", err)
	}
	if info.Waiting > 0 && now.Sub(time.Unix(info.Failed, 0)) < hookRetry {
		return errUndelivered
	}
	return nil
}
