package main

import (
	"context"
	"os"
	"runtime/debug"
	"strings"

	"chihai/bot/web"
	"chihai/locales"
)

// status says how the bot is, for the staff pages. It counts what stands in
// memory and asks no network.
func (b *bot) status(context.Context) web.Status {
	s := web.Status{Version: version(), Started: b.started}
	if info, err := os.Stat(b.desk.config.db); err == nil {
		s.Database = info.Size()
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

// version is the version and the revision of this program, as far as they are
// known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return info.Main.Version + " " + s.Value
		}
	}
	return info.Main.Version
}
