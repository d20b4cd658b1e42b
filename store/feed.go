package store

import (
	"context"
	"slices"
)

// Shared says whether other processes may work on the database of s.
func (s *Store) Shared() bool {
	_, ok := s.backend.(Feed)
	return ok
}

// OnChange has fn called with the keys of documents in bucket that other
// processes have added, while [Store.Listen] runs; with nil when it
// is not known which. fn must return quickly and may not use the store.
func (s *Store) OnChange(bucket string, fn func(keys []string)) {
	s.watch.Lock()
	defer s.watch.Unlock()
	s.watch.changes = append(s.watch.changes, changeWatch{bucket, fn})
}

type changeWatch struct {
	bucket string
	fn     func(keys []string)
}

// Listen tells those who watch what other processes commit, until ctx ends. On a
// database that is nobody else's it only waits.
func (s *Store) Listen(ctx context.Context) error {
	feed, ok := s.backend.(Feed)
	if !ok {
		<-ctx.Done()
		return nil
	}
	err := feed.Listen(ctx, s.changed)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *Store) changed(changes []Change, missed bool) {
	s.watch.Lock()
	watches := slices.Clone(s.watch.changes)
	s.watch.Unlock()
	for _, w := range watches {
		var keys []string
		for _, c := range changes {
			if c.Bucket == w.bucket {
				keys = append(keys, c.Key)
			}
		}
		switch {
		case missed:
			w.fn(nil)
		case len(keys) > 0:
			w.fn(keys)
		}
	}
}
