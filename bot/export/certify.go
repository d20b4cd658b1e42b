package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Certificate makes the certificate of the task's member for the training that
// task.Data names, if she has come to it.
func (e *Exporter) Certificate(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	return e.certificates(ctx, s, task, []string{task.Member})
}

// Certificates makes those of everybody who came to the training that task.Data
// names, in the order of their names, for a member of staff.
func (e *Exporter) Certificates(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.TrainingWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var people []string
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		if allowed, err := mayTake(tx, task.Member, ask.Training); err != nil || !allowed {
			return errors.Join(err, store.ErrNotFound)
		}
		people, err = cameTo(tx, ask.Training)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	made, err := e.certificates(ctx, s, task, people)
	if err != nil {
		return nil, err
	}
	return made, s.Update(ctx, func(tx *store.Tx) error { return tx.Log(task.Member, "export certificates", ask.Training) })
}

// cameTo are the members who came to the training, by name.
func cameTo(tx *store.Tx, training string) ([]string, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	var people []*store.Member
	for r, err := range tx.Holders(training) {
		if err != nil {
			return nil, err
		}
		if !t.Attended(r, tx.Now) {
			continue
		}
		m, err := tx.Member(r.Member)
		if err != nil {
			return nil, err
		}
		people = append(people, m)
	}
	order := locales.NameOrder()
	slices.SortStableFunc(people, func(a, b *store.Member) int { return order(a.Name, b.Name) })
	var ids []string
	for _, m := range people {
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// certifiedAtOnce is how many certificates are kept in one transaction.
const certifiedAtOnce = 50

// certificates makes a file of the certificates of members, for the one who left
// the task. Those who have none for the training are left out.
func (e *Exporter) certificates(ctx context.Context, s *store.Store, task store.Task, members []string) ([]byte, error) {
	var ask flows.TrainingWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var all []Certificate
	code := ""
	for some := range slices.Chunk(members, certifiedAtOnce) {
		var made []Certificate
		err := s.Update(ctx, func(tx *store.Tx) error {
			made = nil
			t, err := tx.Training(ask.Training)
			if err != nil {
				return err
			}
			settings, err := tx.Settings()
			if err != nil {
				return err
			}
			code = t.Code
			for _, member := range some {
				c, err := tx.Certify(ask.Training, member)
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				made = append(made, certificateOf(c, t, settings, ask.URL, e.Zone))
			}
			return nil
		})
		if errors.Is(err, store.ErrNotFound) {
			return nothing, nil
		}
		if err != nil {
			return nil, fmt.Errorf("keep certificates: %w", err)
		}
		all = append(all, made...)
	}
	if len(all) == 0 {
		return nothing, nil
	}
	fonts, err := e.Fonts()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := Certificates(&b, all, e.Words, fonts); err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, CertificateFile(code), PDF, b.Bytes())
}

// certificateOf is c as it is printed: with the neutral name of the training,
// because it lies about at her home, and with the day on which it was made.
func certificateOf(c *store.Certificate, t *store.Training, s *store.Settings, check string, zone *time.Location) Certificate {
	head := letterheadOf(s, c.At)
	head.Number, head.Date = c.Code, c.At.In(zone)
	return Certificate{
		Letterhead: head, Name: c.Name, Training: t.Name.In("vi"), Start: t.Start.In(zone), End: t.End.In(zone), Place: t.Place,
		Signer: signerOf(s), CheckURL: check + c.Code,
	}
}
