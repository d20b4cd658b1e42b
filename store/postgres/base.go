package postgres

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chihai/store"
)

// A base is the database as the Updates of a group read it: outside of any
// transaction, a document at a time, from the cache where it is there. What is
// read is noted for whoever has the turn; the commit finds out whether it was
// so.
type base struct{ g *group }

const readTimeout = 10 * time.Second // for one round trip

func (b base) Get(bucket, key string) ([]byte, error) {
	r := ref{bucket, key}
	if store.CheckKey(bucket, key) != nil {
		return nil, store.ErrNotFound // such a key is never there
	}
	d, ok := b.g.db.cache.get(r, b.g.current.since)
	if !ok && b.g.db.tables.has(bucket) {
		asked := time.Now()
		b.g.db.counts.fetches.Add(1)
		err := b.ask(func(ctx context.Context, conn *pgx.Conn) error {
			err := conn.QueryRow(ctx, "select doc, version from "+table(bucket)+" where key = $1", key).Scan(&d.value, &d.version)
			switch {
			case errors.Is(err, pgx.ErrNoRows):
				d = doc{}
				return nil
			case code(err) == codeNoTable: // as after a failover
				return b.g.db.tables.load(ctx, conn)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		b.g.db.cache.fetched(r, d, asked)
	}
	b.note(r, d.version)
	if d.version == 0 {
		return nil, store.ErrNotFound
	}
	return bytes.Clone(d.value), nil
}

func (b base) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return b.scan(pages{bucket: bucket, from: from, to: to})
}

func (b base) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return b.scan(pages{bucket: bucket, from: from, to: to, back: true})
}

func (b base) scan(p pages) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		p := p // the sequence may be ranged over again
		if there, err := b.there(p.bucket); err != nil {
			yield(store.Pair{}, err)
			return
		} else if !there {
			return
		}
		r, whole := p.asRange()
		if rows, known := b.g.db.cache.inRange(r, b.g.current.since); whole && known {
			b.noteAll(r, rows)
			if p.back {
				slices.Reverse(rows)
			}
			b.yield(p.bucket, rows, yield)
			return
		}
		for first := true; !p.over; first = false {
			var rows []row
			asked := time.Now()
			b.g.db.counts.scans.Add(1)
			err := b.ask(func(ctx context.Context, conn *pgx.Conn) (err error) {
				if rows, err = p.read(ctx, conn); code(err) == codeNoTable { // as after a failover
					err = b.g.db.tables.load(ctx, conn)
				}
				return err
			})
			if err != nil {
				yield(store.Pair{}, err)
				return
			}
			p.advance(rows)
			for _, row := range rows {
				b.g.db.cache.fetched(ref{p.bucket, row.key}, row.doc, asked)
			}
			if whole && first && p.over {
				b.g.db.cache.scanned(r, rows, p.back)
				b.noteAll(r, rows)
			}
			if !b.yield(p.bucket, rows, yield) {
				return
			}
		}
	}
}

// yield yields rows, noting each, and says whether the scan goes on.
func (b base) yield(bucket string, rows []row, yield func(store.Pair, error) bool) bool {
	for _, row := range rows {
		b.note(ref{bucket, row.key}, row.version)
		if !yield(store.Pair{Key: row.key, Value: bytes.Clone(row.value)}, nil) {
			return false
		}
	}
	return true
}

// there says whether the bucket has a table. One that another process has just
// made is found.
func (b base) there(bucket string) (bool, error) {
	if store.CheckKey(bucket, "k") != nil {
		return false, nil
	}
	if b.g.db.tables.has(bucket) {
		return true, nil
	}
	if err := b.ask(b.g.db.tables.load); err != nil {
		return false, err
	}
	return b.g.db.tables.has(bucket), nil
}

func (b base) note(r ref, version int64) {
	m := b.g.current
	m.reads = append(m.reads, read{r, version})
}

// noteAll notes that rows are all that stands in the range r, those that nobody
// goes on to look at too: with all of them the count says all.
func (b base) noteAll(r ref, rows []row) {
	b.note(r, int64(len(rows)))
	for _, row := range rows {
		b.note(ref{r.bucket, row.key}, row.version)
	}
}

// ask asks the database something, and again on another connection when the
// first one turns out to be lost. When that fails, the group is broken: nobody
// in it asks any more.
func (b base) ask(question func(context.Context, *pgx.Conn) error) error {
	if b.g.broken != nil {
		return b.g.broken
	}
	for p := b.g.db.patience(b.g.ctx.Done()); ; {
		err := b.g.db.once(b.g.ctx, question)
		if err == nil || !lost(err) {
			return err
		}
		if !p.again() {
			b.g.broken = unanswered(err)
			return b.g.broken
		}
	}
}

// once asks the database something on the writer's connection, which it gives
// up if it is lost.
func (d *DB) once(ctx context.Context, question func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	conn, err := d.writer.use(ctx)
	if err == nil {
		err = question(ctx, conn)
	}
	if err != nil && lost(err) {
		d.writer.drop()
	}
	return err
}
