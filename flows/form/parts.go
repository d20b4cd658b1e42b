package form

// This file takes a form apart into items that do not depend on each other, given what is answered.

// A settlement says which items cannot become any other by answers that are still to come.
type settlement struct {
	*ways
	walk *Walk
	is   []verdict
}

func (s *ways) settled(w *Walk) *settlement {
	return &settlement{ways: s, walk: w, is: make([]verdict, len(s.rules))}
}

// fixed reports whether what an item holds is settled.
func (f *settlement) fixed(i int) bool {
	if o := f.owner[i]; f.rules[o].inner != nil {
		i = o // a repeat is settled as a whole
	}
	switch f.is[i] {
	case unknown:
		f.is[i] = busy
		f.is[i] = verdictOf(f.judge(i))
	case busy: // items that wait for each other wait for nothing
		return true
	}
	return f.is[i] == yes
}

func (f *settlement) judge(i int) bool {
	r, w := f.rules[i], f.walk
	if r.inner != nil {
		return f.judgeRepeat(i)
	}
	switch {
	case !w.reachable(w.root, r) || r.item.Question == nil || r.origin == silent:
		return true
	case r.origin == computed:
		return f.all(f.asks[i]) && f.all(f.takes[i])
	}
	_, ok := w.response.Answers[r.within]
	return ok && w.invalid(step{kind: Ask, in: w.root, rule: r, path: r.within}) == nil
}

// judgeRepeat settles a repeat with all that is in it.
func (f *settlement) judgeRepeat(o int) bool {
	w := f.walk
	if !w.reachable(w.root, f.rules[o]) {
		return true
	}
	for i := range f.rules {
		if f.owner[i] == o && !(f.all(f.asks[i]) && f.all(f.takes[i])) {
			return false
		}
	}
	for _, s := range w.steps {
		if k := f.id[s.rule]; f.owner[k] == o && (s.kind == Ask && f.decides[k] || s.kind == More) && !w.done(s) {
			return false
		}
	}
	return true
}

func (f *settlement) all(items []*rule) bool {
	for _, x := range items {
		if k := f.id[x]; !f.fixed(k) {
			return false
		}
	}
	return true
}

// split divides a scope: nothing in one part depends on an answer in another that is still to come. All that
// is settled is one part, the last.
func (s *ways) split(w *Walk, scope []bool) [][]bool {
	f := s.settled(w)
	up := make([]int, len(s.rules))
	for i := range up {
		up[i] = i
	}
	find := func(i int) int {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	join := func(i, k int) {
		if i, k = find(i), find(k); i != k {
			up[max(i, k)] = min(i, k)
		}
	}
	waits := make([]bool, len(s.rules)) // a group whose own condition is not settled, or that lies in one
	for i, r := range s.rules {
		if !scope[i] {
			continue
		}
		join(i, s.owner[i])
		for _, x := range s.asks[i] {
			if k := s.id[x]; scope[k] && !f.fixed(k) {
				join(i, k)
				waits[i] = true
			}
		}
		if r.around != nil {
			if a := s.id[r.around]; scope[a] && waits[a] {
				join(i, a)
				waits[i] = true
			}
		}
		if s.decides[i] && (r.origin == computed || !f.fixed(i)) {
			for _, x := range s.takes[i] {
				if k := s.id[x]; scope[k] && !f.fixed(k) {
					join(i, k)
				}
			}
		}
	}
	open := make([]bool, len(s.rules)) // by the root of a part: there is something to answer in it
	for i, r := range s.rules {
		undecided := r.inner != nil && r.count == nil || r.origin == fromHer && s.decides[i]
		if scope[i] && undecided && !f.fixed(i) {
			open[find(i)] = true
		}
	}
	byRoot := map[int]int{}
	var parts [][]bool
	var rest []bool
	for i := range s.rules {
		if !scope[i] {
			continue
		}
		root := find(i)
		if !open[root] {
			if rest == nil {
				rest = make([]bool, len(s.rules))
			}
			rest[i] = true
			continue
		}
		at, ok := byRoot[root]
		if !ok {
			at = len(parts)
			byRoot[root] = at
			parts = append(parts, make([]bool, len(s.rules)))
		}
		parts[at][i] = true
	}
	if rest != nil {
		parts = append(parts, rest)
	}
	return parts
}
