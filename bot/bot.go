package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	"chihai/bot/backups"
	"chihai/bot/broadcast"
	"chihai/bot/channel"
	"chihai/bot/console"
	"chihai/bot/disk"
	"chihai/bot/inbox"
	"chihai/bot/metrics"
	"chihai/bot/outbox"
	"chihai/bot/schedule"
	"chihai/bot/tasks"
	"chihai/bot/web"
	"chihai/store"

	"golang.org/x/sync/errgroup"
)

// A bot is everything that runs over one store: ears that receive, a head that
// answers, a mouth that sends.
type bot struct {
	store    *store.Store
	process  string // random name of this process, for leases
	channels []channel.Channel
	inbox    *inbox.Inbox
	outbox   *outbox.Outbox
	feeder   *broadcast.Feeder  // of the outbox; nil: no clock
	schedule *schedule.Schedule // nil: no clock
	tasks    *tasks.Tasks
	web      *web.Server // nil: none
	listener net.Listener
	control  net.Listener     // nil: no commands are taken
	disk     *disk.Watch      // nil: it is not watched
	backups  *backups.Backups // nil: none are made by themselves
	desk     *desk
	started  time.Time
	known    *username // of the Telegram bot
	page     *url.URL  // how the outside reaches the web server
	lost     chan error

	metrics    *metrics.Metrics
	keeper     *keeper
	asides     []aside
	supervisor supervisor
}

const (
	// stopTime is how long a bot that is told to end takes at most.
	stopTime = 10 * time.Second
	// drainTime is how long what was taken may be answered then, and after it
	// how long what is being sent may take. Those that hear have two seconds
	// before that, and what was sent one second more to be kept: in all less
	// than stopTime.
	drainTime = 3 * time.Second
)

// run runs the bot until ctx ends, or until one of its parts fails for good:
// then it returns why.
func (b *bot) run(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- b.work(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(stopTime)
	defer late.Stop()
	select {
	case err := <-ended:
		return err
	case <-late.C:
		return errors.New("did not come to an end in time; what was under way is taken up again at the next start")
	}
}

// work runs the parts. Those that hear stop first, then the one that answers,
// then the one that sends: each finds the next still there.
func (b *bot) work(ctx context.Context) error {
	answering, stopAnswering := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAnswering()
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSending()
	var head, mouth sync.WaitGroup
	mouth.Go(func() { b.alone(sending, "outbox", b.send) })
	head.Go(func() { b.inbox.Run(answering) })

	ears, ctx := errgroup.WithContext(ctx)
	for _, ch := range b.channels {
		ears.Go(func() error { return b.receive(ctx, ch) })
	}
	ears.Go(func() error { b.tasks.Run(ctx); return nil })
	if b.schedule != nil {
		ears.Go(func() error { return b.alone(ctx, "clock", b.tick) })
		if b.store.Shared() {
			ears.Go(func() error { b.schedule.Attend(ctx); return nil })
		}
	}
	ears.Go(func() error { return b.store.Listen(ctx) })
	ears.Go(func() error { return b.learn(ctx) })
	if b.web != nil {
		ears.Go(func() error {
			return leave(ctx, func() error { return b.web.Serve(ctx, b.listener) })
		})
	}
	if b.control != nil {
		ears.Go(func() error { return serveControl(ctx, b.control, b.desk) })
	}
	if b.disk != nil {
		ears.Go(func() error { b.disk.Run(ctx); return nil })
	}
	if b.backups != nil {
		ears.Go(func() error { b.backups.Run(ctx); return nil })
	}
	for _, a := range b.asides {
		ears.Go(func() error { return a.serve(ctx) })
	}
	ears.Go(func() error { b.supervisor.attend(ctx, b.store.Answers); return nil })
	ears.Go(func() error { return b.guard(ctx) })

	err := ears.Wait()
	stopAnswering()
	head.Wait()
	stopSending()
	mouth.Wait()
	return err
}

// guardEvery is how often it is looked whether the database file is still there
// and the keys still fit.
const guardEvery = 5 * time.Second

// guard waits until ctx ends, or returns why the database cannot be relied on
// any more: nothing may be confirmed then.
func (b *bot) guard(ctx context.Context) error {
	file, _ := b.store.Backend().(interface{ Replaced() error })
	look := time.NewTicker(guardEvery)
	defer look.Stop()
	for {
		select {
		case err := <-b.lost:
			return err
		case <-ctx.Done():
			return nil
		case <-look.C:
			if err := b.store.LockedOut(); err != nil {
				return fmt.Errorf("another process has changed the keys of the database: %w. "+
					"Put its key file where CHIHAI_KEY says, and start this process anew", err)
			}
			if file == nil {
				continue
			}
			if err := file.Replaced(); err != nil {
				return err
			}
		}
	}
}

// receive hears a channel until ctx ends. Only a terminal ends by itself: what
// was asked for there is waited for.
func (b *bot) receive(ctx context.Context, ch channel.Channel) error {
	if p, ok := ch.(channel.Poller); ok && p.Polls() {
		return b.alone(ctx, "poll "+ch.Name(), func(ctx context.Context) error {
			return ch.Receive(ctx, b.inbox.TakeIn(store.TermOf(ctx)))
		})
	}
	err := ch.Receive(ctx, b.inbox.Take)
	if errors.Is(err, io.EOF) {
		b.rest(ctx)
	}
	return err
}

// leave runs serve, which ends after ctx, and does not wait for long then: what
// a browser on a slow line still loads is not worth it.
func leave(ctx context.Context, serve func() error) error {
	served := make(chan error, 1)
	go func() { served <- serve() }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(2 * time.Second)
	defer late.Stop()
	select {
	case err := <-served:
		return err
	case <-late.C:
		return nil
	}
}

// rest returns when no task and no message for a terminal is left, or after a
// while.
func (b *bot) rest(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for left := true; left; {
		err := b.store.View(ctx, func(tx *store.Tx) error {
			left = false
			for _, err := range tx.Tasks() {
				left = true
				return err
			}
			for m, err := range tx.Messages("") {
				if err != nil || m.Channel == console.Name {
					left = true
					return err
				}
			}
			return nil
		})
		if err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// restTime bounds how long a terminal that was closed is waited for.
const restTime = 20 * time.Second
