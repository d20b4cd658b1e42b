package form

import (
	"maps"
	"slices"
	"strings"
)

// order looks for questions that wait for each other, and for questions that ask about an answer
// before it can be there.
func (l *linter) order() {
	o := newOrdering(l.form)
	for _, circle := range o.circles() {
		var names []string
		for _, i := range circle {
			names = append(names, o.nodes[i].name)
		}
		first := o.nodes[circle[0]]
		l.say(first.row, first.column(), Circular, "name", first.name, "names", strings.Join(names, ", "))
	}
	o.forward(l)
}

// A node is one item of the form and what it reads.
type node struct {
	name   string
	row    int
	asked  bool   // what it reads must be there when it is reached
	reads  []edge // by expressions and texts
	around int    // the group around it; -1 for none
}

// An edge leads from an item to one that it reads.
type edge struct {
	to     int
	column string
	logic  bool // whether it is asked or what it computes depends on the other
}

// column is the first by which the node depends on others.
func (n node) column() string {
	for _, e := range n.reads {
		if e.logic {
			return e.column
		}
	}
	return "name"
}

// An ordering is the items of a form in their order, with what each reads.
type ordering struct {
	nodes []node
}

func newOrdering(f *Form) *ordering {
	o := &ordering{}
	byName := map[string][]int{}
	byItem := map[*Group]int{}
	type reader struct {
		at    int
		texts []expression
	}
	var readers []reader
	for it, around := range f.All() {
		i := len(o.nodes)
		n := node{name: it.Name(), row: it.Row(), around: -1}
		if len(around) > 0 {
			n.around = byItem[around[len(around)-1].Body()]
		}
		var texts []expression
		if q := it.Question; q != nil {
			n.asked = q.Kind.Asked() || q.Kind == Note
			texts = q.expressions()
			for _, t := range []struct {
				column string
				text   Text
			}{{"label", q.Label}, {"hint", q.Hint}} {
				for _, lang := range slices.Sorted(maps.Keys(t.text)) {
					texts = append(texts, expression{t.column, t.text[lang]})
				}
			}
		} else {
			b := it.Body()
			byItem[b] = i
			n.asked = true
			texts = append(texts, expression{"relevant", b.Relevant})
			if it.Repeat != nil {
				texts = append(texts, expression{"repeat_count", it.Repeat.Count})
			}
			for _, lang := range slices.Sorted(maps.Keys(b.Label)) {
				texts = append(texts, expression{"label", b.Label[lang]})
			}
		}
		byName[n.name] = append(byName[n.name], i)
		o.nodes = append(o.nodes, n)
		readers = append(readers, reader{i, texts})
	}
	for _, r := range readers {
		for _, t := range r.texts {
			refs, _ := References(t.text)
			for _, ref := range refs {
				to := byName[ref.Name]
				if len(to) != 1 || ref.LastSaved {
					continue // unknown or ambiguous: Read says so
				}
				e := edge{to[0], t.column, false}
				switch t.column {
				case "relevant", "calculation", "required", "read_only", "repeat_count":
					e.logic = true
				}
				if !slices.Contains(o.nodes[r.at].reads, e) {
					o.nodes[r.at].reads = append(o.nodes[r.at].reads, e)
				}
			}
		}
	}
	return o
}

// logic are the items on which one depends: those that it reads, and the group around it.
func (o *ordering) logic(i int) []int {
	var to []int
	for _, e := range o.nodes[i].reads {
		if e.logic {
			to = append(to, e.to)
		}
	}
	if a := o.nodes[i].around; a >= 0 {
		to = append(to, a)
	}
	return to
}

// circles finds the sets of items that depend on each other (Tarjan's strongly connected
// components), each in the order of the form. It keeps its own stack: a chain may be as long as the
// form.
func (o *ordering) circles() [][]int {
	n := len(o.nodes)
	index, low, open := make([]int, n), make([]int, n), make([]bool, n) // index counts from 1; 0 is new
	var (
		count  int
		stack  []int
		result [][]int
	)
	type step struct {
		node int
		to   []int
	}
	for start := range n {
		if index[start] != 0 {
			continue
		}
		var path []step
		enter := func(v int) {
			count++
			index[v], low[v], open[v] = count, count, true
			stack = append(stack, v)
			path = append(path, step{v, o.logic(v)})
		}
		enter(start)
		for len(path) > 0 {
			s := &path[len(path)-1]
			if len(s.to) > 0 {
				w := s.to[0]
				s.to = s.to[1:]
				switch {
				case index[w] == 0:
					enter(w)
				case open[w]:
					low[s.node] = min(low[s.node], index[w])
				}
				continue
			}
			v := s.node
			path = path[:len(path)-1]
			if len(path) > 0 {
				u := path[len(path)-1].node
				low[u] = min(low[u], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			at := slices.Index(stack, v)
			set := slices.Clone(stack[at:])
			stack = stack[:at]
			for _, w := range set {
				open[w] = false
			}
			if len(set) > 1 || slices.Contains(o.logic(v), v) {
				slices.Sort(set)
				result = append(result, set)
			}
		}
	}
	slices.SortFunc(result, func(a, b []int) int { return a[0] - b[0] })
	return result
}

// forward tells of items that read an answer which is asked for only later. What is computed is read
// through: it is there as soon as what it is computed from is.
func (o *ordering) forward(l *linter) {
	latest := o.latest()
	for i, n := range o.nodes {
		if !n.asked {
			continue
		}
		for _, e := range n.reads {
			if later := latest[e.to]; later > i {
				l.say(n.row, e.column, ForwardReference, "name", n.name, "other", o.nodes[later].name)
			}
		}
	}
}

// latest is, for each item, the last question whose answer it stands for: itself if it is asked, else
// the last of those that it is computed from; -1 if there is none.
func (o *ordering) latest() []int {
	latest := make([]int, len(o.nodes))
	for i, n := range o.nodes {
		latest[i] = -1
		if n.asked {
			latest[i] = i
		}
	}
	// A chain of computations settles in as many rounds as it is long; a circle settles as well, since
	// values only grow.
	for changed, rounds := true, 0; changed && rounds < 100; rounds++ {
		changed = false
		for i, n := range o.nodes {
			if n.asked {
				continue
			}
			for _, e := range n.reads {
				if e.logic && latest[e.to] > latest[i] {
					latest[i], changed = latest[e.to], true
				}
			}
		}
	}
	return latest
}
