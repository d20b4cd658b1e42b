package form

import (
	"slices"
	"strings"
)

// A Refusal says why an answer is not taken. The response is as it was before.
type Refusal struct {
	Code RefusalCode

	// Message is what the form says to it (constraint_message, required_message), in the language of
	// the walk and with references filled in; often empty.
	Message string

	// Least and Most are the bounds of [RefusedRange], as the form writes them; empty otherwise.
	Least, Most string
}

// A RefusalCode is why an answer is not taken; locales have a sentence for each.
type RefusalCode string

// The codes of refusals.
const (
	RefusedStep       RefusalCode = "step"       // no such question is asked under the present answers
	RefusedEmpty      RefusalCode = "empty"      // an answer that says nothing
	RefusedLong       RefusalCode = "long"       // longer than MaxText
	RefusedKind       RefusalCode = "kind"       // a text where a number is asked
	RefusedRange      RefusalCode = "range"      // not between the bounds of a range
	RefusedStride     RefusalCode = "stride"     // not on a step of a range
	RefusedChoice     RefusalCode = "choice"     // a choice that is not offered
	RefusedOrder      RefusalCode = "order"      // not every choice once
	RefusedConstraint RefusalCode = "constraint" // the form's own condition
	RefusedRequired   RefusalCode = "required"   // it must be answered
	RefusedFull       RefusalCode = "full"       // as many instances as there may be
)

// Error implements error. It holds no answer.
func (r *Refusal) Error() string { return "answer refused: " + string(r.Code) }

// MaxText is how long an answer may be, in bytes of UTF-8: about one message of Telegram in Khmer.
const MaxText = 12_288

// Answer takes the answer to a question: the one that is next, or any other that is asked under the
// present answers, which takes its answer back. The value is written as [Answer] tells. A refusal
// is a *[Refusal] and changes nothing; the same answer twice changes nothing either. The constraint must
// hold once everything is computed anew.
func (w *Walk) Answer(path, value string) error {
	i, err := w.question(path)
	if err != nil {
		return err
	}
	s := w.steps[i]
	value, err = w.check(s.in, s.rule, value)
	if err != nil {
		return err
	}
	return w.give(s, Answer{State: Answered, Value: value})
}

// Skip passes a question over. It returns a *[Refusal] where an answer is required.
func (w *Walk) Skip(path string) error { return w.pass(path, Skipped) }

// Decline notes that she does not want to say. It returns a *[Refusal] where an answer is required: who
// does not want to say then stops.
func (w *Walk) Decline(path string) error { return w.pass(path, Declined) }

func (w *Walk) pass(path string, state State) error {
	i, err := w.question(path)
	if err != nil {
		return err
	}
	return w.give(w.steps[i], Answer{State: state})
}

// question is the index of the step that asks a question.
func (w *Walk) question(path string) (int, error) {
	i := w.index(path)
	if i < 0 || w.steps[i].kind != Ask {
		return 0, &Refusal{Code: RefusedStep}
	}
	return i, nil
}

// give keeps an answer if the form allows it, or else leaves everything as it is.
func (w *Walk) give(s step, a Answer) error {
	before := *w
	old, had := w.response.Answers[s.path]
	same := had && old.State == a.State && old.Value == a.Value
	a.Rest = old.Rest
	w.response = w.response.clone()
	if w.response.At == s.path {
		w.response.At = ""
	}
	if !same {
		w.response.drop(s.path, Changed, w.setting.Clock.Now)
		w.response.Answers[s.path] = a
		w.settle(s.rule.name)
	}
	if i := w.index(s.path); i >= 0 {
		if refusal := w.invalid(w.steps[i]); refusal != nil {
			*w = before
			return refusal
		}
	}
	return nil
}

