package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A link is a connection that is made anew when it was lost. It belongs to one
// goroutine at a time.
type link struct {
	config  *pgx.ConnConfig
	dialled *atomic.Int64
	greet   func(context.Context, *pgx.Conn) error // what is done first on each connection

	conn   *pgx.Conn
	warned atomic.Bool // the server said a warning since it was last asked for
}

// use returns the connection, and makes one if there is none. It may be broken
// without anybody having noticed yet.
func (l *link) use(ctx context.Context) (*pgx.Conn, error) {
	if l.conn != nil && !l.conn.IsClosed() {
		return l.conn, nil
	}
	config := l.config.Copy()
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			l.warned.Store(true)
		}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := l.greet(ctx, conn); err != nil {
		conn.Close(ctx)
		return nil, err
	}
	l.dialled.Add(1)
	l.conn = conn
	return conn, nil
}

// drop gives the connection up.
func (l *link) drop() {
	if l.conn == nil {
		return
	}
	hangUp(l.conn)
	l.conn = nil
}

// hangUp ends a connection. A server that says nothing is not waited for.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	conn.Close(ctx)
}

// A patience counts how long a database has been waited for.
type patience struct {
	until time.Time
	pause time.Duration
	stop  <-chan struct{} // ends the waiting early
}

func (d *DB) patience(stop <-chan struct{}) *patience {
	return &patience{until: time.Now().Add(d.opt.Patience), pause: 10 * time.Millisecond, stop: stop}
}

// again waits a moment, longer each time, and says whether to try again.
func (p *patience) again() bool {
	return !time.Now().Add(p.pause).After(p.until) && p.wait()
}

// wait waits a moment, longer each time, and says whether it was not stopped.
func (p *patience) wait() bool {
	timer := time.NewTimer(p.pause)
	defer timer.Stop()
	p.pause = min(2*p.pause, time.Second)
	select {
	case <-timer.C:
		return true
	case <-p.stop:
		return false
	}
}
