// Package tasks does the work that turns leave in the store: what takes long,
// or may not run inside a transaction, such as building a workbook.
//
// A task stands in the store until its outcome was handed to the engine, and
// whoever does it holds a lease of some seconds, which is renewed while the work
// goes on. So a crash loses no task: when the lease has run out it is done
// again, by whichever process on the database sees that first. A work must
// therefore do no harm when it is done twice; its outcome is heard once. That is
// also why the clocks of several machines may differ here: one that is ahead
// begins a task too early, and nobody notices.
package tasks

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"chihai/flows"
	"chihai/store"
)

// A Work does one kind of task. What it returns is JSON for the flow that left
// the task, or nil. It returns by the time ctx ends. An error is one that may
// pass: the work is tried again, [store.MaxTaskTries] times in all; it goes to
// the log, so that it holds nothing that a person wrote. What cannot be mended
// by trying again, a work says in its data.
type Work func(ctx context.Context, s *store.Store, task store.Task) (data []byte, err error)

const (
	atOnce    = 2                // tasks done side by side: the machine has others to serve
	workTime  = 5 * time.Minute  // how long a task may take
	workRest  = 15 * time.Second // of it, so much is for handing the outcome over
	leaseTime = 8 * time.Second  // after so long a task is somebody else's, unless its lease is renewed
	beatTime  = 2 * time.Second  // between two renewals
	pollTime  = 10 * time.Second // between two looks at the store, at most
	drainTime = 2 * time.Second  // how long work may go on when Run is told to end
)

// Tasks does the tasks of one store.
type Tasks struct {
	store  *store.Store
	works  map[string]Work
	handle func(context.Context, flows.Input) error
	wake   chan struct{}

	waits func() bool // nil: never
	mu    sync.Mutex
	busy  map[string]bool // ids of the tasks under way
	stats Stats
}

// Stats are the numbers of Tasks since the start of the process.
type Stats struct {
	Running int   // under way
	Done    int64 // with a result
	Failed  int64 // given up
}

// New returns Tasks that does each task by the work of its name, and gives the
// outcome to handle, which returns nil when it was handled and is kept, and must
// recognise by its ID what it was given before.
func New(s *store.Store, works map[string]Work, handle func(ctx context.Context, in flows.Input) error) *Tasks {
	return &Tasks{store: s, works: works, handle: handle, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

// WaitWhile has no task begun while low says true: there may be no room for
// what it makes. It is called before Run.
func (t *Tasks) WaitWhile(low func() bool) { t.waits = low }

// Wake says that there may be a new task. It returns at once and may be called
// at any time; without it a task is found some seconds later.
func (t *Tasks) Wake() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// Stats returns the present numbers.
func (t *Tasks) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.stats
	now.Running = len(t.busy)
	return now
}

// Run does tasks until ctx ends. Then it begins none any more and waits for
// those under way, which are cut off after a few seconds and done again later.
func (t *Tasks) Run(ctx context.Context) {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var underway sync.WaitGroup
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		ids, next, err := t.open(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("tasks cannot be read", "err", err)
		}
		for _, id := range ids {
			underway.Go(func() {
				t.do(work, id)
				t.Wake()
			})
		}
		timer.Reset(next)
		select {
		case <-ctx.Done():
		case <-t.wake:
		case <-timer.C:
		}
	}
	drain := time.AfterFunc(drainTime, cut)
	defer drain.Stop()
	underway.Wait()
}

// open returns the tasks that are to be begun now, which count as under way
// from then on, and how long until it is time to look again.
func (t *Tasks) open(ctx context.Context) (ids []string, next time.Duration, err error) {
	next = pollTime
	if t.waits != nil && t.waits() {
		return nil, next, nil
	}
	t.mu.Lock()
	busy := maps.Clone(t.busy) // the store may take long to answer; meanwhile some may end, and none begin
	t.mu.Unlock()
	err = t.store.View(ctx, func(tx *store.Tx) error {
		ids = nil
		hold, err := tx.Hold()
		if err != nil {
			return err
		}
		for task, err := range tx.Tasks() {
			if err != nil {
				return err
			}
			if hold.Keeps(task.ID) {
				continue
			}
			if len(busy)+len(ids) == atOnce {
				return nil
			}
			switch {
			case busy[task.ID]:
			case tx.Now.Before(task.Leased):
				next = min(next, task.Leased.Sub(tx.Now))
			default:
				ids = append(ids, task.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, pollTime, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		t.busy[id] = true
	}
	return ids, next, nil
}
