package outbox

import "time"

// A window is the part of one lane of one channel that is in memory: the
// oldest messages. What does not fit stays in the store and is read when there
// is room again.
//
// Messages are read in the order of their ids and enter the window in that
// order, so that those of one address stay in order whatever is in memory. The
// bound is on the lane: when one address has more waiting than a whole window
// holds, the lane waits for it.
type window struct {
	count  int    // in memory, those under way too
	whole  bool   // all of the lane is in memory
	from   string // unless whole: the first id that may not be
	full   bool   // during a pass: takes no more
	missed string // during a pass: the first id that was posted behind its back
	group  string // of the message that came last: a group comes in whole
}

// hungry says whether it is time to read more.
func (w *window) hungry(size int) bool { return !w.whole && w.count <= size/2 }

// offer is given each message that a pass reads, in the order of ids.
func (s *sender) offer(address string, h head, now time.Time) {
	if _, ok := s.known[h.id]; ok {
		return
	}
	w := &s.windows[h.lane]
	if !w.whole && h.id >= w.from {
		if w.full {
			return
		}
		if w.count >= s.window && (h.group == "" || h.group != w.group) {
			w.full, w.from = true, h.id
			return
		}
	}
	w.group = h.group
	s.add(address, h, now)
}

// post is given each message that was just put into the outbox.
func (s *sender) post(address string, h head, now time.Time) {
	if _, ok := s.known[h.id]; ok {
		return
	}
	w := &s.windows[h.lane]
	switch {
	case !w.whole && h.id >= w.from: // older ones of its address may not have been read yet
		if w.missed == "" || h.id < w.missed {
			w.missed = h.id
		}
		if w.hungry(s.window) {
			s.readMore()
		}
		return
	case w.whole && w.count >= s.window && (h.group == "" || h.group != w.group):
		w.whole, w.from = false, h.id
		return
	}
	w.group = h.group
	s.add(address, h, now)
}

// begin prepares the windows for a pass that starts at an id.
func (s *sender) begin(from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for lane := range s.windows {
		w := &s.windows[lane]
		w.full = w.count >= s.window || w.from < from
		w.missed, w.group = "", ""
	}
}

// end closes a pass. When it came to its end, a window that did not become
// full holds the whole lane now.
func (s *sender) end(complete bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for lane := range s.windows {
		w := &s.windows[lane]
		switch {
		case w.whole:
		case w.full:
			if w.missed != "" && w.missed < w.from {
				w.from = w.missed
			}
		case complete:
			w.whole, w.from = w.missed == "", w.missed
		}
		w.missed = ""
	}
}
