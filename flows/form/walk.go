package form

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"chihai/flows/form/xpath"
)

// A Walk is a response in the hands of whoever asks: it says what comes next, takes answers, and
// leaves a response in which the form's own logic holds. It is made for one turn and thrown away.
//
//	w := logic.Walk(response, setting)
//	step, ok := w.Next()              // ask it; !ok: nothing is left to ask
//	err := w.Answer(step.Path, "3")   // a *Refusal says why not
//	response = w.Response()           // keep it
//
// After every change the calculations are computed anew, answers that are no longer relevant leave the
// response for its history, and repeats have as many instances as their count says.
//
// A default that she may change is proposed with its question, and counts only once she took it: in
// chat an answer that nobody saw is none. An expression with a mistake that only shows when it is
// evaluated never stops anybody: what it decides is asked, not required and allowed, what it computes
// is empty, and [Walk.Mistakes] tells.
//
// A Walk belongs to one goroutine.
type Walk struct {
	logic    *Logic
	setting  Setting
	response *Response

	root     *instance
	cells    int
	changed  map[string]bool // names of questions that this turn answers, for triggers
	rows     map[string][]xpath.Row
	mistakes map[string]error

	steps []step // everything to ask or to show now, in order
	asked int    // questions among them
	later int    // questions that answers still to come may add
}

// A Setting is what the caller knows at the time of a turn.
type Setting struct {
	// Clock is the time of the turn and the zone in which dates are meant.
	Clock xpath.Clock

	// Language is the code of the language in which she is spoken to, such as "vi"; see [Form.In].
	Language string

	// Files are the rows of the files that the form names, by their names ("xa.csv"). A question whose
	// file is missing offers nothing.
	Files map[string][]xpath.Row
}

// A Record is one row of a file, by the names of its columns.
type Record map[string]string

// Column implements [xpath.Row].
func (r Record) Column(name string) (string, bool) {
	s, ok := r[name]
	return s, ok
}

// A StepKind says what is to be done at a step.
type StepKind string

// The kinds of steps.
const (
	Ask  StepKind = "ask"  // a question: [Walk.Answer], [Walk.Skip] or [Walk.Decline]
	Show StepKind = "show" // a note, or an answer that the form computed: [Walk.Pass] once it is said
	Head StepKind = "head" // what a group or an instance is called: [Walk.Pass] once it is said
	More StepKind = "more" // whether there is another instance: [Walk.Add] or [Walk.Done]
)

// A step is what a Step will say, before anybody asks.
type step struct {
	kind   StepKind
	in     *instance
	rule   *rule
	path   string
	number int // of a question among those that are asked, from 1
}

// A Step is something to ask or to show.
type Step struct {
	Kind     StepKind
	Path     string
	Question *Question // of Ask and Show
	Group    *Group    // of Head and More
	Number   int       // of Ask: "Câu Number/Of"; 0 for what is no question
	Of       int       // questions asked so far and those that her present answers leave reachable; never less than Number
	Instance int       // of the innermost repeat around it, and of Head the one that begins, from 1; 0 outside of repeats
	Count    int       // how many instances that repeat has now; of More those of its own

	Label    string // in the language of the walk, references filled in
	Hint     string
	Required bool     // neither skipping nor declining is allowed
	Options  []Option // of a question with choices: those offered now
	Preset   string   // what to propose: the question's default
	Answer   Answer   // what was answered before; its state is empty for a new question
	Refusal  *Refusal // why an answer that was once good has to be given again; nil otherwise
}

// ErrIncomplete is returned by [Walk.Finish] while something is left to ask.
var ErrIncomplete = errors.New("something is left to ask")

// Begin is a response without answers. seed makes its chance; known is what the caller knows about
// who answers, by type of question: "username", "phonenumber", "deviceid", "email".
func (l *Logic) Begin(started time.Time, seed uint64, known map[string]string) *Response {
	return &Response{
		Form: l.form.ID, Version: l.form.Version, Seed: seed, Started: started.UTC(), Known: maps.Clone(known),
		Answers: map[string]Answer{},
	}
}

// Walk takes up a response. r itself is not changed.
func (l *Logic) Walk(r *Response, s Setting) *Walk {
	w := &Walk{logic: l, setting: s, response: r.clone()}
	w.settle("")
	return w
}

// Response is the response as it is now, to be kept. It is not changed by further steps.
func (w *Walk) Response() *Response { return w.response.clone() }

// Mistakes are those of expressions that showed in this turn, by the name of the item they belong to,
// the first of each. nil means none. They hold no answers.
func (w *Walk) Mistakes() map[string]error { return w.mistakes }

