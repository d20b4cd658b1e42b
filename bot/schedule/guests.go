package schedule

import (
	"context"
	"errors"
	"fmt"

	"chihai/store"
)

// guests has the guests of events by invitation asked and reminded, and frees the
// seats of those who do not answer, each event in one transaction. The word to
// each guest is a row of its own.
func (s *Schedule) guests(ctx context.Context, rows []*store.Due) error {
	of := map[string][]*store.Due{} // by training: several changes may have planned it
	for _, d := range rows {
		of[d.Training] = append(of[d.Training], d)
	}
	var errs []error
	for training, rows := range of {
		err := s.store.Update(ctx, func(tx *store.Tx) error {
			for _, d := range rows {
				if err := tx.Done(d); err != nil {
					return err
				}
			}
			err := tx.TendGuests(training, s.zone)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		})
		if err != nil {
			for _, d := range rows {
				s.pause(d)
			}
			errs = append(errs, fmt.Errorf("guests of %s: %w", training, err))
		}
	}
	return errors.Join(errs...)
}
