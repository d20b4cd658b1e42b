package store

import "time"

// A Commit is what one commit of a database took, which several Updates share.
type Commit struct {
	Updates int           // Updates of the group
	Waited  time.Duration // of all of them together, until it was their turn
	Ran     time.Duration // of their functions, one after another
	Took    time.Duration // until it was on stable storage, or was refused
	Synced  time.Duration // of Took: from the first page written to the end of the last sync; 0: not known
	Err     error         // nil: it is kept; see [Backend].Update for what else there is
}

// A Watched is a Backend that tells what its commits take.
type Watched interface {
	// Watch has fn called after each commit from now on, also after one that
	// was refused. fn must return at once and may not use the database. nil:
	// nobody watches.
	Watch(fn func(Commit))
}
