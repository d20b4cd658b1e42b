package disk

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"chihai/flows"
	"chihai/store"
)

func TestRoom(t *testing.T) {
	const mib, gib = int64(1 << 20), int64(1 << 30)
	for _, tt := range []struct {
		room      Room
		low, full bool
	}{
		{Room{}, false, false}, // not known
		{Room{Free: 0, Total: 20 * gib}, true, true},
		{Room{Free: 63 * mib, Total: 20 * gib}, true, true},
		{Room{Free: 64 * mib, Total: 20 * gib}, true, false},
		{Room{Free: gib - 1, Total: 20 * gib}, true, false},
		{Room{Free: gib, Total: 20 * gib}, false, false},
		{Room{Free: 511 * mib, Total: 4 * gib}, true, false},
		{Room{Free: 512 * mib, Total: 4 * gib}, false, false},
		{Room{Free: 8*gib - 1, Total: 1000 * gib}, true, false},
		{Room{Free: 8 * gib, Total: 1000 * gib}, false, false},
		{Room{Free: mib, Total: 90 * mib}, true, false}, // a small disk
		{Room{Free: mib, Total: 110 * mib}, true, true},
	} {
		if tt.room.Low() != tt.low || tt.room.Full() != tt.full {
			t.Errorf("%+v: low %t, full %t, want %t, %t", tt.room, tt.room.Low(), tt.room.Full(), tt.low, tt.full)
		}
	}
	if r := (Room{Free: gib, Total: 20 * gib}); !r.Takes(gib-64*mib) || r.Takes(gib-63*mib) {
		t.Error("a file may take what is above the bound for full, and no more")
	}
	if !(Room{}).Takes(gib) {
		t.Error("where the room is not known nothing is refused")
	}
}

func TestRoomAt(t *testing.T) {
	r, err := RoomAt(t.TempDir())
	if err != nil || r.Total != 0 && (r.Free <= 0 || r.Free > r.Total) {
		t.Errorf("room %+v, %v", r, err)
	}
	if r.Total == 0 {
		t.Skip("this system does not tell how full a disk is")
	}
	if _, err := RoomAt("/no/such/directory"); err == nil {
		t.Error("there is room in a directory that is not there")
	}
}

// A disk that fills and empties is told of once each time, and inputs are
// turned away while it is full.
func TestWatch(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))

	const gib = 1 << 30
	room, blind := Room{Free: 2 * gib, Total: 20 * gib}, error(nil)
	w := newWatch(func() (Room, error) { return room, blind })
	handled := 0
	handle := w.Guard(func(context.Context, flows.Input) error { handled++; return nil })
	for _, tt := range []struct {
		free  int64
		blind error
		low   bool
		err   error
		says  string // in the log; empty: nothing
	}{
		{2 * gib, nil, false, nil, ""},
		{gib / 2, nil, true, nil, low},
		{gib / 2, nil, true, nil, ""},
		{gib / 100, nil, true, ErrFull, full},
		{0, nil, true, ErrFull, ""},
		{gib / 2, nil, true, nil, low},
		{2 * gib, nil, false, nil, ample},
		{0, errors.New("gone"), false, nil, "gone"},
		{0, errors.New("gone"), false, nil, ""},
		{2 * gib, nil, false, nil, ample},
	} {
		log.Reset()
		if room.Free, room.Total, blind = tt.free, 20*gib, tt.blind; blind != nil {
			room = Room{}
		}
		w.update()
		was := handled
		err := handle(t.Context(), flows.Input{})
		if !errors.Is(err, tt.err) || (err == nil) != (handled > was) {
			t.Errorf("with %v free an input ends with %v, want %v", room, err, tt.err)
		}
		if w.Low() != tt.low {
			t.Errorf("with %v free it is low: %t", room, w.Low())
		}
		if said := log.String(); (said == "") != (tt.says == "") || !strings.Contains(said, tt.says) {
			t.Errorf("with %v free the log says %q, want %q", room, said, tt.says)
		}
	}
	if !errors.Is(ErrFull, store.ErrRefused) {
		t.Error("an input that there is no room for is not one that the store refused")
	}
}
