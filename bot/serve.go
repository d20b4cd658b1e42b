package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chihai/bot/backups"
	"chihai/bot/disk"
	"chihai/bot/health"
	"chihai/store"
)

// runServe runs the bot until ctx ends.
func runServe(ctx context.Context, c *call) error {
	set := c.flags("serve")
	adopt := set.Bool("adopt", false, "go on although another bot's token was used with this database")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	c.logTo(cfg.log, slog.LevelInfo)
	lost := make(chan error, 1)
	s, err := c.open(ctx, cfg, func(err error) { lost <- err })
	if err != nil {
		return err
	}
	defer s.Close()
	if sample, err := isSample(ctx, s); err != nil {
		return err
	} else if sample {
		slog.Warn("everybody in this database is made up: it was filled by demo", "database", databaseName(cfg.db))
	}
	if cfg.url != nil && cfg.url.Scheme == "https" && !cfg.proxy.IsValid() {
		slog.Warn("CHIHAI_URL is https and CHIHAI_PROXY is not set: all who come through the proxy count as one, so one who asks too often slows down everybody")
	}
	for _, found := range []health.Finding{lookAtHeld(ctx, s), lookAtKeys(ctx, s)} {
		if found.State != health.Fine {
			slog.Warn(found.Says)
		}
	}
	listener, err := net.Listen("tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("%w: CHIHAI_LISTEN chooses another address", err)
	}
	defer listener.Close()
	b, err := newBot(ctx, parts{config: cfg, store: s, lost: lost, listener: listener, chat: cfg.webChat, adopt: *adopt, disk: watchDisk(cfg, s)})
	if err != nil {
		return err
	}
	if b.backups, err = newBackups(cfg, s, b.metrics.BackedUp); err != nil {
		return err
	}
	if b.control, err = listenControl(cfg.db); err != nil {
		return err
	}
	if b.control != nil {
		defer b.control.Close()
	}
	if err := b.openAsides(cfg); err != nil {
		return err
	}
	defer b.closeAsides()
	b.supervisor = findSupervisor(c.getenv, os.Getpid())
	fmt.Fprint(c.stdout, ready(cfg, b))
	return b.run(ctx)
}

// watchDisk returns a watch over the disk of the database, or nil when it lies
// elsewhere.
func watchDisk(cfg *config, s *store.Store) *disk.Watch {
	if _, file := s.Backend().(store.Backup); !file {
		return nil
	}
	return disk.NewWatch(filepath.Dir(cfg.db))
}

// newBackups returns the backups that are made by themselves, or nil. watch is
// told of each.
func newBackups(cfg *config, s *store.Store, watch func(time.Time, time.Duration, int64, error)) (*backups.Backups, error) {
	if cfg.backups.dir == "" {
		return nil, nil
	}
	if _, file := s.Backend().(store.Backup); !file {
		return nil, misuse("CHIHAI_BACKUPS: %w", backups.ErrOwnTools)
	}
	return backups.New(backups.Config{
		Store: s, Database: cfg.db, Dir: cfg.backups.dir, Every: cfg.backups.every, To: cfg.backups.to,
		Check: func(ctx context.Context, path string) error { return checkCopy(ctx, path, cfg.keyFile()) },
		Watch: watch,
	}), nil
}

// ready says where the bot is found, and what is missing when nobody can talk
// to it.
func ready(cfg *config, b *bot) string {
	where := []string{"web " + b.page.String()}
	if cfg.telegram.token != "" {
		how := "long polling"
		if cfg.telegram.webhook {
			how = "webhook"
		}
		where = append(where, b.channels[0].Name()+" by "+how)
	}
	if cfg.webChat {
		where = append(where, "web chat for everybody")
	}
	said := fmt.Sprintf("Chị Hai is ready: %s, database %s\n", strings.Join(where, ", "), databaseName(cfg.db))
	if len(b.channels) == 0 {
		said += "Nobody can talk to her yet. Set CHIHAI_TELEGRAM_TOKEN to the token that @BotFather gave you, or CHIHAI_WEBCHAT=1\n" +
			"for a chat on the web. To look around with sample data: chihai demo\n"
	}
	return said
}

func isSample(ctx context.Context, s *store.Store) (sample bool, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		sample, err = tx.IsSample()
		return err
	})
	return sample, err
}

// errNotSample says that a database holds real people, or may.
var errNotSample = errors.New("this database was not made by demo: real data is not shown around; set CHIHAI_DB to a file that does not exist yet")
