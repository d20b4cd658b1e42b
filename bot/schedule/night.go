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

// morning returns when the night ends that it is now; ok is false by day.
func (s *Schedule) morning(ctx context.Context) (end time.Time, ok bool, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		night, err := tx.Night(s.zone)
		end = night.Awake(tx.Now)
		ok = end.After(tx.Now)
		return err
	})
	return end, ok, err
}

// byDay has do do what is due, but at night only what is urgent. The rest is put
// off until the morning, also what is of no use then: it lapses there, as what is
// too late does. So rows that became late before the night, or were planned when
// other hours were quiet, wake nobody.
func (s *Schedule) byDay(do func(context.Context, []*store.Due) error) func(context.Context, []*store.Due) error {
	return func(ctx context.Context, rows []*store.Due) error {
		morning, night, err := s.morning(ctx)
		if err != nil {
			return err
		}
		if !night {
			return do(ctx, rows)
		}
		var urgent, rest []*store.Due
		for _, d := range rows {
			if d.Urgent {
				urgent = append(urgent, d)
			} else {
				rest = append(rest, d)
			}
		}
		err = s.each(ctx, rest, func(tx *store.Tx, d *store.Due) error {
			later := *d
			later.At = morning
			return errors.Join(tx.Done(d), tx.Plan(&later))
		})
		if len(urgent) > 0 {
			err = errors.Join(err, do(ctx, urgent))
		}
		return err
	}
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
