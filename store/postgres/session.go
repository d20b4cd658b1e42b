package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chihai/store"
)

// lockSession is held, shared, by each process that has the database open, and
// alone by one that must be the only one.
const lockSession = 2

// checkSession is how often a session that says nothing is asked whether it
// still stands.
const checkSession = 15 * time.Second

// attend makes a connection that holds the lock of this process, or returns
// [store.ErrInUse].
func (d *DB) attend(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, d.config.Copy())
	if err != nil {
		return nil, err
	}
	lock := "pg_try_advisory_lock_shared"
	if d.opt.Exclusive {
		lock = "pg_try_advisory_lock"
	}
	var got bool
	err = conn.QueryRow(ctx, "select "+lock+"($1, $2)", int32(lockClass), int32(lockSession)).Scan(&got)
	if err == nil && !got {
		err = store.ErrInUse
	}
	if err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// stay keeps the lock until the database is closed, on another connection when
// the first one is lost. If somebody took the database for himself meanwhile,
// it is stopped here.
func (d *DB) stay(ctx context.Context, conn *pgx.Conn) {
	for p := d.patience(ctx.Done()); ; {
		if conn != nil {
			wait(ctx, conn)
			hangUp(conn)
			p = d.patience(ctx.Done())
		}
		if ctx.Err() != nil {
			return
		}
		var err error
		if conn, err = d.attend(ctx); err != nil && errors.Is(err, store.ErrInUse) {
			d.stop(fmt.Errorf("while the database did not answer, another process took it: %w", err))
			return
		}
		if err != nil {
			conn = nil
			p.wait()
		}
	}
}

// wait returns when conn is lost or ctx ends.
func wait(ctx context.Context, conn *pgx.Conn) {
	for {
		_, err := notification(ctx, conn)
		if err != nil {
			return
		}
	}
}
