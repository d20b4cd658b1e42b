package simulation

import (
	"fmt"
	"strings"

	"chihai/store"
)

// outcomesOnce: what came of a task is heard once, and no task is left over.
var outcomesOnce = Rule{
	Name: "what came of a task is heard once",
	Commit: func(w *World, c *Commit) error {
		if id := taskOf(c); id != "" && w.outcomes[id] {
			return fmt.Errorf("task %s is heard of again", id)
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		if id := taskOf(c); id != "" {
			w.outcomes[id] = true
		}
	},
	End: func(w *World, tx *store.Tx) error {
		for t, err := range tx.Tasks() {
			if err != nil {
				return err
			}
			return fmt.Errorf("task %s is left over", t.ID)
		}
		return nil
	},
}

// taskOf is the task whose outcome a transaction keeps; "": of none.
func taskOf(c *Commit) string {
	if c.Kind != "outcome" {
		return ""
	}
	return strings.Split(c.Inputs[len(c.Inputs)-1], "/")[1] // task/id/done
}
