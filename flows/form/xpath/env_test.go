package xpath

import (
	"errors"
	"math/rand/v2"
)

// answers is a form that is filled in, for tests: flat, with the answers of
// every instance of a repeat in a row.
type answers struct {
	self    string
	here    int // the instance that the expression stands in, from 1; 0 outside of repeats
	answers map[string][]string
	columns map[string]string
	lists   map[string][]Row
	labels  map[string]string // by question and choice, "q/c"
	clock   Clock
	seed    uint64
}

// columns is a Row as a map.
type columns map[string]string

func (c columns) Column(name string) (string, bool) {
	s, ok := c[name]
	return s, ok
}

func (a *answers) Answers(path *Path, at []Index) ([]string, error) {
	name, _ := path.Question()
	all, ok := a.answers[name]
	if !ok {
		return nil, errors.New("no such question")
	}
	if len(at) == 0 {
		return all, nil
	}
	if i := at[len(at)-1].Number; i <= len(all) {
		return all[i-1 : i], nil
	}
	return nil, nil
}

func (a *answers) Self() (string, error) { return a.self, nil }

func (a *answers) Position(path *Path) (int, error) {
	if path.Up == 1 {
		return a.here, nil
	}
	return 1, nil
}

func (a *answers) Column(name string) (string, bool) {
	s, ok := a.columns[name]
	return s, ok
}

func (a *answers) Rows(list string) ([]Row, error) {
	rows, ok := a.lists[list]
	if !ok {
		return nil, errors.New("no such list")
	}
	return rows, nil
}

func (a *answers) Label(question, choice string) (string, error) {
	return a.labels[question+"/"+choice], nil
}

func (a *answers) Clock() Clock { return a.clock }

func (a *answers) Random() *rand.Rand { return rand.New(rand.NewPCG(a.seed, 1)) }
