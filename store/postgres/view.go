package postgres

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"chihai/store"
)

// View implements [store.Backend]. The snapshot is that of the first read,
// with which the transaction begins. A long View keeps the database from
// cleaning up behind writers.
//
// Each View has a connection of its own while it runs, so do not open another
// View within fn.
func (d *DB) View(ctx context.Context, fn func(store.KV) error) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.asking, cancel)()
	s := &snapshot{db: d, ctx: ctx}
	defer s.end()
	kv := store.NewSnapshot(s)
	defer kv.End()
	return fn(kv)
}

// A snapshot reads in a transaction that sees one state of the database.
type snapshot struct {
	db   *DB
	ctx  context.Context // of the View
	conn *pgxpool.Conn   // nil before the first read
}

const begin = "begin isolation level repeatable read read only"

// ask asks a question and collects its rows. The first one begins the
// transaction on its way; when the connection turns out to be lost then,
// another one is tried.
func (s *snapshot) ask(sql string, args []any, collect func(pgx.Rows) error) error {
	s.db.counts.views.Add(1)
	if s.conn != nil {
		ctx, cancel := context.WithTimeout(s.ctx, readTimeout)
		defer cancel()
		rows, err := s.conn.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		return collect(rows)
	}
	for p := s.db.patience(s.ctx.Done()); ; {
		err := s.first(sql, args, collect)
		if err == nil || s.ctx.Err() != nil || !lost(err) {
			return err
		}
		if !p.again() {
			return unanswered(err)
		}
	}
}

func (s *snapshot) first(sql string, args []any, collect func(pgx.Rows) error) error {
	conn, err := s.db.reads.Acquire(s.ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, readTimeout)
	defer cancel()
	var batch pgx.Batch
	batch.Queue(begin)
	batch.Queue(sql, args...)
	answers := conn.SendBatch(ctx, &batch)
	_, err = answers.Exec()
	if err == nil {
		var rows pgx.Rows
		if rows, err = answers.Query(); err == nil {
			err = collect(rows)
		}
	}
	if closed := answers.Close(); err == nil {
		err = closed
	}
	if err != nil {
		release(conn)
		return err
	}
	s.conn = conn
	return nil
}

// end ends the transaction, for which nobody waits but Close.
func (s *snapshot) end() {
	if s.conn == nil {
		s.db.gate.Leave()
		return
	}
	go func() {
		defer s.db.gate.Leave()
		release(s.conn)
	}()
}

// release gives conn back without a transaction. A connection that does not
// answer is given up.
func release(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := conn.Exec(ctx, "rollback"); err != nil {
		conn.Conn().Close(ctx)
	}
	conn.Release()
}

func (s *snapshot) Get(bucket, key string) ([]byte, error) {
	if store.CheckKey(bucket, key) != nil {
		return nil, store.ErrNotFound // such a key is never there
	}
	there, err := s.there(bucket)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	if there {
		err = s.ask("select doc from "+table(bucket)+" where key = $1", []any{key}, func(rows pgx.Rows) (err error) {
			found, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
			return err
		})
	}
	if err = s.gone(bucket, err); err == nil && len(found) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// there says whether the bucket has a table, by now.
func (s *snapshot) there(bucket string) (bool, error) {
	if store.CheckKey(bucket, "k") != nil {
		return false, nil
	}
	if s.db.tables.has(bucket) {
		return true, nil
	}
	err := s.ask(namesSQL, nil, func(rows pgx.Rows) error {
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		s.db.tables.learn(names)
		return err
	})
	return s.db.tables.has(bucket), err
}

// gone forgets a table that err says is not there any more, as after a failover.
// The bucket is empty then. A transaction that had begun is over with that
// error; it is only the next View that is right.
func (s *snapshot) gone(bucket string, err error) error {
	if code(err) != codeNoTable {
		return err
	}
	s.db.tables.forget(bucket)
	if s.conn != nil {
		return err
	}
	return nil
}

func (s *snapshot) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return s.scan(pages{bucket: bucket, from: from, to: to})
}

func (s *snapshot) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return s.scan(pages{bucket: bucket, from: from, to: to, back: true})
}

func (s *snapshot) scan(p pages) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		p := p // the sequence may be ranged over again
		if there, err := s.there(p.bucket); err != nil {
			yield(store.Pair{}, err)
			return
		} else if !there {
			return
		}
		for !p.over {
			var page []row
			sql, args := p.sql()
			err := s.ask(sql, args, func(rows pgx.Rows) (err error) {
				page, err = p.collect(rows)
				return err
			})
			if err = s.gone(p.bucket, err); err != nil {
				yield(store.Pair{}, err)
				return
			}
			p.advance(page)
			for _, r := range page {
				if !yield(store.Pair{Key: r.key, Value: r.value}, nil) {
					return
				}
			}
		}
	}
}
