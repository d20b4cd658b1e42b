package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"chihai/flows"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// pollTime is how long Telegram holds a question for updates while there
	// are none. Its server allows no more.
	pollTime = 50 * time.Second

	// pollLimit is how many updates Telegram gives at once, at most, and so how
	// many are under way: it gives none beyond them while the first of them is
	// not confirmed.
	pollLimit = 100

	// Asked again for the same updates within half a second, Telegram gives
	// one only. (get_updates in Client.cpp of tdlib/telegram-bot-api)
	firstPatience = 600 * time.Millisecond
	lastPatience  = 5 * time.Second

	// conflictPause is how long the bot leaves its place to another program
	// that asks for the same updates.
	conflictPause = 10 * time.Second

	// lateTime is after how long an input that is not done is told to the log.
	lateTime = time.Minute

	tapQueue   = 256 // taps that wait for an answer; those beyond get none
	tapWorkers = 8
)

// wanted are the kinds of updates that Telegram is asked for. It keeps the
// list of the last question, so each one carries it.
const wanted = `["message","edited_message","callback_query","my_chat_member"]`

// Receive hands over what people do until ctx ends, when it returns nil, or
// until Telegram refuses the token. It is the only one that may run for a bot:
// Telegram gives updates to one program.
//
// With a webhook it registers the bot's address and the inputs come from
// [Bot.ServeHTTP].
func (b *Bot) Receive(ctx context.Context, handle func(in flows.Input, done func(error))) error {
	ctx, stop := context.WithCancel(ctx)
	var side sync.WaitGroup
	defer side.Wait()
	defer stop()
	for range tapWorkers {
		side.Go(func() { b.answerTaps(ctx) })
	}
	introduce := sync.OnceFunc(func() {
		side.Go(func() { b.introduce(ctx) })
	})
	if b.hook != "" {
		return b.listen(ctx, handle, introduce)
	}
	return b.poll(ctx, handle, introduce)
}

// A result is what a question for updates brought.
type result struct {
	offset int64 // from where on updates were asked for
	probe  bool  // the answer was to come at once
	items  []item
	took   time.Duration
	err    error

	unhooked bool // a webhook was found and removed
}

// poll asks for updates and hands their inputs over until ctx ends. All of that
// happens in this one goroutine, but for the waiting for Telegram; so inputs
// go on being handed over while it is slow. connected is called whenever
// Telegram has answered.
func (b *Bot) poll(ctx context.Context, handle func(flows.Input, func(error)), connected func()) error {
	var (
		w       = newWindow()
		p       = pace{trouble: trouble{log: b.log, method: "getUpdates", ear: &b.ear}}
		results = make(chan result, 1)
		asking  = false
		unhook  = true
		timer   = time.NewTimer(0)
		last    sync.WaitGroup
	)
	defer last.Wait()
	defer timer.Stop()
	for {
		now := time.Now()
		ready, wake := w.due(now)
		for _, e := range ready {
			handle(e.in, func(err error) {
				if err == nil {
					b.answerTap(e.tap)
				}
				w.finish(e, err)
			})
		}
		for _, e := range w.late(now, lateTime) {
			b.log.Warn("an input takes long; when 100 wait behind it nothing more is heard", "input", b.inputID(e.id))
		}
		if !asking {
			offset, open := w.low()
			at := p.next(offset, open)
			if !now.Before(at) {
				asking = true
				probe := p.probing()
				last.Go(func() { results <- b.ask(ctx, offset, probe, unhook) })
			} else if wake.IsZero() || at.Before(wake) {
				wake = at
			}
		}
		if wake.IsZero() {
			wake = now.Add(lateTime)
		}
		timer.Reset(time.Until(wake))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-w.wake:
		case r := <-results:
			asking = false
			unhook = unhook && !r.unhooked
			switch {
			case r.err == nil:
				b.hears(time.Now())
				connected()
				w.confirmed(r.offset)
				p.answered(r, w.add(r.items, r.offset, time.Now()))
				for _, it := range r.items {
					if it.silent {
						b.answerTap(it.tap)
					}
				}
			case unauthorized(r.err):
				return fmt.Errorf("telegram does not know this token: %w", r.err)
			case ctx.Err() == nil:
				p.failed(r.err)
			}
		}
	}
}

// ask asks for updates from offset on. Telegram forgets those before it. A
// webhook that stands in the way is removed if it may be.
func (b *Bot) ask(ctx context.Context, offset int64, probe, unhook bool) result {
	start := time.Now()
	p := tgbotapi.Params{"limit": strconv.Itoa(pollLimit), "allowed_updates": wanted}
	p.AddNonZero64("offset", offset)
	if !probe {
		p.AddNonZero("timeout", int(pollTime/time.Second))
	}
	r := result{offset: offset, probe: probe}
	items, err := b.updates(ctx, p)
	if unhook && hooked(err) {
		// Left from a time with a webhook. Telegram keeps what waits for it
		// and gives it now. A webhook that is set again is another program's.
		if _, err = b.call(ctx, "deleteWebhook", nil); err == nil {
			b.log.Info("a webhook that was left over is removed")
			r.unhooked = true
			items, err = b.updates(ctx, p)
		}
	}
	if isUnreadable(err) {
		items, err = b.alone(ctx, p)
	}
	r.items, r.took, r.err = items, time.Since(start), err
	return r
}

