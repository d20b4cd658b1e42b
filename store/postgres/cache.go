package postgres

import "sync"

// A ref names a document.
type ref struct{ bucket, key string }

// A doc is a document as it was at a version. Version 0 is that of one that is
// not there, whose value is nil.
type doc struct {
	value   []byte // never changed
	version int64
}

// A cache remembers documents, absent ones too. It is never sure that they are
// still so. What was not asked for during the last half of its room is
// forgotten first.
type cache struct {
	mu       sync.Mutex
	room     int // bytes
	size     int // of young
	young    map[ref]*entry
	old      map[ref]*entry
	tick     int64 // how often something was kept
	disputed int64 // how many documents others wrote
}

type entry struct {
	doc
	tick   int64 // when it was kept
	shared int64 // others write it: until this tick it is looked up anew
}

const (
	entryOverhead = 160  // bytes that an entry needs beside its value, about
	sharedFor     = 5000 // ticks for which a document that another process wrote is looked up anew
)

func newCache(room int) *cache {
	return &cache{room: room, young: map[ref]*entry{}, old: map[ref]*entry{}}
}

// get returns what is remembered of r, unless another process wrote it lately
// and it was kept before since.
func (c *cache) get(r ref, since int64) (doc, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.find(r)
	if e == nil || e.shared > c.tick && e.tick < since {
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

// now returns the tick, which [cache.get] and [cache.fetched] compare with.
func (c *cache) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tick
}

// fetched remembers what the database answered to a question that was asked at
// tick asked, unless something newer is remembered since then.
func (c *cache) fetched(r ref, d doc, asked int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.find(r); e != nil && e.tick > asked {
		return
	}
	c.keep(r, d, 0)
}

// written remembers what this process has written.
func (c *cache) written(r ref, d doc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(r, d, 0)
}

// stale remembers what another process has written.
func (c *cache) stale(r ref, d doc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disputed++
	c.keep(r, d, c.tick+sharedFor)
}

func (c *cache) keep(r ref, d doc, shared int64) {
	c.tick++
	if was := c.find(r); was != nil {
		shared = max(shared, was.shared)
	}
	c.insert(r, &entry{doc: d, tick: c.tick, shared: shared})
}

// forget empties the cache.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.young, c.old, c.size = map[ref]*entry{}, map[ref]*entry{}, 0
}
