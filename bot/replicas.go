package main

import (
	"context"
	"sync"
	"time"

	"chihai/bot/lead"
	"chihai/store"
)

// Several bots may run on one database that allows it. Each hears what comes to
// its webhooks and pages, answers, and does tasks. What only one may do has a
// lease each ("poll telegram:7000000001", "clock", "outbox"), so that it may be
// spread over them: asking for updates, doing what is due, and sending, which
// keeps the rates of the networks and the order of each chat in one hand.
//
// What each process has for itself: how often a visitor of the web server may
// ask. What it remembers of documents is checked against them in each
// transaction (see reading.go and [store.Tx.Areas]). The schema is looked at when a bot opens the database, so a
// program that changes it is started when all older ones have ended.

// alone does work until ctx ends: in this process only, where its database is
// shared with others, and never in two at once.
func (b *bot) alone(ctx context.Context, lease string, work func(context.Context) error) error {
	if !b.store.Shared() {
		return work(ctx)
	}
	return lead.New(b.store, lease, b.process).Run(ctx, work)
}

func (b *bot) send(ctx context.Context) error {
	var parts sync.WaitGroup
	if b.feeder != nil {
		parts.Go(func() { b.feeder.Run(ctx) })
	}
	b.outbox.Run(ctx)
	parts.Wait()
	return nil
}

func (b *bot) tick(ctx context.Context) error {
	b.schedule.Run(ctx)
	return nil
}

// learnTime is between two looks at what others have learnt.
const learnTime = time.Minute

// learn keeps up with the name of the Telegram bot, which only the process that
// polls is told, until ctx ends.
func (b *bot) learn(ctx context.Context) error {
	if !b.store.Shared() {
		return nil
	}
	tick := time.NewTicker(learnTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		name := ""
		err := b.store.View(ctx, func(tx *store.Tx) error {
			bot, err := tx.Bot("telegram")
			if err == nil {
				name = bot.Name
			}
			return err
		})
		if err == nil && name != "" {
			b.known.set(name)
		}
	}
}
