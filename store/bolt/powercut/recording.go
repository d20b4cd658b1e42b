// Package powercut records what a program does to its files and rebuilds what
// a power cut could have left of them. It serves tests.
//
// A [Disk] is a file system that keeps its files in memory and writes down
// every change and every sync, in order. A [Cut] is what a real disk might
// hold if the power had failed at some point of that: all that was synced,
// and of the rest any part whatever, down to single sectors.
//
// The program under test must be another process than the one that has the
// disk mounted: a fault on a mapped page would wait for a server that its own
// garbage collector has stopped.
package powercut

import "sync"

// A Recording is what was done to a disk, in order. It may be added to and
// read at the same time.
type Recording struct {
	mu  sync.Mutex
	ops []op
}

// An op is one thing that was done.
type op struct {
	kind kind
	file int    // which file, by the order in which they were made
	name string // of named, unnamed, moved
	to   string // of moved
	at   int64  // of write: the offset; of resize: the size
	data []byte // of write and told
}

type kind byte

const (
	write     kind = iota // bytes into a file
	resize                // a file cut off or made longer
	synced                // a file is on stable storage
	named                 // a file has got a name, its first one or another
	unnamed               // a name is gone
	moved                 // a file goes by another name
	dirSynced             // the names are on stable storage
	told                  // the program says that something is done
)

// Len is how many things were done so far.
func (r *Recording) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ops)
}

func (r *Recording) add(o op) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, o)
}
