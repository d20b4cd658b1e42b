package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// nightRow stands behind the ID of the row that asks those who are awake. Their
// inputs have the IDs that they would have in the morning: each acts once.
const nightRow = "/night"

// Quiet has what can wait for the morning wait for it, by the clocks of zone. It
// is called before Run, Attend and Tick; unless it is, there is no night.
func (s *Schedule) Quiet(zone *time.Location) { s.zone = zone }

// morning returns when the night ends in which t lies ([store.Awake]); ok is
// false by day.
func (s *Schedule) morning(t time.Time) (end time.Time, ok bool) {
	end = store.Awake(t, s.zone)
	return end, end.After(t)
}

// untilMorning makes two rows of d, which asks again after the outage o at night:
// one for those who are awake, and one of the morning for all who have not said
// anything by then.
func (s *Schedule) untilMorning(ctx context.Context, d *store.Due, o flows.Outage, morning time.Time) error {
	o.Night = true
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	now, later := *d, *d
	now.ID, now.Until, now.Data = d.ID+nightRow, o.To.Add(flows.Awake), data
	later.At = morning.UTC()
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.Done(d), tx.Plan(&now), tx.Plan(&later))
	})
	if err != nil {
		return fmt.Errorf("put off until the morning: %w", err)
	}
	return nil
}
