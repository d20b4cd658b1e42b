package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chihai/store"
)

const (
	// keepCommits is for how long it is remembered which commits were kept. It
	// must be much more than an Update waits for an answer.
	keepCommits = "15 minutes"
	// keepRefusals is for how long it is remembered which were given up. It must
	// be more than a request may lie about on its way to the server.
	keepRefusals = "7 days"
	// askWithin is how long after a commit was sent it is asked what became of
	// it. It must be less than keepCommits: a process that was suspended wakes up
	// when that is forgotten.
	askWithin = 10 * time.Minute
)

// commit sends a group. It returns nil when it was kept, or what the group
// read that is no longer so, which the cache has learnt already; then nothing
// was written. A connection that is lost meanwhile is made anew, and the
// database is asked what became of the commit, until ctx ends.
func (d *DB) commit(ctx context.Context, payload *payload) (stale []ref, err error) {
	doubt := false // whether it may have been kept
	for p := d.patience(ctx.Done()); ; {
		stale, err = d.attempt(ctx, payload, &doubt)
		switch {
		case err == nil:
			return stale, nil
		case code(err) == codeEra:
			// The session may be on its way back.
			if p.again() {
				continue
			}
			return nil, fmt.Errorf("%w: %w", store.ErrRefused, errTaken)
		case !lost(err) && !doubt:
			return nil, fmt.Errorf("%w: %w", store.ErrRefused, err)
		}
		d.writer.drop()
		d.cache.forget() // another server may have taken over, and know less
		if p.again() {
			continue
		}
		if doubt {
			// Not wrapped: that a wait was over would say that nothing was written.
			return nil, fmt.Errorf("the database broke off, and does not tell whether the commit was kept: %v", err)
		}
		return nil, unanswered(err)
	}
}

func unanswered(err error) error { return fmt.Errorf("the database does not answer: %w", err) }

// attempt sends p once, or finds out first what became of it. doubt says
// whether it may have been kept.
func (d *DB) attempt(ctx context.Context, p *payload, doubt *bool) ([]ref, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout())
	defer cancel()
	conn, err := d.writer.use(ctx)
	if err != nil {
		return nil, err
	}
	if *doubt {
		if kept, err := d.kept(ctx, conn, p); err != nil || kept {
			return nil, err
		}
		*doubt = false
	}
	if err := d.provide(ctx, conn, p.writes.buckets); err != nil {
		return nil, err
	}
	d.writer.warned.Store(false)
	d.counts.sent.Add(1)
	p.sent = time.Now().Round(0) // by the clock on the wall, which goes on while the machine is suspended
	stale, err := p.send(ctx, conn, d.era.Load())
	if code(err) == codeNoTable {
		// A table that was known is gone: another server may have taken over, and
		// know less. What stood there is gone, too; the commit finds out.
		if err = d.tables.load(ctx, conn); err == nil {
			err = d.provide(ctx, conn, p.buckets())
		}
		if err == nil {
			d.counts.sent.Add(1)
			stale, err = p.send(ctx, conn, d.era.Load())
		}
	}
	*doubt = err != nil && !said(err)
	if err == nil && d.writer.warned.Load() {
		// It may have been a wait for a standby that somebody cancelled
		// (SyncRepWaitForLSN warns and goes on): wait once more.
		var kept bool
		if kept, err = d.kept(ctx, conn, p); err != nil {
			*doubt = true
		} else if !kept && len(stale) == 0 {
			err = errors.New("the database kept nothing of a commit that it confirmed")
		}
	}
	if err != nil {
		return nil, err
	}
	refs := make([]ref, len(stale))
	for i, s := range stale {
		if s.isRange() {
			d.cache.leave(s.ref)
		} else {
			d.cache.stale(s.ref, s.doc)
		}
		refs[i] = s.ref
	}
	if len(refs) == 0 {
		d.prune(ctx, conn)
		return nil, nil
	}
	return refs, nil
}

// provide makes the tables that buckets lack.
func (d *DB) provide(ctx context.Context, conn *pgx.Conn, buckets []string) error {
	lacking := d.tables.lacking(buckets)
	if len(lacking) == 0 {
		return nil
	}
	if err := makeTables(ctx, conn, lacking); err != nil {
		return err
	}
	d.tables.learn(lacking)
	return nil
}

// kept asks whether p was kept. If it was not it never will be, even if the
// request is still on its way to the server; p may be sent again then, under
// another id.
func (d *DB) kept(ctx context.Context, conn *pgx.Conn, p *payload) (kept bool, err error) {
	if time.Now().Round(0).Sub(p.sent) > askWithin {
		return false, errors.New("the commit was sent too long ago to be asked about")
	}
	if err := conn.QueryRow(ctx, "select chihai.kept($1)", p.id).Scan(&kept); err != nil {
		return false, err
	}
	if !kept {
		p.id = d.nextID()
	}
	return kept, nil
}

