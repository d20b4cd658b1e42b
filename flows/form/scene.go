package form

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"chihai/flows/form/xpath"
)

// A scene is what an expression sees: the response, from one item in one instance.
type scene struct {
	walk *Walk
	in   *instance
	rule *rule
	row  xpath.Row // the choice that a choice filter looks at
	home *instance // where the question of a choice filter stands, if in is another
}

// Answers implements [xpath.Env].
func (s *scene) Answers(p *xpath.Path, at []xpath.Index) ([]string, error) {
	to := s.walk.logic.find(s.rule, p)
	if to == nil {
		return nil, fmt.Errorf("no such question")
	}
	from := s.in
	if s.home != nil && s.in.at(to.level) == nil {
		from = s.home
	}
	if len(at) == 0 && to.inner == nil {
		if in := from.at(to.level); in != nil {
			return []string{s.walk.said(in, to)}, nil
		}
	}
	all := []string{}
	for _, in := range s.walk.reach(from, to.level, at, s) {
		if to.inner == nil {
			all = append(all, s.walk.said(in, to))
			continue
		}
		for _, i := range s.walk.instances(in, to) {
			if n := s.asked(to, at); n == 0 || n == i.number {
				all = append(all, decimal(i.number))
			}
		}
	}
	return all, nil
}

// said is what an item answers an expression; groups answer nothing.
func (w *Walk) said(in *instance, r *rule) string {
	if r.item.Question == nil {
		return ""
	}
	return w.value(in, r)
}

// asked is the number of the instance of a repeat that at asks for, 0 for none.
func (s *scene) asked(repeat *rule, at []xpath.Index) int {
	for _, i := range at {
		if s.walk.logic.find(s.rule, i.Repeat) == repeat {
			return i.Number
		}
	}
	return 0
}

// reach lists the instances of a level as they are seen from one: those that stand in the same
// instances around. at asks for others, by the names that s finds; s may be nil without any.
func (w *Walk) reach(from *instance, to *level, at []xpath.Index, s *scene) []*instance {
	if len(at) == 0 {
		if in := from.at(to); in != nil {
			return []*instance{in}
		}
	}
	if to.outer == nil {
		return []*instance{w.root}
	}
	n := 0
	if len(at) > 0 {
		n = s.asked(to.rule, at)
	}
	if in := from.at(to); in != nil && n == 0 && !s.askedAround(to.outer, at) {
		return []*instance{in}
	}
	var all []*instance
	for _, in := range w.reach(from, to.outer, at, s) {
		all = append(all, w.instances(in, to.rule)...)
	}
	if n > 0 {
		if n > len(all) {
			return nil
		}
		return all[n-1 : n]
	}
	return all
}

// askedAround reports whether at asks for an instance of a level or of one around it.
func (s *scene) askedAround(lv *level, at []xpath.Index) bool {
	for ; lv.outer != nil; lv = lv.outer {
		if s.asked(lv.rule, at) > 0 {
			return true
		}
	}
	return false
}

// Self implements [xpath.Env]. A calculation sees what it gave last.
func (s *scene) Self() (string, error) {
	q := s.rule.item.Question
	if q == nil {
		return "", nil
	}
	in := s.in
	if s.home != nil {
		in = s.home
	}
	if s.rule.origin == fromHer {
		if c := in.cells[s.rule.slot]; c.valued == yes {
			return c.value, nil
		}
	}
	return s.walk.response.Answers[in.prefix+s.rule.within].Value, nil
}

// Position implements [xpath.Env].
func (s *scene) Position(p *xpath.Path) (int, error) {
	r := s.rule
	if p.From == xpath.Question {
		r = s.walk.logic.find(s.rule, p)
	} else {
		for range p.Up {
			if r != nil {
				r = r.around
			}
		}
	}
	if r != nil && r.inner != nil {
		if in := s.in.at(r.inner); in != nil {
			return in.number, nil
		}
	}
	return 1, nil
}

// Column implements [xpath.Env].
func (s *scene) Column(name string) (string, bool) {
	if s.row == nil {
		return "", false
	}
	return s.row.Column(name)
}

// Rows implements [xpath.Env].
func (s *scene) Rows(list string) ([]xpath.Row, error) {
	f := s.walk.logic.form
	i := slices.IndexFunc(f.Lists, func(l List) bool { return l.Name == list && !l.External })
	if i < 0 {
		rows, ok := s.walk.file(list)
		if !ok {
			return nil, fmt.Errorf("no such list")
		}
		return rows, nil
	}
	if rows, ok := s.walk.rows[list]; ok {
		return rows, nil
	}
	rows := make([]xpath.Row, len(f.Lists[i].Choices))
	for k := range rows {
		rows[k] = choiceRow{s.walk, &f.Lists[i].Choices[k]}
	}
	s.walk.rows[list] = rows
	return rows, nil
}

// file finds the rows of a file by its name, with its ending or without.
func (w *Walk) file(name string) ([]xpath.Row, bool) {
	if rows, ok := w.setting.Files[name]; ok {
		return rows, true
	}
	for _, ending := range [...]string{".csv", ".xml", ".geojson"} {
		if rows, ok := w.setting.Files[name+ending]; ok {
			return rows, true
		}
	}
	return nil, false
}

// Label implements [xpath.Env].
func (s *scene) Label(question, choice string) (string, error) {
	r := s.walk.logic.named(question)
	if r == nil || r.item.Question == nil {
		return "", nil
	}
	from := s.in
	if in := s.walk.reach(from, r.level, nil, nil); len(in) > 0 {
		return s.walk.labelOf(in[0], r, choice), nil
	}
	return "", nil
}

// Clock implements [xpath.Env].
func (s *scene) Clock() xpath.Clock { return s.walk.setting.Clock }

// Random implements [xpath.Env]. Every question has chance of its own, which is the same whenever it
// is evaluated.
func (s *scene) Random() *rand.Rand { return s.walk.chance(s.in.prefix + s.rule.within) }

func (w *Walk) chance(path string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(path))
	return rand.New(rand.NewPCG(w.response.Seed, h.Sum64())) // #nosec G404 -- XLSForm's random() is no secret, and must be the same when it is computed again
}