// updates makes one question for updates and reads the answer.
func (b *Bot) updates(ctx context.Context, p tgbotapi.Params) ([]item, error) {
	data, err := b.call(ctx, "getUpdates", p)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("getUpdates: %w", &unreadableError{})
	}
	items := make([]item, 0, len(list))
	for _, u := range list {
		items = append(items, b.read(u))
	}
	return items, nil
}

// Pace says when Telegram may be asked again.
type pace struct {
	trouble
	notBefore time.Time // after a failure
	again     time.Time // when the answer would be the same as before
	open      time.Time // while updates are under way
	patience  time.Duration
	offset    int64 // of the last question that was answered
}

// next returns when to ask for updates from offset on, with so many of those
// before it under way. While there are any it is not at once: they would only
// come again.
func (p *pace) next(offset int64, open int) time.Time {
	at := p.notBefore
	if (open > 0 || offset == p.offset) && p.again.After(at) {
		at = p.again
	}
	if open > 0 && p.open.After(at) {
		at = p.open
	}
	return at
}

// probing reports whether the next question is to be answered at once, so that
// it is soon known that Telegram can be reached.
func (p *pace) probing() bool { return p.open.IsZero() || p.reason != "" }

// answered notes an answer with so many new updates. One without any that
// came at once is the sign of updates that are not done, or of a server that
// does not hold questions, and makes the next one wait longer.
func (p *pace) answered(r result, fresh int) {
	now := time.Now()
	switch {
	case fresh > 0 || r.took >= time.Second:
		p.patience = 0
	case !r.probe:
		p.patience = min(max(2*p.patience, firstPatience), lastPatience)
	}
	p.worked()
	p.offset = r.offset
	p.again = now.Add(p.patience)
	p.open = now.Add(firstPatience)
}

// failed notes a question that failed.
func (p *pace) failed(err error) {
	least := retryAfter(err)
	if codeOf(err) == http.StatusConflict {
		least = conflictPause
	}
	p.notBefore = time.Now().Add(p.trouble.failed(reasonOf(err), err, least))
}

// introduce tells Telegram the bot's commands and asks for its user name,
// which is needed to see in a group that the bot is meant. Nothing waits for
// it; a refusal is told to the log.
func (b *Bot) introduce(ctx context.Context) {
	err := b.insist(ctx, "getMe", refused, func() error {
		data, err := b.call(ctx, "getMe", nil)
		if err != nil {
			return err
		}
		var me struct {
			Username string `json:"username"`
		}
		if err := json.Unmarshal(data, &me); err != nil {
			return fmt.Errorf("getMe: %w", err)
		}
		b.username.Store(&me.Username)
		if b.named != nil {
			b.named(me.Username)
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("user name of the bot not known", "err", err)
	}
	for language, commands := range b.commands {
		err := b.insist(ctx, "setMyCommands", refused, func() error { return b.setCommands(ctx, language, commands) })
		if err != nil && ctx.Err() == nil {
			b.log.Warn("commands not set", "language", language, "err", err)
		}
	}
}

func (b *Bot) setCommands(ctx context.Context, language string, commands []Command) error {
	list := make([]tgbotapi.BotCommand, 0, len(commands))
	for _, c := range commands {
		list = append(list, tgbotapi.BotCommand{Command: c.Name, Description: c.Description})
	}
	p := tgbotapi.Params{}
	p.AddNonEmpty("language_code", language)
	if err := p.AddInterface("commands", list); err != nil {
		return fmt.Errorf("setMyCommands: %w", err)
	}
	_, err := b.call(ctx, "setMyCommands", p)
	return err
}

// answerTap has the tap with that id answered, which ends the turning circle
// on the button. It is not waited for: an answer too late, or none, harms
// nobody. The empty id is none.
func (b *Bot) answerTap(id string) {
	if id == "" {
		return
	}
	select {
	case b.taps <- id:
	default:
	}
}

// answerTaps answers taps until ctx ends.
func (b *Bot) answerTaps(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-b.taps:
			b.call(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": id}) // see answerTap
		}
	}
}

// codeOf returns the code with which the Bot API said no, or 0.
func codeOf(err error) int {
	var api *tgbotapi.Error
	if errors.As(err, &api) {
		return api.Code
	}
	return 0
}

// retryAfter returns how long Telegram asks to be left alone.
func retryAfter(err error) time.Duration {
	var api *tgbotapi.Error
	if errors.As(err, &api) {
		return time.Duration(api.RetryAfter) * time.Second
	}
	return 0
}

// refused reports whether asking once more would bring the same answer.
func refused(err error) bool {
	code := codeOf(err)
	return code >= 400 && code < 500 && code != http.StatusTooManyRequests && code != http.StatusConflict
}

// hooked reports whether updates are refused because a webhook gets them.
func hooked(err error) bool {
	var api *tgbotapi.Error
	return errors.As(err, &api) && api.Code == http.StatusConflict && strings.Contains(api.Message, "webhook is active")
}

// reasonOf says in a few words what kind of failure err is.
func reasonOf(err error) string {
	switch code := codeOf(err); {
	case isUnreadable(err):
		return "an answer of telegram cannot be read"
	case hooked(err):
		return "a webhook gets the updates of this bot: another program sets it"
	case code == http.StatusConflict:
		return "another program asks for the updates of this bot: only one may"
	case code == http.StatusTooManyRequests:
		return "telegram asks to wait"
	case code >= 500:
		return "telegram has a failure"
	case code != 0:
		return "telegram refuses"
	}
	return "telegram cannot be reached"
}
