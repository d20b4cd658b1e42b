package form

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"chihai/flows/form/xpath"
)

// A Respondent is somebody made up, who answers a form from beginning to end.
type Respondent struct {
	Replies []Reply // in the order in which the form asks
}

// At is what the respondent does at a step that is to be answered, by its path.
func (p Respondent) At(path string) (Reply, bool) {
	i := slices.IndexFunc(p.Replies, func(r Reply) bool { return r.Path == path })
	if i < 0 {
		return Reply{}, false
	}
	return p.Replies[i], true
}

// Answer does what the respondent does at a step; notes and headings are passed.
func (p Respondent) Answer(w *Walk, s Step) error {
	if s.Kind == Show || s.Kind == Head {
		w.Pass(s.Path)
		return nil
	}
	r, ok := p.At(s.Path)
	switch {
	case !ok:
		return fmt.Errorf("no answer to %s", s.Path)
	case s.Kind == More && s.Count < r.Instances:
		return w.Add(s.Path)
	case s.Kind == More:
		return w.Done(s.Path)
	case r.Value == "":
		return w.Skip(s.Path)
	}
	return w.Answer(s.Path, r.Value)
}

// A Branch is one of the ways that a form knows at some place.
type Branch struct {
	Kind   BranchKind
	Name   string // of the question or the group
	Row    int    // of the survey sheet
	Choice string // of Chosen
}

// A BranchKind says what a branch is.
type BranchKind string

// The kinds of branches.
const (
	Asked  BranchKind = "asked"  // the question is asked
	Held   BranchKind = "held"   // the item's own condition holds
	Failed BranchKind = "failed" // it does not
	Met    BranchKind = "met"    // an answer is given that meets the constraint
	Chosen BranchKind = "chosen" // a choice that a condition asks for
)

// A Coverage says how many branches there are, and which ones nobody takes.
type Coverage struct {
	Branches int // those that [Lint] can prove to be closed are not counted
	Taken    int
	Missed   []Branch // in the order of the form
}

// Unasked are the names of the questions that no respondent is asked.
func (c Coverage) Unasked() []string {
	var names []string
	for _, b := range c.Missed {
		if b.Kind == Asked {
			names = append(names, b.Name)
		}
	}
	return names
}

const (
	// mostScoutWork bounds the search for respondents: items computed anew, in all. It is about a second.
	mostScoutWork = 1_500_000

	workOfProof = 20_000 // what one costs in this measure

	mostIdle = 4 // scouts by chance, one after another, who find nothing new
)

// Respondents makes up respondents, few of them, who together take every branch of the form that could be found in
// bounded time: every question, every condition true and false, every constraint met, every choice that a
// condition asks for. At most max of them are given, those who take most first; 0 means without limit. The same form
// gives the same respondents on the same day. clock is the time at which they answer: some forms ask for the day.
func (l *Logic) Respondents(max int, clock xpath.Clock) ([]Respondent, Coverage) {
	c := newScout(l, clock)
	c.search()
	return c.choose(max)
}

// A scout looks for respondents.
type scout struct {
	*ways
	prover   *prover
	chance   *rand.Rand
	branches []Branch
	index    map[Branch]int
	tried    map[*rule]map[string]int // how often each answer was given
	found    []scouted
	taken    bitset
	closed   bitset // proved that nobody takes them
	limit    int    // of work
}

// A scouted is a respondent and the branches that are taken.
type scouted struct {
	Respondent
	takes bitset
}

func newScout(l *Logic, clock xpath.Clock) *scout {
	c := &scout{ways: newWays(l), limit: mostScoutWork, index: map[Branch]int{}, tried: map[*rule]map[string]int{}}
	if clock.Zone == nil {
		clock.Zone = c.setting.Clock.Zone
	}
	c.setting.Clock = clock
	h := fnv.New64a()
	h.Write([]byte(l.form.ID))
	c.chance = rand.New(rand.NewPCG(h.Sum64(), uint64(len(c.rules)))) // #nosec G404 -- the same form has the same respondents
	lint := &linter{form: l.form, fs: &findings{}}
	lint.expressions()
	c.prover = newProver(lint)
	for i, r := range c.rules {
		c.branch(i, r)
	}
	c.taken, c.closed = newBitset(len(c.branches)), newBitset(len(c.branches))
	return c
}

