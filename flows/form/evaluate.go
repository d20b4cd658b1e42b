package form

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chihai/flows/form/xpath"
)

// This file computes what a response means: which items are relevant, what calculations give, how
// many instances repeats have. Everything is computed when it is first asked for, and once: an item
// asks for those that it reads, so that one pass is the fixed point. Items that wait for each other
// (which [Lint] refuses) find each other unanswered.

// Bounds of one response.
const (
	// MaxInstances is how many instances a repeat may have; a larger count is cut.
	MaxInstances = 200

	// MaxComputed is how long what a calculation gives may be, in bytes; the rest is cut.
	MaxComputed = 4096

	maxAnswerCells = 20_000 // items in all instances of repeats together
)

// An instance is the form itself, or one of a repeat.
type instance struct {
	level  *level
	outer  *instance
	number int // from 1
	prefix string
	cells  []cell
}

// A cell is what is known of one item in one instance.
type cell struct {
	holds, relevant, reachable, awaits, valued, counted verdict

	value string
	inner []*instance // of a repeat
}

// A verdict is yes, no, or not known yet.
type verdict uint8

const (
	unknown verdict = iota
	busy            // being computed; whoever asks now is in a circle
	yes
	no
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

func (w *Walk) newInstance(lv *level, outer *instance, number int) *instance {
	in := &instance{level: lv, outer: outer, number: number, cells: make([]cell, lv.size)}
	if lv.rule != nil {
		in.prefix = instancePath(outer.prefix+lv.rule.within, number) + "/"
	}
	w.cells += lv.size
	return in
}

// at is the instance of a level that in is or stands in; nil for none.
func (in *instance) at(lv *level) *instance {
	for in != nil && in.level != lv {
		in = in.outer
	}
	return in
}

// holds reports whether the item's own condition does.
func (w *Walk) holds(in *instance, r *rule) bool {
	c := &in.cells[r.slot]
	if c.holds == unknown {
		c.holds = busy
		c.holds = verdictOf(w.condition(in, r, r.relevant, true))
	}
	return c.holds == yes
}

// relevant reports whether an item and all groups around it are.
func (w *Walk) relevant(in *instance, r *rule) bool {
	c := &in.cells[r.slot]
	if c.relevant == unknown {
		c.relevant = busy
		// An instance is there only as long as its repeat is relevant.
		around := r.around == nil || r.around.inner != nil || w.relevant(in, r.around)
		c.relevant = verdictOf(around && w.holds(in, r))
	}
	return c.relevant == yes
}

// reachable reports whether an item is relevant or may become so by answers that are still to come.
func (w *Walk) reachable(in *instance, r *rule) bool {
	c := &in.cells[r.slot]
	if c.reachable == unknown {
		c.reachable = busy
		around := r.around == nil || r.around.inner != nil || w.reachable(in, r.around)
		c.reachable = verdictOf(around && (w.holds(in, r) || w.pending(in, r.waits)))
	}
	return c.reachable == yes
}

// pending reports whether one of the items is still to be answered, seen from an instance.
func (w *Walk) pending(from *instance, items []*rule) bool {
	for _, r := range items {
		if w.growing(from, r.level) {
			return true
		}
		for _, in := range w.reach(from, r.level, nil, nil) {
			if in.cells[r.slot].reachable == busy || !w.reachable(in, r) {
				continue
			}
			switch {
			case r.inner != nil && r.count == nil:
				if !w.response.Repeats[in.prefix+r.within].Done {
					return true
				}
			case r.origin == fromHer:
				if _, ok := w.response.Answers[in.prefix+r.within]; !ok {
					return true
				}
			case !w.relevant(in, r):
				return true
			default:
				if w.awaits(in, r) {
					return true
				}
			}
		}
	}
	return false
}

// growing reports whether a level may still get instances that are seen from another one.
func (w *Walk) growing(from *instance, lv *level) bool {
	if from.at(lv) != nil || lv.outer == nil {
		return false
	}
	if w.growing(from, lv.outer) {
		return true
	}
	for _, in := range w.reach(from, lv.outer, nil, nil) {
		switch r := lv.rule; {
		case in.cells[r.slot].reachable == busy || !w.reachable(in, r):
		case r.count != nil:
			if w.awaits(in, r) {
				return true
			}
		case !w.response.Repeats[in.prefix+r.within].Done:
			return true
		}
	}
	return false
}

// awaits reports whether what an item computes may change by answers that are still to come.
func (w *Walk) awaits(in *instance, r *rule) bool {
	c := &in.cells[r.slot]
	if c.awaits == unknown {
		c.awaits = busy
		c.awaits = verdictOf(w.pending(in, r.computes))
	}
	return c.awaits == yes
}

// value is the answer of a question, given or computed; "" for none, and for one that is not relevant.
func (w *Walk) value(in *instance, r *rule) string {
	c := &in.cells[r.slot]
	if c.valued == unknown {
		c.valued = busy
		v := ""
		if r.origin != silent && w.relevant(in, r) {
			if r.origin == computed {
				v = w.compute(in, r)
			} else {
				v = w.offered(in, r, w.response.Answers[in.prefix+r.within].Value)
			}
		}
		c.value, c.valued = v, yes
	}
	return c.value
}

// compute is the value of a question that she does not answer.
func (w *Walk) compute(in *instance, r *rule) string {
	q := r.item.Question
	kept := w.response.Answers[in.prefix+r.within].Value
	switch {
	case q.Kind == Start:
		return w.moment(w.response.Started)
	case q.Kind == End:
		return w.moment(w.response.Ended)
	case q.Kind == Today:
		return w.response.Started.In(w.zone()).Format(time.DateOnly)
	case q.Kind == Device:
		return w.response.Known[q.Type]
	case r.calculation != nil && len(r.triggers) > 0:
		if !slices.ContainsFunc(r.triggers, func(t string) bool { return w.changed[t] }) {
			return kept
		}
		return w.text(in, r, r.calculation)
	case r.calculation != nil:
		return w.text(in, r, r.calculation)
	case r.preset != nil && kept != "":
		return kept // a default is computed once
	case r.preset != nil:
		return w.text(in, r, r.preset)
	}
	return q.Default
}

func (w *Walk) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(w.zone()).Format("2006-01-02T15:04:05.000-07:00")
}

