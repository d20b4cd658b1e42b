package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"chihai/bot/broadcast"
	"chihai/bot/channel"
	"chihai/bot/console"
	"chihai/bot/disk"
	"chihai/bot/export"
	"chihai/bot/forms"
	"chihai/bot/inbox"
	"chihai/bot/metrics"
	"chihai/bot/outbox"
	"chihai/bot/paper"
	"chihai/bot/results"
	"chihai/bot/schedule"
	"chihai/bot/tasks"
	"chihai/bot/telegram"
	"chihai/bot/web"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"
)

// parts say what a bot is made of.
type parts struct {
	config   *config
	store    *store.Store
	lost     chan error   // tells that the database has failed for good; nil: never
	listener net.Listener // of the web server; nil: none
	chat     bool         // the web chat is open
	adopt    bool         // another bot's database is taken over
	console  *console.Console
	silent   bool             // no clock: nothing is done that nobody asks for
	words    *locales.Catalog // nil: read from the program; a simulation starts thousands of bots with the same
	network  *http.Client     // for Telegram; nil: the real one
	pages    *web.Pages       // nil: read from the program, as words are

	disk *disk.Watch // over the database; nil: none

	// roles gives a visitor of the web chat a role; nil: nobody can choose.
	roles func(ctx context.Context, s *store.Store, visitor, role string) error
	// forward moves the time of a demo forward; nil: the time is the real one.
	forward func(context.Context, time.Duration) error
	// phones are the network of the people of a sample; nil: there is none.
	phones channel.Channel
}

// newBot puts a bot together. Nothing runs yet, no network is called.
func newBot(ctx context.Context, p parts) (*bot, error) {
	catalog := p.words
	if catalog == nil {
		var err error
		if catalog, err = locales.Load(); err != nil {
			return nil, fmt.Errorf("read the locales: %w", err)
		}
	}
	b := &bot{store: p.store, lost: p.lost, listener: p.listener, page: p.config.page(), process: rand.Text(), started: p.store.Now(), keeper: &keeper{store: p.store}}
	made := thisBuild()
	b.metrics = metrics.New(metrics.Build{Version: made.version, Revision: made.source(), Go: runtime.Version()})
	if db, ok := p.store.Backend().(store.Watched); ok {
		db.Watch(b.metrics.Committed)
	}
	if p.listener != nil {
		b.page = p.config.at(p.listener.Addr())
	}
	var chat *url.URL
	if p.chat {
		chat = b.page
	}
	known := &username{}
	b.known = known
	b.desk = &desk{store: p.store, config: p.config, doors: func() []door { return doors(known.get(), chat) }}
	engine, err := flows.New(p.store, catalog, flows.All(), flows.Options{
		Zone: p.config.zone, URL: b.page.String(),
		Links: func(payload string) []flows.Link { return links(b.desk.doors(), payload) },
		Rate:  func() float64 { return slowest(b.channels) },
		Watch: func(in flows.Input, end flows.Ending) {
			b.keeper.ended(end)
			b.metrics.Ended(in, end)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("build the engine: %w", err)
	}

	hooks := map[string]http.Handler{}
	if p.config.telegram.token != "" {
		tg, err := newTelegram(ctx, p, b.page, catalog, known)
		if err != nil {
			return nil, err
		}
		b.channels = append(b.channels, tg)
		if p.config.telegram.webhook {
			hooks["telegram"] = tg
		}
	}
	fonts := sync.OnceValues(paper.Load) // a bot that prints nothing needs none
	if p.listener != nil {
		b.web = newWeb(p, b, known, hooks, catalog, fonts)
		if p.chat {
			b.channels = append(b.channels, b.web.Chat())
		}
	}
	if p.phones != nil {
		b.channels = append(b.channels, p.phones)
	}
	if p.console != nil {
		p.store.OnPosted(p.console.Posted)
		b.channels = append(b.channels, p.console)
	}

	handle := engine.Handle
	if p.disk != nil {
		b.disk = p.disk
		handle = p.disk.Guard(handle)
	}
	b.inbox = inbox.New(handle, inbox.Options{Drain: drainTime, Watch: b.metrics.Handled})
	b.outbox = outbox.New(p.store, b.channels, outbox.Options{Voice: voice, Drain: drainTime, KeepStrays: p.silent})
	exporter := &export.Exporter{Words: catalog.In(locales.Source, ""), Zone: p.config.zone, Draw: web.QR, Calendar: web.CalendarEntry, Fonts: fonts}
	works := &results.Works{Catalog: catalog, Zone: p.config.zone, Fonts: fonts}
	maker := &forms.Maker{Channels: b.channels, Words: catalog, Zone: p.config.zone}
	b.tasks = tasks.New(p.store, map[string]tasks.Work{
		"export registrations": exporter.Registrations,
		"list to sign":         exporter.ToSign,
		"invitation":           exporter.Invitation,
		"invitations":          exporter.Invitations,
		"report turnout":       exporter.Turnout,
		"certificate":          exporter.Certificate,
		"export certificates":  exporter.Certificates,
		"qr":                   exporter.QR,
		"club qr":              exporter.ClubQR,
		"ticket":               exporter.Ticket,
		"calendar":             exporter.CalendarEntry,
		flows.FigureWork:       works.Figure,
		flows.AnswersFileWork:  works.File,
		flows.ReadCountWork:    exporter.CountReaders,
		flows.ReadFileWork:     exporter.ReadersFile,
		flows.FormWork:         maker.Examine,
		flows.FormTemplateWork: maker.Template,
		flows.FormSheetsWork:   maker.Sheets,
		flows.FormProofWork:    maker.Proof,
		flows.CountWork:        broadcast.Count,

		flows.CampaignCountWork:   broadcast.CountCampaign,
		flows.CampaignListWork:    broadcast.ListCampaign,
		flows.CampaignStateWork:   broadcast.WatchCampaign,
		flows.CampaignPictureWork: exporter.CampaignQR,
		flows.CampaignNoticeWork:  exporter.CampaignNotice,

		flows.FetchWork: broadcast.Attach(b.channels),
	}, handle)
	p.store.OnTask(b.tasks.Wake)
	p.store.OnChange("task", func([]string) { b.tasks.Wake() })
	if p.disk != nil {
		b.tasks.WaitWhile(p.disk.Low)
	}
	if !p.silent {
		b.schedule = schedule.New(p.store, handle)
		b.schedule.Quiet(p.config.zone)
		b.feeder = broadcast.New(broadcast.Config{
			Store: p.store, Letter: engine.Letter, Together: flows.Together, Room: b.outbox.Room, Zone: p.config.zone,
		})
		listen(b.schedule, b.channels)
	}
	b.metrics.Look(metrics.Parts{
		Store: p.store, Channels: b.channels, Inbox: b.inbox, Outbox: b.outbox, Schedule: b.schedule, Tasks: b.tasks,
	})
	return b, nil
}

// slowest is the rate of the slowest channel that has one, in messages a second;
// 0: none has.
func slowest(channels []channel.Channel) (rate float64) {
	for _, ch := range channels {
		if l, ok := ch.(channel.Limiter); ok && l.Limits().Total > 0 && (rate == 0 || l.Limits().Total < rate) {
			rate = l.Limits().Total
		}
	}
	return rate
}

// listen has the clock watch the channels on which answers are lost while the
// bot is away.
func listen(clock *schedule.Schedule, channels []channel.Channel) {
	for _, ch := range channels {
		if f, ok := ch.(channel.Forgetter); ok {
			taps, rest := f.Keeps()
			clock.Listen(schedule.Ear{Name: ch.Name(), Heard: f.Heard, Taps: taps, Rest: rest})
		}
	}
}

// newTelegram returns the channel, and claims the database for its bot.
func newTelegram(ctx context.Context, p parts, page *url.URL, catalog *locales.Catalog, known *username) (*telegram.Bot, error) {
	account := p.config.telegram
	tg, err := telegram.New(telegram.Config{
		Token: account.token, API: account.api, Webhook: account.webhook, URL: page.String(),
		Commands: menus(catalog),
		Client:   p.network,
		Named: func(name string) {
			known.set(name)
			err := p.store.Update(ctx, func(tx *store.Tx) error { return tx.NameBot("telegram", name) })
			if err != nil && ctx.Err() == nil {
				slog.Warn("name of the bot not kept", "err", err)
			}
		},
	})
	if err != nil {
		return nil, usageError{err}
	}
	name := ""
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.SetBot("telegram", tg.ID(), p.adopt); err != nil {
			return err
		}
		was, err := tx.Bot("telegram")
		if err == nil {
			name = was.Name // as Telegram called it when it last ran
		}
		return err
	})
	known.set(name)
	if errors.Is(err, store.ErrOtherBot) {
		return nil, fmt.Errorf("%w. Those who talked with the other bot are unknown to this one until they write to it; \"serve --adopt\" goes on all the same", err)
	}
	return tg, err
}

