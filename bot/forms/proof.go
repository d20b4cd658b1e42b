package forms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"chihai/flows"
	"chihai/flows/form"
	"chihai/flows/form/xpath"
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
	proof, err := respondents(f, m.Words.In(who.Language, who.Address), xpath.Clock{Now: s.Now(), Zone: m.Zone})
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

const (
	// mostProofs is how many made-up respondents are shown: more nobody reads.
	mostProofs = 20
	// mostWay is how long the way of one of them is, in letters: what fits on a few
	// pages of a telephone.
	mostWay = 3000
)

// respondents are the ways of made-up people who together take every branch of f,
// in the language of p.
func respondents(f *form.Form, p *locales.Printer, clock xpath.Clock) (flows.FormProof, error) {
	logic, err := form.NewLogic(f)
	if err != nil {
		return flows.FormProof{}, err
	}
	people, coverage := logic.Respondents(mostProofs, clock)
	proof := flows.FormProof{Left: len(coverage.Missed)}
	for _, who := range people {
		way, err := wayOf(logic, who, p, clock)
		if err != nil {
			return flows.FormProof{}, err
		}
		proof.Ways = append(proof.Ways, way)
	}
	return proof, nil
}

// wayOf is the way of one respondent: what she is asked, and what she answers.
func wayOf(logic *form.Logic, who form.Respondent, p *locales.Printer, clock xpath.Clock) (string, error) {
	w := logic.Walk(logic.Begin(clock.Now, 1, nil), form.Setting{Clock: clock, Language: p.Language})
	var way strings.Builder
	for utf8.RuneCountInString(way.String()) < mostWay {
		s, more := w.Next()
		if !more {
			return way.String(), nil
		}
		if s.Kind == form.Ask {
			value := p.T("formstaff.proof_skip")
			if r, ok := who.At(s.Path); ok && r.Value != "" {
				value = labelOf(s, r.Value)
			}
			fmt.Fprintf(&way, "%d. %s\n→ %s\n", s.Number, short(s.Label, 120), short(value, 80))
		}
		if err := who.Answer(w, s); err != nil {
			return "", fmt.Errorf("a made-up answer: %w", err)
		}
	}
	return way.String() + "…", nil
}

// labelOf is the answer in the words of its choices.
func labelOf(s form.Step, value string) string {
	if len(s.Options) == 0 {
		return value
	}
	var all []string
	for _, name := range strings.Fields(value) {
		i := slices.IndexFunc(s.Options, func(o form.Option) bool { return o.Name == name })
		if i >= 0 {
			name = s.Options[i].Label
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

// short is the beginning of a text in one line.
func short(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
