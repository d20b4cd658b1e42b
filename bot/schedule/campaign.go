package schedule

import (
	"context"
	"errors"
	"fmt"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// errBusy says that letters of a campaign are still on their way.
var errBusy = errors.New("letters are still on their way")

// campaign opens campaigns, reminds of them and closes them, each in one
// transaction with its row. It may do so at night: who is written to then gets it
// in the morning, as with every broadcast. Of an invitation that comes too late
// staff are told; a reminder that does lapses.
func (s *Schedule) campaign(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if err := s.campaignOf(ctx, d); err != nil {
			s.pause(d)
			if !errors.Is(err, errBusy) {
				errs = append(errs, fmt.Errorf("%s: %w", d.ID, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (s *Schedule) campaignOf(ctx context.Context, d *store.Due) error {
	var due store.CampaignDue
	if err := json.Unmarshal(d.Data, &due); err != nil {
		return err
	}
	if !s.store.Now().Before(d.Until) {
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.MissCampaign(due) }); err != nil {
			return err
		}
		return s.lapse(ctx, d)
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		if due.What == store.CampaignReminds {
			busy, err := campaignBusy(tx, due.Campaign)
			switch {
			case err != nil:
				return err
			case busy:
				return errBusy
			}
		}
		return errors.Join(tx.Done(d), tx.TurnCampaign(due))
	})
}

// campaignBusy says whether letters of the campaign are still on their way: nobody
// is reminded of what she has not got yet.
func campaignBusy(tx *store.Tx, id string) (bool, error) {
	c, err := tx.Campaign(id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil || c.State != store.CampaignRunning {
		return false, err
	}
	return tx.CampaignBusy(c)
}
