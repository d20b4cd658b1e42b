// Package backups keeps copies of the database in a directory, which ideally is
// on another disk: one every hour or as often as it is told, and of the old ones
// as many as are worth keeping, but none for longer than people were told.
//
// The directory is all it remembers: when the next one is due follows from the
// name of the newest. A backup has its name only when it is whole and on stable
// storage; what a crash left behind is swept away before the next one.
//
// # Encryption
//
// With recipients ([Recipients]) a backup is encrypted with age. It is copied
// beside the database first, where what it holds lies open already, and only
// what is encrypted reaches the directory.
//
// # Checks
//
// Once a week the copy is read as a whole by [Config.Check] before it gets its
// name, or before it is encrypted: nobody can read it here afterwards. One that
// is not sound is kept all the same, since it may be the best there is.
package backups

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"chihai/bot/disk"
	"chihai/store"

	"filippo.io/age"
)

// Config is what [New] makes Backups from.
type Config struct {
	Store    *store.Store
	Database string          // the file of the database
	Dir      string          // where backups are kept; it must be there
	Every    time.Duration   // from one backup to the next
	To       []age.Recipient // for whom they are encrypted; none: for nobody

	// Check reads the database file path as a whole and returns what is wrong
	// with it.
	Check func(ctx context.Context, path string) error

	// Watch is told of each try: when it began, how long it took and how many
	// bytes the backup has, or why there is none. Nil: nobody watches.
	Watch func(began time.Time, took time.Duration, bytes int64, err error)
}

const (
	checkTime  = 7 * 24 * time.Hour // from one check to the next
	firstPause = time.Minute        // after a backup that failed, twice as long each time
	lastPause  = 15 * time.Minute
	pruneTime  = time.Hour // between two looks for what is too old, at most
)

// Which backups are kept, unless people were told of a shorter time.
const (
	keepHours  = 24
	keepDays   = 14
	keepMonths = 12
)

// Backups makes the backups of one database. Only one may run on a directory.
type Backups struct {
	Config
	failed int // in a row; of the goroutine that runs it

	mu    sync.Mutex
	stats Stats
}

// Stats are the state of [Backups].
type Stats struct {
	Last    time.Time // when the newest backup was begun; zero: there is none, or it was not looked for yet
	Bytes   int64     // of the newest that this process made; 0: none
	Took    time.Duration
	Made    int64     // by this process
	Failed  int64     // tries of this process that came to nothing
	Checked time.Time // when a backup was last found sound; zero: never
	Trouble error     // why the last try or the last check failed; nil: it did not
}

// New returns Backups that are made as soon as Run runs.
func New(c Config) *Backups { return &Backups{Config: c} }

// Stats returns the present state.
func (b *Backups) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stats
}

// Health returns nil, or in plain words what is wrong with the backups. All that
// people say is kept meanwhile.
func (b *Backups) Health() error {
	s, now := b.Stats(), b.Store.Now()
	late := !s.Last.IsZero() && now.Sub(s.Last) > 2*b.Every+lastPause
	switch {
	case s.Trouble != nil && s.Last.IsZero():
		return fmt.Errorf("there is no backup: %w", s.Trouble)
	case s.Trouble != nil:
		return fmt.Errorf("backups fail, the last one is of %s: %w", s.Last.Format(time.RFC3339), s.Trouble)
	case late:
		return fmt.Errorf("the last backup is of %s", s.Last.Format(time.RFC3339))
	}
	return nil
}

// Run makes backups when they are due until ctx ends.
func (b *Backups) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		timer.Reset(b.tick(ctx))
	}
}

// tick makes a backup if one is due and deletes those that are too old. It
// returns how long to wait until it is called again.
func (b *Backups) tick(ctx context.Context) time.Duration {
	next, err := b.due()
	if err == nil && next <= 0 {
		began := b.Store.Now()
		err = b.make(ctx, began)
		if b.Watch != nil && ctx.Err() == nil {
			s := b.Stats()
			b.Watch(began, s.Took, s.Bytes, err)
		}
		if err == nil {
			next, err = b.due()
		}
	}
	if old := b.prune(ctx); err == nil {
		err = old
	}
	if ctx.Err() != nil {
		return 0
	}
	if err != nil {
		pause := min(firstPause<<min(b.failed, 10), lastPause)
		b.failed++
		b.trouble(err)
		slog.Error("backup failed", "dir", b.Dir, "again_in", pause, "err", err)
		return pause
	}
	b.failed = 0
	return min(max(next, time.Second), pruneTime)
}

// trouble notes why a try came to nothing.
func (b *Backups) trouble(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Failed++
	b.stats.Trouble = err
}

// due returns how long it is until the next backup. One from the future is that
// of a clock that was set back since.
func (b *Backups) due() (time.Duration, error) {
	times, _, err := b.list()
	if err != nil {
		return 0, err
	}
	now := b.Store.Now()
	times = slices.DeleteFunc(times, func(t time.Time) bool { return t.After(now) })
	if len(times) == 0 {
		return 0, nil
	}
	last := slices.MaxFunc(times, time.Time.Compare)
	b.mu.Lock()
	b.stats.Last = last
	b.mu.Unlock()
	return last.Add(b.Every).Sub(now), nil
}

