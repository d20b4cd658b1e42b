package postgres

import (
	"sync"
	"time"
)

// A ref names a document.
type ref struct{ bucket, key string }

// A doc is a document as it was at a version. Version 0 is that of one that is
// not there, whose value is nil.
type doc struct {
	value   []byte // never changed
	version int64
}

// A cache remembers documents, absent ones too, and which keys stand in short
// ranges. It is never sure that they are
// still so. What was not asked for during the last half of its room is
// forgotten first.
type cache struct {
	mu     sync.Mutex
	room   int // bytes
	size   int // of young
	young  map[ref]*entry
	old    map[ref]*entry
	ranges map[ref][]string // keys, by what below returns
}

type entry struct {
	doc
	at     time.Time // when it was kept
	shared time.Time // others write it: until then it is looked up anew
}

const (
	entryOverhead = 200             // bytes that an entry needs beside its value, about
	sharedFor     = 5 * time.Second // for how long a document that another process wrote is looked up anew
)

func newCache(room int) *cache {
	return &cache{room: room, young: map[ref]*entry{}, old: map[ref]*entry{}, ranges: map[ref][]string{}}
}

// get returns what is remembered of r, unless another process wrote it lately
// and it was kept before since.
func (c *cache) get(r ref, since time.Time) (doc, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.find(r)
	if e == nil || e.at.Before(since) && !e.shared.IsZero() && time.Now().Before(e.shared) {
		return doc{}, false
	}
	return e.doc, true
}

// find returns the entry of r, moved to the young ones, or nil.
func (c *cache) find(r ref) *entry {
	if e := c.young[r]; e != nil {
		return e
	}
	e := c.old[r]
	if e != nil {
		c.insert(r, e)
	}
	return e
}

func (c *cache) insert(r ref, e *entry) {
	c.young[r] = e
	c.size += len(r.bucket) + len(r.key) + len(e.value) + entryOverhead
	if c.size > c.room/2 {
		c.old, c.young, c.size = c.young, map[ref]*entry{}, 0
	}
}

// fetched remembers what the database answered to a question that was asked at
// the time asked, unless something newer is remembered since then.
func (c *cache) fetched(r ref, d doc, asked time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.find(r); e != nil && e.at.After(asked) {
		return
	}
	c.keep(r, d, time.Time{})
}

// absent takes it that r is not there, if nothing else is known of it.
func (c *cache) absent(r ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.find(r) == nil {
		c.keep(r, doc{}, time.Time{})
	}
}

// written remembers what this process has written. Unless it only replaced
// what was known to be there, the ranges around it are forgotten.
func (c *cache) written(r ref, d doc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if was := c.find(r); was == nil || (was.version == 0) != (d.version == 0) {
		for i := range len(r.key) {
			if r.key[i] == '/' {
				delete(c.ranges, below(r.bucket, r.key[:i+1]))
			}
		}
	}
	c.keep(r, d, time.Time{})
}

// stale remembers what another process has written.
func (c *cache) stale(r ref, d doc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(r, d, time.Now().Add(sharedFor))
}

func (c *cache) keep(r ref, d doc, shared time.Time) {
	if was := c.find(r); was != nil && was.shared.After(shared) {
		shared = was.shared
	}
	c.insert(r, &entry{doc: d, at: time.Now(), shared: shared})
}

// forget empties the cache.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.young, c.old, c.size = map[ref]*entry{}, map[ref]*entry{}, 0
	clear(c.ranges)
}
