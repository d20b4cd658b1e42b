package tasks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// do takes the lease of a task, does it, hands its outcome over and deletes it.
// What fails on the way is done again when the lease has run out, here or in
// another process.
func (t *Tasks) do(ctx context.Context, id string) {
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.busy, id)
	}()
	var task *store.Task
	err := t.store.Update(ctx, func(tx *store.Tx) (err error) {
		task, err = tx.BeginTask(id, leaseTime)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	if err != nil {
		slog.Error("task cannot be begun", "task", id, "err", err)
		wait(ctx, time.Second)
		return
	}
	work, stop := context.WithTimeout(ctx, workTime-workRest/2)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	beside.Go(func() {
		t.keep(work, task)
		stop()
	})
	o, ok := t.result(work, task)
	if !ok {
		return
	}
	if err := t.end(work, task, o); err != nil {
		slog.Error("outcome of a task cannot be handed over", "task", id, "work", task.Work, "err", err)
	}
}

// keep renews the lease of a task until ctx ends or the task is not ours any
// more.
func (t *Tasks) keep(ctx context.Context, task *store.Task) {
	for wait(ctx, beatTime) {
		err := t.store.Update(ctx, func(tx *store.Tx) error { return tx.KeepTask(task, leaseTime) })
		if errors.Is(err, store.ErrNotFound) {
			return
		}
		if err != nil && ctx.Err() == nil {
			slog.Warn("task cannot be kept: it may be done twice", "task", task.ID, "err", err)
		}
	}
}

// result does the work of a task, several times if it must. ok is false when
// the time is over before anything came of it.
func (t *Tasks) result(ctx context.Context, task *store.Task) (o flows.TaskOutcome, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, workTime-workRest)
	defer cancel()
	o = flows.TaskOutcome{Task: task.Work, Data: task.Data}
	work := t.works[task.Work]
	err := errors.New("it was begun too often")
	tries := task.Tries
	switch {
	case work == nil:
		err = errors.New("nobody knows this work")
	case tries <= store.MaxTaskTries:
		for pause := time.Second; ; pause *= 2 {
			if o.Result, err = call(ctx, work, t.store, *task); err == nil {
				return o, true
			}
			if tries == store.MaxTaskTries || !wait(ctx, pause) {
				break
			}
			tries++
		}
		if ctx.Err() != nil {
			slog.Warn("task took too long", "task", task.ID, "work", task.Work, "tries", tries, "err", err)
			return o, false
		}
	}
	slog.Error("task given up", "task", task.ID, "work", task.Work, "tries", tries, "err", err)
	o.Result, o.Error = nil, err.Error()
	return o, true
}

// call does a work once. A panic is an error like others.
func call(ctx context.Context, work Work, s *store.Store, task store.Task) (data jsontext.Value, err error) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what somebody wrote
			err = fmt.Errorf("work panicked with a %T\n%s", p, debug.Stack())
		}
	}()
	data, err = work(ctx, s, task)
	if err == nil && len(data) > 0 && !data.IsValid() {
		err = errors.New("result is no JSON")
	}
	return data, err
}

// end hands the outcome over, with which the task is deleted: however long the
// bot is off then, the outcome is not heard again. A task whose outcome was not
// heard, because the flow failed, is deleted after it. Each is tried until the
// lease is over.
func (t *Tasks) end(ctx context.Context, task *store.Task, o flows.TaskOutcome) error {
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if err := insist(ctx, func() error {
		return t.hand(ctx, flows.Input{
			ID: "task/" + task.ID + "/done", Member: task.Member, Kind: flows.Outcome,
			Flow: task.Flow, Data: data, At: t.store.Now(),
			Done: func(tx *store.Tx) error { return tx.EndTask(task.ID) },
		})
	}); err != nil {
		return err
	}
	t.count(o)
	return insist(ctx, func() error {
		return t.store.Update(ctx, func(tx *store.Tx) error { return tx.EndTask(task.ID) })
	})
}

// hand gives the engine one input. A panic is an error like others.
func (t *Tasks) hand(ctx context.Context, in flows.Input) (err error) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what somebody wrote
			err = fmt.Errorf("handler panicked with a %T\n%s", p, debug.Stack())
		}
	}()
	return t.handle(ctx, in)
}

func (t *Tasks) count(o flows.TaskOutcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.Error == "" {
		t.stats.Done++
	} else {
		t.stats.Failed++
	}
}

// insist calls fn until it succeeds or ctx ends, with growing pauses.
func insist(ctx context.Context, fn func() error) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 10*time.Second) {
		err := fn()
		if err == nil || !wait(ctx, pause) {
			return err
		}
	}
}

// wait waits for d and says false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
