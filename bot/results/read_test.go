package results_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/results"
	"chihai/flows/form"
	"chihai/store"
	"chihai/store/memory"
)

// A poll is a campaign with one question and responses to it.
type poll struct {
	s    *store.Store
	c    *store.Campaign
	sent int
}

func newPoll(t testing.TB, db store.Backend, mode store.Anonymity, f *form.Form) *poll {
	t.Helper()
	return newPollWith(t, db, mode, f, nil)
}

// newPollWith is newPoll in a database that is encrypted with key.
func newPollWith(t testing.TB, db store.Backend, mode store.Anonymity, f *form.Form, key []byte) *poll {
	t.Helper()
	var ticks atomic.Int64 // each transaction has a millisecond of its own
	now := func() time.Time {
		return time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * time.Millisecond)
	}
	s, err := store.Open(t.Context(), db, store.Options{Now: now, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	content, err := form.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	p := &poll{s: s}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		kept := &store.Form{Name: f.ID, By: "staff"}
		if err := tx.AddForm(kept, &store.FormVersion{Title: f.Title}, store.File{Name: "a.xlsx"}, []byte("PK"), content); err != nil {
			return err
		}
		c := &store.Campaign{Form: kept.ID, Version: 1, Title: f.Title, Mode: mode, Open: true, Until: tx.Now.AddDate(1, 0, 0)}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		p.c, err = tx.PublishCampaign(c.ID, c.Revision)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// send keeps n responses, of members who are nobody.
func (p *poll) send(t testing.TB, n int, answers func(i int) *form.Response) {
	t.Helper()
	for done := 0; done < n; {
		err := p.s.Update(t.Context(), func(tx *store.Tx) error {
			for range min(200, n-done) {
				all, err := form.EncodeResponse(answers(p.sent))
				if err != nil {
					return err
				}
				d, _, err := tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, How: store.FromPaper, Answers: all})
				if err != nil {
					return err
				}
				if _, err := tx.SendAnswers(d, all, all); err != nil {
					return err
				}
				p.sent++
				done++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func one(i int) *form.Response {
	return &form.Response{Form: "f", Answers: map[string]form.Answer{"n": {State: form.Answered, Value: fmt.Sprint(i)}}}
}

func numbers() *form.Form {
	return &form.Form{ID: "f", Title: "Một câu", Name: "data", Items: []form.Item{{Question: &form.Question{Name: "n", Kind: form.Integer, Type: "integer"}}}}
}

// However often it is read, and whatever is sent meanwhile, the same responses come,
// each once.
func TestRows(t *testing.T) {
	for _, mode := range []store.Anonymity{store.Named, store.Anonymous} {
		t.Run(string(mode), func(t *testing.T) {
			p := newPoll(t, memory.New(), mode, numbers())
			p.send(t, 1204, one)
			r, err := results.Read(t.Context(), p.s, p.c.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := 1204
			if mode == store.Anonymous {
				want = 1200 // the rest waits
			}
			if r.Number != want {
				t.Fatalf("%d responses, want %d", r.Number, want)
			}
			var first []string
			for pass := range 3 {
				seen := map[string]bool{}
				var order []string
				for row, err := range r.Rows(t.Context(), r.Number) {
					if err != nil {
						t.Fatal(err)
					}
					value := row.Given.Answers["n"].Value
					if seen[value] {
						t.Fatalf("pass %d: %s comes twice", pass, value)
					}
					seen[value] = true
					order = append(order, value)
					if len(order) == 700 {
						p.send(t, 50, one)
					}
				}
				if len(order) != want {
					t.Errorf("pass %d: %d rows, want %d", pass, len(order), want)
				}
				if first == nil {
					first = order
				}
				if fmt.Sprint(order) != fmt.Sprint(first) {
					t.Errorf("pass %d comes in another order", pass)
				}
			}
		})
	}
}

// Whoever stops is not kept waiting, and neither is whoever cancels.
func TestRowsStop(t *testing.T) {
	p := newPoll(t, memory.New(), store.Named, numbers())
	p.send(t, 3000, one)
	r, err := results.Read(t.Context(), p.s, p.c.ID)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range r.Rows(t.Context(), 10) {
		n++
	}
	if n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
	for range r.Rows(t.Context(), r.Number) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n = 0
	for _, err := range r.Rows(ctx, r.Number) {
		if n++; n == 20 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || n == r.Number {
		t.Errorf("after it was cancelled %d rows came, and %v", n, last)
	}
	if _, err := results.Read(t.Context(), p.s, "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a campaign that is not there: %v", err)
	}
}
