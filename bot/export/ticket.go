package export

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Ticket draws the code that opens a woman's ticket. Nothing stands in the
// picture but the code.
func (e *Exporter) Ticket(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	return e.forHolder(ctx, s, task, func(work flows.TicketWork, _ *store.Training, r *store.Registration, _ time.Time) (name, kind string, data []byte, err error) {
		data, err = e.Draw(work.URL)
		return "ve-" + r.Code + ".png", "image/png", data, err
	})
}

// CalendarEntry writes a training for the calendar of a woman's phone.
func (e *Exporter) CalendarEntry(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	return e.forHolder(ctx, s, task, func(work flows.TicketWork, t *store.Training, _ *store.Registration, now time.Time) (name, kind string, data []byte, err error) {
		return t.Code + ".ics", "text/calendar", e.Calendar(t, work.Language, work.URL, now), nil
	})
}

// forHolder keeps what made makes of the registration that task.Data names, as
// long as its seat is held.
func (e *Exporter) forHolder(
	ctx context.Context, s *store.Store, task store.Task,
	made func(flows.TicketWork, *store.Training, *store.Registration, time.Time) (name, kind string, data []byte, err error),
) ([]byte, error) {
	var work flows.TicketWork
	if err := json.Unmarshal(task.Data, &work); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var t *store.Training
	var r *store.Registration
	var now time.Time
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now
		if t, err = tx.Training(work.Training); err != nil {
			return err
		}
		r, err = tx.Registration(work.Training, work.Member)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !r.Holds() {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	name, kind, data, err := made(work, t, r, now)
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, name, kind, data)
}
