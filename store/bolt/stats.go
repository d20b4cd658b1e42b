package bolt

import (
	"chihai/store"
	"context"
	"fmt"
	"sync/atomic"
)

// Stats counts what was committed since the database was opened.
type Stats struct {
	Commits  int64 // groups that were written
	Updates  int64 // members of those groups
	Reruns   int64 // Updates that ran again because their group was refused
	MaxGroup int64 // members of the largest group
}

// Stats returns the counts so far.
func (d *DB) Stats() Stats {
	c := &d.counts
	return Stats{c.commits.Load(), c.updates.Load(), c.reruns.Load(), c.maxGroup.Load()}
}

// Watch implements [store.Watched]. fn is called by the writer.
func (d *DB) Watch(fn func(store.Commit)) { d.watch.Store(&fn) }

// Space is what a database file holds.
type Space struct {
	File  int64 // bytes of the file
	Free  int64 // of them, in pages that hold nothing and are used next, and set aside behind the last page
	Views int   // Views that are open now: pages that they may still read are not free
}

// Space returns the present sizes. It costs a look at the file's head. What a
// View says of Views holds here, too. How many pages are free is known from the
// first commit on.
func (d *DB) Space() (Space, error) {
	if err := d.gate.Enter(context.Background()); err != nil {
		return Space{}, err
	}
	defer d.gate.Leave()
	info, err := d.file.Stat()
	if err != nil {
		return Space{}, fmt.Errorf("size of the database file: %w", err)
	}
	stats := d.bolt.Stats()
	tx, err := d.bolt.Begin(false)
	if err != nil {
		return Space{}, fmt.Errorf("size of the database: %w", err)
	}
	defer tx.Rollback()
	free := int64(stats.FreePageN+stats.PendingPageN) * int64(d.bolt.Info().PageSize)
	return Space{File: info.Size(), Free: free + max(0, info.Size()-tx.Size()), Views: stats.OpenTxN}, nil
}

type counts struct{ commits, updates, reruns, maxGroup atomic.Int64 }

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
