package store

import (
	"bytes"
	"fmt"
	"maps"
	"sync"

	"github.com/go-json-experiment/json"
)

// Readings remember what documents said that almost every turn reads and few
// change. Whether one still says so is decided by its bytes, so a reading is
// never older than the transaction that asks; only the decoding is saved, which
// was a tenth of a turn.
type readings struct {
	mu   sync.Mutex
	seen map[string]reading
}

type reading struct {
	raw []byte
	t   Training
}

// maxReadings bounds the memory: about 1 KB each.
const maxReadings = 4096

// training decodes raw, the document of the training id. The caller may change
// what it gets.
func (r *readings) training(id string, raw []byte) (*Training, error) {
	r.mu.Lock()
	was, ok := r.seen[id]
	r.mu.Unlock()
	if !ok || !bytes.Equal(was.raw, raw) {
		was = reading{raw: raw}
		if err := json.Unmarshal(raw, &was.t); err != nil {
			return nil, fmt.Errorf("training %s: %w", id, err)
		}
		r.mu.Lock()
		if r.seen == nil || len(r.seen) >= maxReadings {
			r.seen = map[string]reading{}
		}
		r.seen[id] = was
		r.mu.Unlock()
	}
	t := was.t
	t.Name, t.Audience = maps.Clone(t.Name), maps.Clone(t.Audience)
	return &t, nil
}