// menus are the commands that Telegram shows beside its text field, by
// language.
func menus(catalog *locales.Catalog) map[string][]telegram.Command {
	list := func(p *locales.Printer) []telegram.Command {
		var all []telegram.Command
		for _, c := range []struct{ command, label string }{
			{"command.register", "menu.register"},
			{"command.clubs", "menu.clubs"},
			{"command.settings", "menu.settings"},
			{"command.language", "settings.language"},
			{"command.help", "menu.help"},
		} {
			all = append(all, telegram.Command{Name: p.T(c.command)[1:], Description: p.T(c.label)})
		}
		return all
	}
	all := map[string][]telegram.Command{"": list(catalog.In(locales.Source, ""))}
	for _, language := range locales.Languages {
		all[language] = list(catalog.In(language, ""))
	}
	return all
}

func newWeb(p parts, b *bot, known *username, hooks map[string]http.Handler, catalog *locales.Catalog, fonts func() (*paper.Fonts, error)) *web.Server {
	c := web.Config{
		Store: p.store, URL: b.page, Proxy: p.config.proxy, Open: p.chat, Hooks: hooks,
		Ready: b.ready,
		Words: func(lang, id string, args ...any) string { return catalog.In(lang, "").T(id, args...) },
		When:  func(lang string, t time.Time) string { return catalog.In(lang, "").When(t.In(p.config.zone)) },
		Voice: locales.Voice,
		Speak: catalog.In, Zone: p.config.zone, Status: b.status, Pages: p.pages, Fonts: fonts,
	}
	if p.config.metrics == "" {
		c.Metrics = b.metrics
	}
	if p.config.telegram.token != "" {
		c.Networks = append(c.Networks, web.Network{Name: "Telegram", Link: func(payload string) string { return telegramLink(known.get(), payload) }})
	}
	if p.chat {
		c.Networks = append(c.Networks, web.Network{Name: "web", Link: web.ChatLink})
	}
	if p.roles != nil {
		c.Forward = p.forward
		c.Roles = func(ctx context.Context, visitor, role string) error { return p.roles(ctx, p.store, visitor, role) }
	}
	return web.New(c)
}

// voice returns the recording that a message names: language and message id.
func voice(id string) (channel.File, bool) {
	language, message, _ := strings.Cut(id, "/")
	data, ok := locales.Voice(language, message)
	return channel.File{Name: message + ".ogg", Type: "audio/ogg", Data: data}, ok
}