// branch adds the branches of an item.
func (c *scout) branch(i int, r *rule) {
	add := func(k BranchKind, choice string) {
		b := Branch{k, r.name, r.item.Row(), choice}
		if _, twice := c.index[b]; !twice {
			c.index[b] = len(c.branches)
			c.branches = append(c.branches, b)
		}
	}
	if r.relevant != nil {
		add(Held, "")
		add(Failed, "")
	}
	q := r.item.Question
	if q == nil || r.origin != fromHer {
		return
	}
	add(Asked, "")
	if r.constraint != nil {
		add(Met, "")
	}
	if !q.Kind.Selects() {
		return
	}
	offered := c.logic.form.domain(q).Choices
	for _, u := range c.uses[i] {
		xpath.Walk(u.x.Root(), func(n xpath.Node) bool {
			cmp, ok := xpath.Compared(n)
			if ok && (cmp.Path.Self() || c.logic.find(r, cmp.Path) == r) {
				if lit, ok := cmp.Literal.(*xpath.Text); ok && slices.Contains(offered, lit.Value) {
					add(Chosen, lit.Value)
				}
			}
			return true
		})
	}
}

// search sends scouts: some by chance, then one for each branch that is still to be taken.
func (c *scout) search() {
	for idle := 0; idle < mostIdle && c.work < c.limit/3; idle++ {
		if c.send(nil) {
			idle = -1
		}
	}
	guides := map[int]map[string]string{}
	for round := range 3 {
		for i, b := range c.branches {
			if c.taken.has(i) || c.closed.has(i) || c.work > c.limit {
				continue
			}
			if round == 0 {
				guide, possible := c.guide(b)
				if c.work += workOfProof; !possible {
					c.closed.set(i)
					continue
				}
				guides[i] = guide
			}
			for range 1 + round {
				if c.work < c.limit && !c.taken.has(i) {
					c.send(guides[i])
				}
			}
		}
	}
}

// guide is answers that lead to a branch; false if there are none.
func (c *scout) guide(b Branch) (map[string]string, bool) {
	at, ok := c.prover.places[b.Name]
	if !ok || at.ambiguous {
		return nil, true
	}
	constraint := ""
	if b.Kind == Met {
		constraint = at.item.Question.Constraint
	}
	conditions, domain, _ := c.prover.gather(at.item, at.around, constraint, b.Kind == Failed)
	if constraint != "" { // and it must be asked
		more, _, _ := c.prover.gather(at.item, at.around, "", false)
		conditions = append(conditions, more...)
	}
	if len(conditions) == 0 {
		return map[string]string{}, true
	}
	proof := xpath.Satisfy(domain, conditions...)
	guide := proof.Example
	if b.Kind == Chosen {
		if guide == nil {
			guide = map[string]string{}
		}
		guide[b.Name] = b.Choice
	}
	return guide, proof.Verdict != xpath.Impossible
}

// send lets somebody answer the form, by the guide where it says something. It reports whether that took a branch
// that nobody took before.
func (c *scout) send(guide map[string]string) bool {
	w := c.logic.Walk(c.logic.Begin(c.setting.Clock.Now, 1, nil), c.setting)
	var who Respondent
	from := 0 // what stands before is mostly done
	for range mostSteps {
		i := c.at(w, nil, true, from)
		if i < 0 && from > 0 {
			i = c.at(w, nil, true, 0)
		}
		if i < 0 {
			return c.keep(w, who)
		}
		from = i
		if c.work > 2*c.limit {
			return false
		}
		one, ok := c.step(w, i, guide, who)
		if !ok {
			return false
		}
		at := slices.IndexFunc(who.Replies, func(r Reply) bool { return r.Path == one.reply.Path })
		if at >= 0 { // asked again: for another instance, or because another answer made this one impossible
			who.Replies = slices.Delete(who.Replies, at, at+1)
		}
		who.Replies = append(who.Replies, one.reply)
		w = one.walk
	}
	return false
}

// keep keeps who came to the end, if that took a new branch, and if the same replies lead there again.
func (c *scout) keep(w *Walk, who Respondent) bool {
	takes := newBitset(len(c.branches))
	c.note(w, w.root, c.logic.rules, takes)
	if takes.adds(c.taken) == 0 {
		return false
	}
	again := c.logic.Walk(c.logic.Begin(c.setting.Clock.Now, 1, nil), c.setting)
	for range 2 * mostSteps {
		s, ok := again.Next()
		if !ok {
			break
		}
		c.work += len(c.rules) + again.cells
		if who.Answer(again, s) != nil {
			return false
		}
	}
	takes = newBitset(len(c.branches))
	c.note(again, again.root, c.logic.rules, takes)
	if _, left := again.Next(); left || takes.adds(c.taken) == 0 {
		return false
	}
	c.taken.join(takes)
	c.found = append(c.found, scouted{who, takes})
	return true
}

