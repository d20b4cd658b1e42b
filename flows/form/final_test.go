package form

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"chihai/flows/form/xpath"
)

// This file is a second evaluation of a form, as plain and slow as can be: it knows nothing of the
// walk. Everything is computed again and again from what the round before gave, until a round changes
// nothing.

// A finalAnswer is what she gave: Skipped and Declined without a value.
type finalAnswer struct {
	state State
	value string
}

// A finalNode is one item in one instance.
type finalNode struct {
	path     string
	item     Item
	around   []string // names of the repeats around it, and its own if it is an instance
	numbers  []int    // their instances
	relevant bool
}

// A final is a form with answers, evaluated.
type final struct {
	form     *Form
	given    map[string]finalAnswer
	repeats  map[string]int
	language string

	nodes  []finalNode
	values map[string]string
}

// finalOf evaluates a form directly.
func finalOf(f *Form, given map[string]finalAnswer, repeats map[string]int, language string) *final {
	e := &final{form: f, given: given, repeats: repeats, language: language, values: map[string]string{}}
	for range 200 {
		next := &final{form: f, given: given, repeats: repeats, language: language, values: map[string]string{}}
		e.round(next, f.Items, "", nil, nil, true)
		same := maps.Equal(e.values, next.values) && slices.EqualFunc(e.nodes, next.nodes, func(a, b finalNode) bool {
			return a.path == b.path && a.relevant == b.relevant
		})
		e = next
		if same {
			return e
		}
	}
	panic("a form without circles does not settle")
}

// round evaluates items with what e knows, and writes what it finds into next.
func (e *final) round(next *final, items []Item, prefix string, around []string, numbers []int, relevant bool) {
	for _, it := range items {
		n := finalNode{path: prefix + it.Name(), item: it, around: around, numbers: numbers}
		condition := ""
		if it.Question != nil {
			condition = it.Question.Relevant
		} else {
			condition = it.Body().Relevant
		}
		n.relevant = relevant && e.true(n, condition, "", true)
		switch {
		case it.Question != nil:
			next.nodes = append(next.nodes, n)
			if v := e.valueOf(n); v != "" && n.relevant {
				next.values[n.path] = v
			}
		case it.Group != nil:
			next.nodes = append(next.nodes, n)
			e.round(next, it.Group.Items, n.path+"/", around, numbers, n.relevant)
		default:
			count := e.repeats[n.path]
			if it.Repeat.Count != "" {
				count = int(e.eval(n, it.Repeat.Count, "", nil).Number(xpath.Clock{}))
			}
			if !n.relevant {
				count = 0
			}
			for i := 1; i <= count; i++ {
				instance := n
				instance.path = fmt.Sprintf("%s[%d]", n.path, i)
				instance.around = append(slices.Clone(around), it.Name())
				instance.numbers = append(slices.Clone(numbers), i)
				next.nodes = append(next.nodes, instance)
				e.round(next, it.Repeat.Items, instance.path+"/", instance.around, instance.numbers, true)
			}
		}
	}
}

// valueOf is what a question holds if it is relevant.
func (e *final) valueOf(n finalNode) string {
	q := n.item.Question
	if q.Calculation != "" {
		v := e.eval(n, q.Calculation, "", nil)
		if v.Kind() == xpath.KindNumber && v.String() == "NaN" {
			return ""
		}
		return v.String()
	}
	var left []string
	for name := range strings.FieldsSeq(e.given[n.path].value) {
		if q.Kind != SelectOne && q.Kind != SelectMultiple || slices.Contains(e.offers(n), name) {
			left = append(left, name)
		}
	}
	return strings.Join(left, " ")
}

