package form

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"chihai/flows/form/xpath"
)

// An Option is a choice as it is offered at this moment.
type Option struct {
	Name  string          // what an answer holds
	Label string          // in the language of the walk; the name where the form has no label
	Media map[string]Text // files by kind
}

// A candidate is a choice that may be offered.
type candidate struct {
	name  string
	label Text
	media map[string]Text
	row   xpath.Row
	in    *instance // for a choice that is an answer in a repeat
}

// candidates are all choices of a question, offered or not, in their order.
func (w *Walk) candidates(in *instance, r *rule) iter.Seq[candidate] {
	q := r.item.Question
	return func(yield func(candidate) bool) {
		switch {
		case q.From != "":
			from := w.logic.named(q.From)
			if from == nil || from.item.Question == nil {
				return
			}
			for _, i := range w.all(w.root, from.level) {
				v := w.value(i, from)
				if v != "" && !yield(candidate{name: v, row: answerRow{w, i}, in: i}) {
					return
				}
			}
		case q.File != "":
			name, label := "name", "label"
			if p := q.Parameters["value"]; p != "" {
				name = p
			}
			if p := q.Parameters["label"]; p != "" {
				label = p
			}
			rows, _ := w.file(q.File)
			for _, row := range rows {
				n, _ := row.Column(name)
				t := Text{}
				for _, l := range w.logic.form.Languages {
					if s, ok := row.Column(label + "::" + l.Name); ok {
						t[l.Name] = s
					}
				}
				t[""], _ = row.Column(label)
				if n != "" && !yield(candidate{name: n, label: t, row: row}) {
					return
				}
			}
		default:
			list := w.logic.form.List(q)
			if list == nil {
				return
			}
			for i := range list.Choices {
				c := &list.Choices[i]
				if !yield(candidate{name: c.Name, label: c.Label, media: c.Media, row: choiceRow{w, c}}) {
					return
				}
			}
		}
	}
}

// all are the instances of a level anywhere in the response.
func (w *Walk) all(from *instance, to *level) []*instance {
	return w.reach(from, to, nil, nil)
}

// passes reports whether the choice filter lets a candidate through.
func (w *Walk) passes(in *instance, r *rule, c candidate) bool {
	if r.filter == nil {
		return true
	}
	s := &scene{walk: w, in: in, rule: r, row: c.row}
	if c.in != nil {
		s.in, s.home = c.in, in
	}
	ok, err := r.filter.Boolean(s)
	if err != nil {
		w.mistaken(r, err)
		return true
	}
	return ok
}

// offered is what is left of an answer when the choices that are not offered any more are gone. Of an
// order nothing is left unless all of it is.
func (w *Walk) offered(in *instance, r *rule, answer string) string {
	q := r.item.Question
	if !q.Kind.Selects() || answer == "" {
		return answer
	}
	if q.Kind == SelectOne || q.Kind == SelectExternal {
		if w.offers(in, r, answer) {
			return answer
		}
		return ""
	}
	names := strings.Fields(answer)
	left := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !w.offers(in, r, n) })
	if len(left) == len(names) {
		return answer
	}
	if q.Kind == Rank {
		return ""
	}
	return strings.Join(left, " ")
}

// offers reports whether a choice is offered.
func (w *Walk) offers(in *instance, r *rule, name string) bool {
	for c := range w.candidates(in, r) {
		if c.name == name && w.passes(in, r, c) {
			return true
		}
	}
	return false
}

// options are the choices that a question offers now, in the order in which she sees them.
func (w *Walk) options(in *instance, r *rule) []Option {
	var all []Option
	for c := range w.candidates(in, r) {
		if w.passes(in, r, c) {
			all = append(all, Option{c.name, w.labelled(in, r, c), c.media})
		}
	}
	q := r.item.Question
	if q.Parameters["randomize"] == "true" {
		chance := w.chance(in.prefix + r.within)
		if seed := q.Parameters["seed"]; seed != "" {
			if ref := w.logic.named(onlyReference(seed)); ref != nil && ref.item.Question != nil {
				seed = ""
				if i := w.reach(in, ref.level, nil, nil); len(i) > 0 {
					seed = w.value(i[0], ref)
				}
			}
			chance = seeded(seed)
		}
		chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return all
}

// seeded is the chance of a seed that the form itself names, a number or any text.
func seeded(seed string) *rand.Rand {
	if n, err := strconv.ParseInt(seed, 10, 64); err == nil {
		return rand.New(rand.NewPCG(uint64(n), 0)) // #nosec G115 G404 -- bits of a seed; the order of choices is no secret
	}
	h := fnv.New64a()
	h.Write([]byte(seed))
	return rand.New(rand.NewPCG(h.Sum64(), 0)) // #nosec G404 -- the order of choices is no secret
}

// labelled is the label of a candidate, or its name.
func (w *Walk) labelled(in *instance, r *rule, c candidate) string {
	if s := w.say(in, r, c.label); s != "" {
		return s
	}
	return c.name
}

// labelOf is the label of a choice of a question, whether it is offered or not; "" for no choice.
func (w *Walk) labelOf(in *instance, r *rule, choice string) string {
	for c := range w.candidates(in, r) {
		if c.name == choice {
			if s := w.logic.form.In(c.label, w.setting.Language); s != "" {
				return s
			}
			return c.name
		}
	}
	return ""
}

// A choiceRow is a choice of the form as an expression sees it.
type choiceRow struct {
	walk   *Walk
	choice *Choice
}

// Column implements [xpath.Row].
func (c choiceRow) Column(name string) (string, bool) {
	switch name {
	case "name":
		return c.choice.Name, true
	case "label":
		return c.walk.logic.form.In(c.choice.Label, c.walk.setting.Language), true
	}
	// A column that only other choices fill is empty here.
	return c.choice.More[name], true
}

// An answerRow is an instance of a repeat as the filter of a select from its answers sees it.
type answerRow struct {
	walk *Walk
	in   *instance
}

// Column implements [xpath.Row].
func (a answerRow) Column(name string) (string, bool) {
	for _, r := range a.walk.logic.byName[name] {
		if r.level == a.in.level {
			return a.walk.said(a.in, r), true
		}
	}
	return "", false
}
