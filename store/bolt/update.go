package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"chihai/store"
)

// This file commits in groups. One goroutine, the writer, gives the Updates
// that wait their turn one after another, each in its caller's goroutine, and
// commits what they wrote at once; whoever comes while that commit is under
// way is in the next group. Nobody waits for a timer.
//
// Each Update runs on an overlay over the one of its group, which takes over
// what it wrote. bbolt is told when the last has run, in the order of keys. It
// must not be told before: in a transaction that has emptied a leaf, a cursor
// of bbolt v1.5.0 which goes backwards stops there.

const (
	maxMembers = 512      // Updates in a commit
	maxGroup   = 16 << 20 // bytes, after which no further Update joins
)

// A member is one Update on its way through the writer.
type member struct {
	steps  chan step // holds one
	since  time.Time // when it began to wait for its turn
	writes *store.Overlay
	err    error // what fn returned
	gone   bool  // fn panicked or ended its goroutine, so nobody waits for the outcome
}

// A step is what the writer tells a member: to run on an overlay, or that it
// is over, with err.
type step struct {
	run *store.Overlay
	err error
}

// Update implements [store.Backend]. It shares its commit with other Updates,
// but each runs on what those before it wrote, and only what fn itself wrote
// is undone when it fails. Once fn has begun, ctx no longer matters.
//
// If the commit is refused, each Update of the group runs again alone, and
// returns [store.ErrRefused] if it is refused again. This is slow in a large
// file, which bbolt then reads as a whole each time. After a failed sync all
// of the group return the error and the database takes nothing more.
//
// Update, Close, Scrub and View must not be called within fn.
func (d *DB) Update(ctx context.Context, fn func(store.KV) error) error {
	if err := d.gate.Reason(); err != nil {
		return err
	}
	if d.bolt.IsReadOnly() {
		return store.ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &member{steps: make(chan step, 1), since: time.Now()}
	select {
	case d.queue <- m:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.gate.Closing():
		return d.gate.Reason()
	}
	for {
		s := <-m.steps
		if s.run == nil {
			return s.err
		}
		d.turn(m, s.run, fn)
	}
}

// turn runs fn for m and lets the writer go on, whatever fn does. A panic goes
// its way through the caller, with its stack.
func (d *DB) turn(m *member, group *store.Overlay, fn func(store.KV) error) {
	m.writes, m.gone = store.NewOverlay(group), true
	defer func() {
		m.writes.End()
		d.ran <- struct{}{}
	}()
	m.err = fn(m.writes)
	m.gone = false
}

// write is the writer.
func (d *DB) write() {
	defer func() {
		close(d.written)
		if d.lost != nil {
			d.opt.Fatal(d.lost)
		}
	}()
	last := 0 // members of the last group
	for d.lost == nil {
		select {
		case m := <-d.queue:
			last = d.group(m, last)
		case job := <-d.jobs:
			job()
		case <-d.gate.Closing():
			return
		}
	}
}

// group runs first and whoever waits, and commits. It returns how many ran.
func (d *DB) group(first *member, last int) int {
	if last > 1 {
		// Those whom the last group has just told of their commit often come
		// back at once; give them the processor before it is this one's turn.
		runtime.Gosched()
	}
	members, err := d.commit(first, d.waiting)
	if !errors.Is(err, store.ErrRefused) || len(members) == 1 {
		settle(members, err)
		return len(members)
	}
	for _, m := range members {
		d.counts.reruns.Add(1)
		settle(d.commit(m, nobody))
	}
	return len(members)
}

// waiting returns an Update that waits, if there is one and a group of n and
// size bytes may have another member.
func (d *DB) waiting(n, size int) *member {
	if n >= maxMembers || size >= maxGroup {
		return nil
	}
	select {
	case m := <-d.queue:
		return m
	default:
		return nil
	}
}

// nobody keeps a group to its first member.
func nobody(n, size int) *member { return nil }

// commit runs first and those that next returns and commits what they wrote.
// It returns those that wait for the outcome. The error wraps
// [store.ErrRefused] if nothing was written.
func (d *DB) commit(first *member, next func(n, size int) *member) ([]*member, error) {
	if d.lost != nil { // by the member before, of a group that runs again one by one
		return []*member{first}, d.lost
	}
	tx, err := d.bolt.Begin(true)
	if err != nil {
		return []*member{first}, err
	}
	group := store.NewOverlay(reader{tx})
	var members []*member
	var c store.Commit
	begun := time.Now()
	for m, n := first, 1; m != nil; m, n = next(n, group.Size()), n+1 {
		c.Waited += time.Since(m.since)
		m.steps <- step{run: group}
		<-d.ran
		if m.gone {
			continue
		}
		members = append(members, m)
		if m.err == nil {
			group.Absorb(m.writes)
		}
	}
	if group.Len() == 0 {
		// Nobody wrote, and what they read is on the disk already.
		return members, tx.Rollback()
	}
	c.Updates, c.Ran = len(members), time.Since(begun)
	d.keep(tx, group, &c)
	d.committed(c)
	return members, c.Err
}

// keep commits what group wrote and notes in c how that went.
func (d *DB) keep(tx *bbolt.Tx, group *store.Overlay, c *store.Commit) {
	begun := time.Now()
	for w := range group.Writes() {
		if err := apply(tx, w); err != nil {
			tx.Rollback()
			c.Err = fmt.Errorf("%w: %w", store.ErrRefused, err)
			return
		}
	}
	c.Err = d.finish(tx)
	stats := tx.Stats()
	c.Took, c.Synced = time.Since(begun), stats.GetWriteTime()
}

func apply(tx *bbolt.Tx, w store.Write) error {
	b := tx.Bucket([]byte(w.Bucket))
	if w.Value == nil {
		if b == nil {
			return nil
		}
		return b.Delete([]byte(w.Key))
	}
	if b == nil {
		var err error
		if b, err = tx.CreateBucket([]byte(w.Bucket)); err != nil {
			return fmt.Errorf("create bucket %s: %w", w.Bucket, err)
		}
	}
	return b.Put([]byte(w.Key), w.Value)
}

// finish commits tx. The error wraps [store.ErrRefused] if tx was not written;
// after any other one it may have been, and the database is stopped.
func (d *DB) finish(tx *bbolt.Tx) error {
	id := tx.ID()
	err := tx.Commit()
	if err == nil {
		return nil
	}
	if refused(err) && !d.reached(id) {
		return fmt.Errorf("%w: %w", store.ErrRefused, err)
	}
	d.lost = fmt.Errorf("database stopped, as a commit failed that may or may not have been kept: %w", err)
	d.gate.Shut(d.lost)
	return d.lost
}

// refused says whether err means that there was no room for the pages of a
// commit. bbolt writes pages, syncs, writes the head that makes them count,
// and syncs again; an error of a sync says nothing about what the disk holds,
// even if its cause is a want of room, and comes bare from the system call on
// Linux and as an error of "sync" elsewhere.
func refused(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	if strings.HasPrefix(err.Error(), "file resize error: ") {
		return true // of DB.grow, before anything is written; it drops the cause
	}
	var at *fs.PathError
	return errors.As(err, &at) && at.Op == "write" &&
		(errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG))
}

// reached says whether the head of the file is that of transaction id, or
// cannot be read.
func (d *DB) reached(id int) bool {
	tx, err := d.bolt.Begin(false)
	if err != nil {
		return true
	}
	defer tx.Rollback()
	return tx.ID() >= id
}

// settle tells members what came of their commit. What fn returned counts only
// now: it may rest on what others of the group wrote.
func settle(members []*member, err error) {
	for _, m := range members {
		if err != nil {
			m.steps <- step{err: err}
		} else {
			m.steps <- step{err: m.err}
		}
	}
}

// alone runs job while nothing is being written.
func (d *DB) alone(ctx context.Context, job func()) error {
	if err := d.gate.Reason(); err != nil {
		return err
	}
	if d.bolt.IsReadOnly() {
		return store.ErrReadOnly
	}
	done := make(chan struct{})
	select {
	case d.jobs <- func() { defer close(done); job() }:
		<-done
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-d.gate.Closing():
		return d.gate.Reason()
	}
}
