package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.etcd.io/bbolt"

	"chihai/store"
)

// This file overwrites what deleted documents left behind. bbolt copies a page
// whenever it changes and puts the old one on its list of free pages, where it
// stays as it was until it is used again.
//
// # Why it is safe
//
// A file of bbolt has two heads, of the last two commits. Scrub first makes two
// commits that change nothing, so that both heads lead to the same pages, and
// then wipes those that the next commit would be free to overwrite: no reader
// needs them, nor would a process that finds the file after a crash, at
// whatever point of the wiping and with whichever of the two heads.
//
// Pages in use hold no remains: bbolt builds every page in zeroed memory.

const (
	readerWait = 250 * time.Millisecond // how long Scrub holds up Updates for readers
	readerPoll = 2 * time.Millisecond
	wipeSize   = 1 << 20 // bytes that are looked at and wiped at once
)

// Scrub implements [store.Scrubber]. Updates wait while it runs, which takes
// about as long as reading what is free in the file. It waits a quarter of a
// second for readers of older states to end; if they do not, it wipes nothing
// and returns [store.ErrScrubLater].
//
// What it wipes is gone from the file as programs read it. It cannot reach
// what the layers below keep: the journal or the snapshots of a file system
// and those that never overwrite (btrfs, ZFS), cells that an SSD has set aside,
// memory that was swapped out. Nor does it reach backups.
func (d *DB) Scrub(ctx context.Context) (int64, error) {
	var n int64
	var err error
	if notRun := d.alone(ctx, func() { n, err = d.scrub(ctx) }); notRun != nil {
		return 0, notRun
	}
	if err != nil && !errors.Is(err, store.ErrScrubLater) {
		err = fmt.Errorf("scrub: %w", err)
	}
	return n, err
}

// scrub does the work of Scrub. It runs in the writer.
func (d *DB) scrub(ctx context.Context) (int64, error) {
	for range 2 {
		tx, err := d.bolt.Begin(true)
		if err != nil {
			return 0, err
		}
		if err := d.finish(tx); err != nil {
			return 0, err
		}
	}
	if err := d.waitForReaders(ctx); err != nil {
		return 0, err
	}
	tx, err := d.bolt.Begin(true) // nothing is written in it
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	w := wiper{d: d, ctx: ctx}
	if err := w.pages(tx); err != nil {
		return w.wiped, err
	}
	return w.wiped, d.file.Sync()
}

// waitForReaders returns when no page that was replaced is needed by a reader
// any more. bbolt says so only about the last transaction that wrote, and
// looks at the readers when one begins.
func (d *DB) waitForReaders(ctx context.Context) error {
	poll := time.NewTicker(readerPoll)
	defer poll.Stop()
	for range readerWait / readerPoll {
		tx, err := d.bolt.Begin(true)
		if err != nil {
			return err
		}
		if err := tx.Rollback(); err != nil {
			return err
		}
		if d.bolt.Stats().PendingPageN == 0 {
			return nil
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return store.ErrScrubLater
}

// A wiper overwrites parts of the file with zeros, and counts.
type wiper struct {
	d     *DB
	ctx   context.Context
	wiped int64
	buf   []byte
}

// pages wipes the free pages of tx and what lies behind the last page: commits
// that were refused have written there too.
func (w *wiper) pages(tx *bbolt.Tx) error {
	size := int64(w.d.bolt.Info().PageSize)
	last := tx.Size() / size
	begin := int64(-1) // of the run of free pages that ends here
	for id := range last {
		page, err := tx.Page(int(id))
		if err != nil {
			return err
		}
		switch free := page.Type == "free"; {
		case free && begin < 0:
			begin = id
		case !free && begin >= 0:
			if err := w.wipe(begin*size, id*size); err != nil {
				return err
			}
			begin = -1
		}
	}
	if begin < 0 {
		begin = last
	}
	info, err := w.d.file.Stat()
	if err != nil {
		return err
	}
	return w.wipe(begin*size, info.Size())
}

// wipe overwrites the bytes from one offset to the other, but for blocks that
// are zero already.
func (w *wiper) wipe(from, to int64) error {
	if w.buf == nil {
		w.buf = make([]byte, wipeSize)
	}
	for ; from < to; from += wipeSize {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		block := w.buf[:min(wipeSize, to-from)]
		if _, err := w.d.file.ReadAt(block, from); err != nil && err != io.EOF {
			return err
		}
		used := bytes.TrimRight(block, "\x00")
		if len(used) == 0 {
			continue
		}
		n := len(used)
		clear(used)
		if _, err := w.d.file.WriteAt(used, from); err != nil {
			return err
		}
		w.wiped += int64(n)
	}
	return nil
}