// invalid is why the answer to a question does not stand, nil if it does or there is none.
func (w *Walk) invalid(s step) *Refusal {
	a, ok := w.response.Answers[s.path]
	switch {
	case !ok:
		return nil
	case a.State != Answered:
		if w.required(s.in, s.rule) {
			return &Refusal{Code: RefusedRequired, Message: w.say(s.in, s.rule, s.rule.item.Question.RequiredMessage)}
		}
	case !w.condition(s.in, s.rule, s.rule.constraint, true):
		return &Refusal{Code: RefusedConstraint, Message: w.say(s.in, s.rule, s.rule.item.Question.ConstraintMessage)}
	}
	return nil
}

// required reports whether a question must be answered. One that offers nothing to choose need not.
func (w *Walk) required(in *instance, r *rule) bool {
	if !w.condition(in, r, r.required, false) {
		return false
	}
	if !r.item.Question.Kind.Selects() {
		return true
	}
	for c := range w.candidates(in, r) {
		if w.passes(in, r, c) {
			return true
		}
	}
	return false
}

// Pass notes that a note or a heading was shown; false if there is no such step.
func (w *Walk) Pass(path string) bool {
	i := w.index(path)
	if i < 0 || w.steps[i].kind != Show && w.steps[i].kind != Head {
		return false
	}
	w.response.Shown[path] = true
	return true
}

// Add makes another instance of a repeat that has no count; its questions are then the next to ask. Twice
// means two instances. It returns a *[Refusal] if there is no such repeat now, or as many instances as there
// may be.
func (w *Walk) Add(repeat string) error {
	i, err := w.repeat(repeat)
	if err != nil {
		return err
	}
	s := w.steps[i]
	before := *w
	n := len(w.instances(s.in, s.rule))
	at := w.response.Repeats[repeat]
	at.Number, at.Done = n+1, false
	w.response = w.response.clone()
	w.response.At = ""
	w.response.Repeats[repeat] = at
	w.settle("")
	if i = w.index(repeat); i < 0 || len(w.instances(w.steps[i].in, s.rule)) <= n {
		*w = before
		return &Refusal{Code: RefusedFull}
	}
	return nil
}

// Done notes that a repeat has all its instances.
func (w *Walk) Done(repeat string) error {
	if _, err := w.repeat(repeat); err != nil {
		return err
	}
	at := w.response.Repeats[repeat]
	at.Done = true
	w.response.Repeats[repeat] = at
	if w.response.At == repeat {
		w.response.At = ""
	}
	w.settle("")
	return nil
}

// Remove takes an instance of a repeat away, counted from 1. Its answers go into the history, and
// those behind it move up.
func (w *Walk) Remove(repeat string, number int) error {
	i, err := w.repeat(repeat)
	if err != nil {
		return err
	}
	s := w.steps[i]
	n := len(w.instances(s.in, s.rule))
	if number < 1 || number > n {
		return &Refusal{Code: RefusedStep}
	}
	gone := instancePath(repeat, number)
	r := w.response.clone()
	for _, p := range sortedKeys(r.Answers) {
		if strings.HasPrefix(p, gone+"/") {
			r.drop(p, Removed, w.setting.Clock.Now)
		}
	}
	for k := number; k <= n; k++ {
		from, to := instancePath(repeat, k), instancePath(repeat, k-1)
		move(r.Answers, from, to, k > number)
		move(r.Repeats, from, to, k > number)
		move(r.Shown, from, to, k > number)
	}
	at := r.Repeats[repeat]
	at.Number = n - 1
	r.Repeats[repeat] = at
	r.At = ""
	w.response = r
	w.settle("")
	return nil
}

// move takes everything of one instance to another, or away.
func move[V any](m map[string]V, from, to string, keep bool) {
	for _, p := range sortedKeys(m) {
		rest, ok := strings.CutPrefix(p, from)
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		v := m[p]
		delete(m, p)
		if keep {
			m[to+rest] = v
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// repeat is the index of the step that asks whether a repeat has another instance.
func (w *Walk) repeat(path string) (int, error) {
	i := w.index(path)
	if i < 0 || w.steps[i].kind != More {
		return 0, &Refusal{Code: RefusedStep}
	}
	return i, nil
}
