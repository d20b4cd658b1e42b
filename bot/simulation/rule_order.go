package simulation

import (
	"fmt"
	"slices"
)

// inputsInOrder: what one person did acts in the order in which she did it,
// unless the way to the service has it overtaken.
var inputsInOrder = Rule{
	Name: "inputs of one person act in order",
	Commit: func(w *World, c *Commit) error {
		if in := turnOf(w, c); in != nil {
			for _, earlier := range in.by.pending[:max(0, slices.Index(in.by.pending, in))] {
				if !earlier.late {
					return fmt.Errorf("input %s of %s acts before %s, which she did first", in.key, in.by.name, earlier.key)
				}
			}
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		if in := turnOf(w, c); in != nil {
			in.by.pending = slices.DeleteFunc(in.by.pending, func(o *input) bool { return o == in })
		}
	},
}

// turnOf is what somebody did that a transaction answers; nil: it answers
// nobody.
func turnOf(w *World, c *Commit) *input {
	if c.Kind != "turn" {
		return nil
	}
	return w.inputs.of(c.Inputs[len(c.Inputs)-1])
}