// mistaken keeps the first mistake of an item.
func (w *Walk) mistaken(r *rule, err error) {
	if err == nil || w.mistakes[r.name] != nil {
		return
	}
	if w.mistakes == nil {
		w.mistakes = map[string]error{}
	}
	w.mistakes[r.name] = err
}

// Next is the first thing to ask or to show, or what she went back to; false if nothing is left.
func (w *Walk) Next() (Step, bool) {
	i := w.next()
	if i == len(w.steps) {
		return Step{}, false
	}
	return w.step(i), true
}

// At is the step of a path; false if there is no such step under the present answers.
func (w *Walk) At(path string) (Step, bool) {
	i := w.index(path)
	if i < 0 {
		return Step{}, false
	}
	return w.step(i), true
}

// Paths are those of all steps of a kind under the present answers, in order; for a summary.
func (w *Walk) Paths(kind StepKind) []string {
	var all []string
	for _, s := range w.steps {
		if s.kind == kind {
			all = append(all, s.path)
		}
	}
	return all
}

// Change goes back to a question or to the end of a repeat; false if there is no such step now. What
// follows stays answered.
func (w *Walk) Change(path string) bool {
	i := w.index(path)
	if i < 0 || w.steps[i].kind != Ask && w.steps[i].kind != More {
		return false
	}
	w.response.At = path
	return true
}

// Back goes back to the last question, or end of a repeat, before the present one; false at the
// beginning.
func (w *Walk) Back() bool {
	for i := w.next() - 1; i >= 0; i-- {
		if k := w.steps[i].kind; k == Ask || k == More {
			w.response.At = w.steps[i].path
			return true
		}
	}
	return false
}

// Finish ends the response at the time of the walk. It returns [ErrIncomplete] while something is left
// to ask; to finish twice changes nothing. Whether answers may still be changed afterwards is up to the
// caller; the end stays the first one.
func (w *Walk) Finish() error {
	w.response.At = ""
	if w.next() < len(w.steps) {
		return fmt.Errorf("finish response to %s: %w", w.logic.form.ID, ErrIncomplete)
	}
	if w.response.Ended.IsZero() {
		w.response.Ended = w.setting.Clock.Now.UTC()
		w.settle("")
	}
	return nil
}

// next is the index of the next step.
func (w *Walk) next() int {
	if at := w.response.At; at != "" {
		if i := w.index(at); i >= 0 {
			return i
		}
	}
	i := slices.IndexFunc(w.steps, func(s step) bool { return !w.done(s) })
	if i < 0 {
		return len(w.steps)
	}
	return i
}

// index finds a step by its path; -1 if there is none.
func (w *Walk) index(path string) int {
	return slices.IndexFunc(w.steps, func(s step) bool { return s.path == path })
}

// done reports whether nothing is left to do at a step.
func (w *Walk) done(s step) bool {
	switch s.kind {
	case Ask:
		_, ok := w.response.Answers[s.path]
		return ok && w.invalid(s) == nil
	case More:
		return w.response.Repeats[s.path].Done
	}
	return w.response.Shown[s.path]
}

// step makes a step whole.
func (w *Walk) step(i int) Step {
	s := w.steps[i]
	full := Step{Kind: s.kind, Path: s.path, Question: s.rule.item.Question, Group: s.rule.item.Body()}
	repeat, in := s.rule, s.in
	if s.in.outer != nil {
		full.Instance = s.in.number
		full.Count = len(w.instances(s.in.outer, s.in.level.rule))
	}
	if s.kind == More {
		full.Count = len(w.instances(in, repeat))
	}
	if g := full.Group; g != nil {
		full.Label, full.Hint = w.say(s.in, s.rule, g.Label), w.say(s.in, s.rule, g.Hint)
		return full
	}
	q := full.Question
	full.Label, full.Hint = w.say(s.in, s.rule, q.Label), w.say(s.in, s.rule, q.Hint)
	full.Answer = w.response.Answers[s.path]
	if s.kind != Ask {
		return full
	}
	full.Number, full.Of = s.number, w.asked+w.later
	full.Refusal = w.invalid(s)
	if q.Kind.Selects() {
		full.Options = w.options(s.in, s.rule)
	}
	full.Required = w.required(s.in, s.rule)
	if full.Preset = q.Default; s.rule.preset != nil {
		full.Preset = w.text(s.in, s.rule, s.rule.preset)
	}
	return full
}

