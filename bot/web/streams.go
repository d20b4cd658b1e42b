package web

import (
	"slices"
	"sync"

	"chihai/store"
)

const (
	// maxStreams bounds all open streams, and maxOwn those of one visitor. A
	// phone that changes networks leaves streams behind that seem to be alive.
	maxStreams = 4096
	maxOwn     = 8
	// maxPushed is by how many lines a page may lag before its stream is cut;
	// it asks for the rest when it comes again.
	maxPushed = 64
)

// streams are the pages that listen now, by contact.
type streams struct {
	mu     sync.Mutex
	of     map[string][]*stream // oldest first
	n      int
	closed bool
}

// A stream goes to one open page.
type stream struct {
	lines chan store.Line
	cut   chan struct{} // closed when the stream must end
}

func newStreams() *streams { return &streams{of: map[string][]*stream{}} }

// open returns a new stream for the contact, or nil when there are too many.
// Of one visitor the oldest gives way.
func (s *streams) open(contact string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := s.of[contact]; len(own) >= maxOwn {
		s.drop(contact, own[0])
	}
	if s.closed || s.n >= maxStreams {
		return nil
	}
	st := &stream{lines: make(chan store.Line, maxPushed), cut: make(chan struct{})}
	s.of[contact] = append(s.of[contact], st)
	s.n++
	return st
}

// leave says that the page of st is gone.
func (s *streams) leave(contact string, st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(contact, st)
}

// push hands l to the open pages of the contact. It never waits.
func (s *streams) push(contact string, l store.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range slices.Clone(s.of[contact]) {
		select {
		case st.lines <- l:
		default:
			s.drop(contact, st)
		}
	}
}

// close ends all streams and lets no other begin.
func (s *streams) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for contact, own := range s.of {
		for _, st := range slices.Clone(own) {
			s.drop(contact, st)
		}
	}
}

// drop ends st, once. s.mu is held.
func (s *streams) drop(contact string, st *stream) {
	own := s.of[contact]
	i := slices.Index(own, st)
	if i < 0 {
		return
	}
	close(st.cut)
	s.n--
	if len(own) == 1 {
		delete(s.of, contact)
		return
	}
	s.of[contact] = slices.Delete(own, i, i+1)
}
