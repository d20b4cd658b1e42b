package telegram

import (
	"sync"
	"time"
)

// A recent map forgets what is older than twice its span, and the older half
// of its entries when there are too many. It is what the bot knows by chance:
// nothing breaks when an entry is gone.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	span       time.Duration
	most       int // entries of one generation
	young, old map[K]V
	turned     time.Time // when old became old
}

func newRecent[K comparable, V any](span time.Duration, most int) *recent[K, V] {
	return &recent[K, V]{span: span, most: most, young: map[K]V{}, turned: time.Now()}
}

// get returns the value of k, and false when there is none.
func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn()
	if v, ok := r.young[k]; ok {
		return v, true
	}
	v, ok := r.old[k]
	return v, ok
}

// put gives k the value v.
func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn()
	r.young[k] = v
}

// drop forgets k.
func (r *recent[K, V]) drop(k K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.young, k)
	delete(r.old, k)
}

// turn makes the young generation the old one when its time has come.
func (r *recent[K, V]) turn() {
	age := time.Since(r.turned)
	if age < r.span && len(r.young) < r.most {
		return
	}
	r.old = r.young
	if age >= 2*r.span {
		r.old = nil
	}
	r.young = map[K]V{}
	r.turned = time.Now()
}
