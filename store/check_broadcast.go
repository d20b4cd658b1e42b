package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

func checkBroadcasts(c *checker) error {
	return documents(c, "broadcast", func(key string, b *Broadcast) {
		c.want(b.ID == key, "broadcast", key, "says it is "+b.ID)
		ref := find[broadcastRef](c, "broadcast_code", b.Code)
		c.want(ref != nil && ref.Broadcast == b.ID, "broadcast", key, "is not found by its code "+b.Code)
		c.want(!c.has("member", b.By) || c.has("broadcast_by", b.By+"/"+b.ID), "broadcast", key, "is not among those of its sender")
		c.want(c.has("broadcast_live", key) == b.Live(), "broadcast", key, "is not among those that are under way, or is against its word")
		c.countRecipients(b)
	})
}

// countRecipients compares the parts of b with what it says of them.
func (c *checker) countRecipients(b *Broadcast) {
	var closed, open Bins
	total, last := 0, ""
	for p, err := range c.tx.kv.Scan("broadcast_part", b.ID+"/", after(b.ID+"/")) {
		if err != nil { // told where parts are read
			return
		}
		part := find[broadcastPart](c, "broadcast_part", p.Key)
		if part == nil {
			continue
		}
		total += len(part.Members)
		c.want(slices.IsSorted(part.Members) && len(part.Members) > 0 && part.Members[0] > last, "broadcast_part", p.Key, "is not in the order of ids")
		if len(part.Members) > 0 {
			last = part.Members[len(part.Members)-1]
		}
		sum := &open
		bins := find[broadcastBins](c, "broadcast_open", p.Key)
		if shut := find[broadcastBins](c, "broadcast_closed", p.Key); shut != nil {
			c.want(bins == nil, "broadcast_part", p.Key, "is both open and closed")
			sum, bins = &closed, shut
		}
		c.want(bins != nil, "broadcast_part", p.Key, "has no bins")
		if bins == nil {
			continue
		}
		c.want(len(bins.Bins) == len(part.Members), "broadcast_part", p.Key, fmt.Sprintf("has %d members and %d bins", len(part.Members), len(bins.Bins)))
		err = sum.count([]byte(bins.Bins))
		c.want(err == nil, "broadcast_part", p.Key, "has a bin that is not known")
		c.want(sum == &open || !strings.ContainsAny(bins.Bins, string([]byte{byte(BinWaiting), byte(BinPosted)})), "broadcast_part", p.Key, "is closed while somebody waits")
	}
	c.want(total == b.Total, "broadcast", b.ID, fmt.Sprintf("says that it has %d recipients; its parts have %d", b.Total, total))
	c.want(closed == b.Closed, "broadcast", b.ID, "counts its closed parts as they are not")
	c.want(b.State != Ended || closed.Sum() == total, "broadcast", b.ID, "has ended while somebody waits")
	posted := 0
	for _, p := range c.letters(b.ID) {
		posted += p
	}
	c.want(posted == open.Posted, "broadcast", b.ID, fmt.Sprintf("says that %d recipients are in the outbox, where there are %d", open.Posted, posted))
}

// letters counts the recipients of the messages of a broadcast in the outbox, by
// message. The outbox is looked at once for all broadcasts.
func (c *checker) letters(broadcast string) map[string]int {
	if c.posted == nil {
		c.posted = map[string]map[string]int{}
		for m, err := range c.tx.Messages("") {
			if err != nil { // told where messages are read
				break
			}
			if r, ok := recipientOf(m.Report); ok {
				if c.posted[r.broadcast] == nil {
					c.posted[r.broadcast] = map[string]int{}
				}
				c.posted[r.broadcast][m.ID] = 1 + len(m.With)
			}
		}
	}
	return c.posted[broadcast]
}

// checkLetter looks whether each recipient of a message in the outbox stands as
// posted.
func (c *checker) checkLetter(key string, m *Message) {
	if !m.OfBroadcast() {
		return
	}
	for _, report := range append([]string{m.Report}, m.With...) {
		r, ok := recipientOf(report)
		bin, err := c.tx.BinOf(r.broadcast, r.Member)
		c.want(ok && err == nil && bin == BinPosted, "message", key, "is for a recipient who is not posted")
	}
}

func checkBroadcastsBy(c *checker) error {
	return documents(c, "broadcast_by", func(key string, _ *jsontext.Value) {
		by, id, _ := strings.Cut(key, "/")
		b := find[Broadcast](c, "broadcast", id)
		c.want(b != nil && b.By == by, "broadcast_by", key, "leads to a broadcast that she did not send")
	})
}

func checkBroadcastCodes(c *checker) error {
	return documents(c, "broadcast_code", func(key string, ref *broadcastRef) {
		b := find[Broadcast](c, "broadcast", ref.Broadcast)
		c.want(b != nil && b.Code == key, "broadcast_code", key, "leads to broadcast "+ref.Broadcast+", which has no such code")
	})
}

func checkBroadcastsLive(c *checker) error {
	return documents(c, "broadcast_live", func(key string, _ *jsontext.Value) {
		c.want(c.has("broadcast", key), "broadcast_live", key, "leads to a broadcast that is not there")
	})
}

func checkBroadcastParts(c *checker) error {
	return documents(c, "broadcast_part", func(key string, _ *broadcastPart) {
		id, _, _ := strings.Cut(key, "/")
		c.want(c.has("broadcast", id), "broadcast_part", key, "belongs to a broadcast that is not there")
	})
}
