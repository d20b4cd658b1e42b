package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"chihai/store"
)

// Each process that has the database open holds a lock on a connection of its
// own, its session. Whoever loses only this connection may not notice for some
// seconds, in which somebody else may get the lock. So the database counts eras,
// and a commit that is of an earlier one is refused: see [DB.enroll].

// lockSession is held, shared, by each process that has the database open, and
// alone by one that must be the only one.
const lockSession = 2

// checkSession is how often a session that says nothing is asked whether it
// still stands.
const checkSession = 15 * time.Second

// codeEra is what the function of commits says of one that belongs to an earlier
// era. PostgreSQL leaves such codes to programs.
const codeEra = "CH001"

// errTaken says that another process has the database for itself, or has had it
// so since this one last held its lock.
var errTaken = fmt.Errorf("another process took the database for itself: %w", store.ErrInUse)

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

// enroll lets the commits of this process count from now on, and not those of
// processes that had the database otherwise: another era begins when it passes
// from those who share it to one who has it alone, and when it passes back. To
// one who had it alone that must not have happened: [errTaken].
func (d *DB) enroll(ctx context.Context, session *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	was := d.era.Load()
	// Not the next number: after a failover that lost the latest one it might
	// come again.
	fresh := 2 + rand.Int64N(1<<62) // #nosec G404 -- two eras do not meet; no secret
	var era int64
	if err := session.QueryRow(ctx, "select chihai.enroll($1, $2, $3)", d.opt.Exclusive, was, fresh).Scan(&era); err != nil {
		return fmt.Errorf("enroll: %w", err)
	}
	switch {
	case era == was:
		return nil
	case was != 0 && d.opt.Exclusive:
		return errTaken
	}
	d.cache.forget()
	d.era.Store(era)
	return nil
}

// stay keeps the lock until the database is closed, on another connection when
// the first one is lost. It goes on trying while somebody else holds the lock,
// which may also be this process itself by the connection that it lost: the era
// says what may be committed meanwhile. One who had the database for himself and
// finds that somebody was there is stopped.
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
		conn, err = d.comeBack(ctx)
		if errors.Is(err, errTaken) {
			d.gate.Shut(fmt.Errorf("while the database did not answer: %w", err))
			return
		}
		if err != nil {
			p.wait()
		}
	}
}

// comeBack makes another connection that holds the lock, and learns what
// happened without it.
func (d *DB) comeBack(ctx context.Context) (*pgx.Conn, error) {
	conn, err := d.attend(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.enroll(ctx, conn); err != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
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
