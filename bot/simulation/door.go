package simulation

import (
	"context"
	"net/http"
	"net/http/httptest"
	"time"

	"chihai/store"
)

// call has the web server of this life answer r. It returns false when the
// process died meanwhile, or has no web server yet, or none any more: then no
// answer comes. w gets what is answered; nothing of it may be believed then.
func (l *life) call(w http.ResponseWriter, r *http.Request) bool {
	l.mu.Lock()
	if l.web == nil || l.over.Load() {
		l.mu.Unlock()
		return false
	}
	l.calls.Add(1)
	l.mu.Unlock()
	defer l.calls.Done()
	ctx, hangUp := context.WithCancel(r.Context())
	defer hangUp()
	defer context.AfterFunc(l.wires, hangUp)()
	l.web.ServeHTTP(w, r.WithContext(ctx))
	return !l.over.Load() && l.wires.Err() == nil
}

// post has the web server answer r, which is not a stream, and returns what it
// answers; or nil when no answer comes. point is passed before the answer goes.
func (l *life) post(r *http.Request, point string) *http.Response {
	w := httptest.NewRecorder()
	if !l.call(w, r) {
		return nil
	}
	if w.Code == http.StatusOK && l.at(point) != nil {
		return nil
	}
	return w.Result()
}

// contact is the id of a contact in the store, "" when the process has died.
func (l *life) contact(channel, address string) (id string) {
	l.store.View(context.Background(), func(tx *store.Tx) error {
		id = tx.ContactID(channel, address)
		return nil
	})
	return id
}

// reached is the life that can be reached now; nil: nobody answers. Its network
// may fail.
func (w *World) reached() *life {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.present == nil || !w.calm && w.chance(10) {
		return nil
	}
	return w.present
}

// soon waits for a while and then until the service can be reached, or for the
// end of all. Who asked every second whether it is back would ask for weeks.
func (w *World) soon(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	for ctx.Err() == nil {
		w.mu.Lock()
		there, back := w.present != nil, w.back
		w.mu.Unlock()
		if there {
			return
		}
		select {
		case <-back:
		case <-ctx.Done():
		}
	}
}
