package store

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"
)

// RoomChange is how often the code that stands in the room of a training
// changes: too soon to be sent to somebody at home.
const RoomChange = 30 * time.Second

// RoomCode is the code of six digits that stands in the room of the training
// at now, and when the next one takes its place.
func (tx *Tx) RoomCode(training string, now time.Time) (code string, until time.Time) {
	n := now.Unix() / int64(RoomChange/time.Second)
	sum := tx.sum("room", training+"/"+strconv.FormatInt(n, 10))
	until = time.Unix((n+1)*int64(RoomChange/time.Second), 0).UTC()
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum[:8])%1_000_000), until
}

// InRoom says whether code, as six ASCII digits, stood in the room of the
// training at now or until the change before it: who has just read it still
// types. The caller counts attempts ([TryRoom]).
func (tx *Tx) InRoom(training, code string, now time.Time) bool {
	this, _ := tx.RoomCode(training, now)
	last, _ := tx.RoomCode(training, now.Add(-RoomChange))
	return code == this || code == last
}
