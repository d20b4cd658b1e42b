package outbox

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"chihai/store"
)

// News are what other processes on the database have posted. Only names are
// told; the messages are read here, by the one process that sends.
type news struct {
	mu        sync.Mutex
	listening bool
	ids       []string
	some      chan struct{} // there are ids
	missed    chan struct{} // there are messages of which nobody told
}

func newNews() news {
	return news{some: make(chan struct{}, 1), missed: make(chan struct{}, 1)}
}

// maxNews is how many names are kept. When there are more, everything is looked
// at.
const maxNews = 10_000

// hear is told of changed messages; nil: any may be.
func (n *news) hear(ids []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.listening {
		return // whoever sends finds them in the store
	}
	wake := n.some
	if ids == nil || len(n.ids)+len(ids) > maxNews {
		n.ids, wake = nil, n.missed
	} else {
		n.ids = append(n.ids, ids...)
	}
	select {
	case wake <- struct{}{}:
	default:
	}
}

func (n *news) listen(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listening, n.ids = on, nil
}

// take returns the ids that have come since it was called last, in order.
func (n *news) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids := n.ids
	n.ids = nil
	slices.Sort(ids)
	return slices.Compact(ids)
}

// follow lets what other processes post wait for its turn, until ctx ends.
func (o *Outbox) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.news.some:
		}
		entries, err := o.find(ctx, o.news.take())
		if err != nil && ctx.Err() == nil {
			slog.Error("messages of other processes cannot be read", "err", err)
			wait(ctx, time.Second)
			o.news.hear(nil)
			continue
		}
		o.post(entries)
	}
}

// find reads the messages with these ids. One that is gone was seen to.
func (o *Outbox) find(ctx context.Context, ids []string) (entries []entry, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = o.store.View(ctx, func(tx *store.Tx) error {
		entries = nil
		hold, err := tx.Hold()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if hold.Keeps(id) {
				continue // it was only changed
			}
			m, err := tx.Message(id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			entries = append(entries, entryOf(m))
		}
		return nil
	})
	return entries, err
}
