package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// CountCampaign is the work that counts whom a draft of a campaign invites
// ([flows.CampaignCountWork]). It changes nothing.
func CountCampaign(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.CountCampaign
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var n store.AudienceCount
	err := s.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Campaign(ask.Campaign)
		if err != nil {
			return err
		}
		n, err = tx.CountAudience(c.Recipients())
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) { // a draft that was deleted has none
		return nil, err
	}
	return json.Marshal(n)
}

// WatchCampaign is the work that counts how far a campaign is
// ([flows.CampaignStateWork]). It changes nothing.
func WatchCampaign(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.CampaignWatch
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	n := &store.CampaignCount{}
	err := s.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Campaign(ask.Campaign)
		if err != nil {
			return err
		}
		n, err = tx.CountCampaign(c)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return json.Marshal(n)
}

// ListCampaign is the work that looks up who is meant by codes and telephone numbers
// ([flows.CampaignListWork]), as far as they live where the member who asked is
// staff. Of others it says no more than that they are not known. It changes
// nothing.
func ListCampaign(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.CampaignList
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var found flows.CampaignFound
	err := s.View(ctx, func(tx *store.Tx) error {
		found = flows.CampaignFound{}
		officer, err := tx.Member(task.Member)
		if err != nil {
			return err
		}
		scope, err := tx.ScopeOf(officer)
		if err != nil || len(scope.Areas) == 0 {
			return err
		}
		return listMembers(tx, scope.Audience(), ask, &found)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return json.Marshal(found)
}

// listMembers puts into found those of whom ask names who are within.
func listMembers(tx *store.Tx, within store.Audience, ask flows.CampaignList, found *flows.CampaignFound) error {
	for _, code := range ask.Codes {
		m, err := tx.MemberByCode(code)
		ours := false
		if err == nil {
			ours, err = tx.Meant(within, m.ID)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if !ours {
			found.Unknown = append(found.Unknown, code)
			continue
		}
		found.Members = append(found.Members, m.ID)
	}
	holders := map[string]int{} // by phone
	for _, phone := range ask.Phones {
		holders[phone] = 0
	}
	if len(holders) > 0 {
		for id, err := range tx.AudienceFrom(within, "") {
			if err != nil {
				return err
			}
			m, err := tx.Member(id)
			if err != nil {
				return err
			}
			if _, asked := holders[m.Phone]; asked && m.Phone != "" {
				holders[m.Phone]++
				found.Members = append(found.Members, id)
			}
		}
	}
	for _, phone := range ask.Phones {
		switch n := holders[phone]; {
		case n == 0 && !slices.Contains(found.Unknown, phone):
			found.Unknown = append(found.Unknown, phone)
		case n > 1 && !slices.Contains(found.Several, phone):
			found.Several = append(found.Several, phone)
		}
	}
	slices.Sort(found.Members)
	found.Members = slices.Compact(found.Members)
	return nil
}
