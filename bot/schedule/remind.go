package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime/debug"
	"sync"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"
)

// remindFlow hears what the job hands over; its Data is a [flows.Reminder].
const remindFlow = "remind"

const (
	remindAtOnce = 16 // people handed over side by side, so that a database commits them together
	remindErrors = 10 // so many failures end a row for this tick: then it is not the people
)

// A reminder is a row that is to be done.
type reminder struct {
	*store.Due
	rule string
}

// remind hands everybody who holds a seat over to be reminded. A reminder of a
// training that was cancelled or moved lapses. So does one whose time is over,
// which is counted. When several of one training are due at once, as after a
// long standstill, only the one nearest to the start is sent.
func (s *Schedule) remind(ctx context.Context, rows []*store.Due) error {
	var o order
	if err := s.store.View(ctx, func(tx *store.Tx) error {
		o = order{}
		return o.sort(tx, rows)
	}); err != nil {
		return err
	}
	if err := errors.Join(s.done(ctx, o.lapsed...), s.lapse(ctx, o.late...)); err != nil {
		return fmt.Errorf("drop what has lapsed: %w", err)
	}
	if o.missed > 0 {
		slog.Warn("reminders missed", "people", o.missed)
		s.count(0, o.missed)
	}
	for _, d := range o.unreadable {
		s.pause(d)
	}
	errs := o.errs
	for _, r := range o.send {
		if err := s.remindOf(ctx, r); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// An order is what is to be done with the rows that are due.
type order struct {
	send       []reminder   // in the order in which they came due
	lapsed     []*store.Due // of no use any more, as another one is
	late       []*store.Due // their time is over
	missed     int          // people of those whose time is over
	unreadable []*store.Due
	errs       []error // why they are
}

// sort puts each row where it belongs. A row that cannot be read is in nobody
// else's way.
func (o *order) sort(tx *store.Tx, rows []*store.Due) error {
	nearest := map[string]int{} // by training: its row in o.send
	for _, d := range rows {
		t, err := tx.Training(d.Training)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && (!t.Cancelled.IsZero() || t.Moved != d.Moved):
			o.lapsed = append(o.lapsed, d)
			continue
		case err != nil:
			o.unreadable, o.errs = append(o.unreadable, d), append(o.errs, fmt.Errorf("training of %s: %w", d.ID, err))
			continue
		case !t.Open(tx.Now), !tx.Now.Before(d.Until):
			people, err := holders(tx, d.Training)
			if err != nil {
				return err
			}
			o.missed += len(people)
			o.late = append(o.late, d)
			continue
		}
		var data struct {
			Rule string `json:"rule"`
		}
		if err := json.Unmarshal(d.Data, &data); err != nil {
			o.unreadable, o.errs = append(o.unreadable, d), append(o.errs, fmt.Errorf("data of %s: %w", d.ID, err))
			continue
		}
		r := reminder{d, data.Rule}
		at, several := nearest[d.Training]
		switch {
		case !several:
			nearest[d.Training] = len(o.send)
			o.send = append(o.send, r)
		case nearer(d, o.send[at].Due):
			o.lapsed = append(o.lapsed, o.send[at].Due)
			o.send[at] = r
		default:
			o.lapsed = append(o.lapsed, d)
		}
	}
	return nil
}

// nearer says whether a reminds of the same thing as b and nearer to its start:
// it came due later, or at the same time, as when both have waited for the
// morning, and is of use for longer.
func nearer(a, b *store.Due) bool {
	return a.At.After(b.At) || a.At.Equal(b.At) && a.Until.After(b.Until)
}

// remindOf hands over everybody who holds a seat in the training of r and then
// deletes the row. A crash in between hands all of them over again; the engine
// knows them by their IDs.
func (s *Schedule) remindOf(ctx context.Context, r reminder) error {
	var people []string
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		people, err = holders(tx, r.Training)
		return err
	})
	if err != nil {
		return fmt.Errorf("read registrations for %s: %w", r.ID, err)
	}
	data, err := json.Marshal(flows.Reminder{Training: r.Training, Rule: r.rule, Until: r.Until})
	if err != nil {
		return fmt.Errorf("data of %s: %w", r.ID, err)
	}
	failed, err := s.handOver(ctx, people, func(member string) flows.Input {
		return flows.Input{
			ID: r.ID + "/" + member, Member: member, Kind: flows.Due, Flow: remindFlow, Data: data, At: r.At,
		}
	})
	if err == nil {
		err = s.done(ctx, r.Due)
	}
	if err != nil {
		s.pause(r.Due)
		return fmt.Errorf("%s: %d of %d were not handed over: %w", r.ID, failed, len(people), err)
	}
	s.count(len(people), 0)
	return nil
}

// handOver gives the engine an input for each member, some side by side. It
// returns how many were not handled, with the first reason, and gives up when
// there are many.
func (s *Schedule) handOver(ctx context.Context, members []string, input func(member string) flows.Input) (failed int, first error) {
	return s.sideBySide(ctx, members, func(member string) error { return s.hand(ctx, input(member)) })
}

// sideBySide does something for each member, for some of them at once. It
// returns for how many it was not done, with the first reason, and gives up when
// there are many.
func (s *Schedule) sideBySide(ctx context.Context, members []string, do func(member string) error) (failed int, first error) {
	var mu sync.Mutex
	handled, errs := 0, 0
	var group errgroup.Group
	group.SetLimit(remindAtOnce)
	for _, member := range members {
		mu.Lock()
		over := errs >= remindErrors || ctx.Err() != nil
		mu.Unlock()
		if over {
			break
		}
		group.Go(func() error {
			err := do(member)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				handled++
				return nil
			}
			errs++
			return err
		})
	}
	first = group.Wait()
	if first == nil {
		first = ctx.Err()
	}
	return len(members) - handled, first
}

// hand gives the engine one input. A panic is an error like others.
func (s *Schedule) hand(ctx context.Context, in flows.Input) (err error) {
	defer func() {
		if p := recover(); p != nil { // its value may hold what somebody wrote
			err = fmt.Errorf("handler panicked with a %T\n%s", p, debug.Stack())
		}
	}()
	return s.handle(ctx, in)
}

// holders returns the members who hold a seat in the training. There are at
// most [store.MaxSeats], and only their ids are kept.
func holders(tx *store.Tx, training string) ([]string, error) {
	return members(tx.Holders(training))
}

func members(registrations iter.Seq2[*store.Registration, error]) (members []string, err error) {
	for r, err := range registrations {
		if err != nil {
			return nil, err
		}
		members = append(members, r.Member)
	}
	return members, nil
}
