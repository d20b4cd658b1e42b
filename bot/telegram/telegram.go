// Package telegram is Telegram as a network: one bot of the Bot API
// (core.telegram.org/bots/api), fed by long polling or by a webhook.
//
// receive.go, webhook.go and update.go turn updates into inputs, send.go and
// keyboard.go turn messages into calls, client.go makes the calls.
//
// # What it promises
//
// An update is confirmed only after its input was done with nil. One that
// cannot be read is told to the log, without its content, and skipped. The
// inputs of one chat are handed over one after the other, so that a later one
// never overtakes one that must come again.
//
// Telegram may be out of reach at any time, at the start too: nothing here
// needs it to get going, and every wait ends with its context. The token, which
// stands in the address of every call, is in no error and no line of the log.
//
// # Why not the library's own loop
//
// The loop of telegram-bot-api confirms updates before they are handled, drops
// a whole batch for one update that it cannot read, and knows no context; its
// constructor fails when Telegram is out of reach. So this package uses the
// library for the calls, the keyboards and the errors, and reads updates with
// types of its own that hold only the fields it needs: what it does not look at
// may change without harm.
package telegram

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	"chihai/bot/channel"
)

// Config says which bot it is and where its Bot API stands.
type Config struct {
	Token string // as BotFather gives it, such as "7000000001:AAE-xyz"
	API   string // base address of the Bot API; empty: https://api.telegram.org

	// Webhook makes the bot wait for updates at URL/hook/telegram instead of
	// asking for them. URL is the base address by which Telegram reaches the
	// web server; Telegram itself takes only https.
	Webhook bool
	URL     string

	// Commands are shown in the bot's menu, by language (ISO 639-1, such as
	// "vi"). Those of the empty language are for everybody else.
	Commands map[string][]Command

	// Named is called when Telegram has told the user name by which people find
	// the bot, which may be long after the start. Nil: nobody asks.
	Named func(username string)

	Limits *channel.Limits // nil: what Telegram's FAQ asks of bots
	Client *http.Client    // nil: one made for the Bot API; a proxy is taken from the environment
	Log    *slog.Logger    // nil: slog.Default()
}

// A Command stands in the bot's menu.
type Command struct {
	Name        string // without the slash; 1–32 of a–z, 0–9 and _
	Description string // 1–256 characters
}

// A Bot is a [channel.Channel], a [channel.Editor], a [channel.Limiter], a
// [channel.Listener], a [channel.Forgetter], a [channel.Poller], a
// [channel.Fetcher] and, for a webhook, an [http.Handler].
type Bot struct {
	id       string // the part of the token before the colon: not secret
	token    string
	endpoint string // with %s for the token and the method
	files    string // with %s for the token and the path of a file
	hook     string // address of the webhook; empty: long polling
	secret   string // what Telegram proves itself with at the webhook
	commands map[string][]Command
	named    func(username string)
	limits   channel.Limits
	client   *http.Client
	log      *slog.Logger

	username atomic.Pointer[string]    // of the bot, once Telegram has told it
	inbox    atomic.Pointer[inbox]     // where the webhook hands over; nil unless Receive runs
	taps     chan string               // ids of taps to be answered
	shown    *recent[string, []string] // message → network ids of those of its parts that were shown
	known    *recent[string, uploaded] // file of the store → what Telegram calls it
	slow     slowdown
	ear      atomic.Pointer[silence] // nil: updates come in
	heard    atomic.Int64            // see Heard; Unix nanoseconds, 0: never
}

var (
	_ channel.Channel   = (*Bot)(nil)
	_ channel.Editor    = (*Bot)(nil)
	_ channel.Limiter   = (*Bot)(nil)
	_ channel.Listener  = (*Bot)(nil)
	_ channel.Forgetter = (*Bot)(nil)
	_ channel.Poller    = (*Bot)(nil)
	_ channel.Fetcher   = (*Bot)(nil)
	_ http.Handler      = (*Bot)(nil)
)

// tokenShape is what the Bot API takes for a token; for anything else it has
// no such address.
var tokenShape = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{1,200}$`)

// New returns the bot that c describes. It calls nobody, so that the program
// starts while Telegram is out of reach; a token that was revoked shows in
// [Bot.Receive].
func New(c Config) (*Bot, error) {
	if !tokenShape.MatchString(c.Token) {
		return nil, errors.New("telegram: token is not of the form 7000000001:AAE-xyz")
	}
	if c.API == "" {
		c.API = "https://api.telegram.org"
	}
	api, err := base(c.API)
	if err != nil {
		return nil, fmt.Errorf("telegram: address of the Bot API: %w", err)
	}
	id, _, _ := strings.Cut(c.Token, ":")
	b := &Bot{
		id:       id,
		token:    c.Token,
		endpoint: strings.ReplaceAll(api, "%", "%%") + "/bot%s/%s",
		files:    strings.ReplaceAll(api, "%", "%%") + "/file/bot%s/%s",
		secret:   secretOf(c.Token),
		commands: c.Commands,
		named:    c.Named,
		limits:   limits,
		client:   c.Client,
		log:      c.Log,
		taps:     make(chan string, tapQueue),
		shown:    newRecent[string, []string](shownTime, 512),
		known:    newRecent[string, uploaded](knownTime, 512),
	}
	if c.Webhook {
		u, err := base(c.URL)
		if err != nil {
			return nil, fmt.Errorf("telegram: address for the webhook: %w", err)
		}
		b.hook = u + hookPath
	}
	if c.Limits != nil {
		b.limits = *c.Limits
	}
	if b.client == nil {
		b.client = newClient(max(b.limits.Flights, 16))
	}
	b.client = withoutRedirects(b.client)
	if b.log == nil {
		b.log = slog.Default()
	}
	b.log = b.log.With("channel", b.Name())
	return b, nil
}

// base checks that s is the address of a web server and returns it without a
// slash at its end.
func base(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("not of the form https://host")
	}
	return strings.TrimRight(s, "/"), nil
}

// Name is "telegram:" and the bot's id, which never changes: a new token of
// the same bot begins with the same id.
func (b *Bot) Name() string { return "telegram:" + b.id }

// ID is the bot's id on Telegram, which is no secret.
func (b *Bot) ID() string { return b.id }

// Polls says that the bot asks for its updates, which one program may do.
func (b *Bot) Polls() bool { return b.hook == "" }

// CanEdit says that messages can be edited and, for 48 hours, deleted.
func (b *Bot) CanEdit() {}

// limits are those of Telegram's FAQ for bots: about 30 messages a second in
// all and one a second in a chat, where short bursts pass, but 20 a minute in a
// group. Two of each second are left for the answers that go beyond the rest.
// (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)
var limits = channel.Limits{
	Total: 28, Most: 30, PerChat: 1, Burst: 5, Flights: 32,
	PerGroup: 20.0 / 60, Groups: "-",
}

// Limits are Config.Limits, or those that Telegram asks for.
func (b *Bot) Limits() channel.Limits { return b.limits }
