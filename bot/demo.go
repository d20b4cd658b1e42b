package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"chihai/bot/demo"
	"chihai/bot/web"
	"chihai/store"
)

// runDemo runs everything on sample data: in a temporary file, or in CHIHAI_DB
// when that was made by a demo or does not exist yet.
func runDemo(ctx context.Context, c *call) error {
	if _, err := c.parse(c.flags("demo"), 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if u, err := url.Parse(cfg.telegram.api); cfg.telegram.token != "" && (err != nil || u.Hostname() == telegramHost) {
		return misuse("demo: sample data and a real bot do not go together: unset CHIHAI_TELEGRAM_TOKEN, or set CHIHAI_TELEGRAM_API to a server of your own")
	}
	c.logTo(cfg.log, slog.LevelWarn)
	lost := make(chan error, 1)
	sample, err := openSample(ctx, c, cfg, lost)
	if err != nil {
		return err
	}
	defer sample.Close()
	if !sample.made {
		return errNotSample
	}
	listener, err := listenSomewhere(cfg)
	if err != nil {
		return err
	}
	defer listener.Close()
	p := parts{config: cfg, store: sample.Store, lost: lost, listener: listener, chat: true, roles: chooseRole, phones: demo.Phones{}}
	if cfg.telegram.token == "" { // a network has its own clock, and would seem to have been silent meanwhile
		p.forward = func(ctx context.Context, d time.Duration) error { return sample.clock.Forward(ctx, sample.Store, d) }
	}
	b, err := newBot(ctx, p)
	if err != nil {
		return err
	}
	if b.control, err = listenControl(cfg.db); err != nil {
		return err
	}
	defer b.control.Close()
	fmt.Fprintf(c.stdout, "Chị Hai is ready with sample data. Open\n\n    %[1]s/         one phone\n    %[1]s/phones   several phones side by side\n\n", b.page)
	if sample.temporary {
		fmt.Fprintln(c.stdout, "Ctrl-C ends it, and everything is forgotten then.")
	} else {
		fmt.Fprintf(c.stdout, "Ctrl-C ends it. Everything is kept in %s.\n", cfg.db)
	}
	return b.run(ctx)
}

// telegramHost is where real people are.
const telegramHost = "api.telegram.org"

// listenSomewhere listens at CHIHAI_LISTEN. Where nobody chose an address and
// the usual one is taken, any free port will do.
func listenSomewhere(cfg *config) (net.Listener, error) {
	ln, err := net.Listen("tcp", cfg.listen)
	if errors.Is(err, syscall.EADDRINUSE) && !cfg.isListen {
		return net.Listen("tcp", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0).String())
	}
	if err != nil {
		return nil, fmt.Errorf("%w: CHIHAI_LISTEN chooses another address", err)
	}
	return ln, nil
}

// chooseRole gives a visitor of the demo's web chat a role in the whole sample.
func chooseRole(ctx context.Context, s *store.Store, visitor, role string) error {
	return takeRole(ctx, s, (*web.Chat)(nil).Name(), visitor, store.Role(role))
}

// takeRole gives whoever speaks from the address a role in the whole sample,
// unless she holds it already.
func takeRole(ctx context.Context, s *store.Store, channel, address string, role store.Role) error {
	return s.Update(ctx, func(tx *store.Tx) error {
		_, m, _, err := tx.Meet(channel, address)
		if err != nil {
			return err
		}
		held, err := tx.Grants(m)
		if err != nil {
			return err
		}
		for _, g := range held {
			if g.Role == role && g.Area == demo.Top {
				return nil
			}
		}
		if role == store.Facilitator {
			if err := demo.HandClub(tx, m); err != nil {
				return err
			}
		}
		return tx.Grant(m, &store.Grant{Role: role, Area: demo.Top})
	})
}

// A sampleDB is the database of a demo or a talk in the terminal.
type sampleDB struct {
	*store.Store
	clock     demo.Clock // by which it goes
	made      bool       // of sample data; false: somebody's own
	temporary bool       // goes away when it is closed
	dir       string     // of a temporary one
}

// openSample opens the database of c, which names it afterwards in cfg. One
// that does not exist is filled with sample data.
func openSample(ctx context.Context, c *call, cfg *config, lost chan<- error) (*sampleDB, error) {
	db := &sampleDB{temporary: c.getenv("CHIHAI_DB") == ""}
	if db.temporary {
		var err error
		if db.dir, err = os.MkdirTemp("", "chihai-demo-"); err != nil {
			return nil, err
		}
		cfg.db = filepath.Join(db.dir, "demo.db")
	}
	err := func() error {
		if isAddress(cfg.db) {
			return usageError{errors.New("made-up data are kept in a file: unset CHIHAI_DB")}
		}
		if !exists(cfg.db) {
			if err := makeSample(ctx, cfg); err != nil {
				return fmt.Errorf("make sample data: %w", err)
			}
		}
		o := c.opening(cfg, func(err error) { lost <- err })
		o.now = db.clock.Now
		var err error
		if db.Store, err = o.open(ctx); err != nil {
			return err
		}
		if db.made, err = isSample(ctx, db.Store); err != nil || !db.made {
			return err
		}
		return db.clock.Wind(ctx, db.Store)
	}()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// makeSample makes the database of cfg out of sample data. It is filled under
// another name, so that there is all of it or none.
func makeSample(ctx context.Context, cfg *config) error {
	path := cfg.db + ".new"
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s, err := opening{path: path, key: cfg.keyFile(), zone: cfg.zone}.open(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(demo.Load(ctx, s, time.Now().In(cfg.zone)), s.Close()); err != nil {
		return err
	}
	return os.Rename(path, cfg.db)
}

// Close closes the database and takes a temporary one away.
func (db *sampleDB) Close() error {
	var err error
	if db.Store != nil {
		err = db.Store.Close()
	}
	if db.temporary {
		err = errors.Join(err, os.RemoveAll(db.dir))
	}
	return err
}
