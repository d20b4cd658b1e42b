package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/postgres"
)

// A database is named by its file, or by an address such as
// postgres://chihai@db.example/chihai. A file belongs to one process, which
// commands ask over the socket beside it; PostgreSQL may be opened by several,
// so commands open it themselves, also while bots run on it.

// isAddress says whether db is no file.
func isAddress(db string) bool { return strings.Contains(db, "://") }

// databaseName is how db is called before people and in logs: without a
// password.
func databaseName(db string) string {
	if !isAddress(db) {
		return db
	}
	u, err := url.Parse(db)
	if err != nil {
		return "postgres"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// openBackend opens the database db, which is made if there is none. A database
// of PostgreSQL must be there, and may be empty. fatal is called when the
// database has failed so that the process must end; nil: a panic.
func openBackend(ctx context.Context, db string, opt bolt.Options) (store.Backend, error) {
	if isAddress(db) {
		return inUse(postgres.Open(ctx, db, postgres.Options{}))
	}
	b, err := inUse(bolt.Open(db, opt))
	if err == nil {
		sweepCopies(db)
	}
	return b, err
}

// openAlone opens the database db if no other process has it open, and keeps
// others from opening it.
func openAlone(ctx context.Context, db string) (store.Backend, error) {
	if isAddress(db) {
		return inUse(postgres.Open(ctx, db, postgres.Options{Exclusive: true}))
	}
	return inUse(bolt.Open(db, bolt.Options{}))
}

// inUse says who it is most likely that has the database open.
func inUse[B store.Backend](b B, err error) (store.Backend, error) {
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("%w: most likely a bot that runs on it", err)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}