// offers are the names of the choices that a question offers.
func (e *final) offers(n finalNode) []string {
	var names []string
	for _, l := range e.form.Lists {
		for _, c := range l.Choices {
			if l.Name == n.item.Question.List && e.eval(n, or(n.item.Question.ChoiceFilter, "true()"), "", &c).Boolean() {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (e *final) true(n finalNode, condition, self string, otherwise bool) bool {
	if condition == "" {
		return otherwise
	}
	return e.eval(n, condition, self, nil).Boolean()
}

func (e *final) eval(n finalNode, text, self string, choice *Choice) xpath.Value {
	x, err := xpath.Parse(text)
	if err != nil {
		panic(err)
	}
	v, err := x.Eval(&finalEnv{e, n, self, choice})
	if err != nil {
		panic(err)
	}
	return v
}

// kept is what the response must hold.
func (e *final) kept() map[string]finalAnswer {
	all := map[string]finalAnswer{}
	for _, n := range e.nodes {
		q := n.item.Question
		if q == nil || !n.relevant {
			continue
		}
		given, ok := e.given[n.path]
		switch v := e.values[n.path]; {
		case q.Calculation != "" && v != "":
			all[n.path] = finalAnswer{Computed, v}
		case q.Calculation != "" || !ok:
		case given.state != Answered:
			all[n.path] = given
		case v != "":
			all[n.path] = finalAnswer{Answered, v}
		}
	}
	return all
}

// node finds a question that is asked now.
func (e *final) node(path string) (finalNode, bool) {
	for _, n := range e.nodes {
		if n.path == path && n.item.Question != nil && n.item.Question.Kind.Asked() && n.relevant {
			return n, true
		}
	}
	return finalNode{}, false
}

// stands reports whether what is given to a question is allowed.
func (e *final) stands(path string) bool {
	n, ok := e.node(path)
	if !ok {
		return true
	}
	q := n.item.Question
	if e.given[path].state != Answered {
		return !e.true(n, q.Required, "", false)
	}
	return e.true(n, q.Constraint, e.values[path], true)
}

// A finalEnv is what an expression of a node sees.
type finalEnv struct {
	*final
	at     finalNode
	self   string
	choice *Choice
}

func (v *finalEnv) Answers(p *xpath.Path, at []xpath.Index) ([]string, error) {
	texts := []string{}
	for _, n := range v.nodes {
		instance := n.item.Repeat != nil
		if n.item.Name() != p.Name {
			continue
		}
		around := n.around
		if instance {
			around = around[:len(around)-1]
		}
		fits := true
		shared := true
		for i, r := range around {
			asked := 0
			for _, x := range at {
				if x.Repeat.Name == r {
					asked = x.Number
				}
			}
			shared = shared && asked == 0 && i < len(v.at.around) && v.at.around[i] == r
			if asked > 0 && n.numbers[i] != asked || shared && n.numbers[i] != v.at.numbers[i] {
				fits = false
			}
		}
		if fits && instance {
			texts = append(texts, "there")
		} else if fits {
			texts = append(texts, v.values[n.path])
		}
	}
	return texts, nil
}

func (v *finalEnv) Self() (string, error) { return v.self, nil }

func (v *finalEnv) Position(p *xpath.Path) (int, error) {
	// position(..) stands in questions right below a repeat alone.
	if len(v.at.numbers) == 0 {
		return 1, nil
	}
	return v.at.numbers[len(v.at.numbers)-1], nil
}

func (v *finalEnv) Column(name string) (string, bool) {
	if v.choice == nil {
		return "", false
	}
	return v.choice.More[name], true
}

func (v *finalEnv) Rows(string) ([]xpath.Row, error) { return nil, nil }

func (v *finalEnv) Label(question, choice string) (string, error) {
	for _, l := range v.form.Lists {
		for _, c := range l.Choices {
			if l.Name == v.form.Question(question).List && c.Name == choice {
				return v.form.In(c.Label, v.language), nil
			}
		}
	}
	return "", nil
}

func (v *finalEnv) Clock() xpath.Clock { return xpath.Clock{} }

func (v *finalEnv) Random() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }
