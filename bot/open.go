package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// An opening says how a database is opened.
type opening struct {
	path  string           // its file, which is made if there is none, or its address
	key   string           // its key file, which is made together with the keys
	zone  *time.Location   // where people live; nil: nobody is reminded of what is planned through it, or it does not matter
	max   int              // bytes to which the file may grow; 0: no bound
	alone bool             // not while another process has it open, nor may one open it then; a file is never shared
	now   func() time.Time // nil: time.Now
	fatal func(error)      // called when the database has failed so that the process must end; nil: a panic
	// recovery returns the recipient for whom new keys are locked, too. It is
	// called before anything is made; nil: they are locked for nobody else, which
	// is right for made-up data only.
	recovery func() (string, error)
}

// openStore opens the database file path with the key file beside it, and makes
// them if there are none, without recovery: for what is made up.
func openStore(ctx context.Context, path string, fatal func(error)) (*store.Store, error) {
	return opening{path: path, key: path + keySuffix, fatal: fatal}.open(ctx)
}

// openMade is openStore for a database that must be there: a name that was
// mistyped makes no new one.
func openMade(ctx context.Context, path string) (*store.Store, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	return openStore(ctx, path, nil)
}

// open opens the database of cfg, whose keys are made when it has none.
func (c *call) open(ctx context.Context, cfg *config, fatal func(error)) (*store.Store, error) {
	s, err := c.opening(cfg, fatal).open(ctx)
	if err != nil || cfg.recovery == "" {
		return s, err
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		k, err := tx.Keys()
		if err == nil && k.Recovery != "" && k.Recovery != cfg.recovery {
			slog.Warn("CHIHAI_RECOVERY is not the recipient for whom the keys are locked; \"chihai key recovery\" changes that", "recipient", k.Recovery)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// opening says how the database of cfg is opened.
func (c *call) opening(cfg *config, fatal func(error)) opening {
	return opening{path: cfg.db, key: cfg.keyFile(), zone: cfg.zone, max: cfg.dbMax, fatal: fatal, recovery: func() (string, error) { return c.newRecovery(cfg) }}
}

func mustExist(path string) error {
	if !isAddress(path) && !exists(path) {
		return fmt.Errorf("there is no database %s: set CHIHAI_DB to the one that is meant", path)
	}
	return nil
}

func (o opening) open(ctx context.Context) (_ *store.Store, err error) {
	opt := store.Options{Now: o.now, Zone: o.zone}
	fresh := !isAddress(o.path) && !exists(o.path)
	if fresh { // ask before an empty file is made
		if opt.Recovery, err = o.recipient(false); err != nil {
			return nil, err
		}
	}
	db, err := o.backend(ctx)
	if err != nil {
		return nil, err
	}
	s, err := func() (*store.Store, error) {
		if unfinished, err := isUnfinished(ctx, db); err != nil || unfinished {
			return nil, cmp.Or(err, errUnfinished)
		}
		keyed, made, err := store.Peek(ctx, db)
		if err != nil {
			return nil, err
		}
		if keyed {
			return o.openKeyed(ctx, db)
		}
		if !fresh {
			if opt.Recovery, err = o.recipient(made); err != nil {
				return nil, err
			}
		}
		if opt.Key, err = makeKey(o.key); err != nil {
			return nil, err
		}
		return store.Open(ctx, db, opt)
	}()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", databaseName(o.path), err), db.Close())
	}
	return s, nil
}

func (o opening) backend(ctx context.Context) (store.Backend, error) {
	if o.alone && isAddress(o.path) {
		return openAlone(ctx, o.path)
	}
	return openBackend(ctx, o.path, bolt.Options{Fatal: o.fatal, MaxSize: o.max})
}

// recipient returns for whom new keys are locked, too. made says that the
// database holds made-up data.
func (o opening) recipient(made bool) (string, error) {
	if o.recovery == nil || made {
		return "", nil
	}
	return o.recovery()
}

// openKeyed opens a database that has keys.
func (o opening) openKeyed(ctx context.Context, db store.Backend) (*store.Store, error) {
	key, err := store.ReadKey(o.key)
	if err == nil {
		s, err := store.Open(ctx, db, store.Options{Now: o.now, Key: key, Zone: o.zone})
		if !errors.Is(err, store.ErrWrongKey) {
			return s, err
		}
		if s := o.openChanged(ctx, db); s != nil {
			return s, nil
		}
		return nil, fmt.Errorf("%w: CHIHAI_KEY is %s; %s", err, o.key, wayOut)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if s := o.openChanged(ctx, db); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("its key file is not there (%w): %s", err, wayOut)
}

// wayOut is what can be done without the key.
const wayOut = "put the right key file there, or have \"chihai key recover\" make a new one with the recovery identity"

// openChanged opens the database with a key file that was being changed when the
// process ended, and puts it in its place. It returns nil when there is none that
// fits.
func (o opening) openChanged(ctx context.Context, db store.Backend) *store.Store {
	key, err := store.ReadKey(o.key + newSuffix)
	if err != nil {
		return nil
	}
	s, err := store.Open(ctx, db, store.Options{Key: key, Zone: o.zone})
	if err != nil {
		return nil
	}
	if err := replaceKey(o.key, s.Now()); err != nil {
		slog.Warn("new key file not put in its place", "err", err)
	}
	return s
}

// makeKey reads the key file path, or makes it.
func makeKey(path string) ([]byte, error) {
	key, err := store.ReadKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		key = store.NewKey()
		err = store.WriteKey(path, key)
	}
	return key, err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
