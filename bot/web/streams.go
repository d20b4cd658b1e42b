package web

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"chihai/store"
)

const (
	// maxStreams bounds all open streams, and maxOwn those of one visitor. A
	// phone that changes networks leaves streams behind that seem to be alive.
	maxStreams = 4096
	maxOwn     = 8
	// maxNear bounds those of one neighbour. Behind an address of a mobile
	// network or of a hall there are many visitors.
	maxNear = 256
	// maxPushed is by how many lines a page may lag before its stream is cut;
	// it asks for the rest when it comes again.
	maxPushed = 64
)

// streams are the pages that listen now, by contact and by neighbour.
type streams struct {
	mu     sync.Mutex
	of     map[string][]*stream // by contact, oldest first
	near   map[string][]*stream // by neighbour, oldest first
	n      int
	closed bool
}

// A stream goes to one open page.
type stream struct {
	contact   string
	neighbour string

	lines chan store.Line
	ids   chan string   // of lines that another process has put on the screen
	cut   chan struct{} // closed when the stream must end
}

func newStreams() *streams { return &streams{of: map[string][]*stream{}, near: map[string][]*stream{}} }

var (
	errCrowded = errors.New("too many streams")
	errStops   = errors.New("the server stops")
)

// open returns a new stream for the contact, or [errCrowded], or [errStops].
// Of one visitor the oldest gives way, and so it does of one neighbour. When
// all streams are taken that of the neighbour with the most gives way, so that
// a few addresses keep nobody out.
func (s *streams) open(contact, neighbour string) (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errStops
	}
	if own := s.of[contact]; len(own) >= maxOwn {
		s.drop(own[0])
	}
	if near := s.near[neighbour]; len(near) >= maxNear {
		s.drop(near[0])
	}
	if s.n >= maxStreams {
		most := s.crowd(neighbour)
		if len(most) < 2 {
			return nil, errCrowded // they are shared out evenly
		}
		s.drop(most[0])
	}
	st := &stream{contact: contact, neighbour: neighbour, lines: make(chan store.Line, maxPushed), ids: make(chan string, maxPushed), cut: make(chan struct{})}
	s.of[contact] = append(s.of[contact], st)
	s.near[neighbour] = append(s.near[neighbour], st)
	s.n++
	return st, nil
}

// crowd returns the streams of the neighbour with the most, which is the one
// named unless another has more. s.mu is held.
func (s *streams) crowd(neighbour string) []*stream {
	most := s.near[neighbour]
	for _, near := range s.near {
		if len(near) > len(most) {
			most = near
		}
	}
	return most
}

// leave says that the page of st is gone.
func (s *streams) leave(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(st)
}

// push hands l to the open pages of the contact. It never waits.
func (s *streams) push(contact string, l store.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range slices.Clone(s.of[contact]) {
		select {
		case st.lines <- l:
		default:
			s.drop(st)
		}
	}
}

// hear tells the open pages of the lines with these keys, which another process
// has put on screens or taken away. nil: of any lines; then all pages must come
// again, and are told what they missed. It never waits.
func (s *streams) hear(keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if keys == nil {
		s.cutAll()
	}
	for _, key := range keys {
		at := max(0, strings.LastIndexByte(key, '/')) // a contact's ID has one, a line's has none
		contact, id := key[:at], key[at+1:]
		for _, st := range slices.Clone(s.of[contact]) {
			select {
			case st.ids <- id:
			default:
				s.drop(st)
			}
		}
	}
}

// close ends all streams and lets no other begin.
func (s *streams) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.cutAll()
}

// cutAll ends all streams. s.mu is held.
func (s *streams) cutAll() {
	for _, own := range s.of {
		for _, st := range slices.Clone(own) {
			s.drop(st)
		}
	}
}

// drop ends st, once. s.mu is held.
func (s *streams) drop(st *stream) {
	if !slices.Contains(s.of[st.contact], st) {
		return
	}
	close(st.cut)
	s.n--
	without(s.of, st.contact, st)
	without(s.near, st.neighbour, st)
}

// without takes st from the list of key.
func without(lists map[string][]*stream, key string, st *stream) {
	list := lists[key]
	if len(list) == 1 {
		delete(lists, key)
		return
	}
	i := slices.Index(list, st)
	lists[key] = slices.Delete(list, i, i+1)
}