// nextID returns the id of another commit, which is also the version of what it
// writes. Only the writer calls it.
func (d *DB) nextID() int64 {
	d.id++
	return d.id
}

// prune forgets old commits once in a while. It does not matter if it fails.
func (d *DB) prune(ctx context.Context, conn *pgx.Conn) {
	if d.counts.commits.Load()%1024 == 1023 {
		conn.Exec(ctx, "delete from chihai.commits where at < now() - interval '"+keepCommits+"' and (kept or at < now() - interval '"+keepRefusals+"')")
	}
}

// A payload is a group as it is sent.
type payload struct {
	id      int64
	sent    time.Time // the latest time
	of      []read    // documents, in the order sent
	within  []read    // ranges
	reads   list
	version []int64
	ranges  list     // by their first keys
	behind  []string // the first key behind each
	known   []int64  // how many documents stand in each
	deletes list
	writes  list
	docs    []string
	told    []string // what other processes are told
	size    int
}

// A list is keys ordered by bucket. Part i ends with the key number ends[i],
// counted from 1, and is in buckets[i].
type list struct {
	buckets []string
	ends    []int32
	keys    []string
}

func newList(room int) list {
	return list{buckets: []string{}, ends: []int32{}, keys: make([]string, 0, room)} // nil would be sent as null
}

func (l *list) add(bucket, key string) {
	if n := len(l.buckets); n == 0 || l.buckets[n-1] != bucket {
		l.buckets, l.ends = append(l.buckets, bucket), append(l.ends, 0)
	}
	l.keys = append(l.keys, key)
	l.ends[len(l.ends)-1] = int32(len(l.keys)) // #nosec G115 -- a commit has some thousands of keys
}

func (g *group) payload(id int64) *payload {
	p := &payload{id: id, size: g.overlay.Size()}
	for _, m := range g.members {
		if !m.gone {
			p.of = append(p.of, m.reads...)
		}
	}
	slices.SortFunc(p.of, func(a, b read) int {
		return cmp.Or(cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.key, b.key), cmp.Compare(a.version, b.version))
	})
	all := slices.Compact(p.of)
	p.of = make([]read, 0, len(all))
	p.reads, p.version = newList(len(all)), make([]int64, 0, len(all))
	p.ranges, p.behind, p.known = newList(0), []string{}, []int64{}
	for _, r := range all {
		if r.isRange() {
			from, to := r.bounds()
			p.within = append(p.within, r)
			p.ranges.add(r.bucket, from)
			p.behind, p.known = append(p.behind, to), append(p.known, r.version)
			continue
		}
		p.of = append(p.of, r)
		p.reads.add(r.bucket, r.key)
		p.version = append(p.version, r.version)
	}
	p.deletes, p.writes, p.docs = newList(0), newList(g.overlay.Len()), make([]string, 0, g.overlay.Len())
	for w := range g.overlay.Writes() {
		if w.Value == nil {
			p.deletes.add(w.Bucket, w.Key)
		} else {
			p.writes.add(w.Bucket, w.Key)
			p.docs = append(p.docs, string(w.Value))
		}
	}
	p.told = g.db.telling(p.writes)
	return p
}

// buckets are all that p reads and writes.
func (p *payload) buckets() []string {
	return slices.Concat(p.reads.buckets, p.ranges.buckets, p.deletes.buckets, p.writes.buckets)
}

// timeout is how long one attempt may take. A large one takes longer.
func (p *payload) timeout() time.Duration {
	return 5*time.Second + time.Duration(p.size>>20)*time.Second
}

// A fresh document is one that was not as it had been read. That of a range is
// empty.
type fresh struct {
	ref
	doc
}

func (p *payload) send(ctx context.Context, conn *pgx.Conn, era int64) ([]fresh, error) {
	rows, err := conn.Query(ctx, "select at, doc, version from chihai.commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
		p.id, era, p.reads.buckets, p.reads.ends, p.reads.keys, p.version,
		p.ranges.buckets, p.ranges.ends, p.ranges.keys, p.behind, p.known,
		p.deletes.buckets, p.deletes.ends, p.deletes.keys,
		p.writes.buckets, p.writes.ends, p.writes.keys, p.docs, p.told)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (fresh, error) {
		var at int32
		var f fresh
		err := row.Scan(&at, &f.value, &f.version)
		switch {
		case err != nil:
		case at < 0:
			f.ref = p.within[-at-1].ref
		default:
			f.ref = p.of[at-1].ref
		}
		return f, err
	})
}
