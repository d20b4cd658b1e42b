package telegram

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"chihai/flows"
)

// A window holds the updates that Telegram was not told to forget yet. It
// settles which input may be handed over and up to where updates may be
// confirmed. Only [Bot.poll] adds to it and takes from it; inputs are done in
// any goroutine.
type window struct {
	mu   sync.Mutex
	list []*entry // by id
	next int64    // one more than the highest id that was seen; 0: nothing is to be confirmed
	wake chan struct{}
}

// An entry is one update in the window.
type entry struct {
	item
	state stage
	tries int       // how often its input could not be kept
	at    time.Time // waiting: not handed over before
	since time.Time // when it was fetched
	told  bool      // the log knows that it takes long
}

// A stage is how far an update has come.
type stage int

const (
	waiting stage = iota // for its time, or for an earlier one of its chat
	handed
	done
)

func newWindow() *window { return &window{wake: make(chan struct{}, 1)} }

// add takes in what Telegram answered when it was asked for updates from
// offset on, and returns how many of them are new.
func (w *window) add(items []item, offset int64, now time.Time) (fresh int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range items {
		if it.id <= 0 {
			continue // cannot be read; what follows it confirms it
		}
		if it.id >= w.next {
			w.next = it.id + 1
		}
		if slices.ContainsFunc(w.list, func(e *entry) bool { return e.id == it.id }) {
			continue
		}
		e := &entry{item: it, since: now}
		if it.silent {
			e.state = done
		}
		w.list = append(w.list, e)
		if it.id >= offset {
			fresh++
		}
	}
	slices.SortFunc(w.list, func(a, b *entry) int { return cmp.Compare(a.id, b.id) })
	return fresh
}

// due marks the inputs that may be handed over now as handed and returns them,
// with the time when the next one may be (zero: when another one is done). Of
// one chat only the first that is not done is handed over.
func (w *window) due(now time.Time) (ready []*entry, next time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	busy := map[int64]bool{}
	for _, e := range w.list {
		if e.state == done || busy[e.chat] {
			continue
		}
		busy[e.chat] = true
		switch {
		case e.state == handed:
		case e.at.After(now):
			if next.IsZero() || e.at.Before(next) {
				next = e.at
			}
		default:
			e.state = handed
			ready = append(ready, e)
		}
	}
	return ready, next
}

// finish notes how the input of e ended. One that was not kept waits, each
// time longer, and is handed over again.
func (w *window) finish(e *entry, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.state != handed {
		return // it was done before
	}
	if err == nil {
		e.state = done
		e.in = flows.Input{} // what she wrote need not stay in memory
	} else {
		e.state = waiting
		e.at = time.Now().Add(min(firstPause<<min(e.tries, 10), lastPause))
		e.tries++
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// low returns what the next question to Telegram confirms: everything below
// the lowest update that is not done; and how many are not done. Offset 0
// confirms nothing, and is asked for when nothing is left to confirm: after a
// week of silence Telegram begins with other ids, lower ones too, which a
// question for higher ids would not find.
func (w *window) low() (offset int64, open int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	offset = w.next
	for _, e := range w.list {
		if e.state == done {
			continue
		}
		if open++; open == 1 {
			offset = e.id
		}
	}
	return offset, open
}

// confirmed forgets the updates below offset, which Telegram has forgotten.
func (w *window) confirmed(offset int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = slices.DeleteFunc(w.list, func(e *entry) bool { return e.id < offset && e.state == done })
	if len(w.list) == 0 && offset == w.next {
		w.next = 0
	}
}

// late returns the updates that have not been done for so long, each once.
func (w *window) late(now time.Time, long time.Duration) (late []*entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.list {
		if e.state != done && !e.told && now.Sub(e.since) >= long {
			e.told = true
			late = append(late, e)
		}
	}
	return late
}
