// Package postgres keeps a database in PostgreSQL 14 or later, for several
// processes at once.
//
// Each bucket is a table (key, doc, version) in the schema public, so that
// whoever may read it writes
//
//	select doc->>'name' from training
//
// What the program needs besides stands in the schema chihai. The database is
// the program's own: one database is one Union, and its user owns it. The
// tables are made as they are needed.
//
// # How an Update commits
//
// Reads are remembered with the versions of what was read, writes are kept in
// memory, and the commit is one call of a function in the database, which
// compares the versions and writes everything or nothing. So a turn waits for
// one round trip, not for one per statement, and no lock is held while code of
// this program runs. Updates of one process run one after another and commit
// in groups, so they never contradict each other; what another process wrote
// meanwhile is found at the commit, and only those Updates of the group run
// again that read it. Files: update.go, group.go, commit.go.
//
// What is read stays in a cache with its version. It may be out of date
// because of other processes; then the commit finds out.
//
// # What is not here
//
// A hot copy is made with pg_dump or pg_basebackup, so there is no
// [store.Backup]; and no [store.Scrubber], since vacuum does not overwrite
// what it frees.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"chihai/store"
)

// A DB is an open database.
type DB struct {
	opt    Options
	config *pgx.ConnConfig
	reads  *pgxpool.Pool // for Views and prefetches
	writer *link         // for Updates; belongs to whoever has the turn
	tables tables
	cache  *cache
	counts counts

	process int64           // tells the notifications of this process from those of others
	id      int64           // of the latest commit; the writer's own
	era     atomic.Int64    // in which this process has the database; 0: not known yet
	queue   chan *member    // Updates that wait for the writer
	ran     chan struct{}   // answers of the Update whose turn it is
	alive   context.Context // until Close
	kill    context.CancelFunc
	asking  context.Context // until [grace] after Close
	giveUp  context.CancelFunc
	writes  sync.WaitGroup // the writer, and what holds the session

	gate    *store.Gate // inside are Views
	watch   atomic.Pointer[func(store.Commit)]
	release sync.Once
}

var (
	_ store.Backend    = (*DB)(nil)
	_ store.Prefetcher = (*DB)(nil)
	_ store.Feed       = (*DB)(nil)
)

// Options of [Open]. The zero value is right for real use.
type Options struct {
	// Patience is how long an Update waits for a database that does not
	// answer, before it returns an error. 0: 15 s.
	Patience time.Duration

	// Exclusive opens the database only if no other process has it open, and
	// keeps others from opening it.
	Exclusive bool

	// Watch are the buckets of which other processes are told what was put
	// there; see [DB.Listen]. All processes should name the same. nil: "message", "screen",
	// "task".
	Watch []string

	// Cache is about how many bytes of documents stay in memory. 0: 64 MiB.
	Cache int
}

const (
	defaultPatience = 15 * time.Second
	defaultCache    = 64 << 20
	connectTimeout  = 5 * time.Second
	grace           = time.Second // for the answer to what was asked when nobody waits for it any more
	maxViews        = 16          // connections for Views; others wait
)

