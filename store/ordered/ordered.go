// Package ordered keeps pairs in memory in the byte order of their keys. It
// carries what a transaction has written so far (store.Overlay) and the
// database in memory (store/memory).
//
// # Why
//
// A turn writes half a dozen pairs, an import a hundred thousand: one sorted
// slice is best for the first and quadratic for the second. So the pairs stand
// in leaves of at most 128, which a copy of the map shares until one of the
// two changes them.
package ordered

import (
	"cmp"
	"iter"
	"slices"
	"sort"
)

// An Entry is a pair and the bucket that it stands in.
type Entry struct {
	Bucket, Key string
	Value       []byte
}

// A Map holds one value per bucket and key, sorted by bucket, then by key. The
// zero Map is empty. It may be read by many goroutines while none changes it.
// Values go in and out without being copied.
type Map struct {
	leaves []*leaf // in order; none of them is empty
	len    int
	owner  *owner
}

// maxLeaf bounds the entries that an insertion moves and a change copies.
const maxLeaf = 128

// A leaf is changed in place by the map that has the same owner; every other
// map copies it first.
type leaf struct {
	owner   *owner
	entries []Entry
}

// An owner has a size, so that no two have the same address.
type owner struct{ _ byte }

// Clone returns a copy of m in a time that hardly depends on its size. m may be
// read meanwhile, but not changed or cloned.
func (m *Map) Clone() *Map {
	m.owner = new(owner) // the leaves are shared now: the next change copies
	return &Map{leaves: slices.Clone(m.leaves), len: m.len, owner: new(owner)}
}

// Len returns how many entries m holds.
func (m *Map) Len() int { return m.len }

// Get returns the value under bucket and key, and whether there is one.
func (m *Map) Get(bucket, key string) ([]byte, bool) {
	i, j, found := m.search(bucket, key)
	if !found {
		return nil, false
	}
	return m.leaves[i].entries[j].Value, true
}

// Set keeps value under bucket and key.
func (m *Map) Set(bucket, key string, value []byte) {
	if len(m.leaves) == 0 {
		first := &leaf{owner: m.owner, entries: make([]Entry, 0, 8)} // room for what a turn writes
		m.leaves, m.len = append(m.leaves, first), 1
		first.entries = append(first.entries, Entry{bucket, key, value})
		return
	}
	i, j, found := m.search(bucket, key)
	l := m.writable(i)
	if found {
		l.entries[j].Value = value
		return
	}
	m.len++
	if len(l.entries) == maxLeaf {
		l, j = m.split(i, j)
	}
	l.entries = slices.Insert(l.entries, j, Entry{bucket, key, value})
}

// split makes room for one more entry at position j of the full leaf i and
// returns the leaf and the position that it belongs to now. What is appended to
// the last leaf begins a new one, so that keys which come in order fill them.
func (m *Map) split(i, j int) (*leaf, int) {
	half := maxLeaf / 2
	if i == len(m.leaves)-1 && j == maxLeaf {
		half = maxLeaf
	}
	left, right := m.leaves[i], &leaf{owner: m.owner}
	right.entries = append(right.entries, left.entries[half:]...)
	clear(left.entries[half:])
	left.entries = left.entries[:half]
	m.leaves = slices.Insert(m.leaves, i+1, right)
	if j > half || half == maxLeaf {
		return right, j - half
	}
	return left, j
}

// Delete removes what is kept under bucket and key, if anything.
func (m *Map) Delete(bucket, key string) {
	i, j, found := m.search(bucket, key)
	if !found {
		return
	}
	m.len--
	l := m.writable(i)
	if l.entries = slices.Delete(l.entries, j, j+1); len(l.entries) == 0 {
		m.leaves = slices.Delete(m.leaves, i, i+1)
	}
}

// All yields every entry. m must not be changed meanwhile.
func (m *Map) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, l := range m.leaves {
			for _, e := range l.entries {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// A Cursor goes through a part of a bucket. Its map must not be changed
// meanwhile.
type Cursor struct {
	m                *Map
	bucket, from, to string
	back             bool
	i, j             int // where the next entry stands; with back, the one after it
}

// Ascend returns a Cursor over the entries of bucket with from <= key < to; to
// "" means without end.
func (m *Map) Ascend(bucket, from, to string) Cursor {
	i, j, _ := m.search(bucket, from)
	return Cursor{m: m, bucket: bucket, from: from, to: to, i: i, j: j}
}

// Descend returns a Cursor over the same entries as Ascend, last first.
func (m *Map) Descend(bucket, from, to string) Cursor {
	end, key := bucket, to
	if to == "" {
		end += "\x00" // sorts after bucket and before every other name
	}
	i, j, _ := m.search(end, key)
	return Cursor{m: m, bucket: bucket, from: from, to: to, back: true, i: i, j: j}
}

// Next returns the next entry, or false behind the last.
func (c *Cursor) Next() (Entry, bool) {
	leaves := c.m.leaves
	var e Entry
	if c.back {
		if c.j == 0 {
			if c.i == 0 {
				return Entry{}, false
			}
			c.i--
			c.j = len(leaves[c.i].entries)
		}
		e = leaves[c.i].entries[c.j-1]
		if e.Bucket != c.bucket || e.Key < c.from {
			return Entry{}, false
		}
		c.j--
		return e, true
	}
	if c.i < len(leaves) && c.j == len(leaves[c.i].entries) {
		c.i, c.j = c.i+1, 0
	}
	if c.i == len(leaves) {
		return Entry{}, false
	}
	e = leaves[c.i].entries[c.j]
	if e.Bucket != c.bucket || c.to != "" && e.Key >= c.to {
		return Entry{}, false
	}
	c.j++
	return e, true
}

// search returns the leaf i and the position j in it at which bucket and key
// stand or would be inserted; j may be the end of the leaf. In an empty map
// that is 0 and 0, though there is no leaf.
func (m *Map) search(bucket, key string) (i, j int, found bool) {
	i = sort.Search(len(m.leaves), func(i int) bool {
		return m.leaves[i].entries[0].compare(bucket, key) > 0
	})
	if i == 0 {
		return 0, 0, false
	}
	entries := m.leaves[i-1].entries
	j = sort.Search(len(entries), func(j int) bool { return entries[j].compare(bucket, key) >= 0 })
	return i - 1, j, j < len(entries) && entries[j].compare(bucket, key) == 0
}

// writable returns leaf i as one that m alone holds.
func (m *Map) writable(i int) *leaf {
	l := m.leaves[i]
	if l.owner != m.owner {
		l = &leaf{owner: m.owner, entries: append(make([]Entry, 0, len(l.entries)+1), l.entries...)}
		m.leaves[i] = l
	}
	return l
}

func (e *Entry) compare(bucket, key string) int {
	if c := cmp.Compare(e.Bucket, bucket); c != 0 {
		return c
	}
	return cmp.Compare(e.Key, key)
}
