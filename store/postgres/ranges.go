package postgres

import (
	"strings"
	"time"
)

// Turns look over and over at the few documents below a name, such as the
// registrations of a member. So the cache remembers which keys stand in such a
// range, and an Update that scans it has the commit count what stands there:
// since the documents themselves are compared as well, as many as were known are
// the same ones. So such a range is checked as a whole, from the cache or not,
// unless it is longer than a page.

// maxRanges bounds how many ranges are remembered: about 300 bytes each.
const maxRanges = 50_000

// below returns the ref that stands for the range of keys that begin with
// prefix, which ends in '/'. No document has such a key.
func below(bucket, prefix string) ref { return ref{bucket, prefix + "\x00"} }

// isRange says whether r stands for a range.
func (r ref) isRange() bool { return strings.HasSuffix(r.key, "\x00") }

// bounds returns the first key of the range that r stands for, and the first
// one behind it: '0' follows '/'.
func (r ref) bounds() (from, to string) {
	from = strings.TrimSuffix(r.key, "\x00")
	return from, from[:len(from)-1] + "0"
}

// asRange returns the ref of the range that p reads, if it is all that begins
// with a name.
func (p *pages) asRange() (ref, bool) {
	if !strings.HasSuffix(p.from, "/") || p.to == "" {
		return ref{}, false
	}
	r := below(p.bucket, p.from)
	_, to := r.bounds()
	return r, p.to == to
}

// scanned remembers that rows are all that stands in the range r.
func (c *cache) scanned(r ref, rows []row, back bool) {
	keys := make([]string, len(rows))
	for i, row := range rows {
		if back {
			keys[len(keys)-1-i] = row.key
		} else {
			keys[i] = row.key
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ranges) >= maxRanges {
		clear(c.ranges)
	}
	c.ranges[r] = keys
}

// inRange returns the documents in the range r, in the order of their keys, if
// all are remembered; see [cache.get].
func (c *cache) inRange(r ref, since time.Time) ([]row, bool) {
	c.mu.Lock()
	keys, ok := c.ranges[r]
	c.mu.Unlock()
	rows := make([]row, 0, len(keys))
	for _, key := range keys {
		d, known := c.get(ref{r.bucket, key}, since)
		if !known || d.version == 0 {
			return nil, false
		}
		rows = append(rows, row{key, d})
	}
	return rows, ok
}

// leave forgets the range r, which is no longer as it was.
func (c *cache) leave(r ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ranges, r)
}