// Open opens the database that dsn names, as a URL or as "host=… dbname=…"
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
// Several hosts may be named; the one that takes writes is used, also after it
// has become another one. The user must own the database.
//
// Commits wait until they are on stable storage (synchronous_commit=on) unless
// dsn says otherwise.
func Open(ctx context.Context, dsn string, opt Options) (*DB, error) {
	if opt.Patience == 0 {
		opt.Patience = defaultPatience
	}
	if opt.Cache == 0 {
		opt.Cache = defaultCache
	}
	if opt.Watch == nil {
		opt.Watch = []string{"message", "screen", "task"}
	}
	pool, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	prepare(pool.ConnConfig)
	if !strings.Contains(dsn, "pool_max_conns") {
		pool.MaxConns = maxViews
	}
	d := &DB{
		opt:     opt,
		config:  pool.ConnConfig.Copy(),
		cache:   newCache(opt.Cache),
		process: rand.Int64(),         // #nosec G404 -- tells processes apart, and is no secret; id as well
		id:      rand.Int64N(1 << 62), // #nosec G404 -- two processes do not meet, nor does one meet what it wrote in an earlier life
		queue:   make(chan *member),
		ran:     make(chan struct{}),
		gate:    store.NewGate(),
	}
	d.writer = &link{config: d.config, dialled: &d.counts.connects, greet: d.tables.load}
	name := fmt.Sprintf("open database %s on %s", d.config.Database, d.config.Host)
	session, err := d.attend(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err = d.begin(ctx, pool); err == nil {
		if err = d.enroll(ctx, session); err != nil {
			d.reads.Close()
		}
	}
	if err != nil {
		d.writer.drop()
		session.Close(ctx)
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.alive, d.kill = context.WithCancel(context.Background())
	d.asking, d.giveUp = context.WithCancel(context.Background())
	d.writes.Go(d.write)
	d.writes.Go(func() { d.stay(d.alive, session) })
	return d, nil
}

// begin makes what the database lacks and the connections.
func (d *DB) begin(ctx context.Context, pool *pgxpool.Config) error {
	conn, err := d.writer.use(ctx)
	if err != nil {
		return err
	}
	if err := install(ctx, conn); err != nil {
		return err
	}
	if err := d.tables.load(ctx, conn); err != nil {
		return err
	}
	d.reads, err = pgxpool.NewWithConfig(ctx, pool)
	return err
}

// prepare sets what all connections have in common, where the address does not
// say otherwise.
func prepare(c *pgx.ConnConfig) {
	for name, value := range map[string]string{
		"application_name":   "chihai",
		"synchronous_commit": "on",
		// Each statement of a commit must see what was committed before it got
		// its lock.
		"default_transaction_isolation": "read committed",
		// Keys are looked up by their index, also in tables that the planner
		// took for empty when it planned.
		"enable_seqscan":   "off",
		"enable_hashjoin":  "off",
		"enable_mergejoin": "off",
		"jit":              "off",
		// A lock of a process that has vanished is given up.
		"idle_in_transaction_session_timeout": "600000",
	} {
		if c.RuntimeParams[name] == "" {
			c.RuntimeParams[name] = value
		}
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
}

// Close implements [store.Backend]. Updates that wait for their turn return
// [store.ErrClosed], and those that have begun wait no more for a database that
// does not answer. Within fn it would wait for itself.
func (d *DB) Close() error {
	d.gate.Shut(store.ErrClosed)
	d.kill()
	late := time.AfterFunc(grace, d.giveUp)
	defer late.Stop()
	d.writes.Wait()
	d.gate.Wait()
	d.release.Do(func() {
		d.giveUp()
		d.writer.drop()
		closed := make(chan struct{})
		go func() { defer close(closed); d.reads.Close() }() // takes 15 s when the server says nothing
		late := time.NewTimer(grace)
		defer late.Stop()
		select {
		case <-closed:
		case <-late.C:
		}
	})
	return nil
}

// Watch implements [store.Watched]. fn is called by the writer. A commit that
// is turned down because of what others changed is not told: it is tried again.
func (d *DB) Watch(fn func(store.Commit)) { d.watch.Store(&fn) }

// committed counts a commit and tells of it. Only the writer calls it.
func (d *DB) committed(c store.Commit) {
	if c.Err == nil {
		n := &d.counts
		n.commits.Add(1)
		n.updates.Add(int64(c.Updates))
		n.maxGroup.Store(max(n.maxGroup.Load(), int64(c.Updates)))
	}
	if fn := d.watch.Load(); fn != nil && *fn != nil {
		(*fn)(c)
	}
}

// Stats counts what was done since the database was opened.
type Stats struct {
	Commits    int64 // groups that were written
	Updates    int64 // members of those groups
	Reruns     int64 // Updates that ran again, because what they read had changed
	Conflicts  int64 // commits that were turned down for it
	MaxGroup   int64 // members of the largest group
	Sent       int64 // round trips of commits, those turned down included
	Fetches    int64 // round trips for documents that an Update read and the cache did not hold
	Prefetches int64 // round trips for documents that were wanted before an Update
	Scans      int64 // round trips for pages of the scans of Updates
	Views      int64 // round trips of Views
	Connects   int64 // connections for Updates that were made
}

// Stats returns the counts so far.
func (d *DB) Stats() Stats {
	c := &d.counts
	return Stats{
		Commits: c.commits.Load(), Updates: c.updates.Load(), Reruns: c.reruns.Load(), Conflicts: c.conflicts.Load(),
		MaxGroup: c.maxGroup.Load(), Sent: c.sent.Load(), Fetches: c.fetches.Load(), Prefetches: c.prefetches.Load(), Scans: c.scans.Load(),
		Views: c.views.Load(), Connects: c.connects.Load(),
	}
}

type counts struct {
	commits, updates, reruns, conflicts, maxGroup     atomic.Int64
	sent, fetches, prefetches, scans, views, connects atomic.Int64
}

// lost says whether err means that the server that was asked cannot answer, so
// that another connection should be tried. What it was asked to do may have
// been done, unless it said an error of its own.
func lost(err error) bool {
	var said *pgconn.PgError
	if !errors.As(err, &said) { // of the network, of a dial, or the end of a wait
		return true
	}
	switch said.Code {
	case "57P01", "57P02", "57P03", "57P05", // it shuts down, starts up, or ended a session that was idle
		"25006", // it has become a standby
		"53300": // it has too many connections
		return true
	}
	return said.Code[:2] == "08"
}

// said says whether the server itself answered with err, so that nothing of
// the transaction was written.
func said(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.SeverityUnlocalized == "ERROR"
}

// code returns the code of an error that the server said (SQLSTATE,
// https://www.postgresql.org/docs/current/errcodes-appendix.html), and "" for
// others.
func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// CheckAddress returns an error unless dsn is an address that [Open] takes. It
// asks no server, and its error says no password.
func CheckAddress(dsn string) error {
	if _, err := pgxpool.ParseConfig(dsn); err != nil {
		return errors.New("not an address such as postgres://user@host/database")
	}
	return nil
}
