package main

import (
	"context"
	"os"
	"strings"

	"chihai/bot/web"
	"chihai/locales"
)

// status says how the bot is, for the staff pages. It counts what stands in
// memory and asks no network.
func (b *bot) status(context.Context) web.Status {
	made := thisBuild()
	s := web.Status{Version: made.version + " " + made.source(), Started: b.started}
	if info, err := os.Stat(b.desk.config.db); err == nil {
		s.Database = info.Size()
	}
	if b.backups != nil {
		s.Backup = b.backups.Stats().Last
	}
	for _, c := range b.outbox.Stats() {
		network, _, _ := strings.Cut(c.Channel, ":")
		line := web.ChannelStatus{Name: locales.Capital(network), Delivered: c.Delivered, Failed: c.Blocked + c.Failed + c.Late + c.Unknown, Oldest: c.Oldest}
		for _, n := range c.Waiting {
			line.Waiting += n
		}
		s.Channels = append(s.Channels, line)
	}
	return s
}
