package main

import (
	"context"

	"chihai/bot/lead"
)

// Several bots may run on one database that allows it. Each hears what comes to
// its webhooks and pages, answers, and does tasks. What only one may do has a
// lease each ("poll telegram:7000000001", "clock", "outbox"), so that it may be
// spread over them: asking for updates, doing what is due, and sending, which
// keeps the rates of the networks and the order of each chat in one hand.
//
// What is counted per process stays so: how often a visitor of the web server
// may ask ([web.Server]) is counted by each bot for itself.

// alone does work until ctx ends: in this process only, where its database is
// shared with others, and never in two at once.
func (b *bot) alone(ctx context.Context, lease string, work func(context.Context) error) error {
	if !b.store.Shared() {
		return work(ctx)
	}
	return lead.New(b.store, lease, b.process).Run(ctx, work)
}

func (b *bot) send(ctx context.Context) error {
	b.outbox.Run(ctx)
	return nil
}

func (b *bot) tick(ctx context.Context) error {
	b.schedule.Run(ctx)
	return nil
}