// list returns the times of the backups in the directory, and their names by
// time.
func (b *Backups) list() (times []time.Time, names map[time.Time][]string, err error) {
	files, err := os.ReadDir(b.Dir)
	if err != nil {
		return nil, nil, err
	}
	names = map[time.Time][]string{}
	for _, f := range files {
		at, ok := timeOf(f.Name())
		if !ok || !f.Type().IsRegular() {
			continue
		}
		if names[at] == nil {
			times = append(times, at)
		}
		names[at] = append(names[at], f.Name())
	}
	return times, names, nil
}

// make makes a backup that is called after the time begun.
func (b *Backups) make(ctx context.Context, begun time.Time) (err error) {
	if err := b.sweep(); err != nil {
		return err
	}
	name := filepath.Join(b.Dir, nameOf(begun, len(b.To) > 0))
	part := name + partName
	plain := part
	if len(b.To) > 0 {
		plain = b.Database + ".copy-" + filepath.Base(part)
	}
	defer func() { // what has its name is not there any more
		for _, path := range []string{plain, part} {
			if gone := os.Remove(path); !errors.Is(gone, fs.ErrNotExist) && err == nil {
				err = gone
			}
		}
	}()
	size := SizeOf(b.Database)
	if err := Copy(ctx, b.Store, plain, size); err != nil {
		return err
	}
	checked, wrong := b.check(ctx, plain)
	if len(b.To) > 0 {
		if err := b.encrypt(ctx, plain, part, size); err != nil {
			return err
		}
	}
	bytes := SizeOf(part)
	if err := publish(part, name); err != nil {
		return err
	}
	took := b.Store.Now().Sub(begun)
	slog.Info("backup made", "file", filepath.Base(name), "mib", bytes>>20, "seconds", took.Seconds(), "checked", checked)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Made++
	b.stats.Bytes, b.stats.Took, b.stats.Trouble = bytes, took, wrong
	return nil
}

// check has the copy read, if it is time to: a week after it was last found
// sound. It returns whether it was read and is.
func (b *Backups) check(ctx context.Context, path string) (checked bool, wrong error) {
	if b.Check == nil {
		return false, nil
	}
	var last *store.LastBackup
	if err := b.Store.View(ctx, func(tx *store.Tx) (err error) { last, err = tx.LastBackup(); return err }); err != nil {
		return false, err
	}
	b.mu.Lock()
	b.stats.Checked = last.Checked
	b.mu.Unlock()
	if since := b.Store.Now().Sub(last.Checked); since >= 0 && since < checkTime {
		return false, nil
	}
	if err := b.Check(ctx, path); err != nil {
		if ctx.Err() == nil {
			slog.Error("backup is not sound", "err", err)
		}
		return false, fmt.Errorf("the backup is not sound: %w", err)
	}
	err := b.Store.Update(ctx, func(tx *store.Tx) error {
		last, err := tx.LastBackup()
		if err != nil {
			return err
		}
		last.Checked = tx.Now
		return tx.PutLastBackup(last)
	})
	if err != nil { // then it is checked again the next time
		slog.Warn("check of the backup not noted", "err", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Checked = b.Store.Now()
	return true, nil
}

// encrypt makes the file part of the copy plain.
func (b *Backups) encrypt(ctx context.Context, plain, part string, size int64) error {
	room, err := disk.RoomAt(b.Dir)
	if err != nil {
		return err
	}
	if !room.Takes(size) {
		return fmt.Errorf("no room for %d MiB in %s: %v", size>>20, b.Dir, room)
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(Pour(ctx, f, plain, b.To), f.Sync(), f.Close())
}

// publish gives a whole file its name, so that it has it after a power cut, too.
func publish(part, name string) error {
	if err := os.Rename(part, name); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(name))
}

// sweep deletes what backups that were cut off have left.
func (b *Backups) sweep() error {
	files, err := os.ReadDir(b.Dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if partOf(f.Name()) {
			if err := os.Remove(filepath.Join(b.Dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune deletes the backups that are not kept any more.
func (b *Backups) prune(ctx context.Context) error {
	var settings *store.Settings
	if err := b.Store.View(ctx, func(tx *store.Tx) (err error) { settings, err = tx.Settings(); return err }); err != nil {
		return err
	}
	longest := time.Duration(settings.BackupDays)*24*time.Hour - pruneTime // what is too old by then is gone in time
	keep := Retention{keepHours, keepDays, keepMonths, longest}
	times, names, err := b.list()
	if err != nil {
		return err
	}
	kept := keep.Keeps(times, b.Store.Now())
	var errs []error
	for _, t := range times {
		if slices.Contains(kept, t) {
			continue
		}
		for _, name := range names[t] {
			errs = append(errs, os.Remove(filepath.Join(b.Dir, name)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("delete old backups: %w", err)
	}
	return nil
}
