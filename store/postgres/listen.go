package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chihai/store"
)

// feed is the channel of the database on which commits tell what they wrote.
const feed = "chihai"

const (
	maxTold     = 7900 // bytes of a notification; PostgreSQL takes less than 8000
	maxMessages = 32   // notifications of a commit; one that wrote more says that much was written
	much        = "*"

	// unread is for how long the server keeps the connection of a process that
	// does not read what it is told (as one that was stopped), in milliseconds.
	// Until then it keeps all that was told since, for at most 8 GB; when they
	// are full no commit tells anything, and so none succeeds.
	unread = "60000"
)

// Listen tells of the documents in [Options].Watch that other processes put,
// right after they were committed. lost says that some may have been missed,
// so that everything should be looked at; so it is at first and whenever the
// connection was broken. fn is called by one goroutine and must return soon.
// Listen returns when ctx ends or the database is closed.
func (d *DB) Listen(ctx context.Context, fn func(changes []store.Change, lost bool)) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	defer d.gate.Leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.alive, cancel)()
	p := d.patience(ctx.Done())
	for ctx.Err() == nil {
		conn, err := d.tune(ctx)
		if err != nil {
			p.wait()
			continue
		}
		p = d.patience(ctx.Done())
		fn(nil, true)
		for {
			n, err := notification(ctx, conn)
			if err != nil {
				break
			}
			if n == nil {
				continue
			}
			if changes, lost := d.told(n.Payload); lost || len(changes) > 0 {
				fn(changes, lost)
			}
		}
		hangUp(conn)
	}
	if err := d.gate.Reason(); err != nil {
		return err
	}
	return ctx.Err()
}

// tune makes a connection that hears what commits tell.
func (d *DB) tune(ctx context.Context) (*pgx.Conn, error) {
	config := d.config.Copy()
	if config.RuntimeParams["tcp_user_timeout"] == "" {
		config.RuntimeParams["tcp_user_timeout"] = unread
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "listen "+feed); err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// notification waits for a notification. It returns nil when there was none
// for some time and the connection is sound.
func notification(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	quiet, cancel := context.WithTimeout(ctx, checkSession)
	n, err := conn.WaitForNotification(quiet)
	cancel()
	if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return n, err
	}
	asked, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return nil, conn.Ping(asked)
}

// telling makes the notifications of a commit that wrote to l.
func (d *DB) telling(l list) []string {
	told, who := []string{}, strconv.FormatInt(d.process, 36)
	at := 0
	for i, bucket := range l.buckets {
		keys := l.keys[at:l.ends[i]]
		at = int(l.ends[i])
		if !slices.Contains(d.opt.Watch, bucket) {
			continue
		}
		for _, key := range keys {
			line := "\n" + bucket + " " + key
			if n := len(told); n > 0 && len(told[n-1])+len(line) <= maxTold {
				told[n-1] += line
			} else if n == maxMessages {
				return []string{who + "\n" + much}
			} else {
				told = append(told, who+line)
			}
		}
	}
	return told
}

// told reads a notification. Those of this process are left out.
func (d *DB) told(payload string) (changes []store.Change, lost bool) {
	who, rest, _ := strings.Cut(payload, "\n")
	if who == strconv.FormatInt(d.process, 36) {
		return nil, false
	}
	for line := range strings.SplitSeq(rest, "\n") {
		if line == much {
			return nil, true
		}
		if bucket, key, ok := strings.Cut(line, " "); ok {
			changes = append(changes, store.Change{Bucket: bucket, Key: key})
		}
	}
	return changes, false
}
