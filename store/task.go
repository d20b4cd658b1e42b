package store

import (
	"bytes"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Task is work that may not run inside a transaction: building a workbook,
// drawing a QR code. A turn leaves it; bot/ does it under a lease and hands the
// outcome back as the next input of the member.
//
//	task  ID → Task
type Task struct {
	ID     string         `json:"id"`
	Member string         `json:"member"`                        // whose turn left it
	Work   string         `json:"work"`                          // which work; the list stands in bot/
	Flow   string         `json:"flow"`                          // the flow that hears the outcome
	Data   jsontext.Value `json:"data,omitzero" personal:"text"` // what the work is to do
	Leased time.Time      `json:"leased,omitzero"`               // somebody does it until then or longer; zero: nobody does
	Tries  int            `json:"tries,omitzero"`                // how often it was begun

	Rest jsontext.Value `json:",embed"`
}

// MaxTaskTries is how often a task is begun before it counts as failed.
const MaxTaskTries = 5

// AnswersFileKind is what the IDs of rows begin with that tell how far a file of
// answers is.
const AnswersFileKind = "answers_file"

// AddTask keeps a new task.
func (tx *Tx) AddTask(t *Task) error {
	t.ID = tx.NewID()
	tx.tasked = true
	return put(tx, "task", t.ID, t)
}

// Queued says whether the same work as t's is left for its member already, and
// nobody has begun it.
func (tx *Tx) Queued(t *Task) (bool, error) {
	for o, err := range tx.Tasks() {
		if err != nil {
			return false, err
		}
		if o.Member == t.Member && o.Work == t.Work && o.Flow == t.Flow && o.Tries == 0 && bytes.Equal(o.Data, t.Data) {
			return true, nil
		}
	}
	return false, nil
}

// Tasks yields the tasks, the oldest first.
func (tx *Tx) Tasks() iter.Seq2[*Task, error] {
	return each[Task](tx, "task", "", "")
}

// BeginTask takes the task id until d has gone by and returns it. It returns
// [ErrNotFound] when the task is done or somebody else does it.
func (tx *Tx) BeginTask(id string, d time.Duration) (*Task, error) {
	t, err := get[Task](tx, "task", id)
	if err != nil {
		return nil, err
	}
	if tx.Now.Before(t.Leased) {
		return nil, ErrNotFound
	}
	t.Leased = tx.Now.Add(d)
	t.Tries++
	return t, put(tx, "task", t.ID, t)
}

// KeepTask keeps t, as [Tx.BeginTask] returned it, for whoever began it until
// another d has gone by. It returns [ErrNotFound] when the task is done, or was
// begun by somebody else since.
func (tx *Tx) KeepTask(t *Task, d time.Duration) error {
	now, err := get[Task](tx, "task", t.ID)
	if err != nil {
		return err
	}
	if now.Tries != t.Tries {
		return ErrNotFound
	}
	now.Leased = tx.Now.Add(d)
	return put(tx, "task", now.ID, now)
}

// EndTask deletes the task id: it was done or given up.
func (tx *Tx) EndTask(id string) error {
	return tx.kv.Delete("task", id)
}
