package flows

import (
	"errors"

	"chihai/store"
)

// substituteFor is who comes to the training in the stead of the one whose
// registration r is; empty when nobody does.
func (t *Turn) substituteFor(training *store.Training, r *store.Registration) (string, error) {
	if !training.ByInvitation {
		return "", nil
	}
	g, err := t.Guest(training.ID, r.Member)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return g.Substitute, nil
}

// comer is whom staff see at the door when m, whose registration r is, is checked
// in: she herself, or who comes in her stead.
func (t *Turn) comer(training *store.Training, r *store.Registration, m *store.Member) (string, error) {
	substitute, err := t.substituteFor(training, r)
	if err != nil || substitute == "" {
		return m.Name, err
	}
	return t.T("invite.comer", "substitute", substitute, "name", m.Name), nil
}
