package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"chihai/flows"
	"chihai/store"
)

// tellFlow hears what the job hands over; its Data is that of the row.
const tellFlow = "training_news"

// tellPortion is how many people are told before the row keeps how far that
// got. What they were told is remembered for two days only ([store.Tx.FirstSeen]),
// while the row may wait for weeks.
const tellPortion = 4 * remindAtOnce

// tell hands everybody who holds a seat, or waits for one, over to be told what has become of the
// training, each in a turn of her own. A row whose time is over lapses.
func (s *Schedule) tell(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if err := s.tellOf(ctx, d); err != nil {
			s.pause(d)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// tellOf does one row and then deletes it. After a crash it goes on where the
// row says; those of the portion that was under way the engine knows by their
// IDs.
func (s *Schedule) tellOf(ctx context.Context, d *store.Due) error {
	if !s.store.Now().Before(d.Until) {
		return s.done(ctx, d)
	}
	var people []string
	if err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		people, err = members(tx.Concerned(d.Training))
		return err
	}); err != nil {
		return fmt.Errorf("read registrations for %s: %w", d.ID, err)
	}
	people = slices.DeleteFunc(people, func(member string) bool { return member <= d.Told })
	return s.handPortions(ctx, d, people, func(member string) flows.Input {
		return flows.Input{ID: d.ID + "/" + member, Member: member, Kind: flows.Due, Flow: tellFlow, Data: d.Data, At: d.At}
	})
}

// handPortions hands the members, in the order of their IDs, over and then
// deletes the row d, which keeps after each portion how far that got.
func (s *Schedule) handPortions(ctx context.Context, d *store.Due, people []string, input func(member string) flows.Input) error {
	for portion := range slices.Chunk(people, tellPortion) {
		failed, err := s.handOver(ctx, portion, input)
		if err != nil {
			return fmt.Errorf("%s: %d of %d were not handed over: %w", d.ID, failed, len(portion), err)
		}
		d.Told = portion[len(portion)-1]
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.Plan(d) }); err != nil {
			return fmt.Errorf("keep how far %s got: %w", d.ID, err)
		}
	}
	return s.done(ctx, d)
}