func (w *Walk) zone() *time.Location {
	if w.setting.Clock.Zone == nil {
		return time.UTC
	}
	return w.setting.Clock.Zone
}

// instances are those of a repeat that there are.
func (w *Walk) instances(in *instance, r *rule) []*instance {
	c := &in.cells[r.slot]
	if c.counted != unknown {
		return c.inner
	}
	c.counted = busy
	if n := w.number(in, r); n > 0 {
		c.inner = make([]*instance, 0, n)
		for i := range n {
			if w.cells+r.inner.size > maxAnswerCells {
				break
			}
			c.inner = append(c.inner, w.newInstance(r.inner, in, i+1))
		}
	}
	c.counted = yes
	return c.inner
}

// number is how many instances a repeat has.
func (w *Walk) number(in *instance, r *rule) int {
	if !w.relevant(in, r) {
		return 0
	}
	if r.count == nil {
		return min(max(w.response.Repeats[in.prefix+r.within].Number, 0), MaxInstances)
	}
	f, err := r.count.Number(&scene{walk: w, in: in, rule: r})
	if err != nil || math.IsNaN(f) || f < 1 {
		w.mistaken(r, err)
		return 0
	}
	return int(math.Min(f, MaxInstances))
}

// condition evaluates a condition of an item; none, and one with a mistake in it, is otherwise.
func (w *Walk) condition(in *instance, r *rule, x *xpath.Expr, otherwise bool) bool {
	if x == nil {
		return otherwise
	}
	ok, err := x.Boolean(&scene{walk: w, in: in, rule: r})
	if err != nil {
		w.mistaken(r, err)
		return otherwise
	}
	return ok
}

// text evaluates a calculation; one with a mistake in it gives nothing.
func (w *Walk) text(in *instance, r *rule, x *xpath.Expr) string {
	s, err := x.Text(&scene{walk: w, in: in, rule: r})
	if err != nil {
		w.mistaken(r, err)
		return ""
	}
	return shortened(s, MaxComputed)
}

// shortened is a text of at most so many bytes, and whole letters.
func shortened(s string, most int) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