// step answers one step: as the guide says, else as was done least often before.
func (c *scout) step(w *Walk, i int, guide map[string]string, who Respondent) (way, bool) {
	p := w.steps[i]
	tried := c.tried[p.rule]
	if tried == nil {
		tried = map[string]int{}
		c.tried[p.rule] = tried
	}
	if p.kind == More {
		plan, ok := who.At(p.path)
		if !ok {
			plan = Reply{Path: p.path, Kind: More, Instances: c.chance.IntN(mostInstances + 1)}
			for k := range mostInstances + 1 {
				if tried[decimal(k)] < tried[decimal(plan.Instances)] {
					plan.Instances = k
				}
			}
			tried[decimal(plan.Instances)]++
		}
		next := *w
		next.response = w.response.clone()
		if len(w.instances(p.in, p.rule)) < plan.Instances && next.Add(p.path) != nil {
			return way{}, false
		}
		if len(w.instances(p.in, p.rule)) >= plan.Instances && next.Done(p.path) != nil {
			return way{}, false
		}
		return way{walk: &next, reply: plan}, true
	}
	if a, ok := guide[p.rule.name]; ok {
		if one, ok := c.skip(w, p); ok && a == "" {
			return one, true
		}
		if one, ok := c.answer(w, p, xpath.Class{Answer: a}); ok && a != "" {
			tried[a]++
			return one, true
		}
	}
	all := slices.Clone(c.candidates(w, p))
	if small := slices.DeleteFunc(slices.Clone(all), func(a xpath.Class) bool {
		n, err := strconv.Atoi(a.Answer)
		return err == nil && n > mostInstances
	}); len(small) > 0 && slices.ContainsFunc(c.uses[c.id[p.rule]], func(u usage) bool { return u.count }) {
		all = small // a repeat is not answered a hundred times to see what is in it
	}
	c.chance.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	if c.decides[c.id[p.rule]] {
		if c.chance.IntN(3) > 0 {
			slices.SortStableFunc(all, func(a, b xpath.Class) int { return tried[a.Answer] - tried[b.Answer] })
		}
		if len(all) > 0 && tried[""] < tried[all[0].Answer] {
			if one, ok := c.skip(w, p); ok {
				tried[""]++
				return one, true
			}
		}
	}
	for _, a := range append(all, c.spares(w, p)...) {
		if one, ok := c.answer(w, p, a); ok {
			tried[a.Answer]++
			return one, true
		}
	}
	return c.skip(w, p)
}

// note notes the branches that a walk at its end has taken.
func (c *scout) note(w *Walk, in *instance, rules []*rule, takes bitset) {
	take := func(r *rule, k BranchKind, choice string) {
		if i, ok := c.index[Branch{k, r.name, r.item.Row(), choice}]; ok {
			takes.set(i)
		}
	}
	for _, r := range rules {
		holds := w.holds(in, r)
		if holds {
			take(r, Held, "")
		} else {
			take(r, Failed, "")
			continue
		}
		switch {
		case r.inner != nil:
			for _, i := range w.instances(in, r) {
				c.note(w, i, r.rules, takes)
			}
		case r.item.Group != nil:
			c.note(w, in, r.rules, takes)
		default:
			a, ok := w.response.Answers[in.prefix+r.within]
			if !ok || r.origin != fromHer {
				continue
			}
			take(r, Asked, "")
			if a.State == Answered {
				take(r, Met, "")
				for choice := range strings.FieldsSeq(a.Value) { // where it is no choice, there is no such branch
					take(r, Chosen, choice)
				}
			}
		}
	}
}

// choose is a small set of respondents who take all that was taken: always whoever takes most that nobody took
// before.
func (c *scout) choose(max int) ([]Respondent, Coverage) {
	covered := newBitset(len(c.branches))
	var all []Respondent
	left := slices.Clone(c.found)
	for len(left) > 0 && (max <= 0 || len(all) < max) {
		best, most := -1, 0
		for i, s := range left {
			if n := s.takes.adds(covered); n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			break
		}
		covered.join(left[best].takes)
		all = append(all, left[best].Respondent)
		left = slices.Delete(left, best, best+1)
	}
	var cover Coverage
	for i, b := range c.branches {
		switch {
		case covered.has(i):
			cover.Branches++
			cover.Taken++
		case !c.closed.has(i):
			cover.Branches++
			cover.Missed = append(cover.Missed, b)
		}
	}
	return all, cover
}

// A bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset    { return make(bitset, (n+63)/64) }
func (b bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitset) join(other bitset) {
	for i := range b {
		b[i] |= other[i]
	}
}

// adds is how many numbers of b are not in the other.
func (b bitset) adds(other bitset) int {
	n := 0
	for i := range b {
		n += bits.OnesCount64(b[i] &^ other[i])
	}
	return n
}
