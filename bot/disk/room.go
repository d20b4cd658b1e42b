package disk

import "fmt"

// Room is how much a file system holds.
type Room struct {
	Free  int64 // bytes that this process may still use
	Total int64 // bytes in all; 0: not known on this system
}

// Bounds below which a disk counts as low and as full.
const (
	lowBytes  = 512 << 20 // low in any case
	lowMost   = 8 << 30   // never low above: 5 % of a large disk is more than a database grows in a year
	lowShare  = 20        // low: the 20th part of all, within these bounds
	fullBytes = 64 << 20  // full: this or the 100th part of all, whichever is less
	fullShare = 100
)

// Low says whether what can wait should: exports, broadcasts, more backups than
// there are.
func (r Room) Low() bool {
	return r.Total > 0 && r.Free < min(max(lowBytes, r.Total/lowShare), lowMost)
}

// Full says whether nothing more should be taken in, so that there is room left
// for what was taken already.
func (r Room) Full() bool { return r.Total > 0 && r.Free < r.floor() }

// Takes says whether a file of size bytes fits and leaves the disk usable.
func (r Room) Takes(size int64) bool { return r.Total == 0 || r.Free-size >= r.floor() }

func (r Room) floor() int64 { return min(fullBytes, r.Total/fullShare) }

// String says how much is free in words of people.
func (r Room) String() string {
	return fmt.Sprintf("%d MiB of %d MiB are free", r.Free>>20, r.Total>>20)
}
