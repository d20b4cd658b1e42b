package powercut

import (
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// sector is the smallest part of a write that a disk writes wholly or not at
// all.
const sector = 512

// A Cut is what a power cut left behind.
type Cut struct {
	At    int                // how many things had been done
	Files map[string]Content // by name
	Told  []string           // what the program had said by then, a line each
}

// Content is what a file holds: Data, and zeros behind it up to Size.
type Content struct {
	Data []byte
	Size int64
}

// Cuts yields n cuts at random points of r, the earliest first. random decides
// on the points and on what was lost.
func (r *Recording) Cuts(n int, random *rand.Rand) iter.Seq[Cut] {
	r.mu.Lock()
	ops := r.ops
	r.mu.Unlock()
	here := make([]int, len(ops)+1) // how many cuts before each op
	for range n {
		here[random.IntN(len(here))]++
	}
	return func(yield func(Cut) bool) {
		s := state{files: map[int]*file{}, names: map[string]int{}}
		for i := range here {
			for range here[i] {
				if !yield(s.cut(i, random)) {
					return
				}
			}
			if i < len(ops) {
				s.do(ops[i])
			}
		}
	}
}

// A state is what is surely on the disk and what may be.
type state struct {
	files   map[int]*file
	names   map[string]int
	renames []op // since the names were synced
	told    []string
}

type file struct {
	synced  Content
	pending []op // since then
}

func (s *state) file(n int) *file {
	if s.files[n] == nil {
		s.files[n] = &file{}
	}
	return s.files[n]
}

func (s *state) do(o op) {
	switch f := s.file(o.file); o.kind {
	case write, resize:
		f.pending = append(f.pending, o)
	case synced:
		for _, p := range f.pending {
			f.synced.apply(p, nil)
		}
		f.pending = nil
	case named, unnamed, moved:
		s.renames = append(s.renames, o)
	case dirSynced:
		for _, p := range s.renames {
			rename(s.names, p)
		}
		s.renames = nil
	case told:
		s.told = append(s.told, strings.TrimSuffix(string(o.data), "\n"))
	}
}

// cut loses of what is not synced each op with one probability and tears each
// write with another, which are drawn first: so there are cuts that lose all
// and cuts that lose one sector of many.
func (s *state) cut(at int, random *rand.Rand) Cut {
	chances := []float64{0, 0.05, 0.5, 0.95, 1}
	lose, tear := chances[random.IntN(5)], chances[random.IntN(5)]
	names := maps.Clone(s.names)
	for _, o := range s.renames {
		if random.Float64() >= lose {
			rename(names, o)
		}
	}
	c := Cut{At: at, Files: map[string]Content{}, Told: s.told}
	for name, n := range names {
		f := s.file(n)
		content := Content{slices.Clone(f.synced.Data), f.synced.Size}
		for _, o := range f.pending {
			switch {
			case random.Float64() < lose:
			case random.Float64() < tear:
				content.apply(o, random)
			default:
				content.apply(o, nil)
			}
		}
		c.Files[name] = content
	}
	return c
}

// apply does o. If torn is not nil, it decides for each sector of a write whether
// that is kept.
func (c *Content) apply(o op, torn *rand.Rand) {
	if o.kind == resize {
		c.Size = o.at
		c.Data = c.Data[:min(o.at, int64(len(c.Data)))]
		return
	}
	for from := int64(0); from < int64(len(o.data)); {
		to := min(from+sector-(o.at+from)%sector, int64(len(o.data)))
		if torn == nil || torn.IntN(2) == 0 {
			if lack := o.at + to - int64(len(c.Data)); lack > 0 {
				c.Data = append(c.Data, make([]byte, lack)...)
			}
			c.Size = max(c.Size, o.at+to)
			copy(c.Data[o.at+from:], o.data[from:to])
		}
		from = to
	}
}

func rename(names map[string]int, o op) {
	switch o.kind {
	case named:
		names[o.name] = o.file
	case unnamed:
		delete(names, o.name)
	case moved:
		delete(names, o.name)
		names[o.to] = o.file
	}
}