// settle makes the response what the form's logic says. changed is the name of a question that was
// answered just now.
func (w *Walk) settle(changed string) {
	w.cells, w.rows, w.mistakes = 0, map[string][]xpath.Row{}, nil
	w.changed = map[string]bool{}
	if changed != "" {
		w.changed[changed] = true
	}
	w.root = w.newInstance(w.logic.root, nil, 0)
	w.steps, w.asked, w.later = make([]step, 0, max(len(w.steps), w.logic.root.size)), 0, 0
	l := live{answers: make([]string, 0, len(w.response.Answers))}
	w.settleAll(w.root, w.logic.rules, &l, false)
	r := w.response
	if len(l.answers) < len(r.Answers) {
		kept := setOf(l.answers)
		for _, p := range slices.Sorted(maps.Keys(r.Answers)) {
			if !kept[p] {
				r.drop(p, Irrelevant, w.setting.Clock.Now)
				delete(r.Answers, p)
			}
		}
	}
	if len(l.repeats) < len(r.Repeats) {
		kept := setOf(l.repeats)
		maps.DeleteFunc(r.Repeats, func(p string, _ Instances) bool { return !kept[p] })
	}
	if len(l.shown) < len(r.Shown) {
		kept := setOf(l.shown)
		maps.DeleteFunc(r.Shown, func(p string, _ bool) bool { return !kept[p] })
	}
}

// A live lists the paths of what the response keeps and what is still there, each once.
type live struct{ answers, repeats, shown []string }

func setOf(paths []string) map[string]bool {
	set := make(map[string]bool, len(paths))
	for _, p := range paths {
		set[p] = true
	}
	return set
}

// settleAll settles items of one instance. Hidden ones lie in a group that is not relevant yet: they
// only count among the questions that may come.
func (w *Walk) settleAll(in *instance, rules []*rule, l *live, hidden bool) {
	for _, r := range rules {
		if hidden || !w.relevant(in, r) {
			if w.reachable(in, r) && r.inner == nil {
				if r.item.Group != nil {
					w.settleAll(in, r.rules, l, true)
				} else if r.origin == fromHer {
					w.later++
				}
			}
			continue
		}
		path := in.prefix + r.within
		switch {
		case r.item.Question != nil:
			w.settleQuestion(in, r, path, l)
		case r.item.Group != nil:
			w.settleGroup(in, r, path, r.rules, in, l)
		default:
			for _, i := range w.instances(in, r) {
				w.settleGroup(in, r, instancePath(path, i.number), r.rules, i, l)
			}
			if r.count == nil {
				if _, ok := w.response.Repeats[path]; ok {
					l.repeats = append(l.repeats, path)
				}
				w.steps = append(w.steps, step{kind: More, in: in, rule: r, path: path})
			}
		}
	}
}

// settleGroup settles what is in a group or in an instance of a repeat. Its heading is said where
// something in it is.
func (w *Walk) settleGroup(in *instance, r *rule, path string, rules []*rule, inner *instance, l *live) {
	at := len(w.steps)
	headed := len(r.item.Body().Label) > 0 || len(r.item.Body().Hint) > 0
	if headed {
		w.steps = append(w.steps, step{kind: Head, in: inner, rule: r, path: path})
	}
	w.settleAll(inner, rules, l, false)
	switch {
	case headed && len(w.steps) == at+1:
		w.steps = w.steps[:at]
	case headed && w.response.Shown[path]:
		l.shown = append(l.shown, path)
	}
}

// settleQuestion settles one question that is relevant.
func (w *Walk) settleQuestion(in *instance, r *rule, path string, l *live) {
	value := w.value(in, r)
	kept, ok := w.response.Answers[path]
	switch {
	case r.origin == computed && value != "":
		if !ok || kept.State != Computed || kept.Value != value {
			w.response.Answers[path] = Answer{State: Computed, Value: value}
		}
		l.answers = append(l.answers, path)
	case r.origin == computed:
		delete(w.response.Answers, path)
	case ok && kept.State == Answered && value != kept.Value:
		w.response.drop(path, Unoffered, w.setting.Clock.Now)
		if value == "" {
			delete(w.response.Answers, path)
			break
		}
		kept.Value = value
		w.response.Answers[path] = kept
		l.answers = append(l.answers, path)
	case ok:
		l.answers = append(l.answers, path)
	}
	switch {
	case r.origin == fromHer && !w.condition(in, r, r.readOnly, false):
		w.asked++
		w.steps = append(w.steps, step{kind: Ask, in: in, rule: r, path: path, number: w.asked})
	case r.spoken():
		if w.response.Shown[path] {
			l.shown = append(l.shown, path)
		}
		w.steps = append(w.steps, step{kind: Show, in: in, rule: r, path: path})
	}
}
