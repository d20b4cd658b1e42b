package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"chihai/store"
	"chihai/store/bolt"
)

// openStore opens the database file path, which is made if there is none. fatal
// is called when the database has failed in such a way that the process must
// end; nil: a panic.
func openStore(ctx context.Context, path string, fatal func(error)) (*store.Store, error) {
	db, err := bolt.Open(path, bolt.Options{Fatal: fatal})
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("%w: most likely a bot that runs on it", err)
	}
	if err != nil {
		return nil, err
	}
	sweepCopies(path)
	s, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return s, nil
}

// openMade is openStore for a database that must be there: a name that was
// mistyped makes no new one.
func openMade(ctx context.Context, path string) (*store.Store, error) {
	if !exists(path) {
		return nil, fmt.Errorf("there is no database %s: set CHIHAI_DB to the one that is meant", path)
	}
	return openStore(ctx, path, nil)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
