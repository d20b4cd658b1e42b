package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chihai/store"
)

const (
	tidyTime    = time.Hour // from the end of one tidying to the next
	tidyPortion = 500       // documents deleted in one transaction
)

// A noun of which old documents are deleted.
type noun struct {
	name string
	from string // where to go on

	// forget deletes at most n documents from a key on. It returns where to go
	// on and whether more may be left.
	forget func(tx *store.Tx, from string, n int) (next string, more bool, err error)
}

// nouns are all nouns that are kept for a time only.
func nouns() []noun {
	return []noun{
		{name: "seen inputs", forget: counted((*store.Tx).ForgetSeen)},
		{name: "receipts", forget: counted((*store.Tx).ForgetReceipts)},
		{name: "deliveries", forget: counted((*store.Tx).ForgetDeliveries)},
		{name: "files", forget: counted((*store.Tx).ForgetFiles)},
		{name: "handovers of clubs", forget: counted((*store.Tx).ForgetHandovers)},
		{name: "grant codes", forget: counted((*store.Tx).ForgetGrantCodes)},
		{name: "login codes", forget: counted((*store.Tx).ForgetLoginCodes)},
		{name: "sessions", forget: counted((*store.Tx).ForgetSessions)},
		{name: "tries", forget: counted((*store.Tx).ForgetTries)},
		{name: "whose feedback it is", forget: func(tx *store.Tx, from string, n int) (string, bool, error) {
			next, err := tx.FreeFeedback(from, n)
			return next, next != "", err
		}},
		{name: "whose answers to a test they are", forget: func(tx *store.Tx, from string, n int) (string, bool, error) {
			next, err := tx.FreeQuizSheets(from, n)
			return next, next != "", err
		}},
		{name: "answers that were not sent", forget: func(tx *store.Tx, from string, n int) (string, bool, error) {
			next, err := tx.ForgetDrafts(from, n)
			return next, next != "", err
		}},
		{name: "lines of web chats", forget: forgetLines},
	}
}

// counted makes the forget of a noun from a method that says how many it
// deleted: after a full portion there may be more.
func counted(method func(tx *store.Tx, n int) (int, error)) func(*store.Tx, string, int) (string, bool, error) {
	return func(tx *store.Tx, _ string, n int) (string, bool, error) {
		deleted, err := method(tx, n)
		return "", deleted == n, err
	}
}

// forgetLines is the forget of the lines of web chats, all of which are looked
// at.
func forgetLines(tx *store.Tx, from string, n int) (string, bool, error) {
	_, next, err := tx.ForgetLines(from, n)
	return next, next != "", err
}

// tidy deletes what is kept for a time only and whose time is over: one
// portion of each noun at a tick, so that a day's worth holds nobody up, and an
// hour after the last portion all over again. A noun that fails is left for
// that time.
func (s *Schedule) tidy(ctx context.Context) error {
	now := s.store.Now()
	if len(s.untidy) == 0 {
		since := now.Sub(s.tidied)
		if since >= 0 && since < tidyTime { // below: the clock went back
			return nil
		}
		s.untidy = nouns()
	}
	var left []noun
	var errs []error
	for _, n := range s.untidy {
		next, more := "", false
		err := s.store.Update(ctx, func(tx *store.Tx) (err error) {
			next, more, err = n.forget(tx, n.from, tidyPortion)
			return err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", n.name, err))
			continue
		}
		if more {
			n.from = next
			left = append(left, n)
		}
	}
	s.untidy, s.tidied = left, now
	return errors.Join(errs...)
}
