// Package disk watches whether the database has room to grow, so that a disk
// that fills is told of early, and a full one costs nobody anything that was
// confirmed.
//
// # Low and full
//
// Below 5 %, but at least 512 MiB and at most 8 GiB, the disk is low: that is told
// once, and what can wait does ([Watch.Low]). Below the smaller of 64 MiB and 1 % it is
// full: inputs are turned away before they are handled, so that they are not
// confirmed and come again, and what room there is serves to keep what was
// sent. A database that refuses a commit although there seems to be room (a
// quota, the bound of CHIHAI_DB_MAX) is told of in the same way, but goes on being
// tried: it says itself when it works again.
//
// Nothing has to be restarted: when there is room, inputs are taken again.
package disk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"chihai/flows"
	"chihai/store"
)

// ErrFull says that an input was not handled because the disk is full. It must
// come again. It wraps [store.ErrRefused].
var ErrFull = fmt.Errorf("disk is full: %w", store.ErrRefused)

// lookEvery is how often the room is looked at: often enough that a disk that
// fills with 10 MiB a second is seen before it is full.
const lookEvery = 2 * time.Second

// A Watch knows how much room there is for one database. Its methods may be
// called from many goroutines at once.
type Watch struct {
	look func() (Room, error)
	log  *slog.Logger

	mu      sync.Mutex
	room    Room
	blind   error // why the room is not known
	refused error // with which the database refused the last commit; nil: it did not
	told    level
}

// A level is how bad it is.
type level int

const (
	ample level = iota
	low
	full
)

// NewWatch returns a Watch over the file system that holds path, which it has
// looked at once.
func NewWatch(path string) *Watch {
	w := &Watch{look: func() (Room, error) { return RoomAt(path) }, log: slog.Default()}
	w.update()
	return w
}

// Run looks at the room every few seconds until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.update()
		}
	}
}

// update looks at the room.
func (w *Watch) update() {
	room, err := w.look()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room, w.blind = room, err
	w.tell()
}

// Guard returns handle with a guard before it: an input that there is no room
// for is answered with [ErrFull] at once. It learns from what handle returns
// whether the database takes commits.
func (w *Watch) Guard(handle func(context.Context, flows.Input) error) func(context.Context, flows.Input) error {
	return func(ctx context.Context, in flows.Input) error {
		if w.full() {
			return ErrFull
		}
		err := handle(ctx, in)
		if err == nil || errors.Is(err, store.ErrRefused) {
			w.Heard(err)
		}
		return err
	}
}

// Heard tells the Watch how a commit ended: nil, or an error that wraps
// [store.ErrRefused].
func (w *Watch) Heard(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && w.refused == nil {
		return
	}
	w.refused = err
	w.tell()
}

func (w *Watch) full() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room.Full()
}

// Low says whether what can wait should wait. The disk may also be full.
func (w *Watch) Low() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.level() >= low
}

// Room returns what was last seen of the disk.
func (w *Watch) Room() Room {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room
}

// Health returns nil, or in plain words why nothing is kept now. warning is set
// while all is kept but soon may not be.
func (w *Watch) Health() (warning string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch w.level() {
	case full:
		return "", errors.New(w.words())
	case low:
		return w.words(), nil
	}
	if w.blind != nil {
		return "it is not known how full the disk is: " + w.blind.Error(), nil
	}
	return "", nil
}

// level is how bad it is now. Watch.mu is held, as in the following.
func (w *Watch) level() level {
	switch {
	case w.room.Full(), w.refused != nil:
		return full
	case w.room.Low():
		return low
	}
	return ample
}

// words say what is wrong and what to do.
func (w *Watch) words() string {
	switch {
	case w.room.Full():
		return fmt.Sprintf("the disk is full: %v. Nothing that people write is taken until there is room; nothing is lost meanwhile", w.room)
	case w.refused != nil:
		return fmt.Sprintf("the database takes nothing more, its disk, quota or CHIHAI_DB_MAX is full: %v", w.refused)
	default:
		return fmt.Sprintf("the disk is nearly full: %v. Exports and broadcasts wait", w.room)
	}
}

// tell writes to the log once whenever it has become better or worse.
func (w *Watch) tell() {
	now := w.level()
	if now == w.told {
		return
	}
	switch now {
	case full:
		w.log.Error(w.words())
	case low:
		w.log.Warn(w.words())
	case ample:
		w.log.Info("there is room on the disk again", "room", w.room.String())
	}
	w.told = now
}
