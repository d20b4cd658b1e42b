package store

import (
	"context"
	"slices"
)

// A Prefetcher is a Backend that answers from afar, so that an Update had
// better not ask it for one document after another.
type Prefetcher interface {
	// Prefetch gets at hand what an Update that begins right after it is going
	// to read, in as few round trips as possible. It changes nothing, and what
	// it cannot get the Update gets by itself.
	Prefetch(ctx context.Context, wants []Want)
}

// A Want is a document that an Update is going to read.
type Want struct {
	Bucket, Key string

	// New says that it is hardly there. It may be taken for absent then
	// without asking, until the commit.
	New bool

	// Field, if not empty, is a field of the document that holds the key of
	// documents in the buckets Next, which are wanted too.
	Field string
	Next  []string
}

// Expect tells the database that an Update is about to handle the input id
// from an address on channel, so that it gets at hand what such an Update
// always reads. Without it the Update takes longer on some databases.
func (s *Store) Expect(ctx context.Context, id, channel, address string) {
	p, ok := s.backend.(Prefetcher)
	if !ok {
		return
	}
	tx := &Tx{Now: s.Now(), store: s}
	var wants []Want
	for key := range tx.seenKeys(id) {
		wants = append(wants, Want{Bucket: "seen", Key: key, New: true})
	}
	if address != "" {
		contact := tx.ContactID(channel, address)
		wants = append(wants, Want{Bucket: "contact", Key: contact, Field: "speaker", Next: []string{"member", "conversation"}})
	}
	p.Prefetch(ctx, slices.Clip(wants))
}
