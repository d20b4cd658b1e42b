package flows

import (
	"fmt"
	"slices"
	"sync"

	"chihai/flows/form"
)

// mostLogics is how many forms are kept ready to be answered. One takes some
// hundred KB at most; a Union has a handful under way at once.
const mostLogics = 32

// logics are forms that were made ready to be answered, which costs more than a
// turn. The zero value is ready; it may be used from many goroutines.
type logics struct {
	mu    sync.Mutex
	known map[string]*form.Logic
	used  []string // keys of known, the one used last at the end
}

// logic is the version with that number of a stored form, made ready. A version
// never changes, so that one that was read once is not read again. It must have
// been kept by an earlier turn: what this one keeps may still be undone.
func (t *Turn) logic(id string, number int) (*form.Logic, error) {
	key := fmt.Sprintf("%s/%d", id, number)
	all := &t.engine.logics
	if l := all.find(key); l != nil {
		return l, nil
	}
	v, err := t.FormVersion(id, number)
	if err != nil {
		return nil, fmt.Errorf("version %d of a form: %w", number, err)
	}
	content, err := t.FormContent(v)
	if err != nil {
		return nil, fmt.Errorf("content of version %d of a form: %w", number, err)
	}
	f, err := form.Decode(content)
	if err != nil {
		return nil, err
	}
	l, err := form.NewLogic(f)
	if err != nil {
		return nil, err
	}
	all.keep(key, l)
	return l, nil
}

// find is the logic under a key, or nil.
func (all *logics) find(key string) *form.Logic {
	all.mu.Lock()
	defer all.mu.Unlock()
	l := all.known[key]
	if l != nil {
		all.touch(key)
	}
	return l
}

// keep keeps l, in the place of the one that was not used for longest when there
// are too many.
func (all *logics) keep(key string, l *form.Logic) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.known == nil {
		all.known = map[string]*form.Logic{}
	}
	all.known[key] = l
	all.touch(key)
	if len(all.used) > mostLogics {
		delete(all.known, all.used[0])
		all.used = all.used[1:]
	}
}

func (all *logics) touch(key string) {
	if n := len(all.used); n > 0 && all.used[n-1] == key {
		return
	}
	all.used = append(slices.DeleteFunc(all.used, func(k string) bool { return k == key }), key)
}
