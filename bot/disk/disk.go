// Package disk watches whether the database has room to grow, so that a disk
// that fills is told of early, and a full one costs nobody anything that was
// confirmed.
//
// # Low and full
//
// Below 5 %, but at least 512 MiB and at most 8 GiB, the disk is low: what can wait
// does ([Watch.Low]). Below 1 %, but at most 64 MiB, it is full: inputs are turned
// away before they are handled ([Watch.Guard]), so that they are not confirmed to
// their networks and come again, and what room there is serves to keep what was
// sent. Each is told once when it begins and once when it is over.
//
// Nothing has to be restarted: when there is room, inputs are taken again. A
// database that has no room for other reasons, such as a quota, refuses commits,
// which comes to the same.
package disk

import (
	"context"
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

// lookEvery is how often the room is looked at: what is taken in between fits
// into what is left below the bound for full.
const lookEvery = time.Second

// A Watch knows how much room there is for one database. Its methods may be
// called from many goroutines at once.
type Watch struct {
	look func() (Room, error)

	mu    sync.Mutex
	room  Room
	blind error // why the room is not known
	told  string
}

// NewWatch returns a Watch over the file system that holds path, which it has
// looked at once.
func NewWatch(path string) *Watch {
	return newWatch(func() (Room, error) { return RoomAt(path) })
}

func newWatch(look func() (Room, error)) *Watch {
	w := &Watch{look: look, told: ample}
	w.update()
	return w
}

// Run looks at the room every second until ctx ends.
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

// Guard returns handle with a guard before it: while the disk is full it answers
// with [ErrFull] at once.
func (w *Watch) Guard(handle func(context.Context, flows.Input) error) func(context.Context, flows.Input) error {
	return func(ctx context.Context, in flows.Input) error {
		if room, _ := w.Room(); room.Full() {
			return ErrFull
		}
		return handle(ctx, in)
	}
}

// Low says whether what can wait should wait: the disk is low or full.
func (w *Watch) Low() bool {
	room, _ := w.Room()
	return room.Low() || room.Full()
}

// Room returns what was last seen of the disk, or why nothing was.
func (w *Watch) Room() (Room, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room, w.blind
}

// What the log says of a disk.
const (
	ample   = "there is room on the disk again"
	low     = "disk is nearly full, what can wait waits"
	full    = "disk is full, nothing that people write is taken until there is room"
	unknown = "it is not known how full the disk is"
)

// update looks at the room, and tells the log when it has become better or
// worse. A disk that cannot be looked at does not count as full.
func (w *Watch) update() {
	room, err := w.look()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room, w.blind = room, err
	now, level := ample, slog.LevelInfo
	switch {
	case err != nil:
		now, level = unknown, slog.LevelWarn
	case room.Full():
		now, level = full, slog.LevelError
	case room.Low():
		now, level = low, slog.LevelWarn
	}
	if now == w.told {
		return
	}
	w.told = now
	if err != nil {
		slog.Log(context.Background(), level, now, "err", err)
		return
	}
	slog.Log(context.Background(), level, now, "free_mib", room.Free>>20, "of_mib", room.Total>>20)
}
